/** Stacks against a real database: tables in, stack in, answer out. */
import { defaultLimits, Problems, Run, type Value, type ValueObject } from '@ashlar/engine';
import { systemClock } from '../../server/src/base/clock.ts';
import { silentLog } from '../../server/src/base/log/index.ts';
import type { DatabaseRef, Postgres } from '../../server/src/base/postgres/index.ts';
import { applyPlan, finishPlan, planSchema } from '../../server/src/domains/tables/index.ts';
import {
  createDirectQuery,
  createQuery,
  createTransactions,
  StatementWatch,
  TriggerWatch,
} from '../../server/src/runtime/database/index.ts';
import { testPostgres } from './postgres.ts';
import { compileStack, type StackInput } from './stack.ts';
import { type TableText, testTables } from './tables.ts';
import { type Asked, makeWorld } from './world.ts';

export interface TestDatabase {
  /** Compiles and runs a stack; answers its value. */
  answer(stack: StackInput, options?: StackOptions): Promise<Value>;
  /** Compiles a stack once, to run it often. */
  prepare(stack: StackInput): (options?: StackOptions) => Promise<Value>;
  /** The effects that the last run asked for. */
  asked(): readonly Asked[];
  /** Runs SQL as the tables' owner. */
  sql(text: string, params?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
}

export interface StackOptions {
  readonly input?: ValueObject;
  readonly auth?: ValueObject | null;
}

/** Makes a database with these tables. */
export async function testDatabase(tables: Readonly<Record<string, TableText>>): Promise<TestDatabase> {
  const postgres = await testPostgres();
  return databaseOf(postgres, await makeDatabase(postgres, tables), tables);
}

/** The same without its effects. */
export async function makeDatabase(postgres: Postgres, tables: Readonly<Record<string, TableText>>): Promise<DatabaseRef> {
  const ref = await postgres.createDatabase();
  const problems = new Problems();
  const plan = planSchema(new Map(), testTables(tables), { drops: [], tablesWithRows: new Set(), problems });
  await applyPlan(postgres, ref, plan);
  await finishPlan(postgres, ref);
  return ref;
}

function databaseOf(postgres: Postgres, ref: DatabaseRef, tables: Readonly<Record<string, TableText>>): TestDatabase {
  const watch = new StatementWatch();
  const transactions = createTransactions(postgres);
  const world = makeWorld({
    query: createQuery(postgres, new TriggerWatch(postgres, systemClock.monotonic)),
    direct_query: createDirectQuery(postgres, watch, transactions, silentLog),
    begin: (run, _step, { isolation }) => transactions.begin(run, isolation),
    commit: (run) => transactions.commit(run),
    rollback: (run) => transactions.rollback(run),
    savepoint: (run, _step, { depth }) => transactions.savepoint(run, depth),
    release_savepoint: (run, _step, { depth }) => transactions.releaseSavepoint(run, depth),
    rollback_to_savepoint: (run, _step, { depth }) => transactions.rollbackToSavepoint(run, depth),
  });
  const prepare: TestDatabase['prepare'] = (stack) => {
    const { stack: compiled } = compileStack({ ...stack, files: { ...tableFiles(tables), ...stack.files } });
    return async (options = {}) => {
      world.asked.length = 0;
      return (await compiled.execute(newRun(world.effects, ref, options), options.input ?? {})).value;
    };
  };
  return {
    prepare,
    answer: async (stack, options = {}) => prepare(stack)(options),
    asked: () => world.asked,
    sql: async (text, params = []) => (await postgres.asOwner(ref, (client) => client.query(text, [...params]))).rows,
  };
}

function newRun(effects: Run['effects'], database: DatabaseRef, options: StackOptions): Run {
  return new Run({
    effects,
    limits: defaultLimits,
    requestId: 'req_test',
    request: null,
    auth: options.auth ?? null,
    env: {},
    timezone: 'UTC',
    // As `plain` writes them: rows may come as JSON already.
    decimals: 'text',
    sealKey: new Uint8Array(32).fill(7),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    host: {
      environment: { database, versionId: `ver_${database.database}` },
      endpoint: 'POST /api:t/x',
      clientAddress: '127.0.0.1',
      actor: null,
    },
  });
}

/** The tables as files of the workspace. */
export function tableFiles(tables: Readonly<Record<string, TableText>>): Record<string, unknown> {
  return Object.fromEntries(
    [...testTables(tables).keys()].map((name) => [`tables/${name}.jsonc`, fileOf(tables[name] ?? { columns: {} })]),
  );
}

function fileOf(table: TableText): TableText {
  const hasKey = Object.values(table.columns).some(
    (column) => typeof column === 'object' && column !== null && 'primary' in column,
  );
  return hasKey ? table : { ...table, columns: { id: { type: 'int', primary: true }, ...table.columns } };
}
