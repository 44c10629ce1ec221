/** Transactions: one client is kept on the run from begin to commit or rollback; nested ones are savepoints. */
import { AshlarError, errorOf, type Run } from '@ashlar/engine';
import {
  commitUnknown,
  connectionLost,
  databaseError,
  databaseUnavailable,
  type LentClient,
  OperationStopped,
  type Postgres,
  type WireConnection,
} from '../../base/postgres/index.ts';
import { hostOf } from '../host.ts';
import { beginning, CommandOperation } from './command.ts';
import { spoils, transactionAborted } from './errors.ts';
import { lendFor } from './lend.ts';
import { stopReason } from './operation.ts';

/** What stands in `run.transaction`. */
class OpenTransaction {
  readonly client: LentClient;
  /** The same, spoken to directly. */
  readonly wire: WireConnection;
  /** The connection is in doubt and must be closed. */
  broken = false;
  /** A user's SQL ran on it: session state is reset before its next use. */
  touched = false;

  constructor(client: LentClient, wire: WireConnection) {
    this.client = client;
    this.wire = wire;
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

/** Runs a clean-up through `pg`; false when it failed or took too long, and the connection must be closed. */
export async function cleanUp(client: LentClient, sql: string): Promise<boolean> {
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

/** A command of the transaction; what it throws is an error of a run. Answers the first letter of PostgreSQL's tag. */
async function command(run: Run, open: OpenTransaction, sql: string): Promise<string> {
  const operation = new CommandOperation(sql, run.deadlineAt);
  open.wire.send([operation], true);
  try {
    return await operation.promise;
  } catch (error) {
    if (spoils(error)) open.broken = true;
    throw error instanceof OperationStopped ? stopReason(run, error.cause) : error;
  }
}

async function plainCommand(run: Run, open: OpenTransaction, sql: string): Promise<null> {
  try {
    await command(run, open, sql);
    return null;
  } catch (error) {
    throw databaseError(error);
  }
}

/** Makes the effects of transactions. */
export function createTransactions(postgres: Postgres): Transactions {
  return {
    async begin(run, isolation) {
      if (run.transaction !== undefined) throw new Error('a run has one transaction at a time');
      const host = hostOf(run);
      const client = postgres.lendIdle(host.environment.database, 'app') ?? (await lendFor(postgres, run, 'app'));
      const open = new OpenTransaction(client, postgres.wire(client));
      run.transaction = open;
      // Not waited for: it leaves with the first statement, which fails where this fails.
      open.wire.open(beginning(run, host, isolation, () => markBroken(open)));
      return null;
    },

    async commit(run) {
      const open = expectTransaction(run);
      run.transaction = undefined;
      let keep = false;
      try {
        // In doubt before COMMIT was sent: certainly not committed.
        if (open.broken) throw errorOf(databaseUnavailable, {});
        const tag = await command(run, open, 'commit');
        keep = !open.broken;
        // PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK and no error.
        if (tag !== 'C') throw errorOf(transactionAborted, {});
        hostOf(run).committed = true;
      } catch (error) {
        const told = commitError(error, open);
        if (told instanceof AshlarError && told.code === commitUnknown.code) hostOf(run).committed = true;
        throw told;
      } finally {
        await giveBack(open, keep);
      }
      return null;
    },

    async rollback(run) {
      const open = transactionOf(run);
      if (open === undefined) return null;
      run.transaction = undefined;
      await giveBack(open, !open.broken && (await rolledBack(open, run.clock() + cleanUpMs)));
      return null;
    },

    savepoint: (run, depth) => plainCommand(run, expectTransaction(run), `savepoint s${depth}`),
    releaseSavepoint: (run, depth) => plainCommand(run, expectTransaction(run), `release savepoint s${depth}`),
    async rollbackToSavepoint(run, depth) {
      const open = expectTransaction(run);
      // Nothing can be undone on a connection in doubt, and nothing needs to be: the outer rollback closes it.
      return open.broken ? null : plainCommand(run, open, `rollback to savepoint s${depth}`);
    },
  };
}

function markBroken(open: OpenTransaction): void {
  open.broken = true;
}

async function rolledBack(open: OpenTransaction, deadlineAt: number): Promise<boolean> {
  const operation = new CommandOperation('rollback', deadlineAt);
  open.wire.send([operation], true);
  return operation.promise.then(
    () => true,
    () => false,
  );
}

async function giveBack(open: OpenTransaction, keep: boolean): Promise<void> {
  if (!keep || !open.touched) {
    open.client.release(!keep);
    return;
  }
  open.wire.detach();
  open.client.release(!(await cleanUp(open.client, resetSession)));
}

/** Once COMMIT was sent and no answer came, nobody knows. */
function commitError(error: unknown, open: OpenTransaction): Error {
  if (error instanceof AshlarError && (!open.broken || error.code === databaseUnavailable.code)) return error;
  return open.broken || connectionLost(error) ? errorOf(commitUnknown, {}, { cause: error }) : databaseError(error);
}
