/** The gate's hold: while a change that running versions can't live with commits, an environment's requests wait. */

import { errorOf } from '@ashlar/engine';
import { environmentHeld } from './errors.ts';

/** Longest time that requests are held, in milliseconds (semantics 35). */
export const holdMs = 5_000;

interface Held {
  readonly promise: Promise<void>;
  readonly end: () => void;
  readonly timer: NodeJS.Timeout;
}

/** Holds environments by id. */
export class Holds {
  readonly #held = new Map<string, Held>();

  /**
   * Begins a hold; ends by `release` or after `forMs`, when those who still wait are refused with `environment_held`.
   * A hold that is on already stays as it is.
   */
  hold(environmentId: string, forMs: number = holdMs): void {
    if (this.#held.has(environmentId)) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Nobody may be waiting when it is refused.
    promise.catch(() => undefined);
    const timer = setTimeout(() => {
      this.#held.delete(environmentId);
      reject(errorOf(environmentHeld, {}));
    }, forMs);
    timer.unref();
    this.#held.set(environmentId, { promise, end: resolve, timer });
  }

  release(environmentId: string): void {
    const held = this.#held.get(environmentId);
    if (held === undefined) return;
    this.#held.delete(environmentId);
    clearTimeout(held.timer);
    held.end();
  }

  /** What a request has to wait for; undefined when the way is free. */
  waitFor(environmentId: string): Promise<void> | undefined {
    return this.#held.get(environmentId)?.promise;
  }

  releaseAll(): void {
    for (const id of [...this.#held.keys()]) this.release(id);
  }
}
