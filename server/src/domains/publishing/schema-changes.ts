/** What publishing needs of the tables: a plan, its application in stages, and where a database stands. */
import type { Workspace } from '@ashlar/engine';
import type { DatabaseRef } from '../../base/postgres/index.ts';

/** A planned change of an environment's tables. */
export interface SchemaChange {
  /** Hash over the tables' definitions. */
  readonly schemaVersion: string;
  /** The plan as people and programs read it: plain JSON. */
  readonly shown: unknown;
  /** Versions of before can't live with it: requests are held while it commits. */
  readonly breaking: boolean;
  /** What a person has to answer first, in one line; null for nothing. */
  readonly open: string | null;
  /**
   * Changes the tables in one transaction that also notes `versionId` in the database. Waits at most `lockMs` for running
   * requests, then throws `schema_busy`; rows that don't fit throw `schema_refused`. Either way nothing is changed.
   */
  apply(database: DatabaseRef, versionId: string, options: { readonly lockMs: number; readonly signal: AbortSignal }): Promise<void>;
}

export interface WorkOptions {
  /** Called often; plain JSON such as `{phase: 'seeds', table: 'order', rows: 2000}`. */
  readonly onProgress: (progress: Readonly<Record<string, unknown>>) => void;
  readonly signal: AbortSignal;
}

export interface SchemaChanges {
  /** Plans from where the database stands (null: there is none yet) to the workspace's tables. `drops` names what may go. */
  plan(database: DatabaseRef | null, next: Workspace, drops: readonly string[]): Promise<SchemaChange>;
  /** Whether the tables of a version were put in place: what a crash leaves to be found out. */
  isApplied(database: DatabaseRef, versionId: string): Promise<boolean>;
  /** Fills empty tables from the version's seed files. Can be repeated. */
  seed(
    database: DatabaseRef,
    workspace: Workspace,
    options: WorkOptions & { readonly seed: (path: string) => string | undefined },
  ): Promise<void>;
  /** Concurrent indexes, then drops. Can be repeated. */
  finish(database: DatabaseRef, options: WorkOptions): Promise<void>;
}
