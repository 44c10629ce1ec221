/** query_records against a real database. */

import type { Value, ValueObject } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    customer: { columns: { name: 'text', city: 'text?', boss_id: { type: 'int', nullable: true, references: 'customer' } } },
    order: {
      columns: {
        customer_id: { type: 'int', references: 'customer' },
        status: { type: 'enum', values: ['open', 'paid'] },
        total: 'decimal',
        rank: 'int?',
        note: 'text?',
      },
      indexes: [{ columns: ['note'], type: 'search', language: 'english' }],
    },
    line: { columns: { order_id: { type: 'int', references: 'order' }, sku: 'text', n: 'int' } },
    price: { columns: { sku: 'text', cents: 'int' } },
  });
  await db.sql(
    `insert into customer (name, city, boss_id) values ('Ada', 'London', null), ('Bob', null, 1), ('Cy', 'London', 1)`,
  );
  await db.sql(
    `insert into "order" (customer_id, status, total, rank, note) select 1 + i % 2, case when i % 3 = 0 then 'paid' else 'open' end, i * 1.5, nullif(i % 4, 0), case when i = 5 then 'running quickly home' end from generate_series(1, 10) i`,
  );
  await db.sql(
    `insert into line (order_id, sku, n) select o, 's' || n, n from generate_series(1, 10) o, generate_series(1, 3) n`,
  );
  await db.sql(`insert into price (sku, cents) values ('s1', 100), ('s2', 200)`);
});

const input = {
  a: { type: 'json', required: false },
  b: { type: 'json', required: false },
  c: { type: 'json', required: false },
};
async function query(step: object, values: ValueObject = {}, response = '{{ r }}'): Promise<unknown> {
  return plain(
    await db.answer(
      { input, stack: [{ function: 'query_records', table: 'order', ...step, return_as: 'r' }], response },
      { input: values },
    ),
  );
}
const ids = (step: object, values: ValueObject = {}) => query(step, values, '{{ r|map:item.id }}');

