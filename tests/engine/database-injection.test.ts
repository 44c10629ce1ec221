/** Hostile values in every place that takes one: they stay values. */
import type { Value } from '@ashlar/engine';
import { beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';

const hostile = [
  "'; drop table note; --",
  '"; drop table note; --',
  "\\'; drop table note; --",
  '$1',
  '$$x$$',
  '/* */',
  "' or '1'='1",
  '{"a,b}',
  '{a,"b\\"}',
  'NULL',
  '%',
  '\\',
  '__proto__',
  'constructor',
  '',
  "E'\\x27'",
  '\u2028',
  '😀',
];

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    note: { columns: { body: { type: 'text', unique: true }, tags: { type: 'list', items: 'text' }, data: 'json' } },
  });
  for (const body of hostile)
    await db.answer(
      {
        input: { b: 'json' },
        stack: [
          {
            function: 'add_record',
            table: 'note',
            data: { body: '{{ input.b }}', tags: ['{{ input.b }}', 'x'], data: { [body]: '{{ input.b }}' } },
          },
        ],
      },
      { input: { b: body } },
    );
});

const step = { function: 'query_records', table: 'note', output: ['body'], return_as: 'r' };
const bodies = async (more: object, b: Value): Promise<unknown> =>
  plain(
    await db.answer({ input: { b: 'json' }, stack: [{ ...step, ...more }], response: '{{ r|map:item.body }}' }, { input: { b } }),
  );

test.for(hostile)('bound: %j', async (b) => {
  expect(await bodies({ where: '{{ db.note.body == input.b }}' }, b)).toEqual([b]);
  expect(await bodies({ where: '{{ db.note.body in input.b }}' }, [b, 'nobody'])).toEqual([b]);
  expect(await bodies({ where: '{{ db.note.tags contains input.b && db.note.tags overlaps [input.b] }}' }, b)).toEqual([b]);
  expect(await bodies({ where: '{{ db.note.data[input.b] == input.b }}' }, b)).toEqual([b]);
  expect(await bodies({ where: '{{ db.note.data contains {"\u0061": 1} || db.note.body == input.b }}' }, b)).toEqual([b]);
  expect(
    await bodies({ where: '{{ db.note.body between [input.b, input.b] }}', eval: { x: '{{ db.note.body ~ input.b }}' } }, b),
  ).toEqual([b]);
});

test.for(hostile)('written as a constant: %j', async (b) => {
  const constant = JSON.stringify(b);
  expect(await bodies({ where: `{{ db.note.body == ${constant} }}` }, null)).toEqual([b]);
  expect(await bodies({ where: `{{ db.note.data[${constant}] == ${constant} }}` }, null)).toEqual([b]);
  expect(
    await bodies(
      { where: `{{ db.note.body == ${constant} }}`, eval: { x: `a {{ db.note.body }} ${b.replaceAll('{', '')}` } },
      null,
    ),
  ).toEqual([b]);
});

test('names of keys in data are columns, or refused', async () => {
  const patch = (data: Record<string, Value>) =>
    db.answer(
      {
        input: { d: 'json' },
        stack: [{ function: 'patch_record', table: 'note', id: 1, data: '{{ input.d }}', return_as: 'r' }],
      },
      { input: { d: data } },
    );
  for (const key of [...hostile, "body\" = 'x' --", 'toString', 'hasOwnProperty'])
    await expect(patch(Object.fromEntries([[key, 'x']]))).rejects.toMatchObject({ code: 'unknown_column' });
  expect((await db.sql('select count(*)::int as n from note'))[0]).toEqual({ n: hostile.length });
});

test('a text that the database can not hold is refused or matches nothing', async () => {
  expect(await bodies({ where: '{{ db.note.body == input.b }}' }, 'a\u0000')).toEqual([]);
  expect(await bodies({ where: '{{ db.note.body like input.b }}' }, 'a\u0000')).toEqual([]);
  expect(await bodies({ where: '{{ db.note.data == input.b }}' }, { a: '\ud800' })).toEqual([]);
  expect(await bodies({ where: '{{ db.note.body in input.b }}' }, ['\ud800', ''])).toEqual(['']);
});
