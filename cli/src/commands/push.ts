/** `ashlar push`: publishes a folder to an environment. Asks nothing, so that it can run anywhere. */
import type { Command } from 'commander';
import { exitCodes } from '../failure.ts';
import { clientOf, collect, envHelp, nameOf, type ServerOptions, withServer } from '../options.ts';
import { printJson } from '../terminal/output.ts';
import { showPublished, showRefusal } from '../terminal/publication.ts';
import { linkProblems } from '../workspace/check.ts';
import { readFolder } from '../workspace/folder.ts';

interface PushOptions extends ServerOptions {
  readonly env: string;
  readonly message?: string;
  readonly drop: readonly string[];
  readonly parent?: string;
  readonly json?: true;
}

/** Adds the command. */
export function addPush(program: Command): void {
  withServer(program.command('push'))
    .description('publish a workspace folder, seeds included')
    .argument('[folder]', 'workspace folder', '.')
    .requiredOption('--env <name>', envHelp)
    .option('-m, --message <text>', 'what this version is about')
    .option('--drop <name>', 'table or column that may be dropped: note, order.note (can be given several times)', collect, [])
    .option('--parent <version>', 'the version that must be in force; otherwise the push is refused')
    .option('--json', 'for programs')
    .action(push);
}

async function push(folder: string, options: PushOptions): Promise<void> {
  const { files, skippedLinks } = await readFolder(folder);
  const target = { workspace: nameOf(files, folder), environment: options.env };
  const client = await clientOf(options);
  try {
    const { message, drop: drops, parent } = options;
    const given = await client.publish(target, { files, message, drops, parent });
    const answer = { ...given, problems: [...linkProblems(skippedLinks), ...given.problems] };
    if (options.json) printJson({ success: true, ...answer });
    else showPublished(answer, files, `${target.workspace} (${target.environment})`);
  } catch (error) {
    if (!showRefusal(error, files, options.json === true)) throw error;
    process.exitCode = exitCodes.problems;
  }
}
