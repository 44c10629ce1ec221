/** How the database is: connections and the time of an answer, asked for at most once a second. */
import type { Clock } from '../../base/clock.ts';
import type { Postgres } from '../../base/postgres/index.ts';

export interface DatabaseFigures {
  /** Connections to the database server, everybody's; null while it is away. */
  readonly databaseConnections: number | null;
  /** Of this node alone. */
  readonly nodeConnections: number;
  /** Time of one small query, in milliseconds; null while it is away. */
  readonly databaseResponseMs: number | null;
}

const freshMs = 1_000;
const patienceMs = 2_000;

/** Asks, and keeps the answer for a second, so that a dashboard can't become a load. */
export class DatabaseProbe {
  readonly #postgres: Postgres;
  readonly #clock: Clock;
  #asked: { readonly at: number; readonly answer: Promise<DatabaseFigures> } | null = null;

  constructor(postgres: Postgres, clock: Clock) {
    this.#postgres = postgres;
    this.#clock = clock;
  }

  read(): Promise<DatabaseFigures> {
    const now = this.#clock.monotonic();
    if (this.#asked === null || now - this.#asked.at > freshMs) this.#asked = { at: now, answer: this.#ask() };
    return this.#asked.answer;
  }

  async #ask(): Promise<DatabaseFigures> {
    const nodeConnections = this.#postgres.connections();
    const away = { databaseConnections: null, nodeConnections, databaseResponseMs: null };
    const timer = Promise.withResolvers<DatabaseFigures>();
    const timeout = setTimeout(() => timer.resolve(away), patienceMs);
    try {
      return await Promise.race([this.#measure(nodeConnections), timer.promise]);
    } catch {
      return away;
    } finally {
      clearTimeout(timeout);
    }
  }

  async #measure(nodeConnections: number): Promise<DatabaseFigures> {
    const startedAt = performance.now();
    // pg_stat_database tells every role; pg_stat_activity hides others' sessions from who is no superuser.
    const { rows } = await this.#postgres.control<{ connections: number }>(
      'select sum(numbackends)::int as connections from pg_stat_database',
    );
    const databaseResponseMs = performance.now() - startedAt;
    return { databaseConnections: rows[0]?.connections ?? null, nodeConnections, databaseResponseMs };
  }
}
