/** Publications in the control database: attempts to put a version in force, and how far each came. */
import { errorOf, notFound } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';
import type { PlanShown, PublicationProgress } from './call-schemas.ts';
import { publicationGivenUp } from './errors.ts';

/** See migration 000002: what a crash leaves, a node finishes or reverts. */
export type PublicationState = 'planned' | 'schema_applied' | 'in_force' | 'done' | 'failed' | 'cancelled';

export interface PublicationRecord {
  /** Opaque (`pub_…`). */
  readonly id: string;
  readonly environmentId: string;
  readonly versionId: string;
  readonly state: PublicationState;
  readonly plan: PlanShown;
  /** What is under way, with counts. */
  readonly progress: PublicationProgress;
  readonly error: string | null;
  readonly author: string;
  readonly cancelRequested: boolean;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly number: number;
}

interface Row {
  readonly id: string;
  readonly environment_id: string;
  readonly version_id: string;
  readonly state: PublicationState;
  readonly plan: PlanShown;
  readonly progress: PublicationProgress;
  readonly error: string | null;
  readonly author: string;
  readonly cancel_requested: boolean;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly number: string;
}

const columns =
  'id, environment_id, version_id, state, plan, progress, error, author, cancel_requested, started_at, finished_at, number';

const recordOf = (row: Row): PublicationRecord => ({
  id: row.id,
  environmentId: row.environment_id,
  versionId: row.version_id,
  state: row.state,
  plan: row.plan,
  progress: row.progress,
  error: row.error,
  author: row.author,
  cancelRequested: row.cancel_requested,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  number: Number(row.number),
});

/** Publications of an environment (of all, without one) that a crash may have left half done, oldest first. */
export async function unfinishedPublications(
  postgres: Postgres,
  environmentId: string | null,
): Promise<readonly PublicationRecord[]> {
  const { rows } = await postgres.control<Row>(
    `select ${columns} from publications
     where state in ('planned', 'schema_applied', 'in_force') and ($1::text is null or environment_id = $1) order by number`,
    [environmentId],
  );
  return rows.map(recordOf);
}

/** The publication of an environment; throws `not_found`. */
export async function getPublication(postgres: Postgres, environmentId: string, id: string): Promise<PublicationRecord> {
  const { rows } = await postgres.control<Row>(`select ${columns} from publications where id = $1 and environment_id = $2`, [
    id,
    environmentId,
  ]);
  const row = rows[0];
  if (row === undefined) throw errorOf(notFound, { what: `The publication "${id}"` });
  return recordOf(row);
}

/** Publications of an environment, newest first, before a number. */
export async function listPublications(
  postgres: Postgres,
  environmentId: string,
  limit: number,
  before: number,
): Promise<readonly PublicationRecord[]> {
  const { rows } = await postgres.control<Row>(
    `select ${columns} from publications where environment_id = $1 and number < $2 order by number desc limit $3`,
    [environmentId, before, limit],
  );
  return rows.map(recordOf);
}

export interface NewPublication {
  readonly id: string;
  readonly environmentId: string;
  readonly versionId: string;
  readonly plan: PlanShown;
  readonly author: string;
}

/** Begins a publication: state `planned`. */
export async function insertPublication(client: PoolClient, publication: NewPublication): Promise<void> {
  await client.query(
    `insert into publications (id, environment_id, version_id, state, plan, author) values ($1, $2, $3, 'planned', $4, $5)`,
    [publication.id, publication.environmentId, publication.versionId, JSON.stringify(publication.plan), publication.author],
  );
}

/** Moves a publication on. Answers false when it was in none of `from`: somebody else moved it. */
export async function movePublication(
  run: Postgres | PoolClient,
  id: string,
  from: readonly PublicationState[],
  to: PublicationState,
  error: string | null = null,
): Promise<boolean> {
  const text = `update publications set state = $3, error = $4,
       finished_at = case when $3 in ('done', 'failed', 'cancelled') then now() else finished_at end
     where id = $1 and state = any($2)`;
  const values = [id, from, to, error];
  const { rowCount } = await ('control' in run ? run.control(text, values) : run.query(text, values));
  return rowCount === 1;
}

/** How far a publication is; null when it is not there. */
export async function publicationState(run: Postgres | PoolClient, id: string): Promise<PublicationState | null> {
  const text = 'select state from publications where id = $1';
  const { rows } = await ('control' in run
    ? run.control<{ state: PublicationState }>(text, [id])
    : run.query<{ state: PublicationState }>(text, [id]));
  return rows[0]?.state ?? null;
}

/** Throws `publication_given_up` when another node ended a publication that nothing was changed for yet. */
export async function expectPlanned(postgres: Postgres, id: string): Promise<void> {
  if ((await publicationState(postgres, id)) !== 'planned') throw errorOf(publicationGivenUp, {});
}

/** Notes how far it is; answers whether someone asked to stop. */
export async function noteProgress(
  postgres: Postgres,
  id: string,
  progress: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const { rows } = await postgres.control<{ cancel_requested: boolean }>(
    'update publications set progress = progress || $2 where id = $1 returning cancel_requested',
    [id, JSON.stringify(progress)],
  );
  return rows[0]?.cancel_requested ?? false;
}

/** Asks the node that works on it to stop. Answers false when it is over. */
export async function requestCancel(postgres: Postgres, id: string): Promise<boolean> {
  const { rowCount } = await postgres.control(
    `update publications set cancel_requested = true where id = $1 and state in ('planned', 'schema_applied', 'in_force')`,
    [id],
  );
  return rowCount === 1;
}

/** A version as an environment's history shows it. */
export interface PublishedVersion {
  readonly id: string;
  readonly parentId: string | null;
  readonly author: string;
  readonly message: string;
  readonly schemaVersion: string;
  readonly createdAt: Date;
  readonly publishedAt: Date;
  readonly number: number;
}

/** Versions that were in force in an environment, newest first, before a number. */
export async function publishedVersions(
  postgres: Postgres,
  environmentId: string,
  limit: number,
  before: number,
): Promise<readonly PublishedVersion[]> {
  const { rows } = await postgres.control<{
    id: string;
    parent_id: string | null;
    author: string;
    message: string;
    schema_version: string;
    created_at: Date;
    published_at: Date;
    number: string;
  }>(
    `select v.id, v.parent_id, v.author, v.message, v.schema_version, v.created_at, p.started_at as published_at, p.number
     from publications p join versions v on v.id = p.version_id
     where p.environment_id = $1 and p.state in ('in_force', 'done', 'cancelled') and p.number < $2
     order by p.number desc limit $3`,
    [environmentId, before, limit],
  );
  return rows.map((row) => ({
    id: row.id,
    parentId: row.parent_id,
    author: row.author,
    message: row.message,
    schemaVersion: row.schema_version,
    createdAt: row.created_at,
    publishedAt: row.published_at,
    number: Number(row.number),
  }));
}
