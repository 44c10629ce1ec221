/**
 * One publication at a time for each environment, over all nodes: an advisory lock in the control database, taken by a
 * transaction that ends with the work. A killed node's lock is free at once.
 */
import { errorOf } from '@ashlar/engine';
import { DatabaseError } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';
import { publicationBusy } from './errors.ts';

/** Longest time to wait for a publication on another node, in milliseconds. */
const waitMs = 60_000;

/** Publications under way on one node, each holding a control connection: few, so that the rest of the node has some. */
const underWayMax = 2;

export class EnvironmentLock {
  readonly #postgres: Postgres;
  /** Waiters of one environment stand in line here, without a connection. */
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;

  constructor(postgres: Postgres) {
    this.#postgres = postgres;
  }

  /** Runs `work` when nobody else publishes to the environment, and not before. */
  async run<T>(workspace: string, environment: string, work: () => Promise<T>): Promise<T> {
    const done = await this.#inLine(keyOf(workspace, environment), () =>
      this.#locked(workspace, environment, 'pg_advisory_xact_lock', work),
    );
    if (done === undefined) throw new Error('a lock that waits was not given');
    return done.value;
  }

  /** Runs `work` if nobody publishes to the environment at this moment; answers whether it ran. */
  async tryRun(workspace: string, environment: string, work: () => Promise<void>): Promise<boolean> {
    if (this.#lines.has(keyOf(workspace, environment))) return false;
    const done = await this.#inLine(keyOf(workspace, environment), () =>
      this.#locked(workspace, environment, 'pg_try_advisory_xact_lock', work),
    );
    return done !== undefined;
  }

  #inLine<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const line = mine
      .catch(() => undefined)
      .then(() => {
        if (this.#lines.get(key) === line) this.#lines.delete(key);
      });
    this.#lines.set(key, line);
    return mine;
  }

  async #locked<T>(
    workspace: string,
    environment: string,
    lock: LockFunction,
    work: () => Promise<T>,
  ): Promise<{ readonly value: T } | undefined> {
    await this.#enter();
    // Kept outside: when the lock's own connection breaks after the work is done, the work is done all the same.
    let done: { readonly value: T } | undefined;
    try {
      await this.#postgres.controlTransaction(async (client) => {
        // The connection idles while the work is done; its loss is noticed at the end, it must not end the process.
        client.on('error', ignored);
        try {
          await client.query('set local idle_in_transaction_session_timeout = 0');
          await client.query(`set local statement_timeout = ${waitMs}`);
          const { rows } = await client.query<{ free: unknown }>(`select ${lock}(hashtextextended($1, 0)) as free`, [
            `ashlar publish ${keyOf(workspace, environment)}`,
          ]);
          if (rows[0]?.free === false) return;
          done = { value: await work() };
        } finally {
          // The connection goes back to its pool, also when the work was refused or the lock was not free.
          client.off('error', ignored);
        }
      });
    } catch (error) {
      if (done === undefined)
        throw waitedTooLong(error) ? errorOf(publicationBusy, { seconds: waitMs / 1000 }, { cause: error }) : error;
    } finally {
      this.#leave();
    }
    return done;
  }

  async #enter(): Promise<void> {
    if (this.#underWay < underWayMax) {
      this.#underWay += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    await promise;
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#underWay -= 1;
    else next();
  }
}

type LockFunction = 'pg_advisory_xact_lock' | 'pg_try_advisory_xact_lock';

/** Waiting for the lock is the only statement here that can take long (SQLSTATE 57014). */
function waitedTooLong(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '57014';
}

const ignored = (): void => undefined;

/** Neither name holds a slash. */
const keyOf = (workspace: string, environment: string): string => `${workspace}/${environment}`;
