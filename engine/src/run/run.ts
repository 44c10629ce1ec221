/** One run of a stack: its context, budget and limits. Passed as an argument everywhere; there is no ambient state. */
import type { Effects } from '../effects.ts';
import { cancelled, deadlineExceeded, errorOf, recursionLimit, stepLimit, workLimit } from '../errors.ts';
import type { FilterContext } from '../filters/define.ts';
import type { Limits } from '../limits.ts';
import type { Value, ValueObject } from '../values/value.ts';
import type { CancelSignal } from './signal.ts';

/** Sees each step of an instrumented run. `stack` is the stack's label. */
export interface StepObserver {
  enter(run: Run, stack: string, step: number): void;
  /** `value` is what return_as got, undefined where there is none; `error` what was thrown. */
  leave(run: Run, stack: string, step: number, value: Value | undefined, error: unknown): void;
}

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
  /** Seals cursors (HMAC-SHA-256); the environment's own. */
  readonly sealKey: Uint8Array;
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number;
  /** Lets other work run; resolved in a later turn of the event loop. */
  readonly pause: () => Promise<void>;
  readonly signal?: CancelSignal | undefined;
  readonly observer?: StepObserver | undefined;
  /** Whatever the effects' bodies need to find again (environment, connection): opaque here. */
  readonly host: unknown;
}

/** Work left for after the answer; gets a run of its own. */
export type PostProcess = (run: Run) => unknown;

/** Steps between two looks at the clock. */
const stepsPerTick = 1_000;
/** Items of filters and rows between two looks at the clock. */
const itemsPerLook = 100_000;
/** Items in one turn of the event loop: what a single expression may work through, well under a second. */
const itemsPerTurn = 10_000_000;

/** The clock is looked at again at this many steps left; never below none, so that the budget is met exactly. */
const nextTick = (steps: number): number => Math.max(0, steps - stepsPerTick);

/** A turn of the event loop longer than this lets others go first. */
const turnMs = 10;

export class Run implements FilterContext {
  readonly options: RunOptions;
  readonly effects: Effects;
  readonly limits: Limits;
  readonly requestId: string;
  readonly request: ValueObject | null;
  readonly auth: ValueObject | null;
  readonly env: ValueObject;
  readonly timezone: string;
  readonly decimals: 'number' | 'text';
  readonly sealKey: Uint8Array;
  readonly clock: () => number;
  readonly signal: CancelSignal | undefined;
  readonly observer: StepObserver | undefined;
  readonly host: unknown;
  readonly startedAt: number;
  readonly deadlineAt: number;
  /** Steps left of the budget; compiled code subtracts from it per basic block. */
  steps: number;
  /** When `steps` falls below it, the clock is looked at. */
  tickAt: number;
  /** Nesting of run_function. */
  depth = 0;
  /** Nesting of transactions: 0 outside. */
  transactionDepth = 0;
  /** The connection of the open transaction: opaque, owned by the effects' body. */
  transaction: unknown = undefined;
  /** What set_status, set_header and `return` left. */
  status: number | null = null;
  responseHeaders: Map<string, string> | null = null;
  postProcesses: PostProcess[] | null = null;
  /** When the running turn of the event loop began, for yielding. */
  turnStartedAt: number;
  /** Items worked through in this turn of the event loop. */
  #turnItems = 0;
  #nextLook = 0;
  /** Where the run is among calls and parallel branches: with a step's number it names an effect in a recording. */
  frame: string;

  constructor(options: RunOptions, frame = '') {
    this.options = options;
    this.effects = options.effects;
    this.limits = options.limits;
    this.requestId = options.requestId;
    this.request = options.request;
    this.auth = options.auth;
    this.env = options.env;
    this.timezone = options.timezone;
    this.decimals = options.decimals;
    this.sealKey = options.sealKey;
    this.clock = options.clock;
    this.signal = options.signal;
    this.observer = options.observer;
    this.host = options.host;
    this.frame = frame;
    this.steps = options.limits.steps;
    this.tickAt = nextTick(this.steps);
    this.startedAt = options.clock();
    this.turnStartedAt = this.startedAt;
    this.deadlineAt = this.startedAt + options.limits.deadlineMs;
  }

  /**
   * Notes work that grows with a value, in items. It takes no steps of the budget, but the clock is looked at sooner, so that
   * others get their turn; throws when there is too much of it in one turn, or the deadline has passed.
   */
  charge(items: number): void {
    this.#turnItems += items;
    if (this.#turnItems < itemsPerLook) return;
    // The next basic block will look at the clock.
    this.tickAt = Number.POSITIVE_INFINITY;
    if (this.#turnItems > itemsPerTurn) throw errorOf(workLimit, { items: itemsPerTurn });
    if (this.#turnItems > this.#nextLook) {
      this.#nextLook = this.#turnItems + itemsPerLook;
      this.check();
    }
  }

  /** Takes steps of the budget that were used elsewhere: by the branches of a parallel step. Throws `step_limit`. */
  spend(steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) throw errorOf(stepLimit, { steps: this.limits.steps });
  }

  /**
   * Looks at budget, deadline and cancellation; compiled code calls it when `steps` fell below `tickAt`.
   * @returns whether this turn of the event loop has lasted long enough to let others go first
   */
  tick(): boolean {
    if (this.steps < 0) throw errorOf(stepLimit, { steps: this.limits.steps });
    this.tickAt = nextTick(this.steps);
    this.check();
    return this.clock() - this.turnStartedAt > turnMs;
  }

  /** Lets other work run. */
  async pause(): Promise<void> {
    await this.options.pause();
    this.turnStartedAt = this.clock();
    this.#turnItems = 0;
    this.#nextLook = 0;
    this.check();
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

  /** Enters a function. Throws `recursion_limit`. Answers the frame to go back to. */
  enterCall(step: number): string {
    if (this.depth >= this.limits.recursion) throw errorOf(recursionLimit, { depth: this.limits.recursion });
    this.depth += 1;
    const frame = this.frame;
    this.frame = `${frame}${step}>`;
    return frame;
  }

  leaveCall(frame: string): void {
    this.depth -= 1;
    this.frame = frame;
  }

  /** A run for one branch of a parallel step: own budget view and signal, the same deadline and context. */
  branch(step: number, index: number, signal: CancelSignal): Run {
    const child = new Run({ ...this.options, signal }, `${this.frame}${step}#${index}>`);
    Object.assign(child, { startedAt: this.startedAt, deadlineAt: this.deadlineAt, steps: this.steps, depth: this.depth });
    child.tickAt = nextTick(child.steps);
    child.turnStartedAt = this.turnStartedAt;
    return child;
  }
}

/** How a stack ended. */
export interface Outcome {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string> | null;
  readonly value: Value;
}
