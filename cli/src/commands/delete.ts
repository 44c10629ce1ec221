/** `ashlar env delete` and `ashlar delete`: take an environment or a workspace away, with its data. */
import type { Command } from 'commander';
import type { Answer } from '../control/client.ts';
import { clientOf, type ServerOptions, type TargetOptions, targetOf, withServer, withTarget } from '../options.ts';
import { print, printAside, printJson, styleAside } from '../terminal/output.ts';

interface Confirmed {
  readonly confirm: string;
  readonly json?: true;
}

const confirmHelp = 'required: the name once more; its data are gone then, and only a backup brings them back';

/** Adds `env delete`. */
export function addEnvDelete(env: Command): void {
  withTarget(env.command('delete'))
    .description('remove an environment with its database; the default one goes last')
    .requiredOption('--confirm <name>', confirmHelp)
    .option('--json', 'for programs')
    .action(deleteEnvironment);
}

/** Adds `delete`. */
export function addDelete(program: Command): void {
  withServer(program.command('delete'))
    .description('remove a workspace from a server, with all its environments and databases')
    .argument('<workspace>', 'name of the workspace; its folder stays as it is')
    .requiredOption('--confirm <name>', confirmHelp)
    .option('--json', 'for programs')
    .action(deleteWorkspace);
}

async function deleteEnvironment(options: TargetOptions & Confirmed): Promise<void> {
  const client = await clientOf(options);
  const target = await targetOf(options);
  const answer = await client.deleteEnvironment(target, options.confirm);
  show(answer, `${target.environment} of ${target.workspace} is gone, with its data.`, options);
}

async function deleteWorkspace(workspace: string, options: ServerOptions & Confirmed): Promise<void> {
  const client = await clientOf(options);
  const answer = await client.deleteWorkspace(workspace, options.confirm);
  show(answer, `${workspace} is gone, with ${answer.environments.join(', ') || 'no environment'}.`, options);
}

function show(answer: Answer<'deleteWorkspace'>, sentence: string, { json }: Confirmed): void {
  if (json) {
    printJson({ success: true, ...answer });
    return;
  }
  print(sentence);
  for (const database of answer.databases_left)
    printAside(`${styleAside('yellow', 'warning')} PostgreSQL would not drop ${database}; the server's log says why.`);
}
