/** From a version's files to what is served: read, checked, compiled. Nothing compiled is stored; it is cached by version. */
import { type CompiledWorkspace, compileWorkspace, type Problem, Problems, readWorkspace, type Workspace } from '@ashlar/engine';
import { newId } from '../../base/crypto/index.ts';
import { assignStepIds, type KnownSteps, type StepIds } from './step-identity.ts';

/** A version, ready to be served. */
export interface CompiledVersion extends KnownSteps {
  readonly compiled: CompiledWorkspace;
}

export interface CheckedFiles {
  readonly workspace: Workspace;
  readonly stepIds: StepIds;
  /** Null when a problem forbids publishing. */
  readonly compiled: CompiledWorkspace | null;
  readonly problems: readonly Problem[];
}

/**
 * Checks new files. What did not change since the last version is taken over from it. Steps get identities by the last version;
 * restored files bring `given` ones.
 */
export function checkFiles(
  files: ReadonlyMap<string, string>,
  last: KnownSteps | null,
  given: StepIds | undefined,
): CheckedFiles {
  const problems = new Problems();
  const workspace = readWorkspace(files, problems, last?.workspace);
  const stepIds = assignStepIds(workspace, given === undefined ? last : { workspace, stepIds: given }, newStepId);
  const compiled = compileWorkspace(workspace, problems, { stepIds });
  return { workspace, stepIds, compiled: problems.failed ? null : compiled, problems: problems.list };
}

/** Short, for it stands in recordings and profiles: 80 random bits. */
const newStepId = (): string => newId('stp').slice(0, 20);

/**
 * Compiles a version that was published before. What it shares with `before` is taken over. Throws when this server no longer
 * accepts its files.
 */
export function compileStored(
  files: ReadonlyMap<string, string>,
  stepIds: StepIds,
  before: CompiledVersion | undefined,
): CompiledVersion {
  const problems = new Problems();
  const workspace = readWorkspace(files, problems, before?.workspace);
  const compiled = compileWorkspace(workspace, problems, { stepIds });
  const first = problems.list.find((problem) => problem.severity === 'error');
  if (first !== undefined)
    throw new Error(`a published version no longer compiles: ${first.file}:${first.line}:${first.column} ${first.message}`);
  return { workspace, stepIds, compiled };
}

/** Compiled versions by id: a change of one environment recompiles only what changed. */
export class VersionCache {
  readonly #versions = new Map<string, Promise<CompiledVersion>>();
  readonly #load: (versionId: string) => Promise<CompiledVersion>;
  /** Versions kept beside those in force: publications that are under way, and those that were just replaced. */
  readonly #spare = 4;

  /** `load` reads and compiles what is not there. */
  constructor(load: (versionId: string) => Promise<CompiledVersion>) {
    this.#load = load;
  }

  get(versionId: string): Promise<CompiledVersion> {
    const known = this.#versions.get(versionId);
    if (known !== undefined) return known;
    const loading = this.#load(versionId);
    this.#versions.set(versionId, loading);
    // A failure is not kept: the database may be back at the next attempt.
    loading.catch(() => this.#versions.delete(versionId));
    return loading;
  }

  /** The version if it is here, or is about to be; nothing is loaded for it. */
  async known(versionId: string): Promise<CompiledVersion | undefined> {
    return this.#versions.get(versionId)?.catch(() => undefined);
  }

  /** Puts in what the publication compiled already. */
  put(versionId: string, version: CompiledVersion): void {
    this.#versions.set(versionId, Promise.resolve(version));
  }

  /** Forgets the oldest ones that are not in force. */
  prune(inForce: ReadonlySet<string>): void {
    const others = [...this.#versions.keys()].filter((id) => !inForce.has(id));
    for (const id of others.slice(0, Math.max(0, others.length - this.#spare))) this.#versions.delete(id);
  }
}
