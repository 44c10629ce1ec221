/**
 * Tables whose inserts must not share a commit with others: where triggers, rules or deferred constraints run, an insert is more
 * than its own row (`now()` and the transaction would be shared, equal notifications become one, locks are held longer).
 */
import type { DatabaseRef, Postgres } from '../../base/postgres/index.ts';

/** Somebody may add a trigger with psql at any time. */
const freshMs = 30_000;
const waitMs = 5_000;

interface Known {
  readonly tables: ReadonlySet<string>;
  readonly readAt: number;
}

const listTables = `
  select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where not t.tgisinternal or t.tginitdeferred
  union
  select c.relname from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relkind in ('r', 'p')`;

export class TriggerWatch {
  readonly #postgres: Postgres;
  readonly #monotonic: () => number;
  readonly #known = new WeakMap<DatabaseRef, Known>();
  readonly #reading = new WeakSet<DatabaseRef>();

  /** @param monotonic milliseconds */
  constructor(postgres: Postgres, monotonic: () => number) {
    this.#postgres = postgres;
    this.#monotonic = monotonic;
  }

  /** Whether an insert into the table is known to be nothing more. */
  isPlain(ref: DatabaseRef, table: string): boolean {
    const known = this.#known.get(ref);
    if (known !== undefined && this.#monotonic() - known.readAt <= freshMs) return !known.tables.has(table);
    this.#read(ref);
    return false;
  }

  #read(ref: DatabaseRef): void {
    if (this.#reading.has(ref)) return;
    this.#reading.add(ref);
    this.#ask(ref)
      .then((tables) => this.#known.set(ref, { tables, readAt: this.#monotonic() }))
      // Until it is read, each insert has a commit of its own.
      .catch(() => this.#known.delete(ref))
      .finally(() => this.#reading.delete(ref));
  }

  async #ask(ref: DatabaseRef): Promise<ReadonlySet<string>> {
    const client = await this.#postgres.lend(ref, 'app', waitMs);
    let broken = true;
    try {
      this.#postgres.wire(client).detach();
      const { rows } = await client.query<{ name: string }>(listTables);
      broken = false;
      return new Set(rows.map(({ name }) => name));
    } finally {
      client.release(broken);
    }
  }
}
