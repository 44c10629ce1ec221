/** Options that several commands share, and what is made of them. */
import { type Command, InvalidArgumentError } from 'commander';
import { ControlClient, defaultUrl, type Target } from './control/client.ts';
import { readAdminKey } from './control/key.ts';
import { usageFailure } from './failure.ts';
import { workspaceName } from './workspace/check.ts';
import { isWorkspace, readFolder } from './workspace/folder.ts';

export interface ServerOptions {
  readonly url: string;
  readonly keyFile?: string;
}
export interface TargetOptions extends ServerOptions {
  readonly env: string;
  readonly dir: string;
  readonly workspace?: string;
}

/** What `--url` is, where it has a default. */
export const urlHelp = 'address of the server (ASHLAR_URL, else this machine at PORT, 8080)';

/** Adds `--url` and `--key-file`. */
export function withServer(command: Command): Command {
  return command
    .option('--url <url>', urlHelp, defaultUrl())
    .option('--key-file <file>', 'file that holds the admin key (default: ASHLAR_ADMIN_KEY, else the one in the data folder)');
}

/** What `--env` is, where it has no default: nothing is changed in an environment that nobody named. */
export const envHelp = 'required: the environment, for example dev or production';

/** Adds `--env`, and what names the workspace. */
export function withTarget(command: Command): Command {
  return withServer(command)
    .requiredOption('--env <name>', envHelp)
    .option('--workspace <name>', 'workspace (default: the name in ashlar.jsonc)')
    .option('--dir <folder>', 'workspace folder that gives the name', '.');
}

/** Collects an option that may be given several times. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** An integer of at least 1. */
export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

/** A client with the key. Throws Failure (exit code 2). */
export async function clientOf(options: ServerOptions): Promise<ControlClient> {
  return new ControlClient(options.url, await readAdminKey(options.keyFile));
}

/** Which workspace and environment are meant. Throws Failure (exit code 2). */
export async function targetOf({ env, dir, workspace }: TargetOptions): Promise<Target> {
  if (workspace !== undefined) return { workspace, environment: env };
  if (!isWorkspace(dir))
    throw usageFailure(`${dir} has no ashlar.jsonc: name the workspace with --workspace, or its folder with --dir.`);
  return { workspace: nameOf((await readFolder(dir)).files, dir), environment: env };
}

/** The workspace's name by its files. Throws Failure (exit code 2). */
export function nameOf(files: ReadonlyMap<string, string>, folder: string): string {
  const name = workspaceName(files);
  if (name === undefined) throw usageFailure(`${folder} has no ashlar.jsonc with a "name".`);
  return name;
}
