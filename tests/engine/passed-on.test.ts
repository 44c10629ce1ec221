/** Rows that a stack only passes on may come as JSON: which steps ask for it, and that nobody can tell from the answer. */
import {
  AshlarError,
  EncodedJson,
  type EncodedRows,
  type Encoding,
  encodeJson,
  isList,
  isObject,
  type QueryAnswer,
  Run,
  type Statement,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal } from '../../engine/src/values/decimal.ts';
import { Timestamp } from '../../engine/src/values/time.ts';
import { tableFiles } from '../harness/database.ts';
import { compileStack, makeRun, problemsOf } from '../harness/stack.ts';
import { makeWorld, type World } from '../harness/world.ts';

const files = {
  ...tableFiles({
    order: { columns: { note: 'text?', total: 'decimal', at: 'timestamp', customer_id: 'int' } },
    line: { columns: { order_id: 'int', sku: 'text' } },
    part: { columns: { line_id: 'int', name: 'text?' } },
  }),
  'functions/same.jsonc': { input: { x: 'json?' }, stack: [], response: '{{ input.x }}' },
  'functions/read.jsonc': { stack: [{ function: 'get_record', table: 'order', id: 1, return_as: 'r' }], response: '{{ r }}' },
};
const input = { n: { type: 'int', required: false }, j: { type: 'json', required: false } };
const get = { function: 'get_record', table: 'order', id: 1, return_as: 'r' };
const list = { function: 'query_records', table: 'order', limit: 3, return_as: 'r' };
const page = { function: 'query_records', table: 'order', page: 1, per_page: 2, totals: true, return_as: 'r' };

/** A value of the column's type, different from row to row; texts need every kind of escape. */
function cell(pg: string, seed: number): Value {
  if (pg === 'text') return ['plain', 'Ä "quoted" \\ \n', '€ 😀 %41%', '', '\u2028\u0001'][seed % 5] ?? null;
  if (pg === 'numeric') return Decimal.parse(`${seed}.50`);
  if (pg === 'timestamptz') return Timestamp.parse('2026-01-02T03:04:05.006Z');
  return seed;
}

/**
 * Rows of a statement, made of it alone, so that it answers the same every time. Numbers of nested rows are mostly those that were
 * asked with, or their places.
 */
function rowsOf(statement: Statement, params: readonly Value[]): readonly ValueObject[] {
  const asked = statement.beside === 'nested' ? (params.find(isList) ?? []) : [];
  const number = (name: string, seed: number): Value =>
    name === '~n' ? 1 + (seed % Math.max(1, asked.length)) : (asked[seed % (asked.length + 1)] ?? seed);
  const seed = statement.text.length + params.length;
  const count = statement.beside === 'total' || statement.maxRows === 1 ? seed % 4 && 1 : seed % 4;
  return Array.from({ length: Math.max(count, statement.access === 'write' ? 1 : 0) }, (_, i) =>
    Object.fromEntries(
      statement.columns.map(({ name, pg }, column) => [
        name,
        pg === 'int8' ? number(name, seed + i * 3 + column) : cell(pg, seed + i * 3 + column),
      ]),
    ),
  );
}

function encodedRows(rows: readonly ValueObject[]): EncodedRows {
  const parts = rows.map((row) => Buffer.from(encodeJson(row, { decimals: 'number' })).toString('latin1'));
  const utf8 = parts.join(',');
  const ends = parts.map((_, i) => parts.slice(0, i + 1).join(',').length);
  return { utf8, ends, ascii: !/[\u0080-\u00ff]/.test(utf8) };
}

/** Some of a row's members, in the order of the names. */
const partOf = (row: ValueObject, names: readonly string[]): ValueObject =>
  Object.fromEntries(names.map((name) => [name, row[name] ?? null]));

/** What is asked to be JSON, and the values beside it. */
function answerAs(encode: true | Encoding, rows: readonly ValueObject[]): QueryAnswer {
  if (encode === true) return { rows: [], encoded: encodedRows(rows), count: rows.length };
  const { columns, values } = encode;
  return {
    rows: values.length === 0 ? [] : rows.map((row) => partOf(row, values)),
    encoded: encodedRows(rows.map((row) => partOf(row, columns))),
    count: rows.length,
  };
}

/** Whether a database answers JSON where it may: always, never, or to some statements, as it likes. */
type Encodes = boolean | 'sometimes';

function world(encodes: Encodes): World {
  return makeWorld({
    query: async (_run, _step, { statement, params, encode }): Promise<QueryAnswer> => {
      const rows = rowsOf(statement, params);
      const asJson = encodes === true || (encodes === 'sometimes' && statement.name.charCodeAt(9) % 2 === 0);
      return asJson && encode !== undefined ? answerAs(encode, rows) : { rows, count: rows.length };
    },
  });
}

