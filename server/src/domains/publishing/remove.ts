/** Removing an environment or a workspace with all its data, in force on every node. */
import { errorOf } from '@ashlar/engine';
import { bumpRevision, type EnvironmentRecord, getEnvironment, listEnvironments } from '../environments/index.ts';
import { getWorkspace } from '../workspaces/index.ts';
import { environmentIsDefault, publicationBusy } from './errors.ts';
import type { PublishParts } from './parts.ts';
import { releaseGroupPaths } from './stages.ts';

export interface Removal {
  /** Names of the environments that are gone. */
  readonly environments: readonly string[];
  /** Databases that could not be dropped: whoever operates PostgreSQL has to. Mostly none. */
  readonly databasesLeft: readonly string[];
}

/** Removes one environment: nobody publishes to it meanwhile. Throws not_found, environment_is_default, publication_busy. */
export function removeEnvironment(parts: PublishParts, workspace: string, name: string, by: string): Promise<Removal> {
  return parts.lock.run(workspace, name, async () => {
    const environment = await getEnvironment(parts.postgres, workspace, name);
    await forget(parts, environment);
    // Served nowhere any more before its data go: this node is told at once, the others within a second.
    await parts.refresh();
    const databasesLeft = await dropData(parts, environment, by);
    return { environments: [name], databasesLeft };
  });
}

/** Environments that a push may make while the others are being removed; after so many rounds somebody else is at work. */
const roundsMax = 3;
const environmentsAtOnce = 1_000;

/**
 * Removes a workspace: its environments one by one, the default one last, then its versions and its name. What was removed
 * stays so when it is interrupted; calling again goes on. Throws not_found, publication_busy.
 */
export async function removeWorkspace(parts: PublishParts, name: string, by: string): Promise<Removal> {
  const { postgres } = parts;
  const workspace = await getWorkspace(postgres, name);
  const environments: string[] = [];
  const databasesLeft: string[] = [];
  for (let round = 0; round < roundsMax; round += 1) {
    const found = await listEnvironments(postgres, workspace.id, environmentsAtOnce, undefined);
    for (const environment of [...found].sort((a, b) => Number(a.isDefault) - Number(b.isDefault))) {
      const removed = await removeEnvironment(parts, name, environment.name, by);
      environments.push(...removed.environments);
      databasesLeft.push(...removed.databasesLeft);
    }
    const { rowCount } = await postgres.control(
      'delete from workspaces w where id = $1 and not exists (select 1 from environments e where e.workspace_id = w.id)',
      [workspace.id],
    );
    if (rowCount === 1) {
      parts.log.info('a workspace was removed', { workspace: name, by });
      return { environments, databasesLeft };
    }
  }
  throw errorOf(publicationBusy, { seconds: 0 });
}

/** Everything that the control database knows of it, in one transaction. */
async function forget({ postgres }: PublishParts, environment: EnvironmentRecord): Promise<void> {
  await postgres.controlTransaction(async (client) => {
    // Whoever makes an environment of this workspace waits here: which one is the default stays true.
    await client.query('select 1 from workspaces where id = $1 for update', [environment.workspaceId]);
    const { rows } = await client.query<{ others: number }>(
      'select count(*)::int as others from environments where workspace_id = $1 and id <> $2',
      [environment.workspaceId, environment.id],
    );
    if (environment.isDefault && (rows[0]?.others ?? 0) > 0) throw errorOf(environmentIsDefault, { name: environment.name });
    await client.query('delete from environments where id = $1', [environment.id]);
    await releaseGroupPaths(client, environment.workspaceId);
    await bumpRevision(client);
  });
}

async function dropData({ postgres, log }: PublishParts, environment: EnvironmentRecord, by: string): Promise<readonly string[]> {
  const { workspace, name, database } = environment;
  try {
    await postgres.dropDatabase(database);
    log.info('an environment was removed', { workspace, environment: name, by });
    return [];
  } catch (error) {
    log.error('an environment was removed, but its database could not be dropped', {
      workspace,
      environment: name,
      by,
      database: database.database,
      reason: error instanceof Error ? error.message : String(error),
    });
    return [database.database];
  }
}
