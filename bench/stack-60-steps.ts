/** Sixty steps in one process beside the same logic by hand: no server, no database, no HTTP. */
import { join } from 'node:path';
import { startChild } from './child.ts';
import type { StackTimes } from './in-process/stack-steps.ts';
import { median, rounded } from './measure.ts';
import type { Figures, RatioResult } from './results.ts';

export const stack60Steps = 'stack-60-steps';

export interface StackResult extends RatioResult {
  /** The ratio when ours makes a run for each execution, as a request does. */
  readonly ratio_with_run: number;
}

/** One execution is too short to be timed alone: p50 is that of the rounds' means, p99 the largest of them. */
function figuresOf(ns: readonly number[]): Figures {
  const middle = median(ns);
  return {
    rps: Math.round(1e9 / middle),
    p50_ms: rounded(middle / 1e6, 6),
    p99_ms: rounded(Math.max(...ns) / 1e6, 6),
    server_us: rounded(middle / 1_000, 4),
  };
}

/** Measures it: processor time of both in each round, after one round for the compiler of V8. */
export async function measureStack60Steps(cpu: number | null, rounds: number, seconds: number): Promise<StackResult> {
  const child = startChild(join(import.meta.dirname, 'in-process/stack-steps.ts'), cpu);
  try {
    const ms = (seconds * 1_000) / 8;
    await child.ask<StackTimes>({ ms });
    const times: StackTimes[] = [];
    for (let round = 0; round < rounds; round += 1) times.push(await child.ask<StackTimes>({ ms }));
    const ratio = rounded(median(times.map(({ oursNs, byHandNs }) => byHandNs / oursNs)), 3);
    const ours = figuresOf(times.map(({ oursNs }) => oursNs));
    const baseline = figuresOf(times.map(({ byHandNs }) => byHandNs));
    return {
      name: stack60Steps,
      ratio,
      ratio_with_run: rounded(median(times.map(({ withRunNs, byHandNs }) => byHandNs / withRunNs)), 3),
      cpu_ratio: ratio,
      p99_ratio: rounded(ours.p99_ms / baseline.p99_ms, 3),
      ours,
      baseline,
      loader_busy: 0,
    };
  } finally {
    await child.stop();
  }
}
