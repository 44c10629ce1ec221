/** Cancellation without depending on a platform: the part of AbortSignal that a run needs, and a source for child runs. */

/** What tells that a run was cancelled. An AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** A signal that can be aborted here, and is aborted with its parent. */
export class CancelSource implements CancelSignal {
  aborted = false;
  readonly #listeners = new Set<() => void>();
  readonly #parent: CancelSignal | undefined;
  readonly #onParent = (): void => this.abort();

  constructor(parent: CancelSignal | undefined) {
    this.#parent = parent;
    if (parent?.aborted === true) this.aborted = true;
    else parent?.addEventListener('abort', this.#onParent);
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    if (this.aborted) return;
    this.aborted = true;
    for (const listener of this.#listeners) listener();
    this.close();
  }

  /** Lets go of the parent: to be called when the work is over. */
  close(): void {
    this.#parent?.removeEventListener('abort', this.#onParent);
    this.#listeners.clear();
  }
}

/** Thrown where a pure stack has held its turn for too long: it is dropped and started again as its yielding variant. */
export const yieldSignal = Symbol('yield');
