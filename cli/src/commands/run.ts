/** `ashlar run`: one function of a folder here, or one endpoint of a running server. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { defaultUrl } from '../control/client.ts';
import { reasonOf, usageFailure } from '../failure.ts';
import { collect, urlHelp } from '../options.ts';
import { callEndpoint } from '../run/endpoint.ts';
import { runFunction } from '../run/function.ts';
import { findRoot, readFolder } from '../workspace/folder.ts';

/** What an input may be written as: JSON text, as sent and as a function is given it. */
interface RunOptions {
  readonly input?: string;
  readonly url: string;
  readonly token?: string;
  readonly header: readonly string[];
  readonly json?: true;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Adds the command. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('run a pure function of a folder, or call an endpoint of a running server')
    .argument('<target>', 'a file, a folder, or a method')
    .argument('[name]', 'the function in that folder, or the path of the endpoint')
    .option('--input <json>', 'inputs as a JSON object; @file reads them from a file')
    .option('--url <url>', urlHelp, defaultUrl())
    .option('--token <text>', 'auth token of the caller')
    .option('--header <line>', '"Name: value" (can be given several times)', collect, [])
    .option('--json', 'for programs: status, headers and body')
    .addHelpText(
      'after',
      `\nExamples:\n  ashlar run shop functions/pricing/total --input '{"n": 1}'\n  ashlar run shop/functions/pricing/total.jsonc --input @order.json\n  ashlar run GET /api:shop/products --input '{"page": 2}'`,
    )
    .action(run);
}

async function run(target: string, name: string | undefined, options: RunOptions): Promise<void> {
  const input = await inputText(options.input);
  const method = target.toUpperCase();
  if (methods.has(method)) {
    if (name === undefined || !name.startsWith('/'))
      throw usageFailure(`${method} needs a path, for example /api:shop/products.`);
    process.exitCode = await callEndpoint({ ...options, method, path: name, input, json: options.json === true });
    return;
  }
  const { root, functionName } = name === undefined ? ofFile(target) : { root: target, functionName: bareName(name) };
  const { files } = await readFolder(root);
  process.exitCode = await runFunction({ files, name: functionName, input, json: options.json === true });
}

function ofFile(file: string): { readonly root: string; readonly functionName: string } {
  const { root, path } = findRoot(file);
  if (!path.startsWith('functions/'))
    throw usageFailure(`${path} is no function; endpoints are called by method and path: ashlar run GET /api:shop/products`);
  return { root, functionName: bareName(path) };
}

/** `functions/pricing/total.jsonc` -> `pricing/total` */
const bareName = (path: string): string => path.replace(/^functions\//, '').replace(/\.jsonc?$/, '');

/** The text of `--input`; an empty object without it. */
async function inputText(written: string | undefined): Promise<string> {
  if (written === undefined) return '{}';
  if (!written.startsWith('@')) return written;
  try {
    return await readFile(written.slice(1), 'utf8');
  } catch (error) {
    throw usageFailure(`${written.slice(1)} can't be read: ${reasonOf(error)}`);
  }
}
