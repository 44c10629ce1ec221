/** Ashlar with its defaults, on the benchmark's workspace: says where it listens, and where its database is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, startServer } from '../../server/src/main.ts';
import { answerMessages, cpuUs } from '../child.ts';

/** How to reach a database as a role. */
export interface DatabasePlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface AshlarStarted {
  readonly url: string;
  /** The workspace's database as Ashlar's own role, for the other service. */
  readonly database: DatabasePlace;
  /** The same one as its superuser, for tidying up. */
  readonly superuser: DatabasePlace;
  readonly postmaster: number;
}

const settings = readSettings(process.env, process.cwd());
const server = await startServer({ settings });
process.on('SIGTERM', () => void server.stop(0).finally(() => process.exit(0)));

function started(): AshlarStarted {
  const environment = [...(server.publishing.snapshots.current?.environments.values() ?? [])][0];
  if (environment === undefined) throw new Error('the workspace was not published');
  const cluster = join(settings.data.path, 'postgres');
  // Its lines: process id, folder, start, port, folder of the socket.
  const lines = readFileSync(join(cluster, 'data/postmaster.pid'), 'utf8').split('\n');
  const place = { host: lines[4] ?? '', port: Number(lines[3]), database: environment.database.database };
  const { appRole, appPassword } = environment.database;
  return {
    url: server.url,
    database: { ...place, user: appRole, password: appPassword },
    superuser: { ...place, user: 'ashlar', password: readFileSync(join(cluster, 'password'), 'utf8') },
    postmaster: Number(lines[0]),
  };
}

answerMessages(async (message) => (JSON.stringify(message).includes('cpu') ? cpuUs() : started()));
