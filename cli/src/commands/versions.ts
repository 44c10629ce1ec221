/** `ashlar versions` and `ashlar restore`: what was in force, and putting it in force again. */
import type { Command } from 'commander';
import { exitCodes } from '../failure.ts';
import { clientOf, collect, positiveInteger, type TargetOptions, targetOf, withTarget } from '../options.ts';
import { columns, print, printJson } from '../terminal/output.ts';
import { showPublished, showRefusal } from '../terminal/publication.ts';

interface VersionsOptions extends TargetOptions {
  readonly limit: number;
  readonly json?: true;
}
interface RestoreOptions extends TargetOptions {
  readonly drop: readonly string[];
  readonly json?: true;
}

/** Adds `versions`. */
export function addVersions(program: Command): void {
  withTarget(program.command('versions'))
    .description('list the versions of an environment, newest first')
    .option('--limit <number>', 'at most so many', positiveInteger, 20)
    .option('--json', 'for programs')
    .action(versions);
}

async function versions(options: VersionsOptions): Promise<void> {
  const client = await clientOf(options);
  const found = await client.versions(await targetOf(options), options.limit);
  if (options.json) return printJson(found);
  if (found.length === 0) return print('No version was published yet.');
  const rows = found.map((version) => [
    version.in_force ? '*' : ' ',
    version.id,
    version.published_at.replace('T', ' ').slice(0, 19),
    version.author,
    version.message.split('\n')[0] ?? '',
  ]);
  print(columns(rows));
}

/** Adds `restore`. */
export function addRestore(program: Command): void {
  withTarget(program.command('restore'))
    .description("publish an old version's files again")
    .argument('<version>', 'its id, as "versions" shows it')
    .option('--drop <name>', 'table or column that may be dropped: note, order.note (can be given several times)', collect, [])
    .option('--json', 'for programs')
    .action(restore);
}

async function restore(version: string, options: RestoreOptions): Promise<void> {
  const client = await clientOf(options);
  const target = await targetOf(options);
  try {
    const answer = await client.restore(target, version, options.drop);
    if (options.json) printJson({ success: true, ...answer });
    else showPublished(answer, new Map(), `${target.workspace} (${target.environment})`);
  } catch (error) {
    if (!showRefusal(error, new Map(), options.json === true)) throw error;
    process.exitCode = exitCodes.problems;
  }
}
