/** What is told of a step's connection and of its rows. */
import { expect, test } from 'vitest';
import { tableFiles } from '../../../tests/harness/database.ts';
import { compileStack } from '../../../tests/harness/stack.ts';
import { explainStack, sectionText } from './index.ts';

const files = tableFiles({
  order: { columns: { note: 'text?', total: 'int', customer_id: 'int' }, indexes: [] },
  line: { columns: { order_id: 'int', sku: 'text' } },
});
const input = { n: { type: 'int', required: false } };
const list = { function: 'query_records', table: 'order', return_as: 'r' };
const get = { function: 'get_record', table: 'order', id: 1, return_as: 'r' };
const lines = { lines: { table: 'line', where: '{{ db.line.order_id == db.order.id }}' } };
const whole = '{{ r }}';

const shared = 'on a shared connection, because';
const own = 'on a connection of its own, because';
const json = 'stay JSON, because the stack only passes them on';
const because = (why: string): string => `become objects, because ${why}`;

const toldOf = (stack: readonly object[], response: unknown): readonly string[] => {
  const text = sectionText(explainStack(compileStack({ stack, input, response, files })), 'sql');
  const said = [...text.matchAll(/^-- (?:goes|rows) +(.*)$/gm)].map(([, told = '']) => told);
  // A statement may have a variant without its optional values: it goes the same way.
  return [...new Set(said)];
};

test.for<[string, readonly object[], unknown, readonly string[]]>([
  ['a record by its key', [get], whole, [`${shared} it reads one row by a unique key`, json]],
  ['a record by a key of the request', [{ ...get, id: '{{ input.n }}' }], whole, [`${shared} it reads one row by a unique key, and goes with other such reads of the moment`, json]],
  ['a record by a condition', [{ ...get, id: undefined, where: '{{ db.order.total > 1 }}' }], whole, [`${shared} it reads at most one row`, json]],
  ['whether there is one', [{ function: 'has_record', table: 'order', id: 1, return_as: 'r' }], whole, [`${shared} it reads one row by a unique key`]],
  ['a list with its limit', [{ ...list, limit: 20 }], whole, [`${shared} it reads at most 20 rows`, json]],
  ['a long list', [{ ...list, limit: 5000 }], whole, [`${own} it may read 5000 rows, more than 1001`, json]],
  ['a list whose limit is not known before', [{ ...list, limit: '{{ input.n }}' }], whole, [`${own} it may read 10001 rows, more than 1001`, json]],
  ['a list that nothing bounds', [list], whole, [`${own} nothing but max_rows bounds its rows`, json]],
  ['a page and its total', [{ ...list, page: 1, totals: true }], whole, [`${shared} it reads at most 26 rows`, json, `${shared} it reads one number`]],
  ['a page of a length that is not known before', [{ ...list, page: 1, per_page: '{{ input.n }}' }], whole, [`${shared} it reads at most 1001 rows`, json]],
  ['a page by cursor', [{ ...list, cursor: null }], whole, [`${shared} it reads at most 26 rows`, json]],
  ['a sum', [{ ...list, aggregate: { sum: '{{ db.order.total|sum }}' } }], whole, [`${shared} it reads at most one row`, json]],
  ['rows of a record', [{ ...get, with: lines }], whole, [`${shared} it reads one row by a unique key`, json, `${shared} its rows belong to one row`]],
  ['rows of a page', [{ ...list, page: 1, with: lines }], whole, [`${shared} it reads at most 26 rows`, json, `${shared} its rows belong to at most 25 others`]],
  ['rows of a list that nothing bounds', [{ ...list, with: lines }], whole, [`${own} nothing but max_rows bounds its rows`, json, `${own} its rows belong to any number of others`]],
  ['a new record', [{ function: 'add_record', table: 'line', data: { order_id: 1, sku: 'x' }, return_as: 'r' }], whole, ['on a shared connection, in one commit with others, because it adds one row and touches nothing else', json]],
  ['a change', [{ function: 'edit_record', table: 'line', id: 1, data: { sku: 'x' } }], 1, [`${own} it changes rows that others may wait for`, json]],
  ['a change by a condition', [{ function: 'delete_record', table: 'line', where: "{{ db.line.sku == 'x' }}" }], 1, [`${own} it changes rows that others may wait for`, because('the rows that match are counted in them')]],
  ['a lock', [{ function: 'transaction', stack: [{ ...get, lock: 'update' }] }], whole, ["on the transaction's connection, because the step stands inside of a transaction", json]],
  ['the same inside and outside of a transaction', [{ function: 'transaction', stack: [get] }, { ...get, return_as: 'q' }], '{{ [r, q.note] }}', ["on the transaction's connection, because the step stands inside of a transaction (step 2)", `${shared} it reads one row by a unique key (step 3)`, `${json} (step 2)`, `${because('the response reads .note')} (step 3)`]],
  ['after the answer of a transaction', [{ function: 'transaction', stack: [{ function: 'post_process', stack: [get] }] }], 1, [`${shared} it reads one row by a unique key`, json]],
  ['a member that a later step reads', [get, { function: 'precondition', condition: '{{ r.total > 1 }}' }], whole, [`${shared} it reads one row by a unique key`, because('step 2 (line 16) reads .total')]],
])('%s', ([, stack, response, told]) => {
  expect(toldOf(stack, response)).toEqual(told);
}); // biome-ignore format: a table