interface StackText {
  readonly stack: readonly object[];
  readonly response?: unknown;
}

/** The answer's bytes or the error's code, and the steps that let their rows come as JSON. */
async function runOf(
  stack: StackText,
  encodes: Encodes,
): Promise<{ readonly body: string; readonly passed: readonly number[]; readonly asked: World['asked'] }> {
  const { effects, asked } = world(encodes);
  const run = makeRun({ effects });
  let body: string;
  try {
    const { value } = await compileStack({ input, files, ...stack }).stack.execute(run, { n: 3 });
    for (const work of run.postProcesses ?? []) await work(new Run(run.options));
    body = encodeJson(value, { decimals: 'number' });
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    body = `${error.code}: ${error.message}`;
  }
  const passed = asked.flatMap(({ step, args }) =>
    isObject(args as Value) && (args as ValueObject).encode !== undefined ? [step] : [],
  );
  return { body, passed: [...new Set(passed)], asked };
}

describe('a step lets its rows come as JSON', () => {
  const whole = '{{ r }}';
  test.for<[string, readonly object[], unknown, boolean]>([
    ['where the record is the answer', [get], whole, true],
    ['where the list is the answer', [list], whole, true],
    ['where the page is the answer', [page], whole, true],
    ['where it stands inside of the answer', [get], { order: whole, more: [whole, { again: whole }] }, true],
    ['where it is asked whether it is there', [get], { order: whole, found: '{{ r != null }}', none: '{{ !r }}' }, true],
    ['where it is needed', [get, { function: 'precondition', condition: '{{ r }}', status: 404 }], whole, true],
    ['where it is returned', [get, { function: 'return', value: whole }], undefined, true],
    ['where another value stands in for it', [get], '{{ r ?? {"none": true} }}', true],
    ['where one of two is chosen', [get], '{{ input.n > 2 ? r : null }}', true],
    ['where nobody looks at it', [get], 1, true],
    ['where the items of a page go out and its numbers are computed with', [page], { rows: '{{ r.items }}', next: '{{ (r.next_page ?? 0) + 1 }}', all: '{{ r.total }}' }, true],
    ['where it was written', [{ function: 'add_record', table: 'line', data: { order_id: 1, sku: 'x' }, return_as: 'r' }], whole, true],
    ['where it was changed by its key', [{ function: 'edit_record', table: 'line', id: 1, data: { sku: 'y' }, return_as: 'r' }], whole, true],
    ['inside of a transaction', [{ function: 'transaction', stack: [get] }], whole, true],
    ['not where a member is read', [get], { note: '{{ r.note }}' }, false],
    ['not where a member is read elsewhere', [get, { function: 'precondition', condition: '{{ r.total > 1 }}' }], whole, false],
    ['not where an item is read', [list], '{{ r[0] }}', false],
    ['not where a filter gets it', [list], '{{ r|count }}', false],
    ['not where it is compared', [get], '{{ r == input.j }}', false],
    ['not where it becomes a text', [get], 'order {{ r }}', false],
    ['not where it is assigned', [get, { function: 'create_variable', name: 'x', value: whole }], '{{ x }}', false],
    ['not where a part is changed', [get, { function: 'update_variable', name: 'r.note', value: 'x' }], whole, false],
    ['not where it is looped over', [list, { function: 'for_each', list: whole, stack: [] }], whole, false],
    ['not where the items of a page are looked at', [page], '{{ r.items|count }}', false],
    ['not where a function gets it', [get, { function: 'run_function', name: 'same', input: { x: whole }, return_as: 'y' }], whole, false],
    ['not where another step gets it', [get, { function: 'cache_set', key: 'k', value: whole }], whole, false],
    ['not where an error holds it', [get, { function: 'throw_error', code: 'no', data: whole }], whole, false],
    ['not where a branch answers it', [{ function: 'parallel', branches: { a: [get] }, return_as: 'both' }], '{{ both }}', false],
    ['not where it is logged after the answer', [get, { function: 'post_process', stack: [{ function: 'log_debug_info', data: whole }] }], whole, false],
    ['where rows are nested in it', [{ ...get, with: { lines: { table: 'line', where: '{{ db.line.order_id == db.order.id }}' } } }], whole, true],
    ['where a cursor is made of it', [{ function: 'query_records', table: 'order', cursor: null, return_as: 'r' }], whole, true],
    ['where the cursor is read beside it', [{ function: 'query_records', table: 'order', cursor: null, return_as: 'r' }], { rows: '{{ r.items }}', next: '{{ r.next_cursor|length }}' }, true],
    ['not where a nested row is read', [{ ...get, with: { lines: { table: 'line', where: '{{ db.line.order_id == db.order.id }}' } } }], '{{ r.lines }}', false],
    ['where one object is counted', [{ function: 'query_records', table: 'order', aggregate: { n: '{{ db.order|count }}' }, return_as: 'r' }], whole, true],
    ['not inside of a function', [{ function: 'run_function', name: 'read', return_as: 'r' }], whole, false],
  ])('%s', async ([, stack, response, passes]) => {
    const text = response === undefined ? { stack } : { stack, response };
    const [objects, encoded, mixed] = [await runOf(text, false), await runOf(text, true), await runOf(text, 'sometimes')];
    expect(encoded.body).toBe(objects.body);
    expect(mixed.body).toBe(objects.body);
    expect(encoded.passed.length > 0).toBe(passes);
  }); // biome-ignore format: a table

  test('not where the answer is a stream', async () => {
    const { stack } = compileStack({ stack: [list], stream: { as: 'ndjson', of: whole }, files });
    const { effects, asked } = world(true);
    await stack.execute(makeRun({ effects }), {});
    expect(asked[0]?.args).not.toHaveProperty('encode');
  });

  test('not where somebody observes the run', async () => {
    const { effects, asked } = world(true);
    const seen: unknown[] = [];
    const observer = { enter: () => {}, leave: (_run: Run, _stack: string, _step: number, value: unknown) => seen.push(value) };
    await compileStack({ stack: [list], response: whole, files }).stack.execute(
      new Run({ ...makeRun({ effects }).options, observer }),
      {},
    );
    expect(asked[0]?.args).not.toHaveProperty('encode');
    expect(seen).toEqual([expect.arrayContaining([expect.objectContaining({ customer_id: expect.any(Number) })])]);
  });
});

