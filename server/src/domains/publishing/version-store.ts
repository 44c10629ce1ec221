/** Versions in the control database: files by their hash, a manifest, the identities of steps. Immutable. */
import { errorOf, notFound } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';
import type { Manifest } from './manifest.ts';
import type { StepIds } from './step-identity.ts';

export interface VersionRecord {
  /** Opaque (`ver_…`). */
  readonly id: string;
  readonly workspaceId: string;
  readonly parentId: string | null;
  /** Path -> SHA-256 of the content, hexadecimal. */
  readonly manifest: Readonly<Record<string, string>>;
  readonly manifestHash: string;
  readonly stepIds: StepIds;
  readonly schemaVersion: string;
  readonly groupPaths: readonly string[];
  readonly author: string;
  readonly message: string;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly workspace_id: string;
  readonly parent_id: string | null;
  readonly manifest: Record<string, string>;
  readonly manifest_hash: string;
  readonly step_ids: Record<string, Record<string, string>>;
  readonly schema_version: string;
  readonly group_paths: string[];
  readonly author: string;
  readonly message: string;
  readonly created_at: Date;
}

const columns =
  'id, workspace_id, parent_id, manifest, manifest_hash, step_ids, schema_version, group_paths, author, message, created_at';

function recordOf(row: Row): VersionRecord {
  const stepIds = new Map<string, string>();
  for (const [path, ids] of Object.entries(row.step_ids))
    for (const [pointer, id] of Object.entries(ids)) stepIds.set(`${path}#${pointer}`, id);
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    parentId: row.parent_id,
    manifest: row.manifest,
    manifestHash: row.manifest_hash,
    stepIds,
    schemaVersion: row.schema_version,
    groupPaths: row.group_paths,
    author: row.author,
    message: row.message,
    createdAt: row.created_at,
  };
}

/** The version, or null. */
export async function findVersion(postgres: Postgres, id: string): Promise<VersionRecord | null> {
  const { rows } = await postgres.control<Row>(`select ${columns} from versions where id = $1`, [id]);
  const row = rows[0];
  return row === undefined ? null : recordOf(row);
}

/** The version of a workspace; throws `not_found`. */
export async function getVersion(postgres: Postgres, workspaceId: string, id: string): Promise<VersionRecord> {
  const version = await findVersion(postgres, id);
  if (version === null || version.workspaceId !== workspaceId) throw errorOf(notFound, { what: `The version "${id}"` });
  return version;
}

/** A version of equal files that this environment never served: publishing to a second environment shares it. */
export async function findEqualVersion(
  postgres: Postgres,
  workspaceId: string,
  manifestHash: string,
  environmentId: string,
): Promise<VersionRecord | null> {
  const { rows } = await postgres.control<Row>(
    `select ${columns} from versions v
     where workspace_id = $1 and manifest_hash = $2
       and not exists (select 1 from publications p where p.version_id = v.id and p.environment_id = $3)
       and exists (select 1 from environments e where e.version_id = v.id)
     order by created_at desc, id desc limit 1`,
    [workspaceId, manifestHash, environmentId],
  );
  const row = rows[0];
  return row === undefined ? null : recordOf(row);
}

export interface NewVersion extends Omit<VersionRecord, 'manifest' | 'manifestHash' | 'createdAt'> {
  readonly manifest: Manifest;
}

/** Keeps the files that are new, then the version. */
export async function insertVersion(client: PoolClient, version: NewVersion, files: ReadonlyMap<string, string>): Promise<void> {
  const hashes = [...new Set(version.manifest.entries.map((entry) => entry.sha256))];
  const { rows } = await client.query<{ hash: string }>('select hash from files where hash = any($1)', [hashes]);
  const known = new Set(rows.map((row) => row.hash));
  for (const { path, sha256 } of version.manifest.entries) {
    if (known.has(sha256)) continue;
    known.add(sha256);
    // Two publications may bring the same file at once: one content, whoever is first.
    await client.query('insert into files (hash, content) values ($1, $2) on conflict (hash) do nothing', [
      sha256,
      Buffer.from(files.get(path) ?? ''),
    ]);
  }
  await client.query(
    `insert into versions (id, workspace_id, parent_id, manifest, manifest_hash, step_ids, schema_version, group_paths, author, message)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      version.id,
      version.workspaceId,
      version.parentId,
      JSON.stringify(Object.fromEntries(version.manifest.entries.map((entry) => [entry.path, entry.sha256]))),
      version.manifest.hash,
      JSON.stringify(stepIdsByPath(version.stepIds)),
      version.schemaVersion,
      version.groupPaths,
      version.author,
      version.message,
    ],
  );
}

function stepIdsByPath(stepIds: StepIds): Record<string, Record<string, string>> {
  const byPath = new Map<string, Record<string, string>>();
  for (const [key, id] of stepIds) {
    // A pointer may hold a '#', a path of the manifest may too: the pointer begins at the last "#/".
    const at = key.lastIndexOf('#/');
    const path = key.slice(0, at);
    const ids = byPath.get(path) ?? {};
    ids[key.slice(at + 1)] = id;
    byPath.set(path, ids);
  }
  return Object.fromEntries(byPath);
}

/** Texts of a version's files by path. */
export async function loadFiles(postgres: Postgres, version: VersionRecord): Promise<Map<string, string>> {
  const { rows } = await postgres.control<{ hash: string; content: Uint8Array }>(
    'select hash, content from files where hash = any($1)',
    [[...new Set(Object.values(version.manifest))]],
  );
  const contents = new Map(rows.map((row) => [row.hash, Buffer.from(row.content).toString('utf8')]));
  const files = new Map<string, string>();
  for (const path of Object.keys(version.manifest).sort()) {
    const text = contents.get(version.manifest[path] ?? '');
    if (text === undefined) throw new Error(`version ${version.id} lacks the content of ${path}`);
    files.set(path, text);
  }
  return files;
}
