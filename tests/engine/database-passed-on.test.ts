/** Rows of a real database that a stack only passes on are, to the byte, what they are where it looks inside: nested ones too. */
import { encodeJson, type Value } from '@ashlar/engine';
import { beforeAll, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    customer: { columns: { name: 'text', born: 'date?' } },
    order: {
      columns: { customer_id: { type: 'int', references: 'customer' }, total: 'decimal', note: 'text?', at: 'timestamp' },
    },
    line: {
      columns: { order_id: { type: 'int', nullable: true, references: 'order' }, sku: 'text', weight: 'float', tags: 'json?' },
    },
    part: { columns: { line_id: { type: 'int', references: 'line' }, name: 'text?' } },
  });
  await db.sql(`insert into customer (name, born) values ('Ädä "A"', '1815-12-10'), (E'B\\n\\\\b', null)`);
  await db.sql(
    `insert into "order" (customer_id, total, note, at) select 1 + i % 2, i * 1.50, (array['€ 😀', null, 'plain', E'\\u2028\\u0001'])[1 + i % 4], '2026-01-02 03:04:05.6Z' from generate_series(1, 9) i`,
  );
  // Lines of an order do not lie together, and some belong to none.
  await db.sql(
    `insert into line (order_id, sku, weight, tags) select nullif(i % 8, 0), 's-é' || i, i / 7.0, case when i % 3 = 0 then '{"a": [1, "ü"]}'::jsonb end from generate_series(1, 40) i`,
  );
  await db.sql(`insert into part (line_id, name) select 1 + i * 7 % 40, nullif('p' || i, 'p9') from generate_series(1, 60) i`);
});

const ofOrder = '{{ db.line.order_id == db.order.id }}';
const parts = { table: 'part', where: '{{ db.part.line_id == db.line.id }}' };
const list = { function: 'query_records', table: 'order' };
const deep = {
  lines: { table: 'line', where: ofOrder, output: ['sku'], with: { parts, last: { ...parts, sort: ['-id'], single: true } } },
};

test.for<[string, object]>([
  ['a record with its rows', { function: 'get_record', table: 'order', id: 1, with: { lines: { table: 'line', where: ofOrder } } }],
  ['a record without any', { function: 'get_record', table: 'order', id: 8, with: deep }],
  ['no record', { function: 'get_record', table: 'order', id: 77, with: deep }],
  ['a list with rows two levels deep', { ...list, limit: 20, with: deep }],
  ['an empty list', { ...list, where: '{{ db.order.id > 99 }}', limit: 20, with: deep }],
  ['a page', { ...list, page: 2, per_page: 3, totals: true, sort: ['-total'], with: deep }],
  ['a page by cursor', { ...list, cursor: null, per_page: 4, sort: ['note', '-at'], output: ['total'], with: deep }],
  ['the last page by cursor', { ...list, cursor: null, per_page: 9, output: ['note'] }],
  ['one of each, cut for each row', { ...list, limit: 20, output: ['id'], with: { first: { table: 'line', where: ofOrder, single: true }, two: { table: 'line', where: ofOrder, sort: ['-weight'], limit: 2, output: ['sku', 'tags'] } } }],
  ['by a column that is not shown and may be null', { function: 'query_records', table: 'line', limit: 40, output: ['sku'], with: { siblings: { table: 'line', where: '{{ db.line.order_id == parent.order_id }}', output: ['id'] } } }],
  ['no column but nested ones', { ...list, limit: 3, output: [], with: { customer: { table: 'customer', where: '{{ db.customer.id == db.order.customer_id }}', single: true, output: [] } } }],
  ['one object of aggregates', { ...list, aggregate: { sum: '{{ db.order.total|sum }}', least: '{{ db.order.note|min }}', none: '{{ db.order.customer_id|max }}' } }],
  ['by two columns', { ...list, limit: 9, with: { lines: { table: 'line', where: '{{ db.line.order_id == parent.id && db.line.sku != parent.note && db.line.id >= parent.customer_id }}' } } }],
])('%s', async ([, step]) => {
  const bodyOf = async (response: unknown): Promise<string> => {
    const value = await db.answer({ stack: [{ ...step, return_as: 'r' }], response });
    return encodeJson((value as { readonly r: Value }).r, { decimals: 'text' });
  };
  const passedOn = await bodyOf({ r: '{{ r }}' });
  expect(db.asked()[0]?.args).toHaveProperty('encode');
  const lookedInto = await bodyOf({ r: '{{ r }}', size: '{{ r|json_encode|length }}' });
  expect(db.asked()[0]?.args).not.toHaveProperty('encode');
  expect(passedOn).toBe(lookedInto);
}); // biome-ignore format: a table
