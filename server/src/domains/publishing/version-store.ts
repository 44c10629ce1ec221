/** Versions in the control database: files by their hash, a manifest, the identities of steps. Immutable. */
import { errorOf, notFound } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';
import type { Manifest } from './manifest.ts';
import type { StepIds } from './step-identity.ts';

/** A version without the identities of its steps, which are by far the most of it. */
export interface VersionFacts {
  /** Opaque (`ver_…`). */
  readonly id: string;
  readonly workspaceId: string;
  readonly parentId: string | null;
  /** Path -> SHA-256 of the content, hexadecimal. */
  readonly manifest: Readonly<Record<string, string>>;
  readonly manifestHash: string;
  readonly schemaVersion: string;
  readonly groupPaths: readonly string[];
  readonly author: string;
  readonly message: string;
  readonly createdAt: Date;
}

export interface VersionRecord extends VersionFacts {
  readonly stepIds: StepIds;
}

interface FactsRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly parent_id: string | null;
  readonly manifest: Record<string, string>;
  readonly manifest_hash: string;
  readonly schema_version: string;
  readonly group_paths: string[];
  readonly author: string;
  readonly message: string;
  readonly created_at: Date;
}

interface Row extends FactsRow {
  readonly step_ids: Record<string, Record<string, string>>;
}

const factColumns =
  'id, workspace_id, parent_id, manifest, manifest_hash, schema_version, group_paths, author, message, created_at';
const columns = `${factColumns}, step_ids`;

function recordOf(row: Row): VersionRecord {
  const stepIds = new Map<string, string>();
  for (const [path, ids] of Object.entries(row.step_ids))
    for (const [pointer, id] of Object.entries(ids)) stepIds.set(`${path}#${pointer}`, id);
  return { ...factsOf(row), stepIds };
}

function factsOf(row: FactsRow): VersionFacts {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    parentId: row.parent_id,
    manifest: row.manifest,
    manifestHash: row.manifest_hash,
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

/** What a version is, without its steps' identities; null when it is not there. */
export async function findVersionFacts(postgres: Postgres, id: string): Promise<VersionFacts | null> {
  const { rows } = await postgres.control<FactsRow>(`select ${factColumns} from versions where id = $1`, [id]);
  const row = rows[0];
  return row === undefined ? null : factsOf(row);
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

/** Files that go to the database in one statement: so many, and so many bytes unless one alone has more. */
const filesAtOnce = 500;
const bytesAtOnce = 4_000_000;

/** Keeps the files that are new. */
async function insertFiles(client: PoolClient, manifest: Manifest, files: ReadonlyMap<string, string>): Promise<void> {
  const wanted = new Map(manifest.entries.map((entry) => [entry.sha256, entry]));
  const { rows } = await client.query<{ hash: string }>('select hash from files where hash = any($1)', [[...wanted.keys()]]);
  for (const { hash } of rows) wanted.delete(hash);
  // In one order wherever it is done, so that two publications with the same files don't wait for each other.
  const waiting = [...wanted.values()].sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  while (waiting.length > 0) {
    const hashes: string[] = [];
    const contents: Buffer[] = [];
    for (let bytes = 0; hashes.length < filesAtOnce; ) {
      const [next] = waiting;
      if (next === undefined || (hashes.length > 0 && bytes + next.bytes > bytesAtOnce)) break;
      waiting.shift();
      bytes += next.bytes;
      hashes.push(next.sha256);
      contents.push(Buffer.from(files.get(next.path) ?? ''));
    }
    // Two publications may bring the same file at once: one content, whoever is first.
    await client.query(
      'insert into files (hash, content) select * from unnest($1::text[], $2::bytea[]) on conflict (hash) do nothing',
      [hashes, contents],
    );
  }
}

/** Keeps the files that are new, then the version. */
export async function insertVersion(client: PoolClient, version: NewVersion, files: ReadonlyMap<string, string>): Promise<void> {
  await insertFiles(client, version.manifest, files);
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
