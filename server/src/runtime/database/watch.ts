/**
 * Watches statements of users' own SQL, which `pg` sends: at a run's deadline, or when its client went away (reads only), PostgreSQL is asked to cancel
 * the statement; where it doesn't answer that within half a second, the caller is released and the connection thrown away.
 * One timer for all statements of the node, because a timer for each would cost every request.
 */
import type { Run } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import { cancelStatement } from '../../base/postgres/index.ts';
import { stopReason } from './operation.ts';

/** One statement under way. */
interface Watched {
  readonly run: Run;
  readonly client: PoolClient;
  /** Whether the client's going away stops it. */
  readonly stoppable: boolean;
  readonly giveUp: (error: Error) => void;
  /** When PostgreSQL was asked to cancel, of the run's clock; 0: not yet. */
  cancelledAt: number;
}

const lookEveryMs = 25;
const patienceMs = 500;

/** Every statement of this node that has not answered yet. */
export class StatementWatch {
  readonly #watched = new Set<Watched>();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /**
   * Waits for a statement. Throws `deadline_exceeded` or `cancelled` when it was stopped, else what the statement threw.
   * After `abandoned` was called its connection is in doubt: it must be closed.
   */
  async during<T>(run: Run, client: PoolClient, stoppable: boolean, abandoned: () => void, start: () => Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    const giveUp = (error: Error): void => {
      abandoned();
      reject(error);
    };
    const watched: Watched = { run, client, stoppable, giveUp, cancelledAt: 0 };
    this.#watched.add(watched);
    try {
      return await Promise.race([start(), promise]);
    } catch (error) {
      if (watched.cancelledAt === 0) throw error;
      throw stopReason(run, error);
    } finally {
      this.#watched.delete(watched);
      // A cancellation that comes too late would hit whatever runs next on the connection.
      if (watched.cancelledAt !== 0) abandoned();
    }
  }

  /** Ends the timer. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const one of this.#watched) {
      const now = one.run.clock();
      if (one.cancelledAt === 0) {
        const stopped = one.stoppable && one.run.signal?.aborted === true;
        if (!stopped && now <= one.run.deadlineAt) continue;
        one.cancelledAt = now;
        cancelStatement(one.client);
      } else if (now - one.cancelledAt > patienceMs) one.giveUp(stopReason(one.run, undefined));
    }
  }
}
