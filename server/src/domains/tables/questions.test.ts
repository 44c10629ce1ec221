import { Problems } from '@ashlar/engine';
import { describe, expect, test } from 'vitest';
import { type TableText, testTables } from '../../../../tests/harness/tables.ts';
import { definitionOf, planSchema } from './index.ts';

type Tables = Readonly<Record<string, TableText>>;
const item = (columns: Record<string, unknown>): Tables => ({ item: { columns } });

function ask(from: Tables, to: Tables, drops: readonly string[] = [], rows: readonly string[] = Object.keys(from)) {
  const problems = new Problems();
  const plan = planSchema(definitionOf(testTables(from)), testTables(to), { drops, tablesWithRows: new Set(rows), problems });
  return { plan, found: problems.list.map(({ code, file, hint }) => ({ code, file, hint })) };
}

describe('what can not be told is asked', () => {
  // biome-ignore format: a table of cases
  const rows: readonly [string, Tables, Tables, readonly string[], string, string | undefined][] = [
    ['a column vanished', item({ a: 'int', b: 'int' }), item({ a: 'int' }), [], 'drop_not_named', 'To drop it, push with --drop item.b'],
    ['a column vanished beside a new one', item({ a: 'int' }), item({ b: 'int' }), [], 'rename_or_drop', 'Renamed: "was": "a" on the new one. Dropped: --drop item.a'],
    ['a table vanished', { ...item({ a: 'int' }), other: { columns: { a: 'int' } } }, item({ a: 'int' }), [], 'drop_not_named', 'To drop it, push with --drop other'],
    ['a table vanished beside a new one', item({ a: 'int' }), { thing: { columns: { a: 'int' } } }, [], 'rename_or_drop', 'Renamed: "was": "item" on the new one. Dropped: --drop item'],
    ['a drop that is still in the files', item({ a: 'int' }), item({ a: 'int' }), ['item.a'], 'drop_unused', 'To drop it, take item.a out of the files; to keep it, leave --drop item.a out.'],
    ['a column without a value', item({ a: 'int' }), item({ a: 'int', b: 'int' }), [], 'column_needs_default', 'Add "default", or "nullable": true.'],
    ['a type without a sure form', item({ a: 'text' }), item({ a: 'date' }), [], 'type_not_changeable', 'Add a column beside it; or start it empty with --drop item.a'],
    ['a text as password', item({ a: 'text' }), item({ a: 'password' }), [], 'type_not_changeable', 'Add a column beside it; or start it empty with --drop item.a'],
    ['a decimal that keeps fewer digits', item({ a: 'decimal' }), item({ a: { type: 'decimal', scale: 2 } }), [], 'type_not_changeable', 'Add a column beside it; or start it empty with --drop item.a'],
    ['another key', item({ id: { type: 'int', primary: true } }), item({ id: { type: 'uuid', primary: true } }), [], 'key_changed', undefined],
  ];
  test.for(rows)('%s', ([, from, to, drops, code, hint]) => {
    const { found } = ask(from, to, drops);
    expect(found.map((problem) => problem.code)).toEqual([code]);
    expect(found[0]?.hint).toBe(hint);
    expect(found[0]?.file).toMatch(/^tables\/\w+\.jsonc$/);
  });
});

test('what is gone already may be named again, what is still there only warns', () => {
  for (const drop of ['item.x', 'other', 'other.a'])
    expect(ask(item({ a: 'int' }), item({ a: 'int' }), [drop]).found).toEqual([]);
  const problems = new Problems();
  planSchema(definitionOf(testTables(item({ a: 'int' }))), testTables(item({ a: 'int' })), {
    drops: ['item.a'],
    tablesWithRows: new Set(),
    problems,
  });
  expect(problems.failed).toBe(false);
});

test('a column without a value is no question in an empty table', () => {
  expect(ask(item({ a: 'int' }), item({ a: 'int', b: 'int' }), [], []).found).toEqual([]);
});

test('the order of files and columns makes no other version', () => {
  const one = ask({}, { a: { columns: { x: 'int', y: 'text' } }, b: { columns: { x: 'int' } } }).plan;
  const other = ask({}, { b: { columns: { x: 'int' } }, a: { columns: { y: 'text', x: 'int' } } }).plan;
  expect(one.schemaVersion).toBe(other.schemaVersion);
  expect(one.schemaVersion).not.toBe(
    ask({}, { a: { columns: { x: 'int', y: 'text?' } }, b: { columns: { x: 'int' } } }).plan.schemaVersion,
  );
});

test('a table of rows gets its plain indexes later, unique ones at once', () => {
  const to: Tables = { item: { columns: { a: 'int', b: { type: 'int', unique: true } }, indexes: [{ columns: ['a'] }] } };
  const { plan } = ask(item({ a: 'int', b: 'int' }), to);
  expect(plan.changes.map(({ kind, stage, sql }) => [kind, stage, sql[0]])).toEqual([
    ['add_index', 'transaction', 'create unique index "item.b.unique" on "item" ("b")'],
    ['add_index', 'index', 'create index concurrently "item.a.index" on "item" ("a")'],
  ]);
});
