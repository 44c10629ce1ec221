/** Workspaces by their unique names: what control addresses begin with. */
import { errorOf, notFound } from '@ashlar/engine';
import { newId } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';

export interface WorkspaceRecord {
  /** Opaque (`ws_…`). */
  readonly id: string;
  /** Unique slug. */
  readonly name: string;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
}

const recordOf = (row: Row): WorkspaceRecord => ({ id: row.id, name: row.name, createdAt: row.created_at });

/** All workspaces by name. `after` is the name that the page before ended with. */
export async function listWorkspaces(postgres: Postgres, limit: number, after: string): Promise<readonly WorkspaceRecord[]> {
  const { rows } = await postgres.control<Row>(
    'select id, name, created_at from workspaces where name > $1 order by name limit $2',
    [after, limit],
  );
  return rows.map(recordOf);
}

/** The workspace, or null. */
async function findWorkspace(postgres: Postgres, name: string): Promise<WorkspaceRecord | null> {
  const { rows } = await postgres.control<Row>('select id, name, created_at from workspaces where name = $1', [name]);
  const row = rows[0];
  return row === undefined ? null : recordOf(row);
}

/** The workspace; throws `not_found`. */
export async function getWorkspace(postgres: Postgres, name: string): Promise<WorkspaceRecord> {
  const found = await findWorkspace(postgres, name);
  if (found === null) throw errorOf(notFound, { what: `The workspace "${name}"` });
  return found;
}

/** The workspace, made when it is new. */
export async function ensureWorkspace(postgres: Postgres, name: string): Promise<WorkspaceRecord> {
  await postgres.control('insert into workspaces (id, name) values ($1, $2) on conflict (name) do nothing', [newId('ws'), name]);
  return getWorkspace(postgres, name);
}
