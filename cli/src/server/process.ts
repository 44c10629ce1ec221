/** Starts the server as a process of its own: the command line knows its path and nothing else of it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { repository } from '../control/key.ts';
import { Failure } from '../failure.ts';

const serverMain = join(repository, 'server', 'src', 'main.ts');
/**
 * Node would let the space for new objects grow to 64 MB and more, twice over, when a thousand stacks are compiled, and keep it.
 * What a request leaves behind fits into a quarter of that many times over.
 */
const newSpace = '--max-semi-space-size=16';
const nodeArguments = ['--disable-proto=delete', newSpace, serverMain];

/** The environment of a server: ours, with its compiled code kept where the command line keeps its own. */
function serverEnvironment(extra: Readonly<Record<string, string>>): Record<string, string> {
  const cache = join(repository, 'node_modules', '.cache', 'ashlar');
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) own[name] = value;
  return { NODE_COMPILE_CACHE: cache, ...own, ...extra };
}

/**
 * Becomes the server. Where the platform can, this process turns into it, so that signals and exit code are the server's own
 * and nothing is left behind when it is killed; elsewhere it waits for a child and passes signals on.
 */
export async function becomeServer(extra: Readonly<Record<string, string>>): Promise<number> {
  const environment = serverEnvironment(extra);
  if (process.platform !== 'win32' && process.execve !== undefined)
    process.execve(process.execPath, [process.execPath, ...nodeArguments], environment);
  const child = spawn(process.execPath, nodeArguments, { env: environment, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  return exitOf(child);
}

/** A server that a command has started for itself. */
export interface ServerProcess {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Resolves with the exit code when it ends, however that comes. */
  readonly ended: Promise<number>;
  /** Stops it in order and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts a server and waits until it is ready. Throws Failure with the server's own exit code when it can't start. */
export async function startServerProcess(extra: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const environment = serverEnvironment(extra);
  const child = spawn(process.execPath, nodeArguments, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = exitOf(child);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  // A signal while the server starts must not leave it behind.
  const onSignal = (): void => void stop();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const url = await Promise.race([
      readyUrl(child.stdout),
      ended.then((code) => {
        throw new Failure('The server did not start.', code === 0 ? 1 : code, 'server_not_started');
      }),
    ]);
    return { url, ended, stop };
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function exitOf(child: ChildProcessByStdio<null, Readable | null, null> | ReturnType<typeof spawn>): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  });
}

/** The address in the lines that a ready server prints. What it prints besides (a new admin key) is not passed on. */
function readyUrl(stdout: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const url = /^Ashlar is ready[^\n]*\n\s+(https?:\/\/\S+)\n/m.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
