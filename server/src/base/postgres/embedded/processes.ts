/** Looking at other processes: is it alive, and is it a PostgreSQL on our data folder? */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

const hasProc = existsSync('/proc/self/stat');

/** Not there at all, or dead and only waiting for its parent to notice (state Z). */
export function isGone(pid: number): boolean {
  const state = stateOf(pid);
  return state === null || state === 'Z' || state === 'X';
}

/** The letter that ps shows; null where there is no such process. */
function stateOf(pid: number): string | null {
  try {
    if (!hasProc) return ps(pid, 'stat').slice(0, 1) || null;
    // The command stands in brackets and may hold anything, brackets too.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).slice(0, 1);
  } catch {
    return null;
  }
}

/**
 * Whether the process works in this data folder: a postmaster and its children have it as their working directory. A number that
 * some other program got meanwhile answers false.
 */
export function worksIn(pid: number, dataFolder: string): boolean {
  try {
    if (!hasProc) return ps(pid, 'command').includes(dataFolder);
    return readlinkSync(`/proc/${pid}/cwd`) === dataFolder;
  } catch {
    return false;
  }
}

/** Living processes that work in the folder. Empty where the system has no /proc. */
export function processesIn(dataFolder: string): readonly number[] {
  if (!hasProc) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && !isGone(pid) && worksIn(pid, dataFolder));
}

function ps(pid: number, column: 'stat' | 'command'): string {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
