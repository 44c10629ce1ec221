/** The embedded PostgreSQL: started, watched, started again when it dies, stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, fchownSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { Log } from '../../log/index.ts';
import { StartError } from '../start-error.ts';
import { spawnAs } from './account.ts';
import { type Binaries, findBinaries, usableBinaries } from './binaries.ts';
import { cleanEnvironment, lastLine, makeCluster, readPassword, superuser, writeConfiguration } from './cluster.ts';
import { type ClusterFolders, prepareFolders } from './folders.ts';
import { type FolderLock, lockFolder } from './lock.ts';
import { takeOver, until } from './takeover.ts';

export interface EmbeddedOptions {
  readonly dataPath: string;
  /** The folder was asked for by ASHLAR_DATA: no other may be taken. */
  readonly explicit: boolean;
  readonly log: Log;
  /** False for tests only: nothing is synced to disk. */
  readonly durable?: boolean;
  /** Where data go that can't stay in the default folder; `/var/lib/ashlar`. */
  readonly sharedBase?: string;
}

/** Time for PostgreSQL to answer after its start; while it recovers from a crash it may take longer. In milliseconds. */
const startMs = 60_000;
const recoveryMs = 600_000;
const fastStopMs = 60_000;
const immediateStopMs = 10_000;
const restartDelaysMs = [100, 500, 1_000, 2_000, 5_000];
const logFileBytes = 10_000_000;

/** A running embedded PostgreSQL. */
export class EmbeddedServer {
  readonly #folders: ClusterFolders;
  readonly #binaries: Binaries;
  readonly #lock: FolderLock;
  readonly #log: Log;
  readonly #password: string;
  #child: ChildProcess | null = null;
  #stopping = false;
  #restarting: Promise<void> | null = null;
  /** Started, but not answering yet. */
  #starting: ChildProcess | null = null;
  readonly #atExit = (): void => void (this.#child ?? this.#starting)?.kill('SIGINT');

  private constructor(folders: ClusterFolders, binaries: Binaries, lock: FolderLock, log: Log) {
    this.#folders = folders;
    this.#binaries = binaries;
    this.#lock = lock;
    this.#log = log;
    this.#password = readPassword(folders);
  }

