/**
 * What a crash left (semantics 35): a publication whose tables were not changed is given up, one whose tables are new is
 * finished. Done when a node starts, before the next publication, and by any node that sees one without an owner.
 */
import type { EnvironmentRecord } from '../environments/index.ts';
import type { PublishParts } from './parts.ts';
import { ProgressNotes } from './progress.ts';
import { movePublication, type PublicationRecord, unfinishedPublications } from './publication-store.ts';
import { finishTables, isUnavailable } from './schema-changes.ts';
import { fail, putInForce } from './stages.ts';
import { findVersion, loadFiles, type VersionRecord } from './version-store.ts';

/** Finishes or gives up every open publication of an environment. The environment's lock is held. */
export async function recoverEnvironment(parts: PublishParts, environment: EnvironmentRecord): Promise<void> {
  for (const publication of await unfinishedPublications(parts.postgres, environment.id)) {
    parts.log.info('a publication was left half done; it is being settled', {
      workspace: environment.workspace,
      environment: environment.name,
      publication: publication.id,
      state: publication.state,
    });
    await settle(parts, environment, publication);
  }
}

async function settle(parts: PublishParts, environment: EnvironmentRecord, publication: PublicationRecord): Promise<void> {
  const { postgres } = parts;
  const version = await findVersion(postgres, publication.versionId);
  if (version === null) throw new Error(`publication ${publication.id} has lost its version`);
  if (publication.state === 'planned') {
    // Its node may only have lost the lock and be about to change the tables: it looks at the state first.
    const giveUp = (): Promise<void> => fail(postgres, publication, 'interrupted');
    if (!(await parts.schema.isApplied(environment.database, version.id, giveUp))) return parts.release(environment.id);
    await movePublication(postgres, publication.id, ['planned'], 'schema_applied');
  }
  if (publication.state !== 'in_force') {
    await putInForce(postgres, publication);
    await parts.refresh();
    // Whoever was killed may have let requests wait.
    await parts.release(environment.id);
  }
  await finishRest(parts, environment, publication, version);
}

/** What comes after the switch, from the beginning: each part of it can be repeated. */
async function finishRest(
  parts: PublishParts,
  environment: EnvironmentRecord,
  publication: PublicationRecord,
  version: VersionRecord,
): Promise<void> {
  const { postgres } = parts;
  const { workspace } = await parts.cache.get(version.id);
  const files = await loadFiles(postgres, version);
  const stopper = new AbortController();
  const notes = new ProgressNotes(postgres, publication.id, stopper);
  const work = { onProgress: notes.note, signal: stopper.signal };
  try {
    const seeds = { workspace, seed: (path: string) => files.get(path), onProgress: notes.note };
    await finishTables(parts.schema, environment.database, seeds, work);
    await movePublication(postgres, publication.id, ['in_force'], 'done');
  } catch (error) {
    if (isUnavailable(error)) throw error;
    await movePublication(
      postgres,
      publication.id,
      ['in_force'],
      'cancelled',
      error instanceof Error ? error.message : String(error),
    );
    if (!stopper.signal.aborted) throw error;
  } finally {
    notes.stop();
  }
}
