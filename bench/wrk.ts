/** The loader where wrk is installed: the same requests, for less of the processor that it shares with the database. */
import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Load, Loaded } from './loader.ts';

/** Whether there is a wrk to be run; it counts on other tools of Unix. */
export function wrkIsThere(path = process.env.PATH ?? ''): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, 'wrk'), constants.X_OK);
      return process.platform === 'linux';
    } catch {
      return false;
    }
  });
}

/** wrk counts whole seconds. */
export const canWrk = ({ durationMs }: Load): boolean => durationMs >= 1_000 && durationMs % 1_000 === 0;

/** As a text of Lua; bytes that might mean something there are written as numbers. */
const luaText = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => (/[\w /:,.?=&{}[\]-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`)).join('')}"`;

const scriptOf = (requests: readonly string[]): string => `
local requests = {
${requests.map(luaText).join(',\n')}
}
local turn = 0
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\\n{"answers":%d,"bad":%d,"broken":%d,"micros":%d,"p50":%d,"p99":%d,"longest":%d}\\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99), latency.max))
end
`;

interface Said {
  readonly answers: number;
  /** Answers of status 400 and more. */
  readonly bad: number;
  readonly broken: number;
  readonly micros: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

/** Ticks of the kernel's clock in a second, in which /proc tells times. */
const ticks = 100;

/** Microseconds of processor time of the processes that this one has started and that have ended. */
function childrenCpuUs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // After the name in brackets: state, parent, …; the 14th and 15th are those of children, in user mode and in the kernel.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[13]) + Number(fields[14])) * 1e6) / ticks;
}

/** Runs wrk. Throws when a connection failed. */
export async function loadWithWrk({ port, requests, connections, durationMs }: Load): Promise<Loaded> {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-wrk-'));
  try {
    const script = join(folder, 'requests.lua');
    writeFileSync(script, scriptOf(requests));
    const cpuBefore = childrenCpuUs();
    const args = [
      '-t1',
      `-c${connections}`,
      `-d${durationMs / 1_000}s`,
      '--timeout',
      '10s',
      '-s',
      script,
      `http://127.0.0.1:${port}`,
    ];
    const { stdout } = await promisify(execFile)('wrk', args);
    const said: Said = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    if (said.broken > 0) throw new Error(`wrk: ${said.broken} connections failed or were late\n${stdout}`);
    return {
      answers: said.answers,
      failures: said.bad,
      firstFailure: said.bad > 0 ? 'wrk does not tell, --loader own does' : null,
      seconds: said.micros / 1e6,
      p50Ms: said.p50 / 1_000,
      p99Ms: said.p99 / 1_000,
      longestMs: said.longest / 1_000,
      cpuUs: childrenCpuUs() - cpuBefore,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