  /** Makes the cluster where there is none, takes over what a killed server left, starts. Throws StartError. */
  static async start(options: EmbeddedOptions): Promise<EmbeddedServer> {
    const { log } = options;
    const durable = options.durable ?? true;
    const packaged = findBinaries();
    const folders = prepareFolders(options.dataPath, options.explicit, options.sharedBase);
    const { binaries, copied } = usableBinaries(packaged, dirname(folders.root), folders.account);
    if (folders.moved || copied)
      log.info(
        `PostgreSQL runs as ${folders.account?.name ?? 'this user'}, ${folders.moved ? `which can not reach ${options.dataPath}: its data are in ${folders.root}` : `its data are in ${folders.root}`}${copied ? `, its programs in ${binaries.folder}` : ''}`,
      );
    const lock = await lockFolder(folders.root, folders.socket);
    try {
      await takeOver(folders.data, folders.socket, log);
      await makeCluster(folders, binaries, durable);
      writeConfiguration(folders, durable);
      const server = new EmbeddedServer(folders, binaries, lock, log);
      process.once('exit', server.#atExit);
      try {
        await server.#launch();
      } catch (error) {
        process.off('exit', server.#atExit);
        throw error;
      }
      return server;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** How its superuser connects to a database. */
  connection(database: string): ClientConfig {
    return { host: this.#folders.socket, port: 5432, user: superuser, password: this.#password, database };
  }

  /** PostgreSQL's major version. */
  get major(): number {
    return Number(this.#binaries.major);
  }

  /** Its process's number; null while it is away. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /** Ends it in order: open transactions are rolled back, a checkpoint is written. */
  async stop(): Promise<void> {
    this.#stopping = true;
    process.off('exit', this.#atExit);
    await this.#restarting;
    const child = this.#child;
    if (child !== null) await endChild(child);
    if (!this.#folders.socket.startsWith(this.#folders.root)) rmSync(this.#folders.socket, { recursive: true, force: true });
    await this.#lock.release();
  }

  async #launch(): Promise<void> {
    const file = openLog(this.#folders);
    const child = spawn(join(this.#binaries.folder, 'bin/postgres'), ['-D', this.#folders.data], {
      cwd: this.#folders.root,
      env: cleanEnvironment,
      // A group of its own: Ctrl-C in the terminal reaches the server alone, which then ends PostgreSQL in order.
      detached: true,
      stdio: ['ignore', file, file],
      ...spawnAs(this.#folders.account),
    });
    closeSync(file);
    child.unref();
    this.#starting = child;
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(new StartError(`PostgreSQL could not be started: ${error.message}.`)));
      child.once('exit', () =>
        reject(new StartError(`PostgreSQL ended while starting: ${lastLine(tail(this.#folders.logFile))}`)),
      );
    });
    failed.catch(() => {});
    try {
      await Promise.race([failed, this.#answers()]);
    } catch (error) {
      await endChild(child);
      throw error;
    } finally {
      this.#starting = null;
    }
    this.#child = child;
    child.once('exit', (code, signal) => this.#died(code, signal));
    if (child.exitCode !== null || child.signalCode !== null) this.#died(child.exitCode, child.signalCode);
  }

  /** Resolves when a connection succeeds. */
  async #answers(): Promise<void> {
    const start = performance.now();
    for (;;) {
      const client = new Client({ ...this.connection('postgres'), connectionTimeoutMillis: 5_000 });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        await client.end().catch(() => {});
        if (this.#stopping) throw new StartError('PostgreSQL was stopped while it started.');
        const code = error instanceof Error && 'code' in error ? error.code : undefined;
        // 28P01: the password file is not this cluster's; no waiting helps.
        if (code === '28P01') throw new StartError(`${this.#folders.passwordFile} does not hold this database's password.`);
        if (performance.now() - start > (code === '57P03' ? recoveryMs : startMs))
          throw new StartError(`PostgreSQL did not answer within ${startMs / 1_000} s: ${lastLine(tail(this.#folders.logFile))}`);
        await sleep(25);
      }
    }
  }

  #died(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child === null) return;
    this.#child = null;
    if (this.#stopping) return;
    this.#log.error('PostgreSQL ended by itself and is started again', { code, signal });
    this.#restarting = this.#restart().finally(() => {
      this.#restarting = null;
    });
  }

  async #restart(): Promise<void> {
    for (let attempt = 0; !this.#stopping; attempt++) {
      await sleep(restartDelaysMs[Math.min(attempt, restartDelaysMs.length - 1)]);
      if (this.#stopping) return;
      try {
        await takeOver(this.#folders.data, this.#folders.socket, this.#log);
        await this.#launch();
        this.#log.info('PostgreSQL runs again');
        return;
      } catch (error) {
        if (!this.#stopping)
          this.#log.error('PostgreSQL could not be started again', { reason: (error as Error).message, attempt: attempt + 1 });
      }
    }
  }
}

/** SIGINT: a fast shutdown; then SIGQUIT, which skips the checkpoint; then the kernel's. */
async function endChild(child: ChildProcess): Promise<void> {
  const gone = (): boolean => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  for (const [signal, waitMs] of [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
    ['SIGKILL', immediateStopMs],
  ] as const) {
    if (gone()) return;
    child.kill(signal);
    if (await until(waitMs, gone)) return;
  }
}

/** PostgreSQL's own log; one older file is kept. */
function openLog(folders: ClusterFolders): number {
  if (existsSync(folders.logFile) && statSync(folders.logFile).size > logFileBytes)
    renameSync(folders.logFile, `${folders.logFile}.1`);
  const file = openSync(folders.logFile, 'a', 0o600);
  if (folders.account !== null) fchownSync(file, folders.account.uid, folders.account.gid);
  return file;
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-4_096);
  } catch {
    return '';
  }
}
