/**
 * Compiled statements: inside a transaction on the run's own connection, else on the way that the statement has (`wayOf`, `Pace`):
 * shared with other requests, or on a connection lent for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { errorOf, type QueryAnswer, type Run, type Statement, type Value } from '@ashlar/engine';
import { commitUnknown, connectionLost, isConflict, OperationStopped, type Postgres } from '../../base/postgres/index.ts';
import { accountOf } from '../account-of.ts';
import { hostOf, type RunHost } from '../host.ts';
import { conflictRetries, spoils, statementError } from './errors.ts';
import { lendFor } from './lend.ts';
import { StatementOperation } from './operation.ts';
import { prepare } from './prepared.ts';
import { transactionOf } from './transaction.ts';
import type { TriggerWatch } from './triggers.ts';

interface Query {
  readonly statement: Statement;
  readonly params: readonly Value[];
  readonly encode?: true;
}

/** Makes the effect `query`. */
export function createQuery(postgres: Postgres, triggers: TriggerWatch) {
  return function query(run: Run, step: number, asked: Query): Promise<QueryAnswer> {
    const host = hostOf(run);
    const startedAt = run.clock();
    return start(run, host, asked).then(
      (answer) => {
        account(
          run,
          host,
          step,
          asked.statement,
          startedAt,
          Math.max(answer.encoded?.ends.length ?? answer.rows.length, answer.count),
        );
        return answer;
      },
      (error: unknown) => {
        account(run, host, step, asked.statement, startedAt, 0);
        throw error;
      },
    );
  };

  function start(run: Run, host: RunHost, asked: Query): Promise<QueryAnswer> {
    try {
      return run.transaction === undefined ? autocommit(run, host, asked, 0) : inTransaction(run, host, asked);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  function inTransaction(run: Run, host: RunHost, asked: Query): Promise<QueryAnswer> {
    const open = transactionOf(run);
    if (open === undefined) throw new Error('the transaction is over');
    // A client that goes away stops nothing here: what was begun is brought to its end.
    const operation = operationOf(run, host, asked, false);
    operation.owner = {
      ended: (error) => {
        if (error instanceof OperationStopped || (error !== null && spoils(error))) open.broken = true;
      },
    };
    open.wire.send([operation], true);
    return operation.promise.catch((error: unknown) => {
      throw statementError(error, host);
    });
  }

  function autocommit(run: Run, host: RunHost, asked: Query, conflicts: number): Promise<QueryAnswer> {
    const operation = operationOf(run, host, asked, asked.statement.access === 'read');
    send(run, host, asked.statement, operation);
    return operation.promise.then(
      (answer) => {
        if (asked.statement.access === 'write') host.committed = true;
        return answer;
      },
      (error: unknown) => {
        if (isConflict(error) && conflicts < conflictRetries)
          return sleep(5 + Math.random() * 20 * (conflicts + 1)).then(() => autocommit(run, host, asked, conflicts + 1));
        // What was never sent was not executed.
        if (asked.statement.access === 'write' && operation.attempts > 0 && connectionLost(error))
          throw errorOf(commitUnknown, {}, { cause: error });
        throw statementError(error, host);
      },
    );
  }

  function send(run: Run, host: RunHost, statement: Statement, operation: StatementOperation): void {
    const { database } = host.environment;
    const { way } = operation.statement.pace;
    if (way === 'shared') postgres.shared(database).read(operation);
    else if (way === 'grouped' && triggers.isPlain(database, statement.table)) postgres.shared(database).insert(operation);
    else sendAlone(run, host, operation);
  }

  /** On a connection lent for this statement. */
  function sendAlone(run: Run, host: RunHost, operation: StatementOperation): void {
    const idle = postgres.lendIdle(host.environment.database, 'app');
    const begin = (client: NonNullable<typeof idle>): void => {
      operation.owner = {
        // A cancellation that comes too late would hit whatever runs next on the connection.
        ended: (error) => client.release(error instanceof OperationStopped || (error !== null && spoils(error))),
      };
      postgres.wire(client).send([operation], true);
    };
    if (idle !== null) begin(idle);
    else lendFor(postgres, run, 'app').then(begin, (error: unknown) => operation.failed(error));
  }
}

function operationOf(run: Run, host: RunHost, { statement, params, encode }: Query, stoppable: boolean): StatementOperation {
  const prepared = prepare(statement, host.environment.versionId);
  const repeatable = statement.access === 'read' && run.transaction === undefined;
  return new StatementOperation(run, prepared, prepared.params(params), { repeatable, stoppable, encode: encode === true });
}

function account(run: Run, host: RunHost, step: number, statement: Statement, startedAt: number, rows: number): void {
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
