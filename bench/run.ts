/**
 * `npm run bench`: Ashlar beside the same service written by hand, over one embedded database, in one run. Options:
 * `--rounds N`, `--seconds N`, `--connections N`, `--only CELL[,CELL]`, `--out FILE`, `--profile FOLDER`, `--loader own`, `--check`.
 */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cells } from './cells.ts';
import { type Child, startChild } from './child.ts';
import { compile1000, measureCompile1000 } from './compile-1000.ts';
import { Database } from './database.ts';
import { measureCell, type Plan } from './measure.ts';
import { pin, processors } from './processors.ts';
import { type Result, roundText, table, verdicts } from './results.ts';
import { seeds } from './rows.ts';
import type { AshlarStarted } from './services/ashlar.ts';
import { measureSlowNeighbour, slowNeighbour } from './slow-neighbour.ts';
import { measureStack60Steps, stack60Steps } from './stack-60-steps.ts';
import { wrkIsThere } from './wrk.ts';

const here = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '32' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: join(here, 'results/latest.json') },
    profile: { type: 'string', default: '' },
    loader: { type: 'string', default: 'wrk' },
    check: { type: 'boolean', default: false },
  },
});
const plan: Plan = {
  rounds: Number(options.rounds),
  seconds: Number(options.seconds),
  warmUpSeconds: Math.min(0.7, Number(options.seconds)),
  connections: Number(options.connections),
  wrk: options.loader === 'wrk' && wrkIsThere(),
};

/** The cells in the order of measuring. */
const names = [...cells.map(({ name }) => name), slowNeighbour, stack60Steps, compile1000];
const wanted = new Set(options.only === '' ? names : options.only.split(','));
for (const name of wanted) if (!names.includes(name)) throw new Error(`there is no cell ${name}; there are ${names.join(', ')}`);

/** The workspace with the tables' rows, in a folder of its own. */
function makeWorkspace(folder: string): string {
  const workspace = join(folder, 'workspace');
  cpSync(join(here, 'workspace'), workspace, { recursive: true });
  mkdirSync(join(workspace, 'seeds'));
  for (const [name, lines] of Object.entries(seeds())) writeFileSync(join(workspace, `seeds/${name}.jsonl`), lines);
  return workspace;
}

function start(children: Child[], script: string, cpu: number | undefined, env = {}): Child {
  // A profile for each process that serves, in the format of the browser's tools.
  const profiled = options.profile !== '' && script.startsWith('services/');
  // As `ashlar start` has it; the other service gets the same.
  const space = script.startsWith('services/') ? ['--max-semi-space-size=16'] : [];
  const flags = profiled ? [...space, '--cpu-prof', `--cpu-prof-dir=${options.profile}`] : space;
  const child = startChild(join(here, script), cpu ?? null, env, flags);
  children.push(child);
  return child;
}

/** A cell that can't be measured is told as such; the others go on. */
async function orFailed(name: string, measuring: Promise<Result>): Promise<Result> {
  try {
    return await measuring;
  } catch (error) {
    return { name, failed: error instanceof Error ? error.message : String(error) };
  }
}

/** The cells that need both services; each result is told as soon as it is there. */
async function measureServices(folder: string, children: Child[], tell: (result: Result) => void): Promise<void> {
  const measured = cells.filter(({ name }) => wanted.has(name));
  if (measured.length === 0 && !wanted.has(slowNeighbour)) return;
  const ashlar = start(children, 'services/ashlar.ts', processors?.server, {
    PORT: '0',
    ASHLAR_DATA: join(folder, 'data'),
    ASHLAR_WORKSPACES: makeWorkspace(folder),
  });
  const { url, database: place, superuser, postmaster } = await ashlar.ask<AshlarStarted>({ say: 'address' });
  if (processors !== null) pin(postmaster, processors.rest);
  const byHand = start(children, 'services/by-hand.ts', processors?.server, { DATABASE: JSON.stringify(place) });
  const loader = start(children, 'loader.ts', processors?.rest);
  const baseline = { url: await byHand.ask<string>({ say: 'address' }), child: byHand };
  const database = new Database(superuser);
  await database.open();
  try {
    for (const cell of measured)
      tell(await orFailed(cell.name, measureCell(cell, { ours: { url, child: ashlar }, baseline, loader, database }, plan)));
    if (!wanted.has(slowNeighbour)) return;
    await database.tidy();
    const other = start(children, 'loader.ts', processors?.rest);
    tell(await orFailed(slowNeighbour, measureSlowNeighbour({ url, loader, other, database }, plan)));
  } finally {
    await database.close();
  }
}

async function measureAll(folder: string): Promise<readonly Result[]> {
  const results: Result[] = [];
  const tell = (result: Result): void => {
    results.push(result);
    process.stdout.write(roundText(result));
  };
  const children: Child[] = [];
  try {
    await measureServices(folder, children, tell);
  } finally {
    for (const child of children.reverse()) await child.stop();
  }
  const cpu = processors?.server ?? null;
  if (wanted.has(stack60Steps)) tell(await measureStack60Steps(cpu, plan.rounds, plan.seconds));
  if (wanted.has(compile1000)) tell(await measureCompile1000(folder, cpu, Math.min(3, plan.rounds)));
  return results;
}

const folder = mkdtempSync(join(tmpdir(), 'ashlar-bench-'));
// The database's own account has to pass through.
chmodSync(folder, 0o711);
try {
  const results = await measureAll(folder);
  const conditions = { at: new Date().toISOString(), node: process.version, ...plan, pinned: processors !== null };
  mkdirSync(dirname(options.out), { recursive: true });
  writeFileSync(options.out, `${JSON.stringify({ results, conditions }, null, 2)}\n`);
  process.stdout.write(`\n${table(results)}`);
  const missed = options.check && results.flatMap(verdicts).some(({ holds }) => holds === false);
  if (missed || results.some((result) => 'failed' in result)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
