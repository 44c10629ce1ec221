/** Publishing (semantics 34, 35): a folder's files become a version in force, all or nothing. */
import { errorOf, type Problem, type ValueObject, type Workspace } from '@ashlar/engine';
import { type EnvironmentRecord, findEnvironment } from '../environments/index.ts';
import { carryOut } from './carry-out.ts';
import { type CompiledVersion, checkFiles } from './compile-version.ts';
import { planNeedsAnswers, versionConflict, workspaceInvalid, workspaceNameDiffers } from './errors.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import type { PlanResult, Prepared, PublishParts, PublishRequest, PublishResult } from './parts.ts';
import { planProblems, schemaMark, shownPlan, type TableChange } from './schema-changes.ts';
import { pathsOf, refuseTakenPaths } from './stages.ts';
import { findVersionFacts, type VersionFacts } from './version-store.ts';

/** Publishes. Throws workspace_invalid, plan_needs_drops, group_taken, version_conflict, schema_busy and others. */
export async function publish(parts: PublishParts, request: PublishRequest): Promise<PublishResult> {
  const manifest = manifestOf(request.files);
  return parts.lock.run(request.workspace, request.environment, async () => {
    const environment = await settled(parts, request);
    checkParent(request, environment);
    const head = await headOf(parts, environment);
    if (environment !== null && head !== null && head.compiled !== null && head.version.manifestHash === manifest.hash)
      return unchanged(environment, head.version);
    return carryOut(parts, request, await prepare(parts, request, environment, head, manifest));
  });
}

/** Shows what publishing would do; changes nothing and waits for nobody. */
export async function plan(parts: PublishParts, request: PublishRequest): Promise<PlanResult> {
  const manifest = manifestOf(request.files);
  const environment = await findEnvironment(parts.postgres, request.workspace, request.environment);
  const head = await headOf(parts, environment);
  const checked = checkFiles(request.files, head?.compiled ?? null, request.stepIds);
  if (checked.compiled === null) return { unchanged: false, problems: checked.problems, plan: null, publishable: false };
  checkName(request, checked.workspace);
  await refuseTakenPaths(parts.postgres, request.workspace, pathsOf(checked.workspace));
  const change = await planTables(parts, request, environment, checked.workspace);
  return {
    unchanged: head?.version.manifestHash === manifest.hash,
    problems: [...checked.problems, ...planProblems(change)],
    plan: shownPlan(change),
    publishable: !planProblems(change).some((problem) => problem.severity === 'error'),
  };
}

/** The version in force; `compiled` is null when this server no longer accepts its files. */
interface Head {
  readonly version: VersionFacts;
  readonly compiled: CompiledVersion | null;
}

/** The environment, after whatever a crash left of it is finished. */
async function settled(parts: PublishParts, request: PublishRequest): Promise<EnvironmentRecord | null> {
  const found = await findEnvironment(parts.postgres, request.workspace, request.environment);
  if (found === null) return null;
  await parts.recover(found);
  return findEnvironment(parts.postgres, request.workspace, request.environment);
}

function checkParent(request: PublishRequest, environment: EnvironmentRecord | null): void {
  if (request.parent === undefined) return;
  const head = environment?.versionId ?? 'none';
  if (head !== request.parent) throw errorOf(versionConflict, { parent: request.parent, head });
}

async function headOf(parts: PublishParts, environment: EnvironmentRecord | null): Promise<Head | null> {
  if (environment === null || environment.versionId === null) return null;
  const version = await findVersionFacts(parts.postgres, environment.versionId);
  if (version === null) return null;
  try {
    return { version, compiled: await parts.cache.get(version.id) };
  } catch (error) {
    parts.log.warn('the version in force does not compile here; steps get new identities', {
      version: version.id,
      reason: error instanceof Error ? error.message : String(error),
    });
    return { version, compiled: null };
  }
}

function unchanged(environment: EnvironmentRecord, version: VersionFacts): PublishResult {
  return { versionId: version.id, publicationId: null, environmentId: environment.id, unchanged: true, problems: [], plan: null };
}

async function prepare(
  parts: PublishParts,
  request: PublishRequest,
  environment: EnvironmentRecord | null,
  head: Head | null,
  manifest: Manifest,
): Promise<Prepared> {
  const checked = checkFiles(request.files, head?.compiled ?? null, request.stepIds);
  const { compiled, workspace } = checked;
  if (compiled === null) throw invalid(checked.problems);
  checkName(request, workspace);
  // Before anything is made; `begin` makes sure of it.
  await refuseTakenPaths(parts.postgres, request.workspace, pathsOf(workspace));
  const same = head !== null && head.version.schemaVersion === schemaMark(workspace) && (request.drops ?? []).length === 0;
  const change =
    same && !seedsChanged(workspace, manifest, head.version)
      ? { planned: null, schemaVersion: head.version.schemaVersion }
      : await planTables(parts, request, environment, workspace);
  refuseUnanswered(planProblems(change), change);
  const problems = [...checked.problems, ...planProblems(change)];
  return { environment, manifest, checked: { ...checked, compiled, problems }, change };
}

async function planTables(
  parts: PublishParts,
  request: PublishRequest,
  environment: EnvironmentRecord | null,
  next: Workspace,
): Promise<TableChange> {
  const planned = await parts.schema.plan(environment?.database ?? null, next, request.drops ?? []);
  return { planned, schemaVersion: planned.schemaVersion };
}

/** A seed file that is new or has another content. */
function seedsChanged(workspace: Workspace, manifest: Manifest, last: VersionFacts): boolean {
  const hashes = new Map(manifest.entries.map((entry) => [entry.path, entry.sha256]));
  return workspace.seeds.some(({ path }) => hashes.get(path) !== last.manifest[path]);
}

/** Problems of a plan that a person answers with a drop or a rename; whatever else it finds is wrong with the files. */
const questions: ReadonlySet<string> = new Set(['rename_or_drop', 'drop_not_named', 'type_not_changeable']);

function refuseUnanswered(problems: readonly Problem[], change: TableChange): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0];
  if (first === undefined) return;
  if (!errors.every((problem) => questions.has(problem.code))) throw invalid(problems);
  throw errorOf(
    planNeedsAnswers,
    { summary: first.message },
    { payload: { problems: shown(problems), plan: shownPlan(change) } },
  );
}

function invalid(problems: readonly Problem[]): Error {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const first = errors[0];
  const place = first === undefined ? '' : `${first.file}:${first.line}:${first.column} ${first.message}`;
  return errorOf(workspaceInvalid, { errors: errors.length, first: place }, { payload: { problems: shown(problems) } });
}

/** Problems as they stand in an error's payload. */
const shown = (problems: readonly Problem[]): readonly ValueObject[] => problems.map((problem) => ({ ...problem }));

function checkName(request: PublishRequest, workspace: Workspace): void {
  if (workspace.settings.name !== request.workspace)
    throw errorOf(workspaceNameDiffers, { wanted: request.workspace, found: workspace.settings.name });
}