const names = ['a', 'b', 'c'];
const variable = fc.constantFrom(...names);

/** Expressions over the variables; every third looks inside. */
const expression = fc.letrec<{ e: string }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    variable,
    fc.tuple(variable, fc.constantFrom('items', 'total', 'note', 'next_page')).map(([name, member]) => `${name}.${member}`),
    variable.map((name) => `${name}.items[0].note`),
    variable.map((name) => `${name}[0]`),
    fc.tuple(tie('e'), fc.constantFrom('== null', '!= null')).map(([e, end]) => `((${e}) ${end})`),
    fc.tuple(tie('e'), fc.constantFrom('??', '&&', '||'), tie('e')).map(([a, operator, b]) => `((${a}) ${operator} (${b}))`),
    fc.tuple(tie('e'), tie('e'), tie('e')).map(([a, b, c]) => `((${a}) ? (${b}) : (${c}))`),
    fc.tuple(tie('e'), tie('e')).map(([a, b]) => `{"x": ${a}, "y": [${b}, 1]}`),
    tie('e').map((e) => `(!(${e}))`),
    tie('e').map((e) => `((${e})|json_encode)`),
    tie('e').map((e) => `{"x": ${e}}.x`),
  ),
})).e.map((e) => `{{ ${e} }}`); // biome-ignore format: a grammar

const ofOrder = '{{ db.line.order_id == db.order.id }}';
/** The rows of an order's lines: all or one, cut or not, by a key or by what else connects them, hidden columns and all. */
const nested: readonly Readonly<Record<string, object>>[] = [
  { lines: { table: 'line', where: ofOrder } },
  { lines: { table: 'line', where: ofOrder, output: ['sku'], sort: ['-sku'], limit: 2 } },
  { lines: { table: 'line', where: ofOrder, single: true }, constructor: { table: 'line', where: ofOrder, output: [] } },
  Object.fromEntries([['__proto__', { table: 'line', where: '{{ db.line.order_id == parent.customer_id && db.line.sku != parent.note }}', limit: 3 }]]),
  { lines: { table: 'line', where: ofOrder, output: ['sku'], with: {
    parts: { table: 'part', where: '{{ db.part.line_id == db.line.id }}', output: ['name'] },
    last: { table: 'part', where: '{{ db.part.line_id == db.line.id && db.part.name != db.order.note }}', sort: ['-id'], single: true },
  } } },
]; // biome-ignore format: a table
const cursor = { function: 'query_records', table: 'order', cursor: null, per_page: 1, return_as: 'r' };

