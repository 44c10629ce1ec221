/** `ashlar env`: the variables of an environment, and its end. */
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import { usageFailure } from '../failure.ts';
import { clientOf, type TargetOptions, targetOf, withTarget } from '../options.ts';
import { columns, print, printJson, style } from '../terminal/output.ts';
import { addEnvDelete } from './delete.ts';

interface EnvOptions extends TargetOptions {
  readonly json?: true;
}

/** Adds the command with its parts. */
export function addEnv(program: Command): void {
  const env = program.command('env').description('list, set and unset variables of an environment, or remove it');
  withTarget(env.command('list'))
    .description('show variables; secrets stay hidden')
    .option('--json', 'for programs')
    .action(list);
  withTarget(env.command('set'))
    .description('set a variable; in force within a second')
    .argument('<name>', 'as env.jsonc declares it')
    .argument('[value]', 'left out: read from standard input, so that a secret stands in no history')
    .option('--json', 'for programs')
    .action(set);
  withTarget(env.command('unset'))
    .description('take a value away; the default holds again')
    .argument('<name>', 'name of the variable')
    .option('--json', 'for programs')
    .action(unset);
  addEnvDelete(env);
}

async function list(options: EnvOptions): Promise<void> {
  const client = await clientOf(options);
  const variables = await client.variables(await targetOf(options));
  if (options.json) return printJson(variables);
  if (variables.length === 0) return print('env.jsonc declares no variables.');
  print(columns(variables.map(({ name, secret, value, from }) => [style('bold', name), from, shownValue(secret, value, from)])));
}

function shownValue(secret: boolean, value: string | null, from: string): string {
  if (secret) return from === 'none' ? '(secret)' : '(secret, set)';
  return value ?? '';
}

async function set(name: string, value: string | undefined, options: EnvOptions): Promise<void> {
  const client = await clientOf(options);
  const target = await targetOf(options);
  const { changed } = await client.setVariable(target, name, value ?? (await valueFromInput()));
  if (options.json) return printJson({ success: true, changed });
  print(changed ? `${name} is set in ${target.environment}.` : `${name} has that value already.`);
}

async function valueFromInput(): Promise<string> {
  if (process.stdin.isTTY) throw usageFailure('Give the value as an argument, or through standard input.');
  return (await readAll(process.stdin)).replace(/\r?\n$/, '');
}

async function unset(name: string, options: EnvOptions): Promise<void> {
  const client = await clientOf(options);
  const target = await targetOf(options);
  const { changed } = await client.unsetVariable(target, name);
  if (options.json) return printJson({ success: true, changed });
  print(changed ? `${name} is unset in ${target.environment}.` : `${name} had no value.`);
}
