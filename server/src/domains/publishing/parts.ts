/** What publishing is given and gives. */
import type { CompiledWorkspace, Problem } from '@ashlar/engine';
import type { Sealer } from '../../base/crypto/index.ts';
import type { Log } from '../../base/log/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import type { EnvironmentRecord } from '../environments/index.ts';
import type { SchemaChanges } from '../tables/index.ts';
import type { PlanShown } from './call-schemas.ts';
import type { CheckedFiles, VersionCache } from './compile-version.ts';
import type { EnvironmentLock } from './environment-lock.ts';
import type { Manifest } from './manifest.ts';
import type { TableChange, WorkOptions } from './schema-changes.ts';
import type { StepIds } from './step-identity.ts';

/**
 * Stages between which a crash is tested: the version is kept; the tables are new; control knows that; the version is in
 * force; indexes and drops are done.
 */
export type Stage = 'planned' | 'schema_applied' | 'schema_noted' | 'in_force' | 'done';

export interface PublishRequest {
  /** What the address says; the files must name the same one. */
  readonly workspace: string;
  readonly environment: string;
  readonly files: ReadonlyMap<string, string>;
  readonly author: string;
  readonly message?: string | undefined;
  /** `table` or `table.column` that may be dropped. */
  readonly drops?: readonly string[] | undefined;
  /** The version that must be in force, or the publication is refused. */
  readonly parent?: string | undefined;
  /** Of a restore: identities of the steps as they were. */
  readonly stepIds?: StepIds | undefined;
  /** Hears how far seeds and indexes are; plain JSON as in `WorkOptions`. */
  readonly onProgress?: WorkOptions['onProgress'] | undefined;
}

export interface PublishResult {
  readonly versionId: string;
  /** Null when nothing changed. */
  readonly publicationId: string | null;
  readonly environmentId: string;
  readonly unchanged: boolean;
  /** Warnings and hints. */
  readonly problems: readonly Problem[];
  /** Null when nothing changed. */
  readonly plan: PlanShown | null;
}

export interface PlanResult {
  readonly unchanged: boolean;
  /** Of the files and of the plan. */
  readonly problems: readonly Problem[];
  /** Null while problems of the files forbid a plan. */
  readonly plan: PlanShown | null;
  /** Whether publishing these files would be accepted. */
  readonly publishable: boolean;
}

export interface PublishParts {
  readonly postgres: Postgres;
  readonly sealer: Sealer;
  readonly log: Log;
  readonly lock: EnvironmentLock;
  readonly cache: VersionCache;
  readonly schema: SchemaChanges;
  /** Finishes or reverts what a crash left of this environment; its lock is held. */
  readonly recover: (environment: EnvironmentRecord) => Promise<void>;
  /** Puts the newest state in force on this node. */
  readonly refresh: () => Promise<void>;
  /** Begins and ends the hold of an environment's requests, on all nodes. */
  readonly hold: (environmentId: string) => Promise<void>;
  readonly release: (environmentId: string) => Promise<void>;
  readonly onStage: (stage: Stage) => Promise<void>;
}

/** Everything known before anything is changed. */
export interface Prepared {
  readonly environment: EnvironmentRecord | null;
  readonly manifest: Manifest;
  readonly checked: CheckedFiles & { readonly compiled: CompiledWorkspace };
  readonly change: TableChange;
}
