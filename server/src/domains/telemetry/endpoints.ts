/**
 * What each endpoint cost: calls, percentiles, where the time went, and per step what advice needs as evidence. Kept for the
 * running half hour and the one before, so that old sins are forgotten and a trend can be told.
 */
import type { CompiledFunction, CompiledStack } from '@ashlar/engine';
import type { RunAccount, StepAccount } from './account.ts';
import { Histogram } from './histogram.ts';

/** One answered request. */
export interface FinishedRequest {
  readonly environmentId: string;
  readonly method: string;
  /** URL pattern, `/api:shop/orders/{id}`. */
  readonly endpoint: string;
  readonly status: number;
  readonly durationMs: number;
  /** What its effects cost; absent: it had none. */
  readonly account?: RunAccount | undefined;
  /** For the names of steps. */
  readonly stack?: CompiledStack | undefined;
  /** For those inside called functions. */
  readonly functions?: ReadonlyMap<string, CompiledFunction> | undefined;
}

/** What a request left for after its answer, done: its time is nobody's waiting, its steps are evidence as any. */
export type FinishedPostProcess = Omit<FinishedRequest, 'status' | 'durationMs' | 'account'> & { readonly account: RunAccount };

/** One step of an endpoint over many runs. */
export interface StepCosts extends StepAccount {
  /** Runs in which it asked anything. */
  runs: number;
  /** Most turns in one run. */
  mostTurns: number;
  /** Milliseconds of the run with most turns. */
  mostTurnsMs: number;
}

/** One endpoint in one slot. */
class EndpointCosts {
  readonly histogram = new Histogram();
  readonly steps = new Map<number | string, StepCosts>();
  calls = 0;
  errors = 0;
  totalMs = 0;
  databaseMs = 0;
  networkMs = 0;
  waitingMs = 0;

  record({ durationMs, status, account }: FinishedRequest): void {
    this.calls += 1;
    if (status >= 500) this.errors += 1;
    this.totalMs += durationMs;
    this.histogram.record(durationMs);
    if (account === undefined) return;
    this.databaseMs += account.databaseMs;
    this.networkMs += account.networkMs;
    this.waitingMs += account.waitingMs;
    this.recordSteps(account);
  }

  /** Counts the steps alone. */
  recordSteps(account: RunAccount): void {
    for (const [key, step] of account.steps) {
      const known = this.steps.get(key);
      const run = { runs: 1, mostTurns: step.turns, mostTurnsMs: step.durationMs };
      if (known === undefined) this.steps.set(key, { ...step, ...run });
      else addToStep(known, step, run);
    }
  }

  /** Adds another slot's costs. */
  add(other: EndpointCosts): void {
    this.histogram.add(other.histogram);
    this.calls += other.calls;
    this.errors += other.errors;
    this.totalMs += other.totalMs;
    this.databaseMs += other.databaseMs;
    this.networkMs += other.networkMs;
    this.waitingMs += other.waitingMs;
    for (const [key, step] of other.steps) {
      const known = this.steps.get(key);
      if (known === undefined) this.steps.set(key, { ...step });
      else addToStep(known, step, step);
    }
  }
}

/** Runs, and the one of them with most turns. */
type RunCosts = Pick<StepCosts, 'runs' | 'mostTurns' | 'mostTurnsMs'>;

function addToStep(known: StepCosts, more: StepAccount, { runs, mostTurns, mostTurnsMs }: RunCosts): void {
  known.runs += runs;
  known.calls += more.calls;
  known.turns += more.turns;
  known.durationMs += more.durationMs;
  known.rows += more.rows;
  known.unboundedRows = Math.max(known.unboundedRows, more.unboundedRows);
  known.unlimitedCallMs = Math.max(known.unlimitedCallMs, more.unlimitedCallMs);
  if (mostTurns > known.mostTurns) {
    known.mostTurns = mostTurns;
    known.mostTurnsMs = mostTurnsMs;
  }
}

/** An endpoint with both slots. */
interface Kept {
  readonly environmentId: string;
  readonly method: string;
  readonly endpoint: string;
  stack: CompiledStack | undefined;
  functions: ReadonlyMap<string, CompiledFunction> | undefined;
  slot: number;
  current: EndpointCosts;
  previous: EndpointCosts | null;
}

