/**
 * What an earlier server left behind. Whoever calls holds the folder's lock, so any postmaster found on the data is an orphan:
 * its server was killed. It is ended in order, and a stale postmaster.pid is removed.
 */
import { existsSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../log/index.ts';
import { StartError } from '../start-error.ts';
import { isGone, processesIn, worksIn } from './processes.ts';

/** Time for a shutdown with checkpoint, then for one without, then for children of a killed postmaster, in milliseconds. */
const fastMs = 60_000;
const immediateMs = 15_000;
const childrenMs = 15_000;

/** Leaves both folders without processes and without lock files. Throws StartError where that can't be reached. */
export async function takeOver(dataFolder: string, socketFolder: string, log: Log): Promise<void> {
  if (!existsSync(dataFolder)) return;
  const folder = realpathSync(dataFolder);
  const pidFile = join(folder, 'postmaster.pid');
  const pid = readPid(pidFile);
  if (pid !== null && !isGone(pid) && worksIn(pid, folder)) {
    log.info('ending the database that a killed server left running', { pid });
    await endProcess(pid);
  }
  // A postmaster's children end by themselves when it dies, but not at once, and they hold its shared memory.
  if (!(await until(childrenMs, () => processesIn(folder).length === 0)))
    throw new StartError(
      `Processes of an earlier database still run on ${dataFolder} (${processesIn(folder).join(', ')}): end them and start again.`,
    );
  // The number in these files may be a zombie's or by now another program's; PostgreSQL would refuse to start because of it.
  rmSync(pidFile, { force: true });
  for (const name of ['.s.PGSQL.5432', '.s.PGSQL.5432.lock']) rmSync(join(socketFolder, name), { force: true });
}

/** SIGINT (no new connections, transactions rolled back, checkpoint), after a while SIGQUIT. */
async function endProcess(pid: number): Promise<void> {
  send(pid, 'SIGINT');
  if (await until(fastMs, () => isGone(pid))) return;
  send(pid, 'SIGQUIT');
  if (await until(immediateMs, () => isGone(pid))) return;
  throw new StartError(`The database with pid ${pid} does not stop: end it and start again.`);
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone between the look and the signal, which is what was wanted.
  }
}

function readPid(pidFile: string): number | null {
  if (!existsSync(pidFile)) return null;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

/** Waits until it holds; false after `timeoutMs`. */
export async function until(timeoutMs: number, holds: () => boolean): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (!holds()) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}
