/** `ashlar dev`: a server for one folder that follows every save. */
import { join, relative, sep } from 'node:path';
import { isLeftOut } from '@ashlar/engine';
import type { Command } from 'commander';
import { ControlClient, defaultUrl } from '../control/client.ts';
import { readAdminKey } from '../control/key.ts';
import { DevSession } from '../dev/session.ts';
import { exitCodes, Failure, reasonOf } from '../failure.ts';
import { collect, nameOf } from '../options.ts';
import { type ServerProcess, startServerProcess } from '../server/process.ts';
import { ownCommand, shellWord } from '../terminal/command.ts';
import { print, printAside } from '../terminal/output.ts';
import { readFolder } from '../workspace/folder.ts';

interface DevOptions {
  readonly url?: string;
  readonly keyFile?: string;
  readonly env: string;
  readonly drop: readonly string[];
  readonly json?: true;
}

/** Adds the command. */
export function addDev(program: Command): void {
  program
    .command('dev')
    .description('serve a workspace folder and publish it again on every save')
    .argument('[folder]', 'workspace folder', '.')
    .option('--url <url>', 'use the server that runs there instead of starting one')
    .option('--key-file <file>', 'file that holds the admin key (default: ASHLAR_ADMIN_KEY, else the one in the data folder)')
    .option('--env <name>', 'environment', 'dev')
    .option('--drop <name>', 'table or column that may be dropped: note, order.note (can be given several times)', collect, [])
    .option('--json', 'for programs: one line of JSON for each publication')
    .action(dev);
}

async function dev(folder: string, options: DevOptions): Promise<void> {
  const { root, files } = await readFolder(folder);
  const workspace = nameOf(files, folder);
  const server = options.url === undefined ? await startOwn(folder) : null;
  try {
    await follow(root, workspace, server, options);
  } finally {
    await server?.stop();
  }
}

/** A server for this command alone; where it can't start, what to do when there is one already. */
async function startOwn(folder: string): Promise<ServerProcess> {
  try {
    return await startServerProcess({ ASHLAR_WORKSPACES: '' });
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== exitCodes.usage) throw error;
    throw new Failure(
      `${error.message}\nTo use a server that runs already: ${ownCommand()} dev ${shellWord(folder)} --url ${defaultUrl()}\nTo start another one beside it, give it a PORT and a data folder of its own: PORT=8090 ASHLAR_DATA=.ashlar-dev`,
      error.exitCode,
      error.code,
    );
  }
}

/** Publishes now and on every save, until a signal comes or the server ends. */
async function follow(root: string, workspace: string, server: ServerProcess | null, options: DevOptions): Promise<void> {
  const url = server?.url ?? options.url ?? '';
  const client = new ControlClient(url, await readAdminKey(options.keyFile));
  const target = { workspace, environment: options.env };
  const session = new DevSession({ root, url, client, target, drops: options.drop, json: options.json === true });
  // Only here: the other commands start without loading it.
  const { watch } = await import('chokidar');
  const watcher = watch(root, { ignoreInitial: true, ignored: (path) => isIgnored(root, path) });
  const ready = new Promise<void>((resolve) => watcher.once('ready', resolve));
  watcher.on('all', () => session.changed()).on('error', (error) => printAside(`${root}: ${reasonOf(error)}`));
  try {
    const ended = untilStopped(server);
    // Saves count from here on: none may fall between the first reading and the beginning of watching.
    await Promise.race([ready.then(() => session.publish()), ended]);
    if (!options.json) print(`Watching ${join(root, sep)} (Ctrl-C stops)`);
    const code = await ended;
    if (code !== null) throw new Failure('The server ended.', code === 0 ? exitCodes.problems : code, 'server_ended');
  } finally {
    await watcher.close();
    await session.settled();
  }
}

function isIgnored(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside !== '' && inside.split(sep).some(isLeftOut);
}

/** Resolves with null at the first signal, with an exit code when the server ends by itself. */
function untilStopped(server: ServerProcess | null): Promise<number | null> {
  const signal = new Promise<null>((resolve) => {
    const stop = (): void => resolve(null);
    // npm and the terminal both send Ctrl-C: the handlers stay, so that the second does not end us half-way.
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  });
  return server === null ? signal : Promise.race([signal, server.ended]);
}
