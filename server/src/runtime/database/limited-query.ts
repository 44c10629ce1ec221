/** A query of a user's own SQL: fetched in portions, so that a result without end is stopped after a bound, not read to its end. */
import { errorOf, type Limits, resultTooLarge, tooManyRows } from '@ashlar/engine';
import { DatabaseError, type PoolClient, Query, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import { textOnly } from './statement.ts';

interface Wire {
  sync(): void;
}

declare module 'pg' {
  // What Query has beside its declared members: how the client hands it PostgreSQL's messages.
  interface Query {
    handlePortalSuspended(connection: Wire): void;
    handleCommandComplete(message: unknown, connection: Wire): void;
    handleEmptyQuery(connection: Wire): void;
    handleError(error: Error, connection: Wire): void;
  }
}

/** Rows fetched at a time, at first and at most: how long rows are is not known before. */
const firstPortion = 20;
const largestPortion = 500;

function configOf(text: string, values: readonly (string | null)[]): QueryArrayConfig {
  return { text, values: [...values], rowMode: 'array', types: textOnly };
}

class LimitedQuery extends Query {
  readonly received: (string | null)[][] = [];
  exceeded: Error | null = null;
  /** Sync was sent: PostgreSQL answers it with ReadyForQuery, also after an error. */
  #synced = false;
  readonly #maxRows: number;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(text: string, values: readonly (string | null)[], maxRows: number, maxBytes: number) {
    super(configOf(text, values));
    this.#maxRows = maxRows;
    this.#maxBytes = maxBytes;
    // The extended protocol also without parameters: it takes one statement, never two.
    Object.assign(this, { rows: firstPortion, queryMode: 'extended' });
    this.on('row', (row: unknown) => this.#take(row));
  }

  /** Fetches the next portion, or ends the query when a bound was passed. */
  override handlePortalSuspended(connection: Wire): void {
    if (this.exceeded !== null) {
      this.#sync(connection);
      return;
    }
    Object.assign(this, { rows: this.#nextPortion() });
    super.handlePortalSuspended(connection);
  }

  /** So many rows as the bound of bytes leaves room for, by the mean so far: one more passes it. */
  #nextPortion(): number {
    const mean = Math.max(1, this.#bytes / Math.max(1, this.received.length));
    return Math.max(1, Math.min(largestPortion, Math.ceil((this.#maxBytes - this.#bytes) / mean) + 1));
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    this.#synced = true;
    super.handleCommandComplete(message, connection);
  }

  override handleEmptyQuery(connection: Wire): void {
    this.#synced = true;
    super.handleEmptyQuery(connection);
  }

  /** `pg` sends no Sync after an error of a query in portions: without it the connection would wait for ever. */
  override handleError(error: Error, connection: Wire): void {
    if (error instanceof DatabaseError && !this.#synced) this.#sync(connection);
    super.handleError(error, connection);
  }

  #sync(connection: Wire): void {
    this.#synced = true;
    connection.sync();
  }

  #take(row: unknown): void {
    if (this.exceeded !== null || !Array.isArray(row)) return;
    const fields: (string | null)[] = row;
    for (const field of fields) this.#bytes += field?.length ?? 0;
    if (this.received.length >= this.#maxRows)
      this.exceeded = errorOf(tooManyRows, { maxRows: this.#maxRows, what: 'The result of direct_query' });
    else if (this.#bytes > this.#maxBytes) this.exceeded = errorOf(resultTooLarge, { limitBytes: this.#maxBytes });
    else this.received.push(fields);
  }
}

/** What a limited query gives: fields as text, and PostgreSQL's description of the columns. */
export interface LimitedResult {
  readonly rows: readonly (readonly (string | null)[])[];
  readonly fields: QueryArrayResult['fields'];
  readonly count: number;
}

/** Runs one statement. Throws `too_many_rows`, `result_too_large`, or what `pg` throws. */
export function queryLimited(
  client: PoolClient,
  sql: string,
  values: readonly (string | null)[],
  limits: Limits,
  maxRows: number,
): Promise<LimitedResult> {
  return new Promise((resolve, reject) => {
    const query = new LimitedQuery(sql, values, maxRows, limits.resultBytes);
    query.on('error', reject);
    query.on('end', (result) => {
      if (query.exceeded === null) resolve({ rows: query.received, fields: result.fields, count: result.rowCount ?? 0 });
      else reject(query.exceeded);
    });
    client.query(query);
  });
}
