/**
 * Compiled statements: inside a transaction on the run's own connection, else on the way that the statement has (`wayOf`, `Pace`):
 * shared with other requests, or on a connection lent for it.
 */
import type { QueryAnswer, Run } from '@ashlar/engine';
import type { LentClient, Postgres, SharedConnections } from '../../base/postgres/index.ts';
import { hostOf } from '../host.ts';
import { lendFor } from './lend.ts';
import { type Query, type Sender, StatementOperation } from './operation.ts';
import { transactionOf } from './transaction.ts';
import type { TriggerWatch } from './triggers.ts';
import { TurnReads } from './turn-reads.ts';

const turnReads = new WeakMap<SharedConnections, TurnReads>();

/** A read goes with those of the same turn. */
function share(shared: SharedConnections, operation: StatementOperation): void {
  let reads = turnReads.get(shared);
  if (reads === undefined) {
    reads = new TurnReads(shared);
    turnReads.set(shared, reads);
  }
  reads.read(operation);
}

/** Makes the effect `query`. */
export function createQuery(postgres: Postgres, triggers: TriggerWatch) {
  const autocommit: Sender = {
    transaction: false,
    send(operation) {
      const { database } = operation.host.environment;
      const { way } = operation.statement.pace;
      if (way === 'shared') share(postgres.shared(database), operation);
      else if (way === 'grouped' && triggers.isPlain(database, operation.asked.table))
        postgres.shared(database).insert(operation);
      else sendAlone(operation);
    },
  };
  const inTransaction: Sender = {
    transaction: true,
    send(operation) {
      const open = transactionOf(operation.run);
      if (open === undefined) throw new Error('the transaction is over');
      operation.release = (doubtful) => {
        if (doubtful) open.broken = true;
      };
      open.wire.send([operation], true);
    },
  };

  /** On a connection lent for this statement. */
  function sendAlone(operation: StatementOperation): void {
    const idle = postgres.lendIdle(operation.host.environment.database, 'app');
    if (idle !== null) sendOn(idle, operation);
    else
      lendFor(postgres, operation.run, 'app').then(
        (client) => sendOn(client, operation),
        (error: unknown) => operation.failed(error),
      );
  }

  function sendOn(client: LentClient, operation: StatementOperation): void {
    operation.release = (doubtful) => client.release(doubtful);
    postgres.wire(client).send([operation], true);
  }

  return function query(run: Run, step: number, asked: Query): Promise<QueryAnswer> {
    try {
      const sender = run.transaction === undefined ? autocommit : inTransaction;
      const operation = new StatementOperation(run, hostOf(run), step, asked, sender);
      sender.send(operation);
      return operation.promise;
    } catch (error) {
      return Promise.reject(error);
    }
  };
}
