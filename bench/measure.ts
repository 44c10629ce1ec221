/** Rounds, and what is made of them. */
import { type Cell, rawRequest } from './cells.ts';
import type { Child } from './child.ts';
import type { Load, Loaded } from './loader.ts';

export interface Service {
  readonly url: string;
  readonly child: Child;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly connections: number;
}

/** One service's figures of a cell. */
export interface Figures {
  readonly rps: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Processor time of the server for a request, in microseconds. */
  readonly server_us: number;
}

export interface Result {
  readonly name: string;
  /** Throughput of Ashlar by that of the service by hand, in the same round; the median of the rounds. */
  readonly ratio: number;
  /** Processor time a request of the service by hand by that of Ashlar: above 1, Ashlar takes less. */
  readonly cpu_ratio: number;
  readonly ours: Figures;
  readonly baseline: Figures;
  /** The loader's own share of its processor, at most in any round: near 1 it was the limit, and ratios come out too near to 1. */
  readonly loader_busy: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}

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

interface Round extends Figures {
  readonly loaderBusy: number;
}

async function measureOnce(cell: Cell, { url, child }: Service, loader: Child, plan: Plan): Promise<Round> {
  const { host, port } = new URL(url);
  const load = (seconds: number): Load => ({
    port: Number(port),
    requests: cell.requests.map((request) => rawRequest(request, host)),
    connections: plan.connections,
    durationMs: seconds * 1_000,
  });
  await loader.ask<Loaded>(load(plan.warmUpSeconds));
  const before = await child.ask<number>({ say: 'cpu' });
  const loaded = await loader.ask<Loaded>(load(plan.seconds));
  const serverUs = (await child.ask<number>({ say: 'cpu' })) - before;
  if (loaded.failures > 0) throw new Error(`${cell.name}: ${loaded.failures} failures at ${url}, first: ${loaded.firstFailure}`);
  return {
    rps: loaded.answers / loaded.seconds,
    p50_ms: loaded.p50Ms,
    p99_ms: loaded.p99Ms,
    server_us: serverUs / loaded.answers,
    loaderBusy: loaded.cpuUs / 1e6 / loaded.seconds,
  };
}

function summed(rounds: readonly Round[]): Figures {
  const of = (name: keyof Figures, digits: number): number => Number(median(rounds.map((round) => round[name])).toFixed(digits));
  return { rps: of('rps', 0), p50_ms: of('p50_ms', 3), p99_ms: of('p99_ms', 3), server_us: of('server_us', 1) };
}

/** Measures a cell: both services in each round, who comes first in turn. */
export async function measureCell(cell: Cell, ours: Service, baseline: Service, loader: Child, plan: Plan): Promise<Result> {
  const [ourRounds, baselineRounds]: [Round[], Round[]] = [[], []];
  for (let round = 0; round < plan.rounds; round += 1) {
    const both = [
      async () => ourRounds.push(await measureOnce(cell, ours, loader, plan)),
      async () => baselineRounds.push(await measureOnce(cell, baseline, loader, plan)),
    ];
    for (const measure of round % 2 === 0 ? both : both.reverse()) await measure();
  }
  const pairs = ourRounds.map((round, i) => [round, baselineRounds[i] ?? round] as const);
  return {
    name: cell.name,
    ratio: Number(median(pairs.map(([one, other]) => one.rps / other.rps)).toFixed(3)),
    cpu_ratio: Number(median(pairs.map(([one, other]) => other.server_us / one.server_us)).toFixed(3)),
    ours: summed(ourRounds),
    baseline: summed(baselineRounds),
    loader_busy: Number(Math.max(...[...ourRounds, ...baselineRounds].map((round) => round.loaderBusy)).toFixed(2)),
  };
}
