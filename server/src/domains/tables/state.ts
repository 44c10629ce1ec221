/** What a workspace's database says about itself: the definition in force, and what of a publication is still to do. */
import type { ClientBase } from 'pg';
import type { DatabaseNames, Postgres } from '../../base/postgres/index.ts';
import { quoteIdentifier } from '../../base/postgres/index.ts';
import type { SchemaChange } from './change.ts';
import type { Definition, TableShape } from './shape.ts';

export interface SchemaState {
  /** Mark of the definition; empty for a database that has none yet. */
  readonly schemaVersion: string;
  /** The version that was published with it; null when nobody said. */
  readonly versionId: string | null;
  readonly definition: Definition;
  /** Indexes to be made and drops: `finishPlan` does them. */
  readonly pending: readonly SchemaChange[];
}

/** Reads it. Throws `database_unavailable`. */
export function schemaState(postgres: Postgres, ref: DatabaseNames): Promise<SchemaState> {
  return postgres.asOwner(ref, readState);
}

/** Reads it over a connection of the owner. */
export async function readState(client: ClientBase): Promise<SchemaState> {
  const { rows } = await client.query<{
    schema_version: string;
    version_id: string | null;
    definition: Record<string, TableShape>;
    pending: SchemaChange[];
  }>('select schema_version, version_id, definition, pending from ashlar.schema_state');
  const row = rows[0];
  if (row === undefined) throw new Error('the database has lost its schema state');
  return {
    schemaVersion: row.schema_version,
    versionId: row.version_id,
    definition: new Map(Object.entries(row.definition)),
    pending: row.pending,
  };
}

/** Writes it, in the caller's transaction. */
export async function writeState(client: ClientBase, state: SchemaState): Promise<void> {
  await client.query(
    'update ashlar.schema_state set schema_version = $1, version_id = $2, definition = $3, pending = $4, updated_at = now()',
    [state.schemaVersion, state.versionId, JSON.stringify(Object.fromEntries(state.definition)), JSON.stringify(state.pending)],
  );
}

/** Which of the tables have rows. */
export async function readTablesWithRows(client: ClientBase, tables: Iterable<string>): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const table of tables) {
    const { rows } = await client.query<{ any: boolean }>(`select exists (select from ${quoteIdentifier(table)}) as any`);
    if (rows[0]?.any) found.add(table);
  }
  return found;
}
