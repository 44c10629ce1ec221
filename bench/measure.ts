/** Rounds over HTTP, and what is made of them. */
import { type Cell, rawRequest } from './cells.ts';
import type { Child } from './child.ts';
import type { Database } from './database.ts';
import type { Load, Loaded } from './loader.ts';
import type { Figures, RatioResult } from './results.ts';

export interface Service {
  readonly url: string;
  readonly child: Child;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
  /** Whether wrk sends the requests that are measured. */
  readonly wrk: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

/** A number as it stands in the results. */
export const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** Asks both for the same things, and fails where their answers differ: a ratio between different answers says nothing. */
export async function expectSameAnswers(cell: Cell, services: readonly Service[]): Promise<void> {
  for (const { method, path, body } of cell.requests.slice(0, 20)) {
    const answers = await Promise.all(
      services.map(async ({ url }) => {
        const headers = { 'Content-Type': 'application/json' };
        const sent = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
        const answer = await fetch(url + path, sent);
        const parsed: unknown = await answer.json();
        return `${answer.status} ${JSON.stringify(sortedMembers(parsed, cell.varying))}`;
      }),
    );
    if (new Set(answers).size !== 1) throw new Error(`${cell.name}: the answers to ${path} differ:\n${answers.join('\n')}`);
  }
}

function sortedMembers(value: unknown, leftOut: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => sortedMembers(item, leftOut));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !leftOut.includes(name));
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => [name, sortedMembers(item, leftOut)]),
  );
}

/** Loads a service; throws when an answer was none of success. */
export async function loadService(
  cell: Pick<Cell, 'name' | 'requests'>,
  url: string,
  loader: Child,
  { connections, seconds, wrk }: Pick<Plan, 'connections' | 'seconds' | 'wrk'>,
): Promise<Loaded> {
  const { host, port } = new URL(url);
  const requests = cell.requests.map((request) => rawRequest(request, host));
  const load: Load = { port: Number(port), requests, connections, durationMs: seconds * 1_000, wrk };
  const loaded = await loader.ask<Loaded>(load);
  if (loaded.failures > 0) throw new Error(`${cell.name}: ${loaded.failures} failures at ${url}, first: ${loaded.firstFailure}`);
  return loaded;
}

interface Round extends Figures {
  readonly loaderBusy: number;
}

async function measureOnce(cell: Cell, { url, child }: Service, loader: Child, plan: Plan): Promise<Round> {
  await loadService(cell, url, loader, { ...plan, seconds: plan.warmUpSeconds });
  const before = await child.ask<number>({ say: 'cpu' });
  const loaded = await loadService(cell, url, loader, plan);
  const serverUs = (await child.ask<number>({ say: 'cpu' })) - before;
  return {
    rps: loaded.answers / loaded.seconds,
    p50_ms: loaded.p50Ms,
    p99_ms: loaded.p99Ms,
    server_us: serverUs / loaded.answers,
    loaderBusy: loaded.cpuUs / 1e6 / loaded.seconds,
  };
}

function summed(rounds: readonly Round[]): Figures {
  const of = (name: keyof Figures, digits: number): number => rounded(median(rounds.map((round) => round[name])), digits);
  return { rps: of('rps', 0), p50_ms: of('p50_ms', 3), p99_ms: of('p99_ms', 3), server_us: of('server_us', 1) };
}

export interface Measured {
  readonly ours: Service;
  readonly baseline: Service;
  readonly loader: Child;
  readonly database: Database;
}

/** Measures a cell: both services in each round, who comes first in turn, on tables that are as they were. */
export async function measureCell(cell: Cell, { ours, baseline, loader, database }: Measured, plan: Plan): Promise<RatioResult> {
  await expectSameAnswers(cell, [ours, baseline]);
  if (!cell.writes) await database.tidy();
  const [ourRounds, baselineRounds]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < plan.rounds; round += 1) {
    const both = [
      async () => ourRounds.push(await measureOnce(cell, ours, loader, plan)),
      async () => baselineRounds.push(await measureOnce(cell, baseline, loader, plan)),
    ];
    for (const measure of round % 2 === 0 ? both : both.reverse()) {
      if (cell.writes) await database.tidy();
      await measure();
    }
  }
  const pairs = ourRounds.map((round, i) => [round, baselineRounds[i] ?? round] as const);
  const [one, other] = [summed(ourRounds), summed(baselineRounds)];
  return {
    name: cell.name,
    ratio: rounded(median(pairs.map(([mine, theirs]) => mine.rps / theirs.rps)), 3),
    cpu_ratio: rounded(median(pairs.map(([mine, theirs]) => theirs.server_us / mine.server_us)), 3),
    p99_ratio: rounded(one.p99_ms / other.p99_ms, 3),
    ours: one,
    baseline: other,
    loader_busy: rounded(Math.max(...[...ourRounds, ...baselineRounds].map((round) => round.loaderBusy)), 2),
  };
}
