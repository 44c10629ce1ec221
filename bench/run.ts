/**
 * `npm run bench`: Ashlar beside the same service written by hand, over one embedded database, in one run. Options:
 * `--rounds N`, `--seconds N`, `--connections N`, `--only CELL`, `--out FILE`, `--profile FOLDER`.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cells } from './cells.ts';
import { type Child, startChild } from './child.ts';
import { expectSameAnswers, measureCell, type Plan, type Result, type Service } from './measure.ts';
import { itemLines } from './rows.ts';
import type { AshlarStarted } from './services/ashlar.ts';

const here = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(here, 'results/latest.json') },
    profile: { type: 'string', default: '' },
  },
});

/** Processors: the server under test on one, database and loader on another; null where that can't be had. */
const cpus = pinnable() ? { server: 0, rest: 1 } : null;

function pinnable(): boolean {
  if (process.platform !== 'linux' || availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-c', '0,1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Moves a process and its children; those that it starts later follow it. */
function pin(pid: number, cpu: number): void {
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

/** The workspace with the table's rows, in a folder of its own. */
function makeWorkspace(folder: string): string {
  const workspace = join(folder, 'workspace');
  cpSync(join(here, 'workspace'), workspace, { recursive: true });
  mkdirSync(join(workspace, 'seeds'));
  writeFileSync(join(workspace, 'seeds/item.jsonl'), itemLines());
  return workspace;
}

async function measureAll(folder: string, children: Child[]): Promise<readonly Result[]> {
  const start = (script: string, cpu: number | undefined, env = {}): Child => {
    // A profile for each process that serves, in the format of the browser's tools.
    const profiled = options.profile !== '' && script.startsWith('services/');
    const flags = profiled ? ['--cpu-prof', `--cpu-prof-dir=${options.profile}`] : [];
    const child = startChild(join(here, script), cpu ?? null, env, flags);
    children.push(child);
    return child;
  };
  const ashlar = start('services/ashlar.ts', cpus?.server, {
    PORT: '0',
    ASHLAR_DATA: join(folder, 'data'),
    ASHLAR_WORKSPACES: makeWorkspace(folder),
  });
  const { url, database, postmaster } = await ashlar.ask<AshlarStarted>({ say: 'address' });
  if (cpus !== null) pin(postmaster, cpus.rest);
  const byHand = start('services/by-hand.ts', cpus?.server, { DATABASE: JSON.stringify(database) });
  const loader = start('loader.ts', cpus?.rest);
  const ours: Service = { url, child: ashlar };
  const baseline: Service = { url: await byHand.ask<string>({ say: 'address' }), child: byHand };
  const plan: Plan = {
    rounds: Number(options.rounds),
    seconds: Number(options.seconds),
    warmUpSeconds: Math.min(1, Number(options.seconds)),
    connections: Number(options.connections),
  };
  const results: Result[] = [];
  for (const cell of cells.filter(({ name }) => options.only === '' || name === options.only)) {
    await expectSameAnswers(cell, [ours, baseline]);
    const result = await measureCell(cell, ours, baseline, loader, plan);
    results.push(result);
    process.stdout.write(`${line(result)}\n`);
  }
  return results;
}

function line({ name, ratio, cpu_ratio, ours, baseline, loader_busy }: Result): string {
  const figures = (one: Result['ours']): string =>
    `${String(one.rps).padStart(6)} /s  p50 ${one.p50_ms.toFixed(2)} ms  p99 ${one.p99_ms.toFixed(2)} ms  ${one.server_us.toFixed(0)} µs`;
  return [
    `${name.padEnd(14)} ratio ${ratio.toFixed(2)}  processor ${cpu_ratio.toFixed(2)}  (loader busy ${Math.round(loader_busy * 100)} %)`,
    `  Ashlar   ${figures(ours)}`,
    `  by hand  ${figures(baseline)}`,
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'));
// The database's own account has to pass through.
chmodSync(folder, 0o711);
const children: Child[] = [];
try {
  const results = await measureAll(folder, children);
  if (!existsSync(dirname(options.out))) mkdirSync(dirname(options.out), { recursive: true });
  const { rounds, seconds, connections } = options;
  const conditions = { node: process.version, rounds, seconds, connections, pinned: cpus !== null };
  writeFileSync(options.out, `${JSON.stringify({ results, conditions }, null, 2)}\n`);
} finally {
  for (const child of children.reverse()) await child.stop();
  rmSync(folder, { recursive: true, force: true });
}
