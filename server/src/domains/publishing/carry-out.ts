/** The changing half of a publication, stage by stage; after a crash `recover.ts` goes on where this stopped. */
import { newId } from '../../base/crypto/index.ts';
import type { DatabaseRef } from '../../base/postgres/index.ts';
import { createEnvironment, type EnvironmentRecord } from '../environments/index.ts';
import { ensureWorkspace } from '../workspaces/index.ts';
import { holdMs } from './hold.ts';
import type { Prepared, PublishParts, PublishRequest, PublishResult } from './parts.ts';
import { ProgressNotes } from './progress.ts';
import { insertPublication, movePublication, type PublicationRecord } from './publication-store.ts';
import type { WorkOptions } from './schema-changes.ts';
import { fail, putInForce, reserveGroupPaths } from './stages.ts';
import { findEqualVersion, insertVersion } from './version-store.ts';

/** A publication while this node works on it. */
type Begun = Pick<PublicationRecord, 'id' | 'environmentId' | 'versionId'>;

/** Keeps the version, changes the tables, switches, finishes. The environment's lock is held. */
export async function carryOut(parts: PublishParts, request: PublishRequest, prepared: Prepared): Promise<PublishResult> {
  const workspace = await ensureWorkspace(parts.postgres, request.workspace);
  const environment = prepared.environment ?? (await createEnvironment(parts.postgres, workspace, request.environment));
  const begun = await begin(parts, request, prepared, environment);
  const stopper = new AbortController();
  const notes = new ProgressNotes(parts.postgres, begun.id, stopper);
  const work = { onProgress: notes.note, signal: stopper.signal };
  try {
    await parts.onStage('planned');
    await bringIntoForce(parts, request, begun, environment.database, prepared, work);
    await parts.onStage('in_force');
    await parts.schema.finish(environment.database, work);
    await movePublication(parts.postgres, begun.id, ['in_force'], stopper.signal.aborted ? 'cancelled' : 'done');
    await parts.onStage('done');
  } finally {
    notes.stop();
  }
  return {
    versionId: begun.versionId,
    publicationId: begun.id,
    environmentId: environment.id,
    unchanged: false,
    problems: prepared.checked.problems,
    plan: prepared.change.shown,
  };
}

/** One transaction: the files, the version, the group paths, the publication as `planned`. */
async function begin(
  parts: PublishParts,
  request: PublishRequest,
  prepared: Prepared,
  environment: EnvironmentRecord,
): Promise<Begun> {
  const { postgres, cache } = parts;
  const { manifest, checked, change } = prepared;
  const equal = await findEqualVersion(postgres, environment.workspaceId, manifest.hash, environment.id);
  const begun: Begun = { id: newId('pub'), environmentId: environment.id, versionId: equal?.id ?? newId('ver') };
  const groupPaths = [...checked.workspace.groups.values()].map((group) => group.path);
  await postgres.controlTransaction(async (client) => {
    await reserveGroupPaths(client, environment.workspaceId, groupPaths);
    if (equal === null) {
      const version = {
        id: begun.versionId,
        workspaceId: environment.workspaceId,
        parentId: environment.versionId,
        manifest,
        stepIds: checked.stepIds,
        schemaVersion: change.schemaVersion,
        groupPaths,
        author: request.author,
        message: request.message ?? '',
      };
      await insertVersion(client, version, request.files);
    }
    await insertPublication(client, { ...begun, plan: change.shown, author: request.author });
  });
  // An equal version has identities of its own: it is compiled from what is stored.
  if (equal === null) cache.put(begun.versionId, checked);
  return begun;
}

/** Tables, seeds, switch. Requests are held while a change commits that the version before can't live with. */
async function bringIntoForce(
  parts: PublishParts,
  request: PublishRequest,
  begun: Begun,
  database: DatabaseRef,
  prepared: Prepared,
  work: WorkOptions,
): Promise<void> {
  const { change, checked } = prepared;
  const seed = () =>
    parts.schema.seed(database, checked.workspace, { ...work, seed: (path: string) => request.files.get(path) });
  if (change.breaking) await parts.hold(begun.environmentId);
  try {
    await orFail(parts, begun, () => change.apply(database, begun.versionId, { lockMs: holdMs, signal: work.signal }));
    await parts.onStage('schema_applied');
    await movePublication(parts.postgres, begun.id, ['planned'], 'schema_applied');
    await parts.onStage('schema_noted');
    // The version before lives with added tables, so rows come first; while requests are held there is no time for them.
    if (!change.breaking) await orFail(parts, begun, seed);
    await putInForce(parts.postgres, begun);
    await parts.refresh();
  } finally {
    if (change.breaking) await parts.release(begun.environmentId);
  }
  if (change.breaking) await seed();
}

/** Ends the publication as failed when the work fails: the version before stays in force. */
async function orFail(parts: PublishParts, begun: Begun, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await fail(parts.postgres, begun, error instanceof Error ? error.message : String(error));
    throw error;
  }
}
