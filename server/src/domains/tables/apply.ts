/** Makes a plan true: one transaction first, then concurrent indexes, then drops. Each part can be done again after a crash. */
import { errorOf } from '@ashlar/engine';
import type { ClientBase, PoolClient } from 'pg';
import { type DatabaseNames, type Postgres, quoteIdentifier } from '../../base/postgres/index.ts';
import { cancellable } from './cancel.ts';
import type { SchemaChange, SchemaPlan } from './change.ts';
import { changeError, schemaMoved } from './errors.ts';
import { grantReading } from './grants.ts';
import { readState, writeState } from './state.ts';

export interface ApplyOptions {
  /** Milliseconds to wait for the locks of running requests; then `schema_busy`. 5,000 by default. */
  readonly lockMs?: number;
  /** Runs when nobody else can change the tables any more and nothing is changed yet; an error leaves all as it is. */
  readonly before?: () => Promise<void>;
  /** Noted beside the definition. */
  readonly versionId?: string;
  /** Runs in the same transaction after the tables were changed, for seeds. An error undoes everything. */
  readonly within?: (client: PoolClient) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface FinishOptions {
  readonly onProgress?: (progress: FinishProgress) => void;
  readonly signal?: AbortSignal;
}

/** How far the work after the switch is. */
export interface FinishProgress {
  readonly description: string;
  /** Changes done, and how many there are. */
  readonly done: number;
  readonly total: number;
  /** Of an index being made: from 0 to 1; null while unknown. */
  readonly share: number | null;
}

/** Any number will do, as long as every node takes the same. */
const publicationLock = 4_071_010;
const defaultLockMs = 5_000;

/**
 * Applies the plan's transaction and marks the database with the new definition; indexes and drops are noted as pending for
 * `finishPlan`. Throws `schema_moved`, `schema_busy`, `schema_refused`, and nothing is changed then.
 */
export async function applyPlan(
  postgres: Postgres,
  ref: DatabaseNames,
  plan: SchemaPlan,
  options: ApplyOptions = {},
): Promise<void> {
  const changes = plan.changes.filter(({ stage }) => stage === 'transaction');
  const pending = plan.changes.filter(({ stage }) => stage !== 'transaction');
  await postgres.asOwner(ref, (client) =>
    cancellable(postgres, client, options.signal, async () => {
      await client.query('begin');
      await client.query(`set local lock_timeout = ${Math.max(1, Math.trunc(options.lockMs ?? defaultLockMs))}`);
      await client.query('select pg_advisory_xact_lock($1)', [publicationLock]);
      await options.before?.();
      const state = await readState(client);
      const expected = state.schemaVersion === '' ? state.definition.size === 0 : state.schemaVersion === plan.fromVersion;
      if (!expected || state.pending.length > 0) throw errorOf(schemaMoved, {});
      for (const change of changes) await make(client, change);
      await grantReading(client, plan.definition, ref.queryRole);
      await options.within?.(client);
      const { schemaVersion, definition } = plan;
      await writeState(client, { schemaVersion, versionId: options.versionId ?? null, definition, pending });
      await client.query('commit');
    }),
  );
}

async function make(client: ClientBase, change: SchemaChange): Promise<void> {
  try {
    for (const sql of change.sql) await client.query(sql);
  } catch (error) {
    throw changeError(error, change);
  }
}

/**
 * Does what is pending: concurrent indexes, then drops; each is struck off when done. Does nothing where nothing is pending, so
 * that a node may call it at every start. Waits while another node does it. Throws `schema_busy`, `schema_refused`.
 */
export async function finishPlan(postgres: Postgres, ref: DatabaseNames, options: FinishOptions = {}): Promise<void> {
  await postgres.asOwner(ref, (client) =>
    cancellable(postgres, client, options.signal, async () => {
      await takeTablesLock(client);
      const { pending } = await readState(client);
      for (const [done, change] of pending.entries()) {
        const report = (share: number | null): void =>
          options.onProgress?.({ description: change.description, done, total: pending.length, share });
        report(null);
        if (change.stage === 'index') await makeIndex(postgres, client, change, report);
        else await drop(client, change, options.signal);
        await client.query('update ashlar.schema_state set pending = $1, updated_at = now()', [
          JSON.stringify(pending.slice(done + 1)),
        ]);
      }
    }),
  );
}

/**
 * Runs `work` while nobody changes the tables: after whoever is about to, on whichever node, and before anybody else can.
 */
export async function whileTablesRest<T>(
  postgres: Postgres,
  ref: DatabaseNames,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  return postgres.asOwner(ref, async (client) => {
    await takeTablesLock(client);
    return work(client);
  });
}

/**
 * Keeps other nodes from changing the tables until the connection ends. Waiting inside a statement would hold a snapshot, and a
 * concurrent index waits for snapshots: so it is asked again and again.
 */
export async function takeTablesLock(client: ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [publicationLock]);
    if (rows[0]?.taken) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const progressEveryMs = 250;

async function makeIndex(
  postgres: Postgres,
  client: PoolClient,
  change: SchemaChange,
  report: (share: number | null) => void,
): Promise<void> {
  const { rows } = await client.query<{ pid: number; valid: boolean | null }>(
    `select pg_backend_pid() as pid, (select i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace = 'public'::regnamespace and c.relname = $1) as valid`,
    [change.index ?? ''],
  );
  const found = rows[0];
  if (found?.valid === true) return;
  // An attempt that was cut off leaves an index that is kept up to date and never used.
  if (found?.valid === false) await client.query(`drop index concurrently ${quoteIdentifier(change.index ?? '')}`);
  const timer = setInterval(() => void share(postgres, found?.pid ?? 0).then(report, () => {}), progressEveryMs);
  try {
    await make(client, change);
  } finally {
    clearInterval(timer);
  }
}

/** How far PostgreSQL is with an index, from 0 to 1. */
async function share(postgres: Postgres, pid: number): Promise<number | null> {
  const { rows } = await postgres.control<{ share: number | null }>(
    `select case when blocks_total > 0 then blocks_done::float8 / blocks_total end as share from pg_stat_progress_create_index where pid = $1`,
    [pid],
  );
  return rows[0]?.share ?? null;
}

const dropAttempts = 12;

/** Drops wait for running requests only shortly, so that those behind them don't wait long, and try again. */
async function drop(client: ClientBase, change: SchemaChange, signal: AbortSignal | undefined): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    await client.query('begin');
    try {
      await client.query('set local lock_timeout = 1000');
      await make(client, change);
      await client.query('commit');
      return;
    } catch (error) {
      await client.query('rollback');
      const busy = error instanceof Error && 'code' in error && error.code === 'schema_busy';
      if (!busy || attempt === dropAttempts || signal?.aborted) throw error;
    }
  }
}
