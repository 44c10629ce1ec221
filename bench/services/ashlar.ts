/** Ashlar with its defaults, on the benchmark's workspace: says where it listens, and where its database is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, startServer } from '../../server/src/main.ts';
import { answerMessages, cpuUs } from '../child.ts';

/** What the other service needs to use the same database as the same role. */
export interface DatabasePlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface AshlarStarted {
  readonly url: string;
  readonly database: DatabasePlace;
  readonly postmaster: number;
}

const settings = readSettings(process.env, process.cwd());
const server = await startServer({ settings });
process.on('SIGTERM', () => void server.stop(0).finally(() => process.exit(0)));

function started(): AshlarStarted {
  const environment = [...(server.publishing.snapshots.current?.environments.values() ?? [])][0];
  if (environment === undefined) throw new Error('the workspace was not published');
  // Its lines: process id, folder, start, port, folder of the socket.
  const lines = readFileSync(join(settings.data.path, 'postgres/data/postmaster.pid'), 'utf8').split('\n');
  const { database, appRole, appPassword } = environment.database;
  return {
    url: server.url,
    database: { host: lines[4] ?? '', port: Number(lines[3]), user: appRole, password: appPassword, database },
    postmaster: Number(lines[0]),
  };
}

answerMessages(async (message) => (JSON.stringify(message).includes('cpu') ? cpuUs() : started()));
