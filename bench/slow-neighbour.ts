/** What a slow endpoint does to its neighbours: p99 of quick reads, alone and beside four callers of something that takes two seconds. */
import { setTimeout as sleep } from 'node:timers/promises';
import { readById } from './cells.ts';
import type { Child } from './child.ts';
import type { Database } from './database.ts';
import type { Loaded } from './loader.ts';
import { loadService, median, type Plan, rounded } from './measure.ts';
import type { MeasuredValue, ValuesResult } from './results.ts';

/** How long the slow one takes. */
const slowMs = 2_000;
const callers = 4;
/** How much p99 may rise, in percent. */
const riseMost = 20;

export const slowNeighbour = 'slow-neighbour';
const neighbours = ['compiled', 'direct'] as const;
type Neighbour = (typeof neighbours)[number];

export interface SlowNeighbourParts {
  readonly url: string;
  readonly loader: Child;
  /** A loader for the slow calls. */
  readonly other: Child;
  readonly database: Database;
}

/** Holds the lock that the compiled statement waits for, again and again while the work goes on. */
async function whileLocked<T>(database: Database, work: () => Promise<T>): Promise<T> {
  let over = false;
  const locking = (async () => {
    while (!over) await database.lockFor('shelf', slowMs);
  })();
  try {
    return await work();
  } finally {
    over = true;
    await locking;
  }
}

async function beside(neighbour: Neighbour, parts: SlowNeighbourParts, plan: Plan): Promise<Loaded> {
  const { url, loader, other, database } = parts;
  const slow = { name: slowNeighbour, requests: [{ method: 'GET', path: `/api:bench/slow/${neighbour}` }] } as const;
  const both = async (): Promise<Loaded> => {
    await sleep(100);
    const slowly = loadService(slow, url, other, { connections: callers, seconds: plan.seconds + 0.4, wrk: false });
    // Whoever fails first is told of below.
    slowly.catch(() => {});
    await sleep(400);
    const loaded = await loadService(readById, url, loader, plan);
    const { p50Ms } = await slowly;
    if (p50Ms < slowMs / 2)
      throw new Error(`${slowNeighbour}: the slow endpoint (${neighbour}) answered after ${Math.round(p50Ms)} ms`);
    return loaded;
  };
  return neighbour === 'compiled' ? whileLocked(database, both) : both();
}

/** Measures it: alone and beside each slow neighbour, in each round. */
export async function measureSlowNeighbour(parts: SlowNeighbourParts, plan: Plan): Promise<ValuesResult> {
  const rounds: Record<'alone' | Neighbour, Loaded[]> = { alone: [], compiled: [], direct: [] };
  const { url, loader } = parts;
  await loadService(readById, url, loader, { ...plan, seconds: plan.warmUpSeconds });
  const turns = ['alone', ...neighbours] as const;
  for (let round = 0; round < plan.rounds; round += 1)
    for (const turn of [...turns.slice(round % turns.length), ...turns.slice(0, round % turns.length)])
      rounds[turn].push(turn === 'alone' ? await loadService(readById, url, loader, plan) : await beside(turn, parts, plan));
  const p99 = (of: readonly Loaded[]): number => median(of.map(({ p99Ms }) => p99Ms));
  const longest = (of: readonly Loaded[]): number => Math.max(...of.map(({ longestMs }) => longestMs));
  const ms = (what: string, value: number): MeasuredValue => ({ what, value: rounded(value, 2), unit: 'ms', goal: null });
  // Of the same round, so that it matters less what else the machine does.
  const riseOf = (neighbour: Neighbour): number =>
    median(rounds[neighbour].map(({ p99Ms }, i) => (p99Ms / (rounds.alone[i]?.p99Ms ?? p99Ms) - 1) * 100));
  return {
    name: slowNeighbour,
    measured: [
      ms('p99 alone', p99(rounds.alone)),
      ms('longest alone', longest(rounds.alone)),
      ...neighbours.flatMap((neighbour): readonly MeasuredValue[] => [
        ms(`p99 beside ${neighbour}`, p99(rounds[neighbour])),
        ms(`longest beside ${neighbour}`, longest(rounds[neighbour])),
        {
          what: `rise of p99 beside ${neighbour}`,
          value: rounded(riseOf(neighbour), 1),
          unit: '%',
          goal: riseMost,
        },
      ]),
    ],
  };
}
