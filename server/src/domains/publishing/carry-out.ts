/** The changing half of a publication, stage by stage; after a crash `recover.ts` goes on where this stopped. */
import { errorOf } from '@ashlar/engine';
import { newId } from '../../base/crypto/index.ts';
import type { DatabaseNames } from '../../base/postgres/index.ts';
import { createEnvironment, type EnvironmentRecord } from '../environments/index.ts';
import type { PlannedChange, SeedWork } from '../tables/index.ts';
import { ensureWorkspace } from '../workspaces/index.ts';
import { publicationCancelled } from './errors.ts';
import type { Prepared, PublishParts, PublishRequest, PublishResult } from './parts.ts';
import { ProgressNotes } from './progress.ts';
import { expectPlanned, insertPublication, movePublication, type PublicationRecord } from './publication-store.ts';
import {
  applyTables,
  finishTables,
  isBreaking,
  isUnavailable,
  shownPlan,
  type TableChange,
  type WorkOptions,
} from './schema-changes.ts';
import { fail, pathsOf, putInForce, reserveGroupPaths } from './stages.ts';
import { findEqualVersion, insertVersion } from './version-store.ts';

/** A publication while this node works on it. */
type Begun = Pick<PublicationRecord, 'id' | 'environmentId' | 'versionId'>;

/** What the stages work with. */
interface Work {
  readonly database: DatabaseNames;
  readonly change: TableChange;
  readonly seeds: SeedWork;
  readonly work: WorkOptions;
}

/** Keeps the version, changes the tables, switches, finishes. The environment's lock is held. */
export async function carryOut(parts: PublishParts, request: PublishRequest, prepared: Prepared): Promise<PublishResult> {
  const workspace = await ensureWorkspace(parts.postgres, request.workspace);
  const environment =
    prepared.environment ?? (await createEnvironment(parts.postgres, parts.sealer, workspace, request.environment));
  const begun = await begin(parts, request, prepared, environment);
  const stopper = new AbortController();
  const notes = new ProgressNotes(parts.postgres, begun.id, stopper);
  const onProgress: WorkOptions['onProgress'] = (progress) => {
    notes.note(progress);
    request.onProgress?.(progress);
  };
  const work: Work = {
    database: environment.database,
    change: prepared.change,
    seeds: { workspace: prepared.checked.workspace, seed: (path: string) => request.files.get(path), onProgress },
    work: { onProgress, signal: stopper.signal },
  };
  try {
    await parts.onStage('planned');
    await bringIntoForce(parts, begun, work);
    await parts.onStage('in_force');
    await finish(parts, begun, work);
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
    plan: shownPlan(prepared.change),
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
  const groupPaths = pathsOf(checked.workspace);
  await postgres.controlTransaction(async (client) => {
    await reserveGroupPaths(client, { id: environment.workspaceId, name: environment.workspace }, groupPaths);
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
    await insertPublication(client, { ...begun, plan: shownPlan(change), author: request.author });
  });
  // An equal version has identities of its own: it is compiled from what is stored.
  if (equal === null) cache.put(begun.versionId, checked);
  return begun;
}

/** Tables and switch. Requests are held while a change commits that the version before can't live with. */
async function bringIntoForce(parts: PublishParts, publication: Begun, stages: Work): Promise<void> {
  const { postgres } = parts;
  const { change } = stages;
  const { planned } = change;
  if (isBreaking(change)) await parts.hold(publication.environmentId);
  try {
    if (planned !== null) await changeTables(parts, publication, stages, planned);
    await parts.onStage('schema_applied');
    await movePublication(postgres, publication.id, ['planned'], 'schema_applied');
    await parts.onStage('schema_noted');
    await putInForce(postgres, publication);
    await parts.refresh();
  } finally {
    if (isBreaking(change)) await parts.release(publication.environmentId);
  }
}

/** Ends as `done`, or as `cancelled` when someone stopped it or it failed: the version stays in force, without the rest. */
async function finish(parts: PublishParts, publication: Begun, { database, change, seeds, work }: Work): Promise<void> {
  try {
    if (change.planned !== null) await finishTables(parts.schema, database, isBreaking(change) ? seeds : null, work);
    await movePublication(parts.postgres, publication.id, ['in_force'], 'done');
  } catch (error) {
    // What a lost database kept from being finished is finished by `recover.ts` when it is back.
    if (isUnavailable(error)) throw error;
    await movePublication(parts.postgres, publication.id, ['in_force'], 'cancelled', messageOf(error));
    if (!work.signal.aborted) throw error;
  }
}

/**
 * Changes the tables. When that fails the publication ends as failed and the version before stays; where the connection was
 * lost and nobody knows whether it was committed, the publication stays open, and `recover.ts` finds out.
 */
async function changeTables(
  parts: PublishParts,
  publication: Begun,
  { database, seeds, work }: Work,
  planned: PlannedChange,
): Promise<void> {
  try {
    // Another node gives up what it takes for a killed one's; nothing may be changed after that.
    const before = (): Promise<void> => expectPlanned(parts.postgres, publication.id);
    await applyTables(planned, database, publication.versionId, seeds, { signal: work.signal, before });
  } catch (error) {
    const giveUp = (): Promise<void> => fail(parts.postgres, publication, messageOf(error));
    await parts.schema.isApplied(database, publication.versionId, giveUp).catch(() => null);
    throw work.signal.aborted ? errorOf(publicationCancelled, {}, { cause: error }) : error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
