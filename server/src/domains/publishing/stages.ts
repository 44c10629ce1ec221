/** The last steps of a publication, each of which a node can repeat after a crash. */
import { errorOf, type Workspace } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';
import { bumpRevision } from '../environments/index.ts';
import type { WorkspaceRecord } from '../workspaces/index.ts';
import { groupTaken, publicationGivenUp } from './errors.ts';
import { movePublication, type PublicationRecord, publicationState } from './publication-store.ts';

/** What a workspace's groups are called in URLs. */
export const pathsOf = (workspace: Workspace): readonly string[] => [...workspace.groups.values()].map((group) => group.path);

/** Throws `group_taken` when another workspace than `workspace` has one of the paths. */
export async function refuseTakenPaths(run: Postgres | PoolClient, workspace: string, paths: readonly string[]): Promise<void> {
  const text = `select g.path, w.name from group_paths g join workspaces w on w.id = g.workspace_id
     where g.path = any($1) and w.name <> $2 order by g.path limit 1`;
  const values = [[...paths], workspace];
  const { rows } = await ('control' in run
    ? run.control<{ path: string; name: string }>(text, values)
    : run.query<{ path: string; name: string }>(text, values));
  const taken = rows[0];
  if (taken !== undefined) throw errorOf(groupTaken, { path: taken.path, workspace: taken.name });
}

/**
 * Keeps group paths for a workspace: they are unique in the instance. Paths that an earlier version needs stay until the
 * switch. Throws `group_taken`.
 */
export async function reserveGroupPaths(
  client: PoolClient,
  workspace: Pick<WorkspaceRecord, 'id' | 'name'>,
  paths: readonly string[],
): Promise<void> {
  await client.query('insert into group_paths (path, workspace_id) select unnest($1::text[]), $2 on conflict (path) do nothing', [
    [...paths].sort(),
    workspace.id,
  ]);
  await refuseTakenPaths(client, workspace.name, paths);
}

/** Gives back the paths that no version in force, and none on its way, needs. */
export async function releaseGroupPaths(client: PoolClient, workspaceId: string): Promise<void> {
  await client.query(
    `delete from group_paths g where g.workspace_id = $1 and not exists (
       select 1 from versions v where g.path = any(v.group_paths) and (
         exists (select 1 from environments e where e.version_id = v.id)
         or exists (select 1 from publications p where p.version_id = v.id and p.state in ('planned', 'schema_applied'))))`,
    [workspaceId],
  );
}

/**
 * The switch: logic, state and revision change at one moment. Does nothing when another node did it already, which took the
 * publication for a killed one's; throws when it ended otherwise.
 */
export async function putInForce(
  postgres: Postgres,
  publication: Pick<PublicationRecord, 'id' | 'environmentId' | 'versionId'>,
): Promise<void> {
  await postgres.controlTransaction(async (client) => {
    if (!(await movePublication(client, publication.id, ['schema_applied'], 'in_force'))) {
      const state = await publicationState(client, publication.id);
      if (state === 'in_force' || state === 'done' || state === 'cancelled') return;
      throw errorOf(publicationGivenUp, {});
    }
    const { rows } = await client.query<{ workspace_id: string }>(
      'update environments set version_id = $2 where id = $1 returning workspace_id',
      [publication.environmentId, publication.versionId],
    );
    const workspaceId = rows[0]?.workspace_id;
    if (workspaceId !== undefined) await releaseGroupPaths(client, workspaceId);
    await bumpRevision(client);
  });
}

/** Ends a publication whose version does not come into force. */
export async function fail(
  postgres: Postgres,
  publication: Pick<PublicationRecord, 'id' | 'environmentId'>,
  reason: string,
): Promise<void> {
  await postgres.controlTransaction(async (client) => {
    await movePublication(client, publication.id, ['planned', 'schema_applied'], 'failed', reason);
    const { rows } = await client.query<{ workspace_id: string }>('select workspace_id from environments where id = $1', [
      publication.environmentId,
    ]);
    const workspaceId = rows[0]?.workspace_id;
    if (workspaceId !== undefined) await releaseGroupPaths(client, workspaceId);
  });
}
