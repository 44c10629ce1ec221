/** What a compiled stack says that it touches: tables of joins, nested rows and called functions are not forgotten. */
import { expect, test } from 'vitest';
import { compileWorkspace } from './compile.ts';
import { Problems } from './problems.ts';
import { readWorkspace } from './workspace/index.ts';

const table = (...columns: readonly string[]): string =>
  JSON.stringify({
    columns: { id: { type: 'int', primary: true }, ...Object.fromEntries(columns.map((name) => [name, 'int'])) },
  });

const files = (stack: object): ReadonlyMap<string, string> =>
  new Map([
    ['ashlar.jsonc', '{"name": "t"}'],
    ['tables/order.jsonc', table('customer_id')],
    ['tables/customer.jsonc', table()],
    ['tables/line.jsonc', table('order_id', 'product_id')],
    ['tables/product.jsonc', table()],
    ['tables/audit.jsonc', table('n')],
    [
      'functions/note.jsonc',
      '{"stack": [{"function": "run_function", "name": "deeper"}, {"function": "add_record", "table": "audit", "data": {"n": 1}}]}',
    ],
    [
      'functions/deeper.jsonc',
      '{"stack": [{"function": "has_record", "table": "product", "id": 1, "return_as": "there"}, {"function": "run_function", "name": "note"}]}',
    ],
    ['apis/t/x.get.jsonc', JSON.stringify({ stack: [stack], response: 'done' })],
  ]);

test.for<[string, object, readonly string[], readonly string[]]>([
  ['a plain list', { function: 'query_records', table: 'order', return_as: 'x' }, ['order'], []],
  [
    'a join',
    {
      function: 'query_records',
      table: 'order',
      join: { customer: { table: 'customer', on: '{{ db.customer.id == db.order.customer_id }}' } },
      return_as: 'x',
    },
    ['customer', 'order'],
    [],
  ],
  [
    'nested rows, and those nested in them',
    {
      function: 'query_records',
      table: 'order',
      with: {
        lines: {
          table: 'line',
          where: '{{ db.line.order_id == parent.id }}',
          with: { product: { table: 'product', where: '{{ db.product.id == parent.product_id }}', single: true } },
        },
      },
      return_as: 'x',
    },
    ['line', 'order', 'product'],
    [],
  ],
  ['a write', { function: 'add_record', table: 'audit', data: { n: 1 } }, [], ['audit']],
  ['functions that call each other', { function: 'run_function', name: 'note' }, ['product'], ['audit']],
])('%s', ([, step, reads, writes]) => {
  const problems = new Problems();
  const { endpoints } = compileWorkspace(readWorkspace(files(step), problems), problems);
  expect(problems.list.filter((problem) => problem.severity === 'error')).toEqual([]);
  const effects = endpoints[0]?.stack.effects;
  expect([...(effects?.reads ?? [])].sort()).toEqual(reads);
  expect([...(effects?.writes ?? [])].sort()).toEqual(writes);
});
