/** bigint columns from the request to the row and back: numbers in the stack and in SQL, texts in the answer. */
import type { Value } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';
import { compileStack } from '../harness/stack.ts';

let db: TestDatabase;
const table = { columns: { n: 'bigint?', list: 'bigint[]?', int: 'int?', exact: 'decimal?', j: 'json?' } } as const;
beforeAll(async () => {
  db = await testDatabase({ t: table });
  await db.sql(
    `insert into t (n, list) values (9, '{9,9223372036854775807}'), (10, null), (9223372036854775807, null), (null, null)`,
  );
});

const rows = (more: object = {}) => [{ function: 'query_records', table: 't', ...more, return_as: 'rows' }];
const answer = async (response: string, more: object = {}) => plain(await db.answer({ stack: rows(more), response }));

describe('bigint', () => {
  test('sorts and compares the same in SQL and in a stack', async () => {
    const sorted = ['9', '10', '9223372036854775807', null];
    expect(await answer('{{ rows|map:item.n }}', { sort: 'n' })).toEqual(sorted);
    expect(await answer('{{ rows|map:item.n|sort }}')).toEqual(sorted);
    const large = ['10', '9223372036854775807'];
    expect(await answer('{{ rows|map:item.n }}', { where: '{{ db.t.n > 9 }}', sort: 'n' })).toEqual(large);
    expect(await answer('{{ rows|filter:item.n > 9|map:item.n }}', { sort: 'n' })).toEqual(large);
    expect(await answer('{{ rows|filter:item.n == 10|count }}')).toBe(1);
    expect(await answer('{{ rows[0].list }}')).toEqual(['9', '9223372036854775807']);
  });

  test('what is computed is a decimal; the least and the greatest stay what they are', async () => {
    const response = '{{ {"next": rows[2].n + 1, "max": rows|map:item.n|max} }}';
    expect(plain(await db.answer({ stack: rows(), response }))).toEqual({
      next: '9223372036854775808',
      max: '9223372036854775807',
    });
    const aggregate = { min: '{{ db.t.n|min }}', max: '{{ db.t.n|max }}', sum: '{{ db.t.n|sum }}' };
    const found = await db.answer({
      stack: rows({ aggregate, where: '{{ db.t.n < 11 }}' }),
      response: '{{ [rows.min, rows.max, rows.sum] }}',
    });
    expect(JSON.stringify(found)).toBe('["9","10",19]');
  });

  test('pages by cursor go through the whole range', async () => {
    const page = (cursor: Value) =>
      db.answer(
        { input: { c: 'text?' }, stack: rows({ sort: 'n', cursor: '{{ input.c }}', per_page: 2 }), response: '{{ rows }}' },
        { input: { c: cursor } },
      );
    const first = plain(await page(null)) as { next_cursor: string };
    expect(plain(await page(first.next_cursor))).toMatchObject({ items: [{ n: '9223372036854775807' }, { n: null }] });
  });

  test.each(['7', '{{ 7 }}', '{{ 7.0 }}', '{{ "7"|to_decimal }}'])('a column takes %s', async (n) => {
    const stack = [{ function: 'add_record', table: 't', data: { n, int: 1 }, return_as: 'r' }];
    expect(plain(await db.answer({ stack, response: '{{ r.n }}' }))).toBe('7');
    await db.sql('delete from t where int = 1');
  });

  test('its value goes into an int, a decimal and a json column', async () => {
    const data = { int: '{{ rows[0].n }}', exact: '{{ rows[0].n }}', j: '{{ rows[0].n }}' };
    const stack = [...rows({ sort: 'n' }), { function: 'add_record', table: 't', data, return_as: 'r' }];
    const row = await db.answer({ stack, response: '{{ r|pick:["int","exact","j"] }}' });
    expect(JSON.stringify(row)).toBe('{"int":9,"exact":9,"j":"9"}');
    await db.sql('delete from t where int = 9');
  });

  test('a text is never equal to it, which is a problem where it is known', () => {
    const columns = { id: { type: 'int', primary: true }, ...table.columns };
    const files = { 'tables/t.jsonc': { columns } };
    const compile = (response: string, more: object = {}) => compileStack({ stack: rows(more), response, files });
    expect(() => compile('{{ rows[0].n == "5" }}')).toThrow(/never equal/);
    expect(() => compile('{{ rows }}', { where: '{{ db.t.n == "5" }}' })).toThrow(/never equal/);
    expect(() => compile('{{ rows[0].n == 5 }}', { where: '{{ db.t.n > 5 }}' })).not.toThrow();
  });

  test('SQL of a user answers ints, and bigints where an int does not reach', async () => {
    const stack = [{ function: 'direct_query', sql: 'select 5::int8 as a, 9007199254740993 as b', return_as: 'r' }];
    expect(JSON.stringify(await db.answer({ stack, response: '{{ r }}' }))).toBe('[{"a":5,"b":"9007199254740993"}]');
  });
});
