/** One run of a stack: its context, budget and limits. Passed as an argument everywhere; there is no ambient state. */
import type { Effects } from '../effects.ts';
import { cancelled, deadlineExceeded, errorOf, stepLimit } from '../errors.ts';
import type { FilterContext } from '../filters/define.ts';
import type { Limits } from '../limits.ts';
import type { Value, ValueObject } from '../values/value.ts';

/** What a run is started with. */
export interface RunOptions {
  readonly effects: Effects;
  readonly limits: Limits;
  /** Instance-wide id of the request, in answers and logs. */
  readonly requestId: string;
  readonly request: ValueObject | null;
  readonly auth: ValueObject | null;
  readonly env: ValueObject;
  readonly timezone: string;
  readonly decimals: 'number' | 'text';
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Lets other work run; resolved in a later turn of the event loop. */
  readonly pause: () => Promise<void>;
  readonly signal?: AbortSignal;
  /** Whatever the effects' bodies need to find again (environment, connection): opaque here. */
  readonly host: unknown;
}

/** Work left for after the answer. */
export type PostProcess = (run: Run) => unknown;

export class Run implements FilterContext {
  readonly effects: Effects;
  readonly limits: Limits;
  readonly requestId: string;
  readonly request: ValueObject | null;
  readonly auth: ValueObject | null;
  readonly env: ValueObject;
  readonly timezone: string;
  readonly decimals: 'number' | 'text';
  readonly clock: () => number;
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal | undefined;
  readonly host: unknown;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Steps left of the budget; compiled code subtracts from it per basic block. */
  steps: number;
  /** Nesting of run_function. */
  depth = 0;
  /** Nesting of transactions: 0 outside. */
  transactionDepth = 0;
  /** The connection of the open transaction: opaque, owned by the effects' body. */
  transaction: unknown = undefined;
  /** What set_status and set_header left. */
  status: number | null = null;
  responseHeaders: Map<string, string> | null = null;
  postProcesses: PostProcess[] | null = null;
  /** When the running turn of the event loop began, for yielding. */
  turnStartedAt: number;
  /** Distinguishes the frames of calls and parallel branches, so that a step's n-th effect can be named in a recording. */
  readonly frame: string;

  constructor(options: RunOptions, frame = '') {
    this.effects = options.effects;
    this.limits = options.limits;
    this.requestId = options.requestId;
    this.request = options.request;
    this.auth = options.auth;
    this.env = options.env;
    this.timezone = options.timezone;
    this.decimals = options.decimals;
    this.clock = options.clock;
    this.pause = options.pause;
    this.signal = options.signal;
    this.host = options.host;
    this.frame = frame;
    this.steps = options.limits.steps;
    this.startedAt = options.clock();
    this.turnStartedAt = this.startedAt;
    this.deadlineAt = this.startedAt + options.limits.deadlineMs;
  }

  /** Charges the budget for work that grows with a value. Throws `step_limit`. */
  charge(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) throw errorOf(stepLimit, { steps: this.limits.steps });
  }

  /** Throws when the run must not go on: deadline or cancellation. */
  check(): void {
    if (this.signal?.aborted === true) throw errorOf(cancelled, {});
    if (this.clock() > this.deadlineAt) throw errorOf(deadlineExceeded, { deadlineMs: this.limits.deadlineMs });
  }

  /** Milliseconds until the deadline; at least 0. */
  remainingMs(): number {
    return Math.max(0, this.deadlineAt - this.clock());
  }
}

/** How a stack ended. */
export interface Outcome {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string> | null;
  readonly value: Value;
}
