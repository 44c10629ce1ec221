/** The tables' half of a publication, as the publishing domain asks for it. */
import { type Problem, Problems, type Workspace } from '@ashlar/engine';
import type { ClientBase } from 'pg';
import type { DatabaseNames, Postgres } from '../../base/postgres/index.ts';
import { applyPlan, finishPlan, whileTablesRest } from './apply.ts';
import type { SchemaPlan } from './change.ts';
import { planSchema } from './plan.ts';
import { importSeeds, importSeedsWithin, type SeedOptions, type SeedSource, seedFromText } from './seeds/index.ts';
import { readState, readTablesWithRows } from './state.ts';

/** A plan with what can be done with it. */
export interface PlannedChange {
  readonly plan: SchemaPlan;
  readonly problems: readonly Problem[];
  readonly schemaVersion: string;
  /** For people and programs: kind, table, column, stage, whether it is additive, a line of words, and the SQL of each change. */
  readonly shown: unknown;
  readonly breaking: boolean;
  /** What has to be answered before it can be applied; null for nothing. */
  readonly open: string | null;
  /** With `seeds` in the same transaction. Throws `schema_busy`, `schema_refused`, `schema_moved`, `seed_invalid`; nothing is changed then. */
  apply(
    database: DatabaseNames,
    versionId: string,
    options: {
      readonly lockMs: number;
      readonly signal: AbortSignal;
      readonly seeds?: SeedWork;
      /** Runs when no other node can change the tables any more and nothing is changed yet; an error leaves all as it is. */
      readonly before?: () => Promise<void>;
    },
  ): Promise<void>;
}

/** The tables' half of a publication. */
export type SchemaChanges = ReturnType<typeof createSchemaChanges>;

/** Seed files, and who hears how far they are. */
export interface SeedWork {
  readonly workspace: Workspace;
  /** Content by path. */
  readonly seed: (path: string) => string | undefined;
  readonly onProgress: (progress: Readonly<Record<string, unknown>>) => void;
}

interface WorkOptions {
  readonly onProgress: (progress: Readonly<Record<string, unknown>>) => void;
  readonly signal: AbortSignal;
}

/** Makes that half. `hashPassword` is what seeds' password columns go through. */
export function createSchemaChanges(postgres: Postgres, hashPassword: (password: string) => Promise<string>) {
  const seedOptions = (onProgress: SeedWork['onProgress'], signal: AbortSignal): SeedOptions => ({
    hashPassword,
    signal,
    onProgress: (progress) => onProgress({ phase: 'seeds', ...progress }),
  });
  return {
    /** Plans from where the database stands (null: there is none yet) to the workspace's tables. */
    async plan(database: DatabaseNames | null, next: Workspace, drops: readonly string[]): Promise<PlannedChange> {
      const { definition, tablesWithRows } = await currentState(postgres, database);
      const problems = new Problems();
      const plan = planSchema(definition, next.tables, { drops, tablesWithRows, problems });
      return {
        plan,
        problems: problems.list,
        schemaVersion: plan.schemaVersion,
        shown: plan.changes,
        breaking: !plan.additive,
        open: !problems.failed
          ? null
          : problems.list.map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`)).join('\n'),
        async apply(target, versionId, { lockMs, signal, seeds, before }) {
          // What an earlier publication left for later would be in the way of this one.
          if (database !== null) await finishPlan(postgres, target, { signal });
          const within = async (client: ClientBase): Promise<void> => {
            if (seeds === undefined) return;
            const { workspace, onProgress } = seeds;
            await importSeedsWithin(client, workspace.tables, sourcesOf(workspace, seeds.seed), seedOptions(onProgress, signal));
          };
          await applyPlan(postgres, target, plan, {
            lockMs,
            versionId,
            signal,
            within,
            ...(before === undefined ? {} : { before }),
          });
        },
      };
    },
    /**
     * Whether the tables of a version were put in place, known for sure: a transaction that is about to is waited for, whoever
     * began it. If not, `otherwise` runs before anyone else can put them there.
     */
    isApplied(database: DatabaseNames, versionId: string, otherwise: () => Promise<void> = async () => {}): Promise<boolean> {
      return whileTablesRest(postgres, database, async (client) => {
        const applied = (await readState(client)).versionId === versionId;
        if (!applied) await otherwise();
        return applied;
      });
    },
    /** Fills empty tables from the version's seed files. */
    async seed(
      database: DatabaseNames,
      workspace: Workspace,
      { seed, onProgress, signal }: WorkOptions & { readonly seed: (path: string) => string | undefined },
    ): Promise<void> {
      await importSeeds(postgres, database, workspace.tables, sourcesOf(workspace, seed), seedOptions(onProgress, signal));
    },
    /** Concurrent indexes, then drops. */
    async finish(database: DatabaseNames, { onProgress, signal }: WorkOptions): Promise<void> {
      await finishPlan(postgres, database, { signal, onProgress: (progress) => onProgress({ phase: 'schema', ...progress }) });
    },
  };
}

function sourcesOf(workspace: Workspace, seed: SeedWork['seed']): readonly SeedSource[] {
  return workspace.seeds.flatMap((file) => {
    const text = seed(file.path);
    return text === undefined ? [] : [seedFromText(file, text)];
  });
}

function currentState(postgres: Postgres, database: DatabaseNames | null) {
  if (database === null) return Promise.resolve({ definition: new Map(), tablesWithRows: new Set<string>() });
  return postgres.asOwner(database, async (client) => {
    const { definition } = await readState(client);
    return { definition, tablesWithRows: await readTablesWithRows(client, definition.keys()) };
  });
}
