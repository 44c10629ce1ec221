/** The database between measurements: as it was at the beginning, its indexes rebuilt, nothing left to be written. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { rowCount, stockSql } from './rows.ts';
import type { DatabasePlace } from './services/ashlar.ts';

/** How long the last requests may take. */
const patienceMs = 10_000;
const tables = 'item, "order", order_line';

export class Database {
  readonly #client: Client;

  constructor(place: DatabasePlace) {
    this.#client = new Client(place);
  }

  async open(): Promise<void> {
    await this.#client.connect();
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /** Takes away what was added, and puts back what was changed, once nobody is at it any more. */
  async tidy(): Promise<void> {
    await this.#untilIdle();
    const commands = [
      `delete from order_line where order_id > ${rowCount}`,
      `delete from "order" where id > ${rowCount}`,
      `delete from item where id > ${rowCount}`,
      `update item set stock = ${stockSql} where stock <> ${stockSql}`,
      // Deleted rows leave large indexes behind, and with them the planner chooses other plans.
      `vacuum (analyze) ${tables}`,
      ...tables.split(', ').map((table) => `reindex table ${table}`),
      'checkpoint',
    ];
    for (const command of commands) await this.#client.query(command);
  }

  /** A loader that ends leaves its last requests to the service: waits until none of them has been seen for a while. */
  async #untilIdle(): Promise<void> {
    const until = performance.now() + patienceMs;
    for (let idle = 0; idle < 3; ) {
      const { rows } = await this.#client.query<{ busy: boolean }>(
        `select exists (select 1 from pg_stat_activity
           where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend' and state <> 'idle') as busy`,
      );
      idle = rows[0]?.busy === true ? 0 : idle + 1;
      if (performance.now() > until) throw new Error('the database does not come to rest');
      await sleep(20);
    }
  }

  /** Locks a table, so that whoever reads it waits, and lets it go after some milliseconds. */
  async lockFor(table: string, ms: number): Promise<void> {
    await this.#client.query(`begin; lock table ${table} in access exclusive mode; select pg_sleep(${ms / 1_000}); commit`);
  }
}