describe('plain lists', () => {
  test.for<[string, object, ValueObject, number[]]>([
    ['all by key', {}, {}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['sorted downwards, nulls first as PostgreSQL has it', { sort: ['-rank', '-id'], limit: 4 }, {}, [8, 4, 7, 3]],
    ['sorted upwards, nulls last', { sort: ['rank'], limit: 3, offset: 8 }, {}, [4, 8]],
    [
      'an optional condition that is there',
      { where: '{{ db.order.status ==? input.a && db.order.id >? input.b }}' },
      { a: 'paid', b: 3 },
      [6, 9],
    ],
    [
      'an optional condition that is not',
      { where: '{{ db.order.status ==? input.a && db.order.id >? input.b }}' },
      { b: 8 },
      [9, 10],
    ],
    ['no condition left', { where: '{{ db.order.status ==? input.a || !(db.order.id >? input.b) }}', limit: 2 }, {}, [1, 2]],
    ['in a list', { where: '{{ db.order.id in input.a }}' }, { a: [2, 'x', 4, 77] }, [2, 4]],
    ['in a list with null', { where: '{{ db.order.rank in input.a }}' }, { a: [null, 3] }, [3, 4, 7, 8]],
    ['in nothing', { where: '{{ db.order.rank in input.a }}' }, { a: [] }, []],
    ['not in null', { where: '{{ db.order.rank not in input.a }}', limit: 1 }, {}, [1]],
    ['searched', { where: '{{ db.order.note search input.a }}' }, { a: 'run' }, [5]],
    ['like', { where: '{{ db.order.note like input.a }}' }, { a: '%quick__ h%' }, [5]],
    ['a condition without columns', { where: '{{ input.a || db.order.id == 1 }}', limit: 2 }, { a: true }, [1, 2]],
    ['a false condition without columns', { where: '{{ input.a && db.order.id == 1 }}' }, { a: 0 }, []],
    ['null equals null', { where: '{{ db.order.rank == input.a }}' }, {}, [4, 8]],
    ['not equal matches null rows', { where: '{{ db.order.rank != input.a }}' }, { a: 1 }, [2, 3, 4, 6, 7, 8, 10]],
    ['a value of another type', { where: '{{ db.order.rank == input.a }}' }, { a: 'x' }, []],
    ['a fraction against ints', { where: '{{ db.order.id <= input.a }}' }, { a: 2 }, [1, 2]],
  ])('%s', async ([, step, values, expected]) => {
    expect(await ids(step, values)).toEqual(expected);
  });

  test('a value that has no order is refused', async () => {
    await expect(query({ where: '{{ db.order.id < input.a }}' }, { a: 'x' })).rejects.toMatchObject({ code: 'wrong_type' });
    await expect(query({ limit: '{{ input.a }}' }, { a: -1 })).rejects.toMatchObject({ code: 'bad_paging', status: 400 });
  });

  test('computed columns, joins and sorting by them', async () => {
    expect(
      await query({
        join: { c: { table: 'customer', on: '{{ db.c.id == db.order.customer_id }}' } },
        where: '{{ db.c.name == "Bob" }}',
        eval: { name: '{{ db.c.name|to_upper }}', half: '{{ db.order.total / 2 }}', label: '#{{ db.order.id }} {{ db.c.city }}' },
        sort: ['-half'],
        output: ['id'],
        limit: 2,
      }),
    ).toEqual([
      { id: 9, name: 'BOB', half: '6.75', label: '#9 ' },
      { id: 7, name: 'BOB', half: '5.25', label: '#7 ' },
    ]);
  });

  test('distinct', async () => {
    expect(await query({ output: ['status'], distinct: true })).toEqual([{ status: 'open' }, { status: 'paid' }]);
  });
});

test('pages', async () => {
  const page = (n: number) =>
    query({ sort: ['-id'], page: '{{ input.a }}', per_page: 4, totals: true, output: ['id'] }, { a: n });
  expect(await page(1)).toEqual({
    items: [{ id: 10 }, { id: 9 }, { id: 8 }, { id: 7 }],
    page: 1,
    per_page: 4,
    next_page: 2,
    previous_page: null,
    total: 10,
  });
  expect(await page(3)).toEqual({
    items: [{ id: 2 }, { id: 1 }],
    page: 3,
    per_page: 4,
    next_page: null,
    previous_page: 2,
    total: 10,
  });
  await expect(page(0)).rejects.toMatchObject({ code: 'bad_paging', status: 400 });
  await expect(query({ page: 1, per_page: '{{ input.a }}' }, { a: 1001 })).rejects.toThrow('per_page must be from 1 to 1000.');
});

describe('cursors', () => {
  const step = (sort: string[]) => ({
    sort,
    cursor: '{{ input.a }}',
    per_page: 3,
    output: ['id'],
    where: '{{ db.order.id <=? input.b }}',
    totals: true,
  });
  async function walk(sort: string[], b: Value = null): Promise<number[]> {
    const found: number[] = [];
    for (let cursor: Value = null, turns = 0; turns < 9; turns += 1) {
      const page = (await query(step(sort), { a: cursor, b })) as {
        items: { id: number }[];
        next_cursor: string | null;
        total: number;
      };
      expect(page.total).toBe(b ?? 10);
      found.push(...page.items.map((i) => i.id));
      cursor = page.next_cursor;
      if (cursor === null) break;
    }
    return found;
  }

  test.for([[['rank']], [['-rank']], [['-rank', 'total']], [['status', '-rank', '-id']], [['-id']], [[]], [['note', 'rank']]])(
    'visit every row once by %j',
    async ([sort = []]) => {
      expect(await walk(sort)).toEqual(await ids({ sort }));
      expect(await walk(sort, 7)).toEqual(await ids({ sort, where: '{{ db.order.id <= 7 }}' }));
    },
  );

  test('show nothing of what they hold: columns that are sorted by need not be in the answer', async () => {
    const page = { sort: ['note'], cursor: '{{ input.a }}', per_page: 1, output: ['id'] };
    const { next_cursor: cursor } = (await query(page, {})) as { next_cursor: string };
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    for (const encoding of ['hex', 'base64url', 'utf8'] as const)
      expect(Buffer.from(cursor, encoding).toString()).not.toContain('quickly');
    expect(await query(page, { a: cursor })).toMatchObject({ items: [{ id: 1 }] });
  });

  test('that were changed or come from another list are refused', async () => {
    const { next_cursor: cursor } = (await query(step(['rank']), {})) as { next_cursor: string };
    await expect(query(step(['rank']), { a: cursor })).resolves.toBeTruthy();
    for (const bad of [
      `${cursor}00`,
      cursor.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      'x',
      '',
      'ff'.repeat(40),
      `0${cursor.slice(1)}`.replace(/^00/, '11'),
    ])
      await expect(query(step(['rank']), { a: bad })).rejects.toMatchObject({ code: 'bad_cursor', status: 400 });
    await expect(query(step(['-rank']), { a: cursor })).rejects.toMatchObject({ code: 'bad_cursor' });
    await expect(query(step(['rank']), { a: cursor, b: 5 })).rejects.toMatchObject({ code: 'bad_cursor' });
    await expect(query(step(['rank']), { a: 5 })).rejects.toMatchObject({ code: 'bad_cursor' });
  });
});

describe('with', () => {
  const lines = { table: 'line', where: '{{ db.line.order_id == db.order.id }}', output: ['sku'] };

  test('lists, one statement a level', async () => {
    const answer = await query({
      output: ['total'],
      limit: 2,
      with: {
        lines: {
          ...lines,
          with: { price: { table: 'price', where: '{{ db.price.sku == parent.sku }}', single: true, output: ['cents'] } },
        },
      },
    });
    expect(answer).toEqual(
      [1, 2].map((i) => ({
        total: String(i * 1.5).replace(/^3$/, '3.0'),
        lines: [
          { sku: 's1', price: { cents: 100 } },
          { sku: 's2', price: { cents: 200 } },
          { sku: 's3', price: null },
        ],
      })),
    );
    expect(db.asked().filter((a) => a.name === 'query')).toHaveLength(3);
  });

  test('a limit for each row, sorted', async () => {
    expect(await query({ output: ['id'], limit: 2, with: { lines: { ...lines, sort: ['-n'], limit: 2 } } })).toEqual(
      [1, 2].map((id) => ({ id, lines: [{ sku: 's3' }, { sku: 's2' }] })),
    );
  });

  test('the row two levels up', async () => {
    expect(
      await query(
        {
          output: ['id'],
          limit: 2,
          with: {
            lines: {
              ...lines,
              where: '{{ db.line.order_id == db.order.id && db.line.n <=? input.a }}',
              with: {
                same: {
                  table: 'order',
                  where:
                    '{{ db.order.id == parent.order_id && db.order.customer_id == parent.parent.customer_id && parent.n < 2 }}',
                  output: ['id'],
                },
              },
            },
          },
        },
        { a: 2 },
      ),
    ).toEqual(
      [1, 2].map((id) => ({
        id,
        lines: [
          { sku: 's1', same: [{ id }] },
          { sku: 's2', same: [] },
        ],
      })),
    );
  });

  test('of the same table, null keys equal null', async () => {
    expect(
      plain(
        await db.answer({
          stack: [
            {
              function: 'query_records',
              table: 'customer',
              output: ['name'],
              with: {
                team: { table: 'customer', where: '{{ db.customer.boss_id == parent.id }}', output: ['name'] },
                peers: {
                  table: 'customer',
                  where: '{{ db.customer.boss_id == parent.boss_id && db.customer.id != parent.id }}',
                  output: ['name'],
                },
              },
              return_as: 'r',
            },
          ],
          response: '{{ r }}',
        }),
      ),
    ).toEqual([
      { name: 'Ada', team: [{ name: 'Bob' }, { name: 'Cy' }], peers: [] },
      { name: 'Bob', team: [], peers: [{ name: 'Cy' }] },
      { name: 'Cy', team: [], peers: [{ name: 'Bob' }] },
    ]);
  });
});

test('aggregates', async () => {
  const aggregate = {
    n: '{{ db.order|count }}',
    ranked: '{{ db.order.rank|count }}',
    sum: '{{ db.order.total|sum }}',
    ranks: '{{ db.order.rank|sum }}',
    avg: '{{ db.order.rank|avg }}',
    least: '{{ db.order.total|min }}',
    spread: '{{ (db.order.total|max) - (db.order.total|min) }}',
  };
  expect(await query({ aggregate })).toEqual({
    n: 10,
    ranked: 8,
    sum: '82.5',
    ranks: 15,
    avg: '1.875',
    least: '1.5',
    spread: '13.5',
  });
  expect(await query({ aggregate, where: '{{ db.order.id < 0 }}' })).toEqual({
    n: 0,
    ranked: 0,
    sum: '0',
    ranks: 0,
    avg: null,
    least: null,
    spread: null,
  });
  expect(
    await query(
      {
        group_by: ['status'],
        aggregate: { n: '{{ db.order|count }}' },
        having: '{{ (db.order|count) > input.a }}',
        sort: ['-n'],
      },
      { a: 1 },
    ),
  ).toEqual([
    { status: 'open', n: 7 },
    { status: 'paid', n: 3 },
  ]);
  expect(
    await query({
      group_by: ['c.name'],
      join: { c: { table: 'customer', on: '{{ db.c.id == db.order.customer_id }}' } },
      aggregate: { n: '{{ db.order|count }}' },
      page: 1,
      per_page: 1,
      totals: true,
    }),
  ).toEqual({ items: [{ c_name: 'Ada', n: 5 }], page: 1, per_page: 1, next_page: 2, previous_page: null, total: 2 });
});

test('more rows than max_rows are an error, never a silent cut', async () => {
  const files = { 'ashlar.jsonc': { name: 't', max_rows: 9 } };
  const run = (step: object) =>
    db.answer({
      files,
      stack: [{ function: 'query_records', table: 'order', ...step, return_as: 'r' }],
      response: '{{ r|count }}',
    });
  await expect(run({})).rejects.toMatchObject({ code: 'too_many_rows', status: 422 });
  expect(await run({ where: '{{ db.order.id < 10 }}' })).toBe(9);
  await expect(
    run({ limit: 4, with: { lines: { table: 'line', where: '{{ db.line.order_id == parent.id }}' } } }),
  ).rejects.toThrow('The with "lines" has more than 9 rows.');
  await expect(
    run({ limit: 2, with: { l: { table: 'line', where: '{{ db.line.order_id == parent.id || false }}' } } }),
  ).rejects.toThrow(/with_needs_equality/);
});

test('locks inside a transaction', async () => {
  expect(
    await db.answer({
      stack: [
        {
          function: 'transaction',
          stack: [
            {
              function: 'query_records',
              table: 'order',
              where: '{{ db.order.id < 3 }}',
              lock: 'update',
              skip_locked: true,
              return_as: 'r',
            },
            { function: 'get_record', table: 'order', id: 1, lock: 'share', return_as: 'o' },
          ],
        },
      ],
      response: '{{ r|count }}',
    }),
  ).toBe(2);
});
