/** Runs the `ashlar` command as people do: the launcher as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export const repository = join(import.meta.dirname, '..', '..');
const launcher = join(repository, 'cli', 'bin', 'ashlar.js');

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; it is closed after it. */
  readonly input?: string;
  /** The Node that starts the launcher; the one of this test by default. */
  readonly node?: string;
}

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves with everything on stdout once it matches. Fails when the command ends before. */
  seen(pattern: RegExp): Promise<string>;
}

/** Our environment without settings of a server, which would be somebody else's. */
function cleanEnvironment(): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env))
    if (value !== undefined && !/^(ASHLAR_.*|PORT|HOST|DATABASE_URL|REDIS_URL|NODE_OPTIONS|FORCE_COLOR)$/.test(name))
      kept[name] = value;
  return kept;
}

/** Starts a command. */
export function start(args: readonly string[], options: CommandOptions = {}): Running {
  const child = spawn(options.node ?? process.execPath, [launcher, ...args], {
    cwd: options.cwd ?? repository,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: 'pipe',
  });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part;
  });
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      signal === null ? resolve({ code: code ?? -1, out, err }) : reject(new Error(`ended by ${signal}`)),
    );
  });
  const seen = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (pattern.test(out)) resolve(out);
      };
      waiting.add(look);
      look();
      ended.then(
        () => reject(new Error(`ended before ${pattern}:\n${out}\n${err}`)),
        (error: unknown) => reject(error),
      );
    });
  return { child, ended, seen };
}

/** Runs a command to its end. */
export const ashlar = (args: readonly string[], options: CommandOptions = {}): Promise<Ended> => start(args, options).ended;

/** A Node older than 24 on this machine, for the launcher; undefined without one. */
export function olderNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file) && file !== process.execPath);
}

/** Processes below one, by id, all generations. Linux only. */
export function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(name);
    if (parent !== undefined) parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const children = parents.get(next) ?? [];
    found.push(...children);
    waiting.push(...children);
  }
  return found;
}

/** Whether a process is there and no zombie. */
export const isAlive = (pid: number): boolean => parentOf(String(pid)) !== undefined;

function parentOf(pid: string): number | undefined {
  try {
    const [state, parent] = (readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '').split(' ');
    return state === 'Z' || parent === undefined ? undefined : Number(parent);
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
