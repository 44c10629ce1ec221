/** Transactions: one client is kept on the run from begin to commit or rollback; nested ones are savepoints. */
import { AshlarError, errorOf, type Run } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import {
  commitUnknown,
  connectionLost,
  databaseError,
  databaseUnavailable,
  type Postgres,
  quoteLiteral,
} from '../../base/postgres/index.ts';
import { hostOf, type RunHost } from '../host.ts';
import { spoils, transactionAborted } from './errors.ts';
import { lendFor } from './lend.ts';
import type { StatementWatch } from './watch.ts';

/** What stands in `run.transaction`. */
class OpenTransaction {
  readonly client: PoolClient;
  /** The connection is in doubt and must be closed. */
  broken = false;
  /** A user's SQL ran on it: session state is reset before its next use. */
  touched = false;

  constructor(client: PoolClient) {
    this.client = client;
  }
}

/** The run's open transaction; undefined outside. */
export function transactionOf(run: Run): OpenTransaction | undefined {
  if (run.transaction === undefined) return undefined;
  if (run.transaction instanceof OpenTransaction) return run.transaction;
  throw new Error('run.transaction is not what begin left there');
}

function expectTransaction(run: Run): OpenTransaction {
  const open = transactionOf(run);
  if (open === undefined) throw new Error('there is no transaction to end');
  return open;
}

/** Everything of DISCARD ALL but DEALLOCATE: `pg` goes on believing that its named statements are prepared. */
const resetSession =
  'close all; set session authorization default; reset all; unlisten *; select pg_advisory_unlock_all(); discard plans; discard temp; discard sequences';
/** Time for a clean-up after the answer is decided. */
const cleanUpMs = 500;

/** Runs a clean-up; false when it failed or took too long, and the connection must be closed. */
export async function cleanUp(client: PoolClient, sql: string): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const timeout = setTimeout(() => timer.resolve(false), cleanUpMs);
  try {
    return await Promise.race([
      client.query(sql).then(
        () => true,
        () => false,
      ),
      timer.promise,
    ]);
  } finally {
    clearTimeout(timeout);
  }
}

export interface Transactions {
  begin(run: Run, isolation: 'read_committed' | 'repeatable_read' | 'serializable'): Promise<null>;
  commit(run: Run): Promise<null>;
  rollback(run: Run): Promise<null>;
  savepoint(run: Run, depth: number): Promise<null>;
  releaseSavepoint(run: Run, depth: number): Promise<null>;
  rollbackToSavepoint(run: Run, depth: number): Promise<null>;
}

/** Makes the effects of transactions. */
export function createTransactions(postgres: Postgres, watch: StatementWatch): Transactions {
  /** A command of the transaction; what it throws is an error of a run. */
  async function command(run: Run, open: OpenTransaction, sql: string): Promise<void> {
    try {
      await watch.during(
        run,
        open.client,
        false,
        () => markBroken(open),
        () => open.client.query(sql),
      );
    } catch (error) {
      if (spoils(error)) open.broken = true;
      throw databaseError(error);
    }
  }

  return {
    async begin(run, isolation) {
      if (run.transaction !== undefined) throw new Error('a run has one transaction at a time');
      const host = hostOf(run);
      const client = await lendFor(postgres, run, 'app');
      const open = new OpenTransaction(client);
      run.transaction = open;
      try {
        await command(run, open, beginSql(run, host, isolation));
      } catch (error) {
        run.transaction = undefined;
        client.release(true);
        throw error;
      }
      return null;
    },

    async commit(run) {
      const open = expectTransaction(run);
      run.transaction = undefined;
      let keep = false;
      try {
        // In doubt before COMMIT was sent: certainly not committed.
        if (open.broken) throw errorOf(databaseUnavailable, {});
        const result = await watch.during(
          run,
          open.client,
          false,
          () => markBroken(open),
          () => open.client.query('commit'),
        );
        keep = !open.broken;
        // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error.
        if (result.command !== 'COMMIT') throw errorOf(transactionAborted, {});
        hostOf(run).committed = true;
      } catch (error) {
        throw commitError(error, open);
      } finally {
        await giveBack(open, keep);
      }
      return null;
    },

    async rollback(run) {
      const open = transactionOf(run);
      if (open === undefined) return null;
      run.transaction = undefined;
      const keep = !open.broken && (await cleanUp(open.client, 'rollback'));
      await giveBack(open, keep);
      return null;
    },

    async savepoint(run, depth) {
      await command(run, expectTransaction(run), `savepoint s${depth}`);
      return null;
    },
    async releaseSavepoint(run, depth) {
      await command(run, expectTransaction(run), `release savepoint s${depth}`);
      return null;
    },
    async rollbackToSavepoint(run, depth) {
      const open = expectTransaction(run);
      // Nothing can be undone on a connection in doubt, and nothing needs to be: the outer rollback closes it.
      if (open.broken) return null;
      await command(run, open, `rollback to savepoint s${depth}`);
      return null;
    },
  };
}

function markBroken(open: OpenTransaction): void {
  open.broken = true;
}

async function giveBack(open: OpenTransaction, keep: boolean): Promise<void> {
  const clean = keep && (!open.touched || (await cleanUp(open.client, resetSession)));
  open.client.release(!clean);
}

/**
 * Begins, and in the same message sets the limits and who writes (for triggers, the history of changes, and the database's own
 * log): a round trip less.
 */
function beginSql(run: Run, host: RunHost, isolation: string): string {
  const remainingMs = Math.max(1, Math.ceil(run.remainingMs()));
  const say = (name: string, text: string): string =>
    `set_config('ashlar.${name}', ${quoteLiteral(text.replaceAll('\0', '').slice(0, 500))}, true)`;
  return [
    `begin isolation level ${isolation.replace('_', ' ')}`,
    `set local statement_timeout = ${remainingMs}`,
    `set local idle_in_transaction_session_timeout = ${remainingMs + 1_000}`,
    `select ${say('request_id', run.requestId)}, ${say('endpoint', host.endpoint)}, ${say('actor', host.actor ?? '')}`,
  ].join('; ');
}

/** Once COMMIT was sent and no answer came, nobody knows. */
function commitError(error: unknown, open: OpenTransaction): Error {
  if (error instanceof AshlarError && (!open.broken || error.code === databaseUnavailable.code)) return error;
  return open.broken || connectionLost(error) ? errorOf(commitUnknown, {}, { cause: error }) : databaseError(error);
}
