import { Problems } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { type TableText, testTables, testWorkspace } from '../../../../tests/harness/tables.ts';
import type { DatabaseRef, Postgres } from '../../base/postgres/index.ts';
import { applyPlan, createSchemaChanges, finishPlan, planSchema, type SchemaPlan, schemaState } from './index.ts';

type Tables = Readonly<Record<string, TableText>>;
const item = (columns: Record<string, unknown>, indexes: readonly unknown[] = []): Tables => ({ item: { columns, indexes } });

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

async function plan(
  ref: DatabaseRef,
  to: Tables,
  rows: readonly string[] = [],
  drops: readonly string[] = [],
): Promise<SchemaPlan> {
  const problems = new Problems();
  const { definition } = await schemaState(postgres, ref);
  const made = planSchema(definition, testTables(to), { drops, tablesWithRows: new Set(rows), problems });
  expect(problems.list).toEqual([]);
  return made;
}

async function database(tables: Tables, rows?: string): Promise<DatabaseRef> {
  const ref = await postgres.createDatabase();
  await applyPlan(postgres, ref, await plan(ref, tables));
  if (rows !== undefined) await postgres.asOwner(ref, (client) => client.query(rows));
  return ref;
}

const query = async (ref: DatabaseRef, sql: string) => (await postgres.asOwner(ref, (client) => client.query(sql))).rows;

describe('rows that are there refuse a change, and nothing is changed', () => {
  // biome-ignore format: a table of cases
  const rows: readonly [string, Tables, string, Tables, RegExp][] = [
    ['null values', item({ n: 'int?' }), 'insert into item (n) values (null)', item({ n: 'int' }), /must have a value: rows have no value there/],
    ['repeated values', item({ n: 'int' }), 'insert into item (n) values (1), (1)', item({ n: { type: 'int', unique: true } }), /rows repeat the value/],
    ['values beyond a limit', item({ n: 'int' }), 'insert into item (n) values (1)', item({ n: { type: 'int', min: 2 } }), /outside the limits/],
    ['a value that an enum loses', item({ n: { type: 'enum', values: ['a', 'b'] } }), "insert into item (n) values ('b')", item({ n: { type: 'enum', values: ['a'] } }), /outside the limits/],
    ['references to nothing', { ...item({ n: 'int' }), o: { columns: { n: 'int' } } }, 'insert into item (n) values (1)', { ...item({ n: { type: 'int', references: 'o' } }), o: { columns: { n: 'int' } } }, /refer to rows that are not there/],
    ['rows that came after the plan', item({ n: 'json' }), '', item({ n: 'date' }), /has rows now/],
  ];
  test.for(rows)('%s', async ([name, from, insert, to, message]) => {
    const ref = await database(from, insert);
    const made = await plan(ref, { ...to, extra: { columns: { n: 'int' } } }, insert === '' ? [] : ['item']);
    if (name === 'rows that came after the plan') await query(ref, "insert into item (n) values ('{}')");
    await expect(applyPlan(postgres, ref, made)).rejects.toThrow(
      expect.objectContaining({ code: 'schema_refused', message: expect.stringMatching(message) }),
    );
    expect(await query(ref, "select to_regclass('extra') as extra")).toEqual([{ extra: null }]);
    expect((await schemaState(postgres, ref)).schemaVersion).toBe(made.fromVersion);
  });
});

test('a plan made on other tables is refused', async () => {
  const ref = await database(item({ n: 'int' }));
  const old = await plan(ref, item({ n: 'int', m: 'int' }));
  await applyPlan(postgres, ref, await plan(ref, item({ n: 'int', o: 'int' })));
  await expect(applyPlan(postgres, ref, old)).rejects.toThrow(expect.objectContaining({ code: 'schema_moved' }));
});

