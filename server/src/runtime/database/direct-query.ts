/**
 * direct_query (semantics 28): a user's own SQL, one statement with real parameters. Reading runs as the query role on
 * connections of its own; writing as the app role in a transaction; inside a transaction on its connection.
 */
import { AshlarError, errorOf, type Limits, type QueryAnswer, type Run, type Value } from '@ashlar/engine';
import type { Log } from '../../base/log/index.ts';
import { conflict, databaseUnavailable, type Postgres } from '../../base/postgres/index.ts';
import { accountOf } from '../account-of.ts';
import { hostOf } from '../host.ts';
import { decoderOfType } from './decode.ts';
import { encodeFree } from './encode.ts';
import { conflictRetries, directError, directQueryFailed, directQueryRefused, spoils } from './errors.ts';
import { lendFor } from './lend.ts';
import { type LimitedResult, queryLimited } from './limited-query.ts';
import { checkSql, longestSql } from './sql-kind.ts';
import { rowOf } from './statement.ts';
import { cleanUp, type Transactions, transactionOf } from './transaction.ts';
import type { StatementWatch } from './watch.ts';

interface DirectQuery {
  readonly sql: string;
  readonly params: readonly Value[];
  readonly write: boolean;
  readonly maxRows: number;
}

/** PostgreSQL's own bound of parameters. */
const mostParams = 65_535;

/** A user's own SQL that may say how many rows it wants; a word in a name or text only makes the advice more careful. */
const boundedSql = /\b(?:limit|fetch)\b/i;

/** Makes the effect `direct_query`. */
export function createDirectQuery(postgres: Postgres, watch: StatementWatch, transactions: Transactions, log: Log) {
  const queries = new DirectQueries(postgres, watch, transactions);
  return async function directQuery(run: Run, step: number, args: DirectQuery): Promise<QueryAnswer> {
    if (args.sql.length > longestSql) throw errorOf(directQueryRefused, { reason: `it is longer than ${longestSql} characters` });
    if (args.params.length > mostParams)
      throw errorOf(directQueryRefused, { reason: `it has more than ${mostParams} parameters` });
    const values = args.params.map(encodeFree);
    const startedAt = run.clock();
    let rows = 0;
    try {
      const result = await queries.run(run, args, values);
      rows = result.rows.length;
      return answerOf(result, run.limits);
    } catch (error) {
      tellAuthor(log, run, step, error);
      throw error;
    } finally {
      accountOf(hostOf(run)).add({
        step,
        frame: run.frame,
        effect: 'direct_query',
        kind: 'database',
        durationMs: run.clock() - startedAt,
        rows,
        unbounded: !args.write && !boundedSql.test(args.sql),
      });
    }
  };
}

type Params = readonly (string | null)[];

/** The three ways of a user's own SQL. */
class DirectQueries {
  readonly #postgres: Postgres;
  readonly #watch: StatementWatch;
  readonly #transactions: Transactions;

  constructor(postgres: Postgres, watch: StatementWatch, transactions: Transactions) {
    this.#postgres = postgres;
    this.#watch = watch;
    this.#transactions = transactions;
  }

  run(run: Run, args: DirectQuery, values: Params): Promise<LimitedResult> {
    if (run.transaction !== undefined) return this.#inTransaction(run, args, values);
    return args.write ? this.#writing(run, args, values) : this.#reading(run, args, values);
  }

  async #reading(run: Run, args: DirectQuery, values: Params): Promise<LimitedResult> {
    const client = await lendFor(this.#postgres, run, 'query');
    let broken = false;
    const abandon = (): void => {
      broken = true;
    };
    try {
      return await this.#watch.during(run, client, true, abandon, () =>
        queryLimited(client, args.sql, values, run.limits, args.maxRows),
      );
    } catch (error) {
      broken ||= spoils(error);
      throw directError(error, hostOf(run));
    } finally {
      // Whatever the statement left in the session (settings, locks, listeners, a transaction) must not reach the next user.
      client.release(broken || !(await cleanUp(client, 'discard all')));
    }
  }

  /** Outside a transaction: one of its own, so that a result beyond its limit changes nothing. */
  async #writing(run: Run, args: DirectQuery, values: Params): Promise<LimitedResult> {
    await checkSql(args.sql, true);
    for (let attempt = 0; ; attempt += 1) {
      await this.#transactions.begin(run, 'read_committed');
      try {
        const result = await this.#inTransaction(run, args, values);
        await this.#transactions.commit(run);
        return result;
      } catch (error) {
        await this.#transactions.rollback(run);
        if (!(error instanceof AshlarError) || error.code !== conflict.code || attempt >= conflictRetries) throw error;
      }
    }
  }

  async #inTransaction(run: Run, args: DirectQuery, values: Params): Promise<LimitedResult> {
    await checkSql(args.sql, args.write);
    const open = transactionOf(run);
    if (open === undefined) throw new Error('the transaction is over');
    open.touched = true;
    const { client, wire } = open;
    await wire.settled();
    // Where the transaction could not be opened, the SQL would be committed by itself.
    if (open.broken) throw errorOf(databaseUnavailable, {});
    wire.detach();
    const abandon = (): void => {
      open.broken = true;
    };
    try {
      return await this.#watch.during(run, client, false, abandon, () =>
        queryLimited(client, args.sql, values, run.limits, args.maxRows),
      );
    } catch (error) {
      if (spoils(error)) open.broken = true;
      throw directError(error, hostOf(run));
    }
  }
}

/** Callers are not told what PostgreSQL says of the SQL; whoever wrote it finds it in the log, without values. */
function tellAuthor(log: Log, run: Run, step: number, error: unknown): void {
  if (!(error instanceof AshlarError) || (error.code !== directQueryFailed.code && error.code !== directQueryRefused.code))
    return;
  const { environment, endpoint } = hostOf(run);
  const details = typeof error.payload === 'object' && error.payload !== null ? error.payload : {};
  log.warn('PostgreSQL refused the SQL of a direct_query', {
    request_id: run.requestId,
    workspace: environment.workspace,
    environment: environment.name,
    endpoint,
    step,
    ...details,
    reason: withoutValues(error.message, details),
  });
}

/** Names of tables and columns are good to know; in errors of data (SQLSTATE 22…) what stands in quotes is a value. */
function withoutValues(message: string, details: object): string {
  const isOfNames = 'sqlstate' in details && typeof details.sqlstate === 'string' && details.sqlstate.startsWith('42');
  return isOfNames || !('sqlstate' in details) ? message : message.replace(/"[\s\S]*"/, '"…"');
}

function answerOf(result: LimitedResult, limits: Limits): QueryAnswer {
  const names = result.fields.map((field) => field.name);
  const decoders = result.fields.map((field) => decoderOfType(field.dataTypeID));
  return { rows: result.rows.map((row) => rowOf(names, decoders, row, limits)), count: result.count };
}
