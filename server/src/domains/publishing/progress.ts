/** Notes of a publication's progress: written now and then, and the answer tells whether someone asked to stop. */
import type { Postgres } from '../../base/postgres/index.ts';
import { noteProgress } from './publication-store.ts';

/** Milliseconds between two notes. */
const noteEveryMs = 200;

/** Writes what it is given, at most every 200 ms, never waited for; aborts `stopper` when a stop was asked for through the control API. */
export class ProgressNotes {
  readonly #postgres: Postgres;
  readonly #publicationId: string;
  readonly #stopper: AbortController;
  readonly #timer: NodeJS.Timeout;
  #waiting: Readonly<Record<string, unknown>> = {};
  #writing = false;

  constructor(postgres: Postgres, publicationId: string, stopper: AbortController) {
    this.#postgres = postgres;
    this.#publicationId = publicationId;
    this.#stopper = stopper;
    this.#timer = setInterval(() => void this.#write(), noteEveryMs);
    this.#timer.unref();
  }

  /** `{phase, done, total}` and the like: plain JSON. */
  readonly note = (progress: Readonly<Record<string, unknown>>): void => {
    this.#waiting = { ...this.#waiting, ...progress };
  };

  stop(): void {
    clearInterval(this.#timer);
  }

  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    const progress = this.#waiting;
    this.#waiting = {};
    try {
      if (await noteProgress(this.#postgres, this.#publicationId, progress)) this.#stopper.abort();
    } catch {
      // Only a note: the publication itself will meet the same trouble and say so.
    } finally {
      this.#writing = false;
    }
  }
}
