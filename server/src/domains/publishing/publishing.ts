/** Publishing as the rest of the server sees it: put versions in force, and hold the snapshot of what is. */
import { Problems, readWorkspace, type Workspace } from '@ashlar/engine';
import { newId, type Sealer } from '../../base/crypto/index.ts';
import type { Log } from '../../base/log/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { findEnvironmentById, getEnvironment, setVariables } from '../environments/index.ts';
import type { SchemaChanges } from '../tables/index.ts';
import { buildSnapshot } from './build-snapshot.ts';
import { compileStored, VersionCache } from './compile-version.ts';
import { EnvironmentLock } from './environment-lock.ts';
import { readFolder } from './folder.ts';
import { localValues } from './local-env.ts';
import type { PlanResult, PublishParts, PublishRequest, PublishResult, Stage } from './parts.ts';
import { unfinishedPublications } from './publication-store.ts';
import { plan, publish } from './publish.ts';
import { recoverEnvironment } from './recover.ts';
import { type Removal, removeEnvironment, removeWorkspace } from './remove.ts';
import { ControlSnapshots, holdChannel } from './snapshot-source.ts';
import { findVersion, getVersion, loadFiles } from './version-store.ts';

export interface PublishingOptions {
  readonly postgres: Postgres;
  readonly sealer: Sealer;
  readonly log: Log;
  readonly schema: SchemaChanges;
  /** False: changes are only polled for. For tests of lost notifications; true by default. */
  readonly listen?: boolean;
  /** Called between the stages of a publication. For tests of crashes. */
  readonly onStage?: (stage: Stage) => void | Promise<void>;
}

export interface RestoreRequest {
  readonly workspace: string;
  readonly environment: string;
  readonly versionId: string;
  readonly author: string;
  readonly drops?: readonly string[] | undefined;
}

/** The name that ashlar.jsonc gives; nothing else is read for it. */
function workspaceName(files: ReadonlyMap<string, string>): string {
  const settings = new Map([...files].filter(([path]) => /^ashlar\.jsonc?$/.test(path)));
  return readWorkspace(settings, new Problems()).settings.name;
}

export class Publishing {
  readonly snapshots: ControlSnapshots;
  readonly #options: PublishingOptions;
  readonly #parts: PublishParts;
  readonly #nodeId = newId('node');
  #recovering: Promise<void> | undefined;
  #started = false;

