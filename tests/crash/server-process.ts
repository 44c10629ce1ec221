/** The server as a process on a data folder of its own, to be killed and started again on the same folder and port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { processesIn } from '../../server/src/base/postgres/embedded/processes.ts';

const main = join(import.meta.dirname, '../../server/src/main.ts');
const startMs = 60_000;

export interface ServerOptions {
  readonly data: string;
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** A shell runs it, and gets the signals. */
  readonly shell?: boolean;
}

/** Starts `main.ts`, as `npm start` does in the end. */
export class ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Exit code, or the signal's name, once the process is over. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  stdout = '';
  stderr = '';

  constructor({ data, port, environment = {}, shell = false }: ServerOptions) {
    this.url = `http://127.0.0.1:${port}`;
    const command = [process.execPath, '--disable-proto=delete', main] as const;
    // Something after it keeps the shell from becoming it.
    const [program, ...args] = shell ? (['/bin/sh', '-c', '"$@"; true', 'sh', ...command] as const) : command;
    this.child = spawn(program, args, {
      env: { PATH: process.env.PATH, PORT: String(port), ASHLAR_DATA: data, ASHLAR_WORKSPACES: '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8');
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until `/health` answers 200. Throws with the server's output when it ends first. */
  async ready(): Promise<void> {
    await this.until(async () => (await healthOf(this.url)) === 200, startMs, 'the server to be ready');
  }

  /** Waits for something while the server lives. */
  async until(holds: () => boolean | Promise<boolean>, timeoutMs: number, what: string): Promise<void> {
    const end = performance.now() + timeoutMs;
    while (!(await holds())) {
      if (this.isOver) throw new Error(`waiting for ${what}, the server ended\n${this.stdout}\n${this.stderr}`);
      if (performance.now() > end) throw new Error(`waiting for ${what} took ${timeoutMs} ms\n${this.stdout}\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Status of `/health`; null while nobody answers. */
export async function healthOf(url: string, path = '/health'): Promise<number | null> {
  try {
    const answer = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}

/** The embedded database's main process; null while there is none. */
export function postmasterOf(data: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(data, 'postgres/data/postmaster.pid'), 'utf8'), 10);
    return processesIn(join(data, 'postgres/data')).includes(pid) ? pid : null;
  } catch {
    return null;
  }
}

/** Everything of PostgreSQL that runs on the data. */
export const databaseProcesses = (data: string): readonly number[] => processesIn(join(data, 'postgres/data'));

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Kills what is left of a database; one that ends by itself meanwhile is fine. */
export function killDatabase(data: string): void {
  for (const pid of databaseProcesses(data)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
