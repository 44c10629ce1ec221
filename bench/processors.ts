/** Which processor each process of the benchmark gets. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The service under test has one, database and loader the other; null where that can't be had. */
export const processors: { readonly server: number; readonly rest: number } | null = pinnable() ? { server: 0, rest: 1 } : null;

function pinnable(): boolean {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Moves a process and its children to a processor; those that it starts later follow it. */
export function pin(pid: number, cpu: number): void {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(name) === pid);
  for (const one of [pid, ...children])
    execFileSync('taskset', ['-a', '-c', '-p', String(cpu), String(one)], { stdio: 'ignore' });
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
