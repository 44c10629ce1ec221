/** What is wrong with database steps is said before anything runs. */
import { expect, test } from 'vitest';
import { tableFiles } from '../harness/database.ts';
import { problemsOf } from '../harness/stack.ts';

const tables = {
  customer: {
    columns: { email: { type: 'email', unique: true }, password: { type: 'password', nullable: true }, name: 'text?' },
  },
  order: {
    columns: {
      customer_id: { type: 'int', references: 'customer' },
      status: { type: 'enum', values: ['open', 'paid'] },
      total: 'decimal',
      tags: 'text[]?',
      data: 'json?',
      at: { type: 'timestamp', default: 'now' },
    },
  },
};
const codes = (step: object, input: object = {}): string[] =>
  problemsOf({
    files: tableFiles(tables),
    input: { a: { type: 'json', required: false }, t: 'text', n: 'int', ...input },
    stack: [{ ...step, return_as: 'r' }],
    response: null as never,
  })
    .filter((p) => p.severity === 'error')
    .map((p) => `${p.code}: ${p.message}${p.hint === undefined ? '' : ` (${p.hint})`}`);

const list = (more: object) => ({ function: 'query_records', table: 'order', ...more });
const where = (text: string) => list({ where: `{{ ${text} }}` });
const edit = (more: object) => ({ function: 'edit_record', table: 'order', id: 1, ...more });

