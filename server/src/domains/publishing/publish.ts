/** Publishing (semantics 34, 35): a folder's files become a version in force, all or nothing. */
import { errorOf, type Problem, type Workspace } from '@ashlar/engine';
import { type EnvironmentRecord, findEnvironment } from '../environments/index.ts';
import { carryOut } from './carry-out.ts';
import { type CompiledVersion, checkFiles } from './compile-version.ts';
import { planNeedsAnswers, versionConflict, workspaceInvalid, workspaceNameDiffers } from './errors.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import type { PlanResult, Prepared, PublishParts, PublishRequest, PublishResult } from './parts.ts';
import type { SchemaChange } from './schema-changes.ts';
import { findVersion } from './version-store.ts';

/** Publishes. Throws workspace_invalid, plan_needs_drops, group_taken, version_conflict, schema_busy and others. */
export async function publish(parts: PublishParts, request: PublishRequest): Promise<PublishResult> {
  const manifest = manifestOf(request.files);
  return parts.lock.run(request.workspace, request.environment, async () => {
    const environment = await settled(parts, request);
    checkParent(request, environment);
    const unchanged = environment === null ? null : await unchangedVersion(parts, environment, manifest);
    if (environment !== null && unchanged !== null)
      return { versionId: unchanged, publicationId: null, environmentId: environment.id, unchanged: true, problems: [], plan: null };
    const prepared = await prepare(parts, request, environment, manifest);
    if (prepared.change.open !== null)
      throw errorOf(planNeedsAnswers, { summary: prepared.change.open }, { payload: { plan: prepared.change.shown } });
    return carryOut(parts, request, prepared);
  });
}

/** Shows what publishing would do; changes nothing and waits for nobody. */
export async function plan(parts: PublishParts, request: PublishRequest): Promise<PlanResult> {
  const manifest = manifestOf(request.files);
  const environment = await findEnvironment(parts.postgres, request.workspace, request.environment);
  const unchanged = environment === null ? null : await unchangedVersion(parts, environment, manifest);
  const last = await lastVersion(parts, environment);
  const checked = checkFiles(request.files, last, request.stepIds);
  if (checked.compiled === null) return { unchanged: false, problems: checked.problems, plan: null, open: null };
  checkName(request, checked.workspace);
  const change = await planChange(parts, request, environment, checked.workspace);
  return { unchanged: unchanged !== null, problems: checked.problems, plan: change.shown, open: change.open };
}

/** The environment, after whatever a crash left of it is finished. */
async function settled(parts: PublishParts, request: PublishRequest): Promise<EnvironmentRecord | null> {
  const found = await findEnvironment(parts.postgres, request.workspace, request.environment);
  if (found === null) return null;
  await parts.recover(found);
  return findEnvironment(parts.postgres, request.workspace, request.environment);
}

function checkParent(request: PublishRequest, environment: EnvironmentRecord | null): void {
  if (request.parent === undefined || request.parent === null) return;
  const head = environment?.versionId ?? 'none';
  if (head !== request.parent) throw errorOf(versionConflict, { parent: request.parent, head });
}

/** The version in force, when its files are these and it can be served. */
async function unchangedVersion(parts: PublishParts, environment: EnvironmentRecord, manifest: Manifest): Promise<string | null> {
  if (environment.versionId === null) return null;
  const version = await findVersion(parts.postgres, environment.versionId);
  if (version?.manifestHash !== manifest.hash) return null;
  // A version that this server no longer accepts is checked again, so that its problems are shown.
  return (await lastVersion(parts, environment)) === null ? null : version.id;
}

async function lastVersion(parts: PublishParts, environment: EnvironmentRecord | null): Promise<CompiledVersion | null> {
  if (environment === null || environment.versionId === null) return null;
  try {
    return await parts.cache.get(environment.versionId);
  } catch (error) {
    parts.log.warn('the version in force does not compile here; steps get new identities', {
      version: environment.versionId,
      reason: error instanceof Error ? error.message : String(error),
    });
    return null;
  }
}

async function prepare(
  parts: PublishParts,
  request: PublishRequest,
  environment: EnvironmentRecord | null,
  manifest: Manifest,
): Promise<Prepared> {
  const last = await lastVersion(parts, environment);
  const checked = checkFiles(request.files, last, request.stepIds);
  const { compiled } = checked;
  if (compiled === null) throw invalid(checked.problems);
  checkName(request, checked.workspace);
  const change = await planChange(parts, request, environment, checked.workspace);
  return { environment, manifest, checked: { ...checked, compiled }, change };
}

function invalid(problems: readonly Problem[]): Error {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0];
  return errorOf(
    workspaceInvalid,
    { errors: errors.length, first: first === undefined ? '' : `${first.file}:${first.line}:${first.column} ${first.message}` },
    { payload: { problems } },
  );
}

function checkName(request: PublishRequest, workspace: Workspace): void {
  if (workspace.settings.name !== request.workspace)
    throw errorOf(workspaceNameDiffers, { wanted: request.workspace, found: workspace.settings.name });
}

function planChange(
  parts: PublishParts,
  request: PublishRequest,
  environment: EnvironmentRecord | null,
  next: Workspace,
): Promise<SchemaChange> {
  return parts.schema.plan(environment?.database ?? null, next, request.drops ?? []);
}
