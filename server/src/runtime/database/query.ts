/** Compiled statements: in autocommit on a client lent for the statement, inside a transaction on the run's own. */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorOf, type QueryAnswer, type Run, type Statement, type Value } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import { commitUnknown, connectionLost, isConflict, type Postgres } from '../../base/postgres/index.ts';
import { accountOf } from '../account-of.ts';
import { hostOf, type RunHost } from '../host.ts';
import { encodeParams } from './encode.ts';
import { conflictRetries, spoils, spoilsPlan, statementError } from './errors.ts';
import { lendFor } from './lend.ts';
import { runStatement } from './statement.ts';
import { transactionOf } from './transaction.ts';
import type { StatementWatch } from './watch.ts';

/** Makes the effect `query`. */
export function createQuery(postgres: Postgres, watch: StatementWatch) {
  return async function query(
    run: Run,
    step: number,
    { statement, params }: { readonly statement: Statement; readonly params: readonly Value[] },
  ): Promise<QueryAnswer> {
    const host = hostOf(run);
    const values = encodeParams(statement.params, params);
    const startedAt = run.clock();
    let rows = 0;
    try {
      const answer =
        run.transaction === undefined
          ? await autocommit(run, host, statement, values)
          : await inTransaction(run, host, statement, values);
      rows = Math.max(answer.rows.length, answer.count);
      return answer;
    } finally {
      accountOf(host).add({
        step,
        frame: run.frame,
        effect: 'query',
        kind: 'database',
        durationMs: run.clock() - startedAt,
        rows,
        unbounded: statement.unbounded === true,
        beside: statement.beside !== undefined,
      });
    }
  };

  async function inTransaction(run: Run, host: RunHost, statement: Statement, values: (string | null)[]): Promise<QueryAnswer> {
    const open = transactionOf(run);
    if (open === undefined) throw new Error('the transaction is over');
    const { versionId } = host.environment;
    try {
      // Inside a transaction a client that goes away stops nothing: what was begun is brought to its end.
      return await watch.during(
        run,
        open.client,
        false,
        () => {
          open.broken = true;
        },
        () => runStatement(open.client, statement, versionId, values, run.limits),
      );
    } catch (error) {
      if (spoils(error) || spoilsPlan(error)) open.broken = true;
      throw statementError(error, host);
    }
  }

  async function autocommit(run: Run, host: RunHost, statement: Statement, values: (string | null)[]): Promise<QueryAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const client = await lendFor(postgres, run, 'app');
      try {
        const answer = await once(run, host, client, statement, values);
        if (statement.access === 'write') host.committed = true;
        return answer;
      } catch (error) {
        if (isConflict(error) && attempt < conflictRetries) await sleep(5 + Math.random() * 20 * (attempt + 1));
        else if (statement.access === 'write' && connectionLost(error)) throw errorOf(commitUnknown, {}, { cause: error });
        else throw statementError(error, host);
      }
    }
  }

  async function once(run: Run, host: RunHost, client: PoolClient, statement: Statement, values: (string | null)[]) {
    let broken = false;
    try {
      return await watch.during(
        run,
        client,
        statement.access === 'read',
        () => {
          broken = true;
        },
        () => runStatement(client, statement, host.environment.versionId, values, run.limits),
      );
    } catch (error) {
      broken ||= spoils(error) || spoilsPlan(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }
}