test('a table that stays locked stops the plan in time', async () => {
  const ref = await database(item({ n: 'int' }));
  const client = await postgres.lend(ref, 'app', 1_000);
  await client.query('begin');
  await client.query('select * from item');
  const made = await plan(ref, item({ n: 'int', m: 'int' }));
  const start = performance.now();
  await expect(applyPlan(postgres, ref, made, { lockMs: 200 })).rejects.toThrow(expect.objectContaining({ code: 'schema_busy' }));
  expect(performance.now() - start).toBeLessThan(5_000);
  await client.query('rollback');
  client.release();
  await applyPlan(postgres, ref, made, { lockMs: 2_000 });
});

test('an error of what runs within undoes the tables', async () => {
  const ref = await database(item({ n: 'int' }));
  const made = await plan(ref, item({ n: 'int', m: 'int' }));
  await expect(applyPlan(postgres, ref, made, { within: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  expect(
    await query(ref, "select count(*)::int as n from pg_attribute where attrelid = 'item'::regclass and attname = 'm'"),
  ).toEqual([{ n: 0 }]);
});

test('what a crash left pending is done later, a broken index made anew', async () => {
  const rows = 'insert into item (n, m) select i, i from generate_series(1, 2000) i';
  const ref = await database(item({ n: 'int', m: 'int', o: 'int?' }), rows);
  await applyPlan(
    postgres,
    ref,
    await plan(ref, item({ n: 'int', m: 'int' }, [{ columns: ['n'] }, { columns: ['m'] }]), ['item'], ['item.o']),
  );
  expect((await schemaState(postgres, ref)).pending.map(({ kind }) => kind)).toEqual(['add_index', 'add_index', 'drop_column']);
  // What a cancelled CREATE INDEX CONCURRENTLY leaves: an index that is there and not valid.
  await query(ref, 'create index "item.n.index" on item (m)');
  await postgres.asOwner(ref, async (client) => {
    await client.query('reset role');
    await client.query(`update pg_index set indisvalid = false where indexrelid = '"item.n.index"'::regclass`);
  });
  const progress: string[] = [];
  await finishPlan(postgres, ref, { onProgress: ({ done, total, share }) => progress.push(`${done}/${total} ${share ?? ''}`) });
  expect(progress.slice(0, 1)).toEqual(['0/3 ']);
  expect(
    await query(
      ref,
      "select indexrelid::regclass::text as name, indisvalid as valid, pg_get_indexdef(indexrelid, 1, false) as column from pg_index where indrelid = 'item'::regclass order by 1",
    ),
  ).toEqual([
    { name: '"item.key"', valid: true, column: 'id' },
    { name: '"item.m.index"', valid: true, column: 'm' },
    { name: '"item.n.index"', valid: true, column: 'n' },
  ]);
  expect((await schemaState(postgres, ref)).pending).toEqual([]);
  expect(
    await query(
      ref,
      "select attname from pg_attribute where attrelid = 'item'::regclass and attnum > 0 and not attisdropped order by 1",
    ),
  ).toEqual([{ attname: 'id' }, { attname: 'm' }, { attname: 'n' }]);
  await finishPlan(postgres, ref);
});

test('two nodes finish the same publication', async () => {
  const ref = await database(item({ n: 'int' }), 'insert into item (n) select i from generate_series(1, 20000) i');
  await applyPlan(postgres, ref, await plan(ref, item({ n: 'int' }, [{ columns: ['n'] }, { columns: ['n desc'] }]), ['item']));
  await Promise.all([finishPlan(postgres, ref), finishPlan(postgres, ref)]);
  expect(await query(ref, "select count(*)::int as n from pg_index where indrelid = 'item'::regclass and indisvalid")).toEqual([
    { n: 3 },
  ]);
});

test('a dropped column is not in the way before it goes', async () => {
  const ref = await database(item({ n: 'int', old: 'int' }), 'insert into item (n, old) values (1, 2)');
  await applyPlan(postgres, ref, await plan(ref, item({ n: 'int' }), ['item'], ['item.old']));
  await query(ref, 'insert into item (n) values (3)');
  await finishPlan(postgres, ref);
  expect(await query(ref, 'select n from item order by id')).toEqual([{ n: '1' }, { n: '3' }]);
});

test('work is cancelled by its signal', async () => {
  const ref = await database(item({ n: 'int' }));
  const stop = new AbortController();
  const made = await plan(ref, item({ n: 'int', m: 'int' }));
  setTimeout(() => stop.abort(), 100);
  const applied = applyPlan(postgres, ref, made, {
    signal: stop.signal,
    within: async (client) => void (await client.query('select pg_sleep(20)')),
  });
  await expect(applied).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }));
  expect((await schemaState(postgres, ref)).schemaVersion).toBe(made.fromVersion);
});