test.for<[string, object, string[] | string]>([
  ['an unknown column', where('db.order.totl > 1'), 'unknown_row_name: There is no totl in db.order. (Did you mean total?)'],
  ['an unknown table', where('db.oder.total > 1'), 'unknown_row_name: There is no oder in db here. (Did you mean order?)'],
  ['an unknown column in output', list({ output: ['id', 'stauts'] }), 'unknown_row_name: There is no stauts in order. (Did you mean status?)'],
  ['an unknown column in sort', list({ sort: ['-att'] }), 'unknown_row_name: There is no att in order. (Did you mean at?)'],
  ['another type', where('db.order.total == input.t'), 'column_never_equal: A column of type decimal is never equal to text.'],
  ['another type of constant', where('db.order.total == "5"'), 'column_never_equal: A column of type decimal is never equal to text.'],
  ['an order of other types', where('db.order.at > input.t'), 'column_type_mismatch: > needs a timestamp, but this is text.'],
  ['two columns of other types', where('db.order.total == db.order.status'), 'column_never_equal: A column of type decimal is never equal to one of type enum.'],
  ['a time and a number', list({ eval: { x: '{{ db.order.at - 86400 }}' } }), /* biome-ignore format: one line */ 'column_type_mismatch: - needs two numbers, but this is timestamp.'],
  ['an optional right side with a column', where('db.order.total ==? db.order.id'), 'optional_touches_column: ==? needs a column on its left side and a value without columns on its right side.'],
  ['an optional condition in a write', { function: 'delete_record', table: 'order', where: '{{ db.order.id ==? input.a }}' }, 'optional_in_write: ==? may not decide which rows are changed.'],
  ['search without an index', where('db.order.status search input.t'), 'no_search_index: order has no search index with status in it.'],
  ['a filter that SQL has not', where('(db.order.data|keys) == input.a'), 'not_in_sql: The filter keys over a column can\'t be computed by the database. (Over columns there are: to_lower, to_upper, trim, strlen, replace, substr, round, first_notnull, min, max, to_text, to_int, to_decimal.)'],
  ['a text as a condition', list({ where: 'db.order.id == 1' }), 'bad_query_parameter: A condition is an expression in {{ }}, and this is a text. ("{{ db.order.status == input.status }}")'],
  ['limit with page', list({ page: 1, limit: 5 }), "parameters_exclude_each_other: limit can't be used with page."],
  ['page with cursor', list({ page: 1, cursor: null }), "parameters_exclude_each_other: cursor can't be used with page."],
  ['per_page beyond', list({ page: 1, per_page: 1001 }), 'bad_query_parameter: per_page is from 1 to 1000.'],
  ['a lock outside a transaction', list({ lock: 'update' }), 'lock_needs_transaction: `lock` is only useful inside a transaction.'],
  ['stream', list({ stream: true }), 'unknown_parameter: query_records has no parameter "stream". (It takes table, where, join, eval, group_by, aggregate, having, distinct, sort, limit, offset, page, cursor, per_page, totals, output, with, lock, skip_locked.)'],
  ['with without equality', list({ with: { c: { table: 'customer', where: '{{ db.customer.name == "x" }}' } } }), 'with_needs_equality: The where of c has no equality between its own and an outer column.'],
  ['with whose equality fails', list({ with: { c: { table: 'customer', where: '{{ db.customer.nam == parent.customer_id }}' } } }), "unknown_row_name: There is no nam in db.customer. (Did you mean name?)"],
  ['with under a column’s name', list({ with: { status: { table: 'customer', where: '{{ db.customer.id == parent.customer_id }}' } } }), 'row_name_taken: status is already a column.'],
  ['an unknown key in with', list({ with: { c: { table: 'customer', wher: 1, where: '{{ db.customer.id == parent.customer_id }}' } } }), 'bad_query_parameter: c has no wher; it takes table, where, sort, limit, output, eval, single, with.'],
  ['join without on', list({ join: { c: { table: 'customer' } } }), 'bad_query_parameter: The join c needs "on", the condition that connects its rows.'],
  ['lock with groups', list({ group_by: ['status'], lock: 'update' }), ["parameters_exclude_each_other: lock can't be used with group_by or aggregate."]],
  ['a column outside an aggregate', list({ group_by: ['status'], aggregate: { x: '{{ db.order.total }}' } }), "not_in_sql: db.order.total outside of an aggregate can't be computed by the database. (Name it in group_by, or use |sum, |avg, |min, |max, |count.)"],
  ['neither id nor where', { function: 'get_record', table: 'order' }, 'bad_query_parameter: Say which record: give id, or where.'],
  ['data that is not written out', { function: 'add_record', table: 'order', data: '{{ input.a }}' }, 'bad_query_parameter: `data` is written out here: an object with a value for each column. To write whatever an object holds, use patch_record.'],
  ['a column missing', { function: 'add_record', table: 'order', data: { customer_id: 1, total: 5 } }, 'column_missing_in_data: order.status needs a value: it is not nullable and has no default.'],
  ['an unknown column in data', edit({ data: { totl: 1 } }), 'unknown_row_name: There is no totl in order. (Did you mean total?)'],
  ['a wrong constant', edit({ data: { status: 'closed' } }), 'column_value_refused: status: must be one of open, paid.'],
  ['a wrong type', edit({ data: { total: '{{ [1] }}' } }), 'column_type_mismatch: The column total needs decimal, but this is list of int.'],
  ['null for what must be there', edit({ data: { total: null } }), 'column_value_refused: total: must not be null, and has no default.'],
  ['the key in data', edit({ data: { id: 5 } }), "key_in_data: id is the key and can't be changed."],
  ['the key in a patch', { function: 'patch_record', table: 'order', id: 1, data: '{{ input }}' }, ['unknown_row_name: There is no a in order. (Did you mean at?)', 'unknown_row_name: There is no t in order. (Did you mean at?)', 'unknown_row_name: There is no n in order.']],
  ['no unique index', { function: 'add_or_edit_record', table: 'customer', key: ['name'], data: { name: 'x', email: 'a@b.de' } }, 'needs_unique_index: customer has no unique index over name.'],
  ['an expression in sql', { function: 'direct_query', sql: 'select {{ input.n }}' }, 'sql_not_literal: `sql` must be a plain text without {{ }}. (Values go into params: {"sql": "select … where id = $1", "params": ["{{ input.id }}"]})'],
  ['too few params', { function: 'direct_query', sql: "select $1, '$3', $2 -- $4", params: [1] }, 'params_mismatch: The statement uses 2 parameters, but params has 1.'],
])('%s', ([, step, expected]) => {
  const found = codes(step);
  for (const one of typeof expected === 'string' ? [expected] : expected) expect(found).toContain(one);
}); // biome-ignore format: a table of problems

