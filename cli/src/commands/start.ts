/** `ashlar start`: the server, with its settings as options. */

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { becomeServer } from '../server/process.ts';

interface StartOptions {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
}

/** Adds the command. */
export function addStart(program: Command): void {
  program
    .command('start')
    .description('start the server; its other settings come from the environment')
    .argument('[folders...]', 'workspace folders to serve (default: ASHLAR_WORKSPACES, else the examples)')
    .option('--host <address>', 'address to listen on (HOST, 127.0.0.1)')
    .option('--port <number>', 'port to listen on, 0 takes a free one (PORT, 8080)')
    .option('--data <folder>', 'folder for the embedded database and keys (ASHLAR_DATA, .ashlar)')
    .action(start);
}

async function start(folders: readonly string[], { host, port, data }: StartOptions): Promise<void> {
  process.exitCode = await becomeServer({
    ...(folders.length === 0 ? {} : { ASHLAR_WORKSPACES: folders.map((folder) => resolve(folder)).join(',') }),
    ...(host === undefined ? {} : { HOST: host }),
    ...(port === undefined ? {} : { PORT: port }),
    ...(data === undefined ? {} : { ASHLAR_DATA: data }),
  });
}