const read = fc
  .tuple(
    fc.constantFrom(
      get,
      { ...get, output: ['id', 'note'] },
      list,
      { ...list, sort: ['-total'], offset: 1 },
      page,
      { ...page, totals: false },
      { ...page, output: [] },
      cursor,
      { ...cursor, per_page: 20, output: ['note'], sort: ['-total', 'at'], totals: true },
      { function: 'query_records', table: 'order', aggregate: { n: '{{ db.order|count }}' } },
      { function: 'query_records', table: 'order', group_by: ['note'], aggregate: { total: '{{ db.order.total|sum }}' } },
      {
        function: 'add_record',
        table: 'order',
        data: { note: '{{ input.n|to_text }}', total: 1.5, at: '{{ now }}', customer_id: 1 },
      },
    ),
    fc.option(fc.constantFrom(...nested), { nil: undefined, freq: 2 }),
    variable,
  )
  .map(([step, rows, name]): object => ({
    ...step,
    ...(rows === undefined || 'aggregate' in step || 'data' in step ? {} : { with: rows }),
    return_as: name,
  }));

const step = fc.letrec<{ step: object; steps: readonly object[] }>((tie) => ({
  steps: fc.array(tie('step'), { maxLength: 3 }),
  step: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    read,
    read,
    fc.tuple(variable, expression).map(([name, value]) => ({ function: 'update_variable', name, value })),
    fc.tuple(variable, variable).map(([name, other]) => ({ function: 'update_variable', name, value: `{{ ${other} }}` })),
    fc.tuple(variable, variable).map(([name, other]) => ({ function: 'update_variable', name, value: `{{ [${other}][0] }}` })),
    expression.map((value) => ({ function: 'return', value })),
    expression.map((condition) => ({ function: 'precondition', condition })),
    expression.map((value) => ({ function: 'cache_set', key: 'k', value: `{{ [${value.slice(3, -3)}] }}` })),
    fc.tuple(expression, tie('steps'), tie('steps')).map(([condition, yes, no]) => ({ function: 'conditional', condition, true_branch: [...yes, get], false_branch: no })),
    tie('steps').map((stack) => ({ function: 'for_each', range: { from: 1, to: 2 }, as: 'turn', stack: [...stack, get] })),
    fc.tuple(tie('steps'), variable).map(([steps, data]) => ({ function: 'try_catch', try: [...steps, { function: 'throw_error', code: 'x', data: `{{ ${data} }}` }], catch: [{ function: 'update_variable', name: 'c', value: '{{ error.data }}' }] })),
    tie('steps').map((steps) => ({ function: 'transaction', stack: [...steps.filter((s) => !('value' in s && 'key' in s)), get] })),
  ),
})).step; // biome-ignore format: a grammar

const stacks = fc.record({
  stack: fc.array(step, { minLength: 1, maxLength: 6 }),
  response: fc.array(expression, { minLength: 1, maxLength: 3 }),
});

/** Whether JSON that came ready is in a value. */
const holdsEncoded = (value: Value): boolean =>
  value instanceof EncodedJson ||
  (isList(value) ? value.some(holdsEncoded) : isObject(value) && Object.values(value).some(holdsEncoded));

test('an answer is the same to the byte, however its rows came, and no effect is asked with JSON that came ready', async () => {
  let passed = 0;
  await fc.assert(
    fc.asyncProperty(stacks, async ({ stack, response }) => {
      const first = names.map((name) => ({ function: 'create_variable', name, value: null }));
      const text = { stack: [...first, ...stack], response };
      fc.pre(problemsOf({ input, files, ...text }).every(({ severity }) => severity !== 'error'));
      const [objects, encoded, mixed] = [await runOf(text, false), await runOf(text, true), await runOf(text, 'sometimes')];
      expect(encoded.body).toBe(objects.body);
      expect(mixed.body).toBe(objects.body);
      for (const { name, args } of encoded.asked)
        if (name === 'cache_set') expect(holdsEncoded((args as { value: Value }).value)).toBe(false);
      passed += encoded.passed.length;
    }),
    { numRuns: 300 },
  );
  expect(passed).toBeGreaterThan(50);
});

test.for(nested.flatMap((rows) => [get, list, page, cursor, { ...cursor, output: [] }].map((step) => [step, rows] as const)))(
  'nested rows are put into theirs as the objects have it: %j with %j',
  async ([step, rows]) => {
    const text = { stack: [{ ...step, with: rows }], response: '{{ r }}' };
    const [objects, encoded, mixed] = [await runOf(text, false), await runOf(text, true), await runOf(text, 'sometimes')];
    expect(Object.keys(rows).every((name) => objects.body.includes(`"${name}":`))).toBe(true);
    expect(encoded.passed).toHaveLength(1);
    expect(encoded.body).toBe(objects.body);
    expect(mixed.body).toBe(objects.body);
  },
);