test('a password leaves only where it is named, and not in an answer', () => {
  const answer = (step: object): string[] =>
    problemsOf({
      files: tableFiles(tables),
      stack: [{ function: 'get_record', table: 'customer', id: 1, ...step, return_as: 'c' }],
      response: '{{ c }}',
    }).map((p) => p.code);
  expect(answer({})).toEqual([]);
  expect(answer({ output: ['id', 'password'] })).toEqual(['password_leaves']);
});

test.for([
  'db.customer.password ~ "x"',
  'db.customer.password + "x"',
  'db.customer.password|substr:0:5',
  'db.customer.name ?? db.customer.password',
  'db.customer.id > 0 ? db.customer.password : "x"',
  'db.customer.password|max:"a"',
  'db.customer.password|to_upper|to_text',
])('what is computed from a password is one: %s', (expression) => {
  const step = { function: 'query_records', table: 'customer', eval: { x: `{{ ${expression} }}` }, return_as: 'c' };
  expect(problemsOf({ files: tableFiles(tables), stack: [step], response: '{{ c }}' }).map((p) => p.code)).toContain(
    'password_leaves',
  );
});

test.for([
  [8, []],
  [9, ['warning: 9 optional conditions make up to 512 statements.']],
  [11, ['warning: 11 optional conditions make up to 2048 statements.']],
] as const)('more than eight optional conditions are a warning with their number: %i', ([count, expected]) => {
  const condition = Array.from({ length: count }, () => 'db.customer.name ==? input.a').join(' && ');
  const step = { function: 'query_records', table: 'customer', where: `{{ ${condition} }}`, return_as: 'c' };
  const found = problemsOf({ files: tableFiles(tables), input: { a: { type: 'text', required: false } }, stack: [step] });
  expect(found.filter((p) => p.code === 'many_optional_conditions').map((p) => `${p.severity}: ${p.message}`)).toEqual(expected);
});

test('rows have types', () => {
  const codesOf = (response: string): string[] =>
    problemsOf({
      files: tableFiles(tables),
      stack: [
        {
          ...list({
            page: 1,
            totals: true,
            with: {
              c: { table: 'customer', where: '{{ db.customer.id == parent.customer_id }}', single: true, output: ['name'] },
            },
          }),
          return_as: 'r',
        },
      ],
      response,
    }).map((p) => p.code);
  expect(codesOf('{{ r.items[0].total + r.total }}')).toEqual([]);
  expect(codesOf('{{ r.items[0].c.name ~ "x" }}')).toEqual([]);
  expect(codesOf('{{ r.items[0].totl }}')).toEqual(['unknown_member']);
  expect(codesOf('{{ r.items[0].c.email }}')).toEqual(['unknown_member']);
});

test('a key that may be null finds no record: a warning', () => {
  const settings = {
    setting: {
      columns: { owner: 'int?', name: 'text', value: 'text?' },
      indexes: [{ columns: ['owner', 'name'], unique: true }],
    },
  };
  const warnings = (key: string[]) =>
    problemsOf({
      files: tableFiles(settings),
      input: { o: 'int' },
      stack: [
        { function: 'add_or_edit_record', table: 'setting', key, data: { owner: '{{ input.o }}', name: 'x' }, return_as: 'r' },
      ],
      response: null as never,
    }).map((p) => `${p.severity} ${p.code}: ${p.message}`);
  expect(warnings(['owner', 'name'])).toEqual([
    'warning nullable_key: setting.owner may be null, and a null key finds no record: each time one is added.',
  ]);
});