test('the query role reads everything but passwords, also in columns that come later', async () => {
  const ref = await database(
    { person: { columns: { email: 'email', secret: 'password' } } },
    "insert into person (email, secret) values ('a@b', 'hash')",
  );
  await applyPlan(
    postgres,
    ref,
    await plan(ref, { person: { columns: { email: 'email', secret: 'password', note: 'text?', pin: 'password?' } } }, ['person']),
  );
  const client = await postgres.lend(ref, 'query', 1_000);
  expect((await client.query('select id, email, note from person')).rows).toEqual([{ id: '1', email: 'a@b', note: null }]);
  for (const column of ['secret', 'pin', '*'])
    await expect(client.query(`select ${column} from person`)).rejects.toThrow(expect.objectContaining({ code: '42501' }));
  client.release();
});

test('whether tables are in place is answered after whoever is about to put them there, and stays true', async () => {
  const schema = createSchemaChanges(postgres, async (password) => password);
  const workspace = testWorkspace({ item: { columns: { n: 'int' } } }, {});
  const ref = await postgres.createDatabase();
  const change = await schema.plan(null, workspace, []);
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<void>();
  const options = { lockMs: 5_000, signal: new AbortController().signal };
  const before = async (): Promise<void> => {
    entered.resolve();
    await leave.promise;
  };
  const applying = change.apply(ref, 'ver_1', { ...options, before });
  await entered.promise;
  let otherwise = 0;
  const asked = schema.isApplied(ref, 'ver_1', async () => void otherwise++);
  await new Promise((resolve) => setTimeout(resolve, 300));
  leave.resolve();
  await applying;
  expect(await asked).toBe(true);
  expect(otherwise).toBe(0);
  const refused = change.apply(ref, 'ver_2', { ...options, before: () => Promise.reject(new Error('given up')) });
  await expect(refused).rejects.toThrow('given up');
  expect(await schema.isApplied(ref, 'ver_2', async () => void otherwise++)).toBe(false);
  expect(otherwise).toBe(1);
});
test('publishing gets what it asks for', async () => {
  const schema = createSchemaChanges(postgres, async (password) => `hashed ${password}`);
  const workspace = testWorkspace(
    { item: { columns: { n: 'int', p: 'password' } } },
    { 'seeds/item.jsonl': '{"n": 1, "p": "secret"}\n' },
  );
  const options = { lockMs: 1_000, signal: new AbortController().signal };
  const change = await schema.plan(null, workspace, []);
  expect(change).toMatchObject({ breaking: false, open: null, shown: [{ kind: 'create_table', table: 'item' }] });
  const ref = await postgres.createDatabase();
  expect(await schema.isApplied(ref, 'ver_1')).toBe(false);
  await change.apply(ref, 'ver_1', options);
  expect(await schema.isApplied(ref, 'ver_1')).toBe(true);
  const progress: unknown[] = [];
  const work = { ...options, onProgress: (noted: unknown) => progress.push(noted) };
  await schema.seed(ref, workspace, { ...work, seed: () => '{"n": 1, "p": "secret"}\n' });
  await schema.finish(ref, work);
  expect(await query(ref, 'select n, p from item')).toEqual([{ n: '1', p: 'hashed secret' }]);
  expect(progress).toEqual([{ phase: 'seeds', file: 'seeds/item.jsonl', table: 'item', rows: 1, bytes: 24, totalBytes: 24 }]);
  const next = await schema.plan(ref, testWorkspace({ item: { columns: { n: 'int' } } }), []);
  expect(next.open).toBe('The column item.p is gone from the files; its data would be lost. To drop it, push with --drop item.p');
});
