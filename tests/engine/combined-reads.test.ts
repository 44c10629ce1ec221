/** Reads by key that are made one: which have such a form, and that it finds the same rows. */
import type { Statement, ValueObject } from '@ashlar/engine';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type TestDatabase, tableFiles, testDatabase } from '../harness/database.ts';
import { compileStack } from '../harness/stack.ts';

const tables = {
  item: {
    columns: {
      number: { type: 'bigint', unique: true },
      name: { type: 'text', unique: true },
      code: { type: 'text', unique: true, nullable: true },
      people: { type: 'text', unique: true, collate: 'de-x-icu' },
      price: { type: 'decimal', unique: true },
      ratio: { type: 'float', unique: true },
    },
  },
  thing: { columns: { id: { type: 'uuid', primary: true }, note: 'text' } },
  part: { columns: { item_id: 'int' } },
};
const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const nameOf = (n: number): string => ['plain', 'Ä', 'ä', 'a, "b" {c}', '€ 😀', ' ', 'NULL', '\\'][n - 1] ?? `n${n}`;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase(tables);
  for (let n = 1; n <= 10; n++) {
    const number = n === 1 ? '9223372036854775807' : String(n - 5);
    await db.sql('insert into item (number, name, people, price, ratio) values ($1, $2, $2, $3, $4)', [
      number,
      nameOf(n),
      n,
      n / 3,
    ]);
    await db.sql('insert into thing (id, note) values ($1, $2)', [uuid(n), `note ${n}`]);
  }
});

const input = { key: { type: 'json', required: false } };
const stackOf = (step: object) => ({ stack: [{ function: 'get_record', table: 'item', ...step, return_as: 'r' }], input });
const statementOf = (step: object): Statement => {
  const { statements } = compileStack({ ...stackOf(step), response: '{{ r }}', files: tableFiles(tables) }).stack;
  const [first] = statements;
  if (first === undefined) throw new Error('no statement');
  return first.statement;
};
const key = '{{ input.key }}';
const by = (column: string): object => ({ where: `{{ db.item.${column} == input.key }}` });
const children = { parts: { table: 'part', where: '{{ db.part.item_id == db.item.id && db.part.id > input.key }}' } };

test.for<[string, object, boolean]>([
  ['a key', { id: key }, true],
  ['a key, some columns', { id: key, output: ['name'] }, true],
  ['a key, with rows of another table', { id: key, output: ['name'], with: children }, true],
  ['a uuid', { table: 'thing', id: key }, true],
  ['a unique bigint', by('number'), true],
  ['a unique text', by('name'), true],
  ['a key that is written out: there is nothing to ask with', { id: 1 }, false],
  ['a unique text that may be null', by('code'), false],
  ['a text with a collation of its own', by('people'), false],
  ['a decimal, which has several texts', by('price'), false],
  ['a float', by('ratio'), false],
  ['more than the key', { where: "{{ db.item.id == input.key && db.item.name == 'x' }}" }, false],
  ['not the key alone', { where: '{{ db.item.id > input.key }}' }, false],
])('reads by %s', ([, step, expected]) => {
  const { combined } = statementOf(step);
  expect(combined !== undefined).toBe(expected);
}); // biome-ignore format: a table

test('a row that is locked is read alone', () => {
  const stack = [
    { function: 'transaction', stack: [{ function: 'get_record', table: 'item', id: key, lock: 'update', return_as: 'r' }] },
  ];
  const { statements } = compileStack({ stack, input, response: '{{ r }}', files: tableFiles(tables) }).stack;
  expect(statements.filter(({ statement }) => statement.combined !== undefined)).toEqual([]);
});

const keysOf: readonly [string, object, fc.Arbitrary<string>][] = [
  ['int', { id: key }, fc.integer({ min: -1, max: 12 }).map(String)],
  ['bigint', by('number'), fc.oneof(fc.integer({ min: -6, max: 6 }).map(String), fc.constant('9223372036854775807'))],
  ['uuid', { table: 'thing', id: key }, fc.integer({ min: 1, max: 12 }).map(uuid)],
  ['text', by('name'), fc.oneof(fc.integer({ min: 1, max: 8 }).map(nameOf), fc.constantFrom('Plain', 'plain ', '', 'null'))],
];

test.for(keysOf)(
  'one read by many keys of type %s finds what a read for each does, and tells whose it is',
  async ([, step, keys]) => {
    const statement = statementOf(step);
    const { combined } = statement;
    if (combined === undefined) throw new Error('the read has no combined form');
    const text = `select *, r."~k"::text as k from (${combined.text}) r`;
    await fc.assert(
      fc.asyncProperty(fc.array(keys, { maxLength: 8 }), async (asked) => {
        const rows = (await db.sql(text, [asked])) as readonly ValueObject[];
        for (const one of asked) {
          const alone = await db.sql(statement.text, [one]);
          const found = rows.filter((row) => row.k === one).map(({ '~k': _key, k: _text, ...row }) => row);
          expect(found).toEqual(alone);
        }
      }),
      { numRuns: 30 },
    );
  },
);

test('the key stands behind all other columns', () => {
  const { combined, columns, params } = statementOf({ id: key, output: ['name'], with: children });
  expect(combined?.keyColumn).toBe(columns.length);
  expect(combined?.text).toContain(', "item"."id" as "~k" from "item" where "item"."id" = any($1::int8[])');
  expect([combined?.param.pg, params.map(({ pg }) => pg)]).toEqual(['int8[]', ['int8']]);
});
