/**
 * What one run's effects cost, counted by the effects' bodies: where the time went, and per step how often and how long.
 * One object a run, a few numbers an effect.
 */

/** Where time goes; the rest of a run's duration is its own code. */
export type TimeKind = 'database' | 'network' | 'waiting';

/** Everything that one step asked of the world in one run (or, merged, in many). */
export interface StepAccount {
  readonly step: number;
  /** Empty for the endpoint's own stack, else the frame of the call or branch that the step ran in. */
  readonly frame: string;
  readonly effect: string;
  calls: number;
  /** Calls without those that belong to another one: the number of a page's rows, the rows nested in it. */
  turns: number;
  /** Milliseconds, waiting included. */
  durationMs: number;
  /** Rows that came back or were changed, by all calls together. */
  rows: number;
  /** Most rows of one call whose statement has no bound of its own. */
  unboundedRows: number;
  /** Longest outbound call without a time limit of its own, in milliseconds; 0 for none. */
  unlimitedCallMs: number;
  /** In post_process: nobody waits for it. */
  readonly afterAnswer: boolean;
}

/** One effect that has been answered. */
export interface EffectCost {
  readonly step: number;
  readonly frame: string;
  readonly effect: string;
  readonly kind: TimeKind;
  readonly durationMs: number;
  readonly rows?: number;
  readonly unbounded?: boolean;
  readonly unlimited?: boolean;
  /** It belongs to another call of the same step. */
  readonly beside?: boolean;
}

/** Whether the effect is a statement of the user's; the others of kind `database` (BEGIN, COMMIT, alerts) only take its time. */
const isQuery = (effect: string): boolean => effect === 'query' || effect === 'direct_query';

/** Steps whose costs are kept apart; a run with more (unrolled by frames) adds the rest to the totals only. */
const maxSteps = 1_000;

/** The counters of one run. */
export class RunAccount {
  databaseMs = 0;
  networkMs = 0;
  waitingMs = 0;
  queries = 0;
  readonly steps = new Map<number | string, StepAccount>();
  /** The run is a post_process. */
  readonly afterAnswer: boolean;

  constructor(afterAnswer = false) {
    this.afterAnswer = afterAnswer;
  }

  /** Adds one answered effect. */
  add(cost: EffectCost): void {
    if (cost.kind === 'database') {
      this.databaseMs += cost.durationMs;
      if (isQuery(cost.effect)) this.queries += 1;
    } else if (cost.kind === 'network') this.networkMs += cost.durationMs;
    else this.waitingMs += cost.durationMs;
    const step = this.#step(cost);
    if (step === undefined) return;
    step.calls += 1;
    if (cost.beside !== true) step.turns += 1;
    step.durationMs += cost.durationMs;
    step.rows += cost.rows ?? 0;
    if (cost.unbounded === true) step.unboundedRows = Math.max(step.unboundedRows, cost.rows ?? 0);
    if (cost.unlimited === true) step.unlimitedCallMs = Math.max(step.unlimitedCallMs, cost.durationMs);
  }

  /** Time spent waiting for a connection. The cost of the effect that waited counts it too: it is moved, so that no time counts twice. */
  addWaiting(durationMs: number): void {
    this.waitingMs += durationMs;
    this.databaseMs -= durationMs;
  }

  #step(cost: EffectCost): StepAccount | undefined {
    const key = cost.frame === '' ? cost.step : `${cost.frame}#${cost.step}`;
    const known = this.steps.get(key);
    if (known !== undefined) return known;
    if (this.steps.size >= maxSteps) return undefined;
    const { step, frame, effect } = cost;
    const made: StepAccount = {
      step,
      frame,
      effect,
      calls: 0,
      turns: 0,
      durationMs: 0,
      rows: 0,
      unboundedRows: 0,
      unlimitedCallMs: 0,
      afterAnswer: this.afterAnswer,
    };
    this.steps.set(key, made);
    return made;
  }

  /** A copy as it stands now, to subtract from a later one. */
  copy(): RunAccount {
    const copy = new RunAccount(this.afterAnswer);
    copy.databaseMs = this.databaseMs;
    copy.networkMs = this.networkMs;
    copy.waitingMs = this.waitingMs;
    copy.queries = this.queries;
    for (const [key, step] of this.steps) copy.steps.set(key, { ...step });
    return copy;
  }
}
