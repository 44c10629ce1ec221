/** The database between measurements: as it was at the beginning, its indexes rebuilt, nothing left to be written. */
import { Client } from 'pg';
import { rowCount, stockSql } from './rows.ts';
import type { DatabasePlace } from './services/ashlar.ts';

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

  /** Takes away what was added, and puts back what was changed. */
  async tidy(): Promise<void> {
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

  /** Locks a table, so that whoever reads it waits, and lets it go after some milliseconds. */
  async lockFor(table: string, ms: number): Promise<void> {
    await this.#client.query(`begin; lock table ${table} in access exclusive mode; select pg_sleep(${ms / 1_000}); commit`);
  }
}