/** An endpoint's costs over the window. */
export interface EndpointReport {
  readonly method: string;
  readonly endpoint: string;
  readonly stack: CompiledStack | undefined;
  readonly functions: ReadonlyMap<string, CompiledFunction> | undefined;
  readonly costs: EndpointCosts;
  /** Change of the mean duration against the half hour before, in per cent; null without a half hour before. */
  readonly trend: number | null;
}

const slotMs = 1_800_000;
/** Endpoints kept; further ones are not counted by themselves until an old one has had no call for an hour. */
const mostEndpoints = 5_000;

/** All endpoints of this node. Times are milliseconds of a monotonic clock. */
export class Endpoints {
  readonly #kept = new Map<string, Kept>();
  /** Where a stack's last record went: nearly always where its next one goes, without putting a key together. */
  #lastOf = new WeakMap<CompiledStack, Kept>();

  record(nowMs: number, request: FinishedRequest): void {
    this.#keptOf(nowMs, request)?.current.record(request);
  }

  /** Counts the steps of a post_process to its endpoint. */
  recordPostProcess(nowMs: number, done: FinishedPostProcess): void {
    this.#keptOf(nowMs, done)?.current.recordSteps(done.account);
  }

  /** The endpoint's costs, in the running half hour; undefined where there are too many endpoints. */
  #keptOf(nowMs: number, request: FinishedRequest | FinishedPostProcess): Kept | undefined {
    const { stack } = request;
    if (stack === undefined) return this.#lookUp(nowMs, request);
    const last = this.#lastOf.get(stack);
    if (last !== undefined && isOf(last, request)) {
      turn(last, Math.floor(nowMs / slotMs));
      return last;
    }
    const kept = this.#lookUp(nowMs, request);
    if (kept !== undefined) this.#lastOf.set(stack, kept);
    return kept;
  }

  #lookUp(nowMs: number, request: FinishedRequest | FinishedPostProcess): Kept | undefined {
    const key = `${request.environmentId} ${request.method} ${request.endpoint}`;
    const slot = Math.floor(nowMs / slotMs);
    let kept = this.#kept.get(key);
    if (kept === undefined) {
      if (this.#kept.size >= mostEndpoints && !this.#forget(slot)) return undefined;
      const { environmentId, method, endpoint, stack, functions } = request;
      kept = { environmentId, method, endpoint, stack, functions, slot, current: new EndpointCosts(), previous: null };
      this.#kept.set(key, kept);
    }
    turn(kept, slot);
    // After a publication the steps are others: their numbers must not be mixed.
    if (request.stack !== undefined && kept.stack !== request.stack) {
      kept.stack = request.stack;
      kept.functions = request.functions;
      kept.current.steps.clear();
      kept.previous?.steps.clear();
    }
    return kept;
  }

  /** The endpoints of an environment by total time, longest first. */
  ranked(nowMs: number, environmentId: string): readonly EndpointReport[] {
    const reports: EndpointReport[] = [];
    for (const kept of this.#kept.values()) {
      if (kept.environmentId !== environmentId) continue;
      turn(kept, Math.floor(nowMs / slotMs));
      const costs = new EndpointCosts();
      costs.add(kept.current);
      if (kept.previous !== null) costs.add(kept.previous);
      if (costs.calls > 0) reports.push({ ...kept, costs, trend: trendOf(kept) });
    }
    return reports.sort((a, b) => b.costs.totalMs - a.costs.totalMs);
  }

  /** Drops what had no call for an hour; true when that made room. */
  #forget(slot: number): boolean {
    const before = this.#kept.size;
    for (const [key, kept] of this.#kept) if (kept.slot < slot - 1) this.#kept.delete(key);
    this.#lastOf = new WeakMap();
    return this.#kept.size < before;
  }
}

/** Whether what is kept is this request's, its steps included. */
function isOf(kept: Kept, { stack, method, environmentId, endpoint }: FinishedRequest | FinishedPostProcess): boolean {
  return kept.stack === stack && kept.method === method && kept.environmentId === environmentId && kept.endpoint === endpoint;
}

function turn(kept: Kept, slot: number): void {
  if (kept.slot === slot) return;
  kept.previous = kept.slot === slot - 1 ? kept.current : null;
  kept.current = new EndpointCosts();
  kept.slot = slot;
}

function trendOf({ current, previous }: Kept): number | null {
  if (previous === null || previous.calls === 0 || previous.totalMs === 0 || current.calls === 0) return null;
  return (current.totalMs / current.calls / (previous.totalMs / previous.calls) - 1) * 100;
}
