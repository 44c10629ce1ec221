/** Environments of workspaces: each with its own database, version, variables and token key. */
import { randomBytes } from 'node:crypto';
import { errorOf, notFound } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import { newId, type Sealer } from '../../base/crypto/index.ts';
import type { DatabaseNames, DatabaseRef, Postgres } from '../../base/postgres/index.ts';
import type { WorkspaceRecord } from '../workspaces/index.ts';
import { type EnvironmentSecret, secretContext } from './sealed.ts';

export interface EnvironmentRecord {
  /** Opaque (`env_…`). */
  readonly id: string;
  readonly workspaceId: string;
  readonly workspace: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** The version in force; null before the first publication is done. */
  readonly versionId: string | null;
  readonly database: DatabaseNames;
  /** As stored; `openSecrets` opens them. */
  readonly sealed: Readonly<Record<EnvironmentSecret, string>>;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly workspace_id: string;
  readonly workspace: string;
  readonly name: string;
  readonly is_default: boolean;
  readonly version_id: string | null;
  readonly database: string;
  readonly owner_role: string;
  readonly app_role: string;
  readonly app_password: string;
  readonly query_role: string;
  readonly query_password: string;
  readonly token_key: string;
  readonly created_at: Date;
}

const select = `select e.id, e.workspace_id, w.name as workspace, e.name, e.is_default, e.version_id, e.database, e.owner_role,
  e.app_role, e.app_password, e.query_role, e.query_password, e.token_key, e.created_at
  from environments e join workspaces w on w.id = e.workspace_id`;

const recordOf = (row: Row): EnvironmentRecord => ({
  id: row.id,
  workspaceId: row.workspace_id,
  workspace: row.workspace,
  name: row.name,
  isDefault: row.is_default,
  versionId: row.version_id,
  database: {
    database: row.database,
    ownerRole: row.owner_role,
    appRole: row.app_role,
    queryRole: row.query_role,
  },
  sealed: { token_key: row.token_key, app_password: row.app_password, query_password: row.query_password },
  createdAt: row.created_at,
});

const tokenKeyBytes = 32;

/** What an environment opens with: its database, and the key that signs tokens and seals cursors (32 bytes). */
export interface EnvironmentSecrets {
  readonly database: DatabaseRef;
  readonly tokenKey: Uint8Array;
}

/** Opens an environment's secrets. Throws where this node has not the key that sealed them. */
export function openSecrets({ id, database, sealed }: EnvironmentRecord, sealer: Sealer): EnvironmentSecrets {
  const open = (secret: EnvironmentSecret): string => sealer.open(sealed[secret], secretContext(id, secret));
  const tokenKey = Buffer.from(open('token_key'), 'base64');
  if (tokenKey.length !== tokenKeyBytes) throw new Error(`the token key of ${id} has not ${tokenKeyBytes} bytes`);
  return { database: { ...database, appPassword: open('app_password'), queryPassword: open('query_password') }, tokenKey };
}

/** Environments of a workspace by name. `after` is the name that the page before ended with. */
export async function listEnvironments(
  postgres: Postgres,
  workspaceId: string,
  limit: number,
  after: string | undefined,
): Promise<readonly EnvironmentRecord[]> {
  const { rows } = await postgres.control<Row>(`${select} where e.workspace_id = $1 and e.name > $2 order by e.name limit $3`, [
    workspaceId,
    after ?? '',
    limit,
  ]);
  return rows.map(recordOf);
}

/** Every environment with a version in force, oldest first; inside the transaction that reads a snapshot. */
export async function environmentsInForce(client: PoolClient): Promise<readonly EnvironmentRecord[]> {
  const { rows } = await client.query<Row>(`${select} where e.version_id is not null order by e.created_at, e.id`);
  return rows.map(recordOf);
}

/** By workspace and name, or null. */
export async function findEnvironment(postgres: Postgres, workspace: string, name: string): Promise<EnvironmentRecord | null> {
  const { rows } = await postgres.control<Row>(`${select} where w.name = $1 and e.name = $2`, [workspace, name]);
  const row = rows[0];
  return row === undefined ? null : recordOf(row);
}

/** By id, or null. */
export async function findEnvironmentById(postgres: Postgres, id: string): Promise<EnvironmentRecord | null> {
  const { rows } = await postgres.control<Row>(`${select} where e.id = $1`, [id]);
  const row = rows[0];
  return row === undefined ? null : recordOf(row);
}

/** By workspace and name; throws `not_found`. */
export async function getEnvironment(postgres: Postgres, workspace: string, name: string): Promise<EnvironmentRecord> {
  const found = await findEnvironment(postgres, workspace, name);
  if (found === null) throw errorOf(notFound, { what: `The environment "${name}" of "${workspace}"` });
  return found;
}

/**
 * Makes an environment with a database of its own; the first one of a workspace is its default. The caller holds the lock of
 * this environment's name. A database whose row can't be written is dropped again.
 */
export async function createEnvironment(
  postgres: Postgres,
  sealer: Sealer,
  workspace: WorkspaceRecord,
  name: string,
): Promise<EnvironmentRecord> {
  const database = await postgres.createDatabase();
  try {
    await insertEnvironment(postgres, sealer, workspace.id, name, database);
  } catch (error) {
    await postgres.dropDatabase(database);
    throw error;
  }
  return getEnvironment(postgres, workspace.name, name);
}

async function insertEnvironment(
  postgres: Postgres,
  sealer: Sealer,
  workspaceId: string,
  name: string,
  ref: DatabaseRef,
): Promise<void> {
  const id = newId('env');
  const seal = (secret: EnvironmentSecret, text: string): string => sealer.seal(text, secretContext(id, secret));
  await postgres.controlTransaction(async (client) => {
    // Two first publications of one workspace at once: only one environment may become the default.
    await client.query('select 1 from workspaces where id = $1 for update', [workspaceId]);
    await client.query(
      `insert into environments (id, workspace_id, name, is_default, database, owner_role, app_role, app_password,
         query_role, query_password, token_key)
       values ($1, $2, $3, not exists (select 1 from environments where workspace_id = $2), $4, $5, $6, $7, $8, $9, $10)`,
      [
        id,
        workspaceId,
        name,
        ref.database,
        ref.ownerRole,
        ref.appRole,
        seal('app_password', ref.appPassword),
        ref.queryRole,
        seal('query_password', ref.queryPassword),
        seal('token_key', randomBytes(tokenKeyBytes).toString('base64')),
      ],
    );
  });
}
