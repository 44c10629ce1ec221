/** Profiles of a run: what happened between start_performance_profiling and end_performance_profiling. */
import { defineError, errorOf, Timestamp, type ValueObject } from '@ashlar/engine';
import type { RunAccount } from './account.ts';
import type { StepCosts } from './endpoints.ts';
import { figure } from './figures.ts';
import { describeStep, type StepNames } from './step-names.ts';
import { suggest, suggestionValue } from './suggestions.ts';

const tooManyProfiles = defineError<{ most: number }>({
  code: 'too_many_profiles',
  status: 400,
  title: 'A run began too many profiles',
  solve: 'End a profile before the next begins; a loop needs one around it, not one in each turn.',
  message: (d) => `A run may have ${d.most} open profiles at most.`,
});

interface OpenProfile {
  readonly startedAt: number;
  readonly account: RunAccount;
  readonly heapBytes: number;
}

/** Profiles open at a time in one run. */
const mostProfiles = 100;

/** What a profile needs of the run. */
export interface Profiled {
  /** Stands for the run: its host. */
  readonly key: object;
  readonly endpoint: string;
  readonly names: StepNames;
  readonly account: RunAccount;
  /** Of the run's monotonic clock. */
  readonly nowMs: number;
}

/** The open profiles of all runs; they go with their run. */
export class Profiles {
  readonly #open = new WeakMap<object, Map<string, OpenProfile>>();

  /** Begins a profile; the same id again begins it anew. Throws `too_many_profiles`. */
  start(id: string, { key, endpoint, account, nowMs }: Profiled, wallMs: number): ValueObject {
    let open = this.#open.get(key);
    if (open === undefined) {
      open = new Map();
      this.#open.set(key, open);
    }
    if (open.size >= mostProfiles && !open.has(id)) throw errorOf(tooManyProfiles, { most: mostProfiles });
    open.set(id, { startedAt: nowMs, account: account.copy(), heapBytes: process.memoryUsage().heapUsed });
    return { id, started_at: Timestamp.of(wallMs), endpoint };
  }

  /** Ends a profile; null when there is none of that id in this run. */
  end(id: string, profiled: Profiled): ValueObject | null {
    const open = this.#open.get(profiled.key);
    const begun = open?.get(id);
    if (open === undefined || begun === undefined) return null;
    open.delete(id);
    return reportOf(id, begun, profiled);
  }
}

/** Steps that took this share of the time, and this long, are slow. */
const slowShare = 0.1;
const slowMs = 1;

function reportOf(id: string, begun: OpenProfile, { endpoint, names, account, nowMs }: Profiled): ValueObject {
  const executionMs = nowMs - begun.startedAt;
  const steps = difference(account, begun.account).sort((a, b) => b.durationMs - a.durationMs);
  const shown = steps.map((step) => ({
    ...describeStep(step, names),
    effect: step.effect,
    calls: step.calls,
    duration_ms: figure(step.durationMs),
    rows: step.rows,
  }));
  const slow = shown.filter((_, index) => {
    const durationMs = steps[index]?.durationMs ?? 0;
    return durationMs >= slowMs && durationMs >= executionMs * slowShare;
  });
  return {
    id,
    endpoint,
    execution_time: figure(executionMs),
    steps: shown,
    slow_functions: slow,
    database_time: figure(account.databaseMs - begun.account.databaseMs),
    queries: account.queries - begun.account.queries,
    memory: Math.max(0, process.memoryUsage().heapUsed - begun.heapBytes),
    optimization_suggestions: suggest(steps, names).map((one) => suggestionValue(endpoint, one)),
  };
}

/** What the steps did since the profile began. */
function difference(now: RunAccount, then: RunAccount): StepCosts[] {
  const steps: StepCosts[] = [];
  for (const [key, step] of now.steps) {
    const before = then.steps.get(key);
    const calls = step.calls - (before?.calls ?? 0);
    if (calls === 0) continue;
    const durationMs = step.durationMs - (before?.durationMs ?? 0);
    const rows = step.rows - (before?.rows ?? 0);
    const turns = step.turns - (before?.turns ?? 0);
    steps.push({ ...step, calls, turns, durationMs, rows, runs: 1, mostTurns: turns, mostTurnsMs: durationMs });
  }
  return steps;
}
