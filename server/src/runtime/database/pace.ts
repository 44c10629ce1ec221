/**
 * Which way a statement goes now: what was decided when it was published (`wayOf`), corrected by how long it takes. On a shared
 * connection everyone behind a slow statement waits for it.
 */
import type { StatementWay } from '@ashlar/engine';

/** Slower than this on the mean, it gets connections of its own. */
const slowMs = 4;
/** Faster than this, it comes back. */
const fastMs = 2;
/** One such run is enough to send it away. */
const verySlowMs = 50;
/** Runs that are looked at before a statement is let in for the first time, and before it comes back. */
const firstRuns = 3;
const returnRuns = 20;
/** Weight of the newest run in the mean. */
const newest = 0.2;

export class Pace {
  readonly #way: StatementWay['way'];
  #shares: boolean;
  #meanMs = 0;
  /** Its cost is known without a run: only what takes very long sends it away, a busy machine does not. */
  readonly #proven: boolean;
  /** Runs left to look at before it may share. */
  #probation: number;

  /** @param proven its cost is known without a run: it reads or adds one row by a key */
  constructor(way: StatementWay['way'], proven: boolean) {
    this.#way = way;
    this.#proven = proven;
    this.#shares = way !== 'own' && proven;
    this.#probation = firstRuns;
  }

  get way(): StatementWay['way'] {
    return this.#shares ? this.#way : 'own';
  }

  /** Notes how long a run took PostgreSQL, in milliseconds. */
  note(executedMs: number): void {
    if (this.#way === 'own') return;
    this.#meanMs += (executedMs - this.#meanMs) * newest;
    if (this.#shares) {
      if ((this.#proven || this.#meanMs <= slowMs) && executedMs < verySlowMs) return;
      this.#shares = false;
      this.#probation = returnRuns;
    } else {
      this.#probation -= 1;
      this.#shares = this.#probation <= 0 && this.#meanMs < fastMs;
    }
  }
}
