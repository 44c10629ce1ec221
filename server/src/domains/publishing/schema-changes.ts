/** How publishing asks the tables domain to change an environment's tables. */
import { AshlarError, cancelled, errorOf, type Problem, type Workspace } from '@ashlar/engine';
import { type DatabaseNames, databaseUnavailable } from '../../base/postgres/index.ts';
import {
  definitionOf,
  type PlannedChange,
  type SchemaChanges,
  type SchemaPlan,
  type SeedWork,
  schemaBusy,
  schemaVersionOf,
} from '../tables/index.ts';
import type { PlanShown } from './call-schemas.ts';
import { holdMs } from './hold.ts';

/** What can be reported while it is under way, and stopped. */
export interface WorkOptions {
  /** Called often; plain JSON such as `{phase: 'seeds', table: 'order', rows: 2000}`. */
  readonly onProgress: (progress: Readonly<Record<string, unknown>>) => void;
  readonly signal: AbortSignal;
}

/** What a publication does to the tables; `planned` is null when neither tables nor seeds differ: the database is not asked then. */
export interface TableChange {
  readonly planned: PlannedChange | null;
  readonly schemaVersion: string;
}

/** The mark of a workspace's tables. */
export const schemaMark = (workspace: Workspace): string => schemaVersionOf(definitionOf(workspace.tables));

/** The plan of a change, without what is for machines only. */
export function shownPlan({ planned, schemaVersion }: TableChange): PlanShown {
  return { schema_version: schemaVersion, additive: planned?.plan.additive ?? true, changes: shownChanges(planned?.plan) };
}

function shownChanges(plan: SchemaPlan | undefined): PlanShown['changes'] {
  return (plan?.changes ?? []).map(({ kind, table, column, stage, additive, description, sql }) => ({
    kind,
    table,
    column,
    stage,
    additive,
    description,
    sql: [...sql],
  }));
}

/** Problems of a plan. */
export const planProblems = ({ planned }: TableChange): readonly Problem[] => planned?.problems ?? [];

/** Whether versions of before can't live with it: requests are held while it commits. */
export const isBreaking = ({ planned }: TableChange): boolean => planned?.breaking ?? false;

/** Whether the database was away: what was under way is taken up again later. */
export const isUnavailable = (error: unknown): boolean => error instanceof AshlarError && error.code === databaseUnavailable.code;

/**
 * Changes the tables in one transaction that also notes `versionId` in the database. Rows of seeds come in with it, unless
 * requests are held meanwhile: then everything is undone after 5 seconds and `schema_busy` thrown. `before` runs in it first.
 */
export async function applyTables(
  change: PlannedChange,
  database: DatabaseNames,
  versionId: string,
  seeds: SeedWork,
  { signal, before }: { readonly signal: AbortSignal; readonly before: () => Promise<void> },
): Promise<void> {
  if (!change.breaking) return change.apply(database, versionId, { lockMs: holdMs, signal, seeds, before });
  const limit = AbortSignal.timeout(holdMs);
  try {
    await change.apply(database, versionId, { lockMs: holdMs, signal: AbortSignal.any([signal, limit]), before });
  } catch (error) {
    const late = error instanceof AshlarError && error.code === cancelled.code && !signal.aborted;
    throw late ? errorOf(schemaBusy, {}, { cause: error }) : error;
  }
}

/** Everything after the switch: seeds where they had no time before it, concurrent indexes, drops. Each can be repeated. */
export async function finishTables(
  schema: SchemaChanges,
  database: DatabaseNames,
  seeds: SeedWork | null,
  work: WorkOptions,
): Promise<void> {
  if (seeds !== null) await schema.seed(database, seeds.workspace, { ...work, seed: seeds.seed });
  await schema.finish(database, work);
}