  constructor(options: PublishingOptions) {
    this.#options = options;
    const { postgres, sealer, log, schema } = options;
    const cache = new VersionCache((versionId) => this.#compile(versionId));
    this.snapshots = new ControlSnapshots({
      postgres,
      log,
      nodeId: this.#nodeId,
      listen: options.listen ?? true,
      revision: () => this.#revision(),
      build: (last) => buildSnapshot({ postgres, sealer, cache, log }, last),
      recover: () => void this.recover(),
    });
    this.#parts = {
      postgres,
      sealer,
      log,
      cache,
      schema,
      lock: new EnvironmentLock(postgres),
      recover: (environment) => recoverEnvironment(this.#parts, environment),
      refresh: () => this.refresh(),
      hold: (environmentId) => this.#announceHold('hold', environmentId),
      release: (environmentId) => this.#announceHold('release', environmentId),
      onStage: async (stage) => options.onStage?.(stage),
    };
  }

  /** Puts a version in force. See `publish.ts` for what it throws. */
  publish(request: PublishRequest): Promise<PublishResult> {
    return publish(this.#parts, request);
  }

  /** Removes an environment with its data. See `remove.ts` for what it throws. */
  removeEnvironment(workspace: string, environment: string, by: string): Promise<Removal> {
    return removeEnvironment(this.#parts, workspace, environment, by);
  }

  /** Removes a workspace with all its environments. */
  removeWorkspace(workspace: string, by: string): Promise<Removal> {
    return removeWorkspace(this.#parts, workspace, by);
  }

  /** Shows what publishing would do. */
  plan(request: PublishRequest): Promise<PlanResult> {
    return plan(this.#parts, request);
  }

  /** Publishes an old version's files as a new version. Refused with the plan when its tables are gone. */
  async restore(request: RestoreRequest): Promise<PublishResult> {
    const { postgres } = this.#options;
    const environment = await getEnvironment(postgres, request.workspace, request.environment);
    const version = await getVersion(postgres, environment.workspaceId, request.versionId);
    return this.publish({
      workspace: request.workspace,
      environment: request.environment,
      files: await loadFiles(postgres, version),
      author: request.author,
      message: `Restored ${version.id}`,
      drops: request.drops,
      stepIds: version.stepIds,
    });
  }

  /**
   * Publishes a folder of this machine under the name that its ashlar.jsonc gives, and takes the values of env.local.jsonc
   * over. Throws FolderError and what `publish` throws.
   */
  async publishFolder(
    folder: string,
    environment: string,
    author: string,
    onProgress?: PublishRequest['onProgress'],
  ): Promise<PublishResult & { readonly workspace: string }> {
    const { files, localEnv, skippedLinks } = await readFolder(folder);
    if (skippedLinks.length > 0)
      this.#options.log.warn('links that lead to no file of the workspace are not read', { folder, skipped: skippedLinks });
    const workspace = workspaceName(files);
    const result = await this.publish({ workspace, environment, files, author, onProgress });
    if (localEnv !== null) await this.#takeOver(result, workspace, environment, localEnv);
    return { ...result, workspace };
  }

  async #takeOver(result: PublishResult, workspace: string, environment: string, text: string): Promise<void> {
    const { postgres, sealer, log } = this.#options;
    const { workspace: published } = await this.#parts.cache.get(result.versionId);
    const { values, undeclared } = localValues(text, published.env);
    if (undeclared.length > 0)
      log.warn('env.local.jsonc has values for variables that env.jsonc does not declare', {
        workspace,
        environment,
        undeclared,
      });
    const unsealed = sealer.seals ? [] : [...values.keys()].filter((name) => published.env.get(name)?.secret === true);
    if (unsealed.length > 0)
      log.warn('secrets of env.local.jsonc are not taken over: without ASHLAR_SECRET_KEY they could not be sealed', {
        workspace,
        environment,
        unsealed,
      });
    const kept = new Map([...values].filter(([name]) => !unsealed.includes(name)));
    if ((await setVariables(postgres, sealer, result.environmentId, kept)) > 0) await this.refresh();
  }

  /** The workspace as a version describes it. */
  async workspaceOf(versionId: string): Promise<Workspace> {
    return (await this.#parts.cache.get(versionId)).workspace;
  }

  /** Puts the newest state in force on this node, once it has started. */
  async refresh(): Promise<void> {
    if (this.#started) await this.snapshots.refresh();
  }

  /** Builds the first snapshot and keeps it fresh from then on. */
  async start(): Promise<void> {
    this.#started = true;
    await this.snapshots.start();
  }

  async stop(): Promise<void> {
    await this.snapshots.stop();
    await this.#recovering;
  }

  /** Settles publications that nobody works on. Called at start, and whenever polling sees one. Never throws. */
  recover(): Promise<void> {
    this.#recovering ??= this.#recover()
      .catch((error: unknown) =>
        this.#options.log.error('a publication that was left half done could not be settled', {
          reason: error instanceof Error ? error.message : String(error),
        }),
      )
      .finally(() => {
        this.#recovering = undefined;
      });
    return this.#recovering;
  }

  async #recover(): Promise<void> {
    const { postgres } = this.#options;
    const open = await unfinishedPublications(postgres, null);
    for (const environmentId of new Set(open.map((publication) => publication.environmentId))) {
      const environment = await findEnvironmentById(postgres, environmentId);
      if (environment === null) continue;
      await this.#parts.lock.tryRun(environment.workspace, environment.name, () => recoverEnvironment(this.#parts, environment));
    }
  }

  async #compile(versionId: string) {
    const version = await findVersion(this.#options.postgres, versionId);
    if (version === null) throw new Error(`the version ${versionId} is gone`);
    // Of a version that another node published this one mostly has the version before.
    const before = version.parentId === null ? undefined : await this.#parts.cache.known(version.parentId);
    return compileStored(await loadFiles(this.#options.postgres, version), version.stepIds, before);
  }

  async #revision(): Promise<{ revision: number; unfinished: boolean }> {
    const { rows } = await this.#options.postgres.control<{ revision: string; unfinished: boolean }>({
      name: 'poll-revision',
      text: `select revision, exists (select 1 from publications where state in ('planned', 'schema_applied', 'in_force')) as unfinished
             from instance`,
    });
    const row = rows[0];
    if (row === undefined) throw new Error('the control database has no instance row');
    return { revision: Number(row.revision), unfinished: row.unfinished };
  }

  /** Holds here at once, elsewhere by notification; a node that misses it meets the changed tables and runs once more. */
  async #announceHold(verb: 'hold' | 'release', environmentId: string): Promise<void> {
    if (verb === 'hold') this.snapshots.holds.hold(environmentId);
    else this.snapshots.holds.release(environmentId);
    await this.#options.postgres
      .control('select pg_notify($1, $2)', [holdChannel, `${verb} ${environmentId} ${this.#nodeId}`])
      .catch((error: unknown) =>
        this.#options.log.warn('other nodes could not be told of a hold', {
          reason: error instanceof Error ? error.message : String(error),
        }),
      );
  }
}
