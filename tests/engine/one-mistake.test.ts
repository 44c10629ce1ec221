/** A mistake is told of once: what follows from it is no second problem. */
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../harness/stack.ts';

const told = (stack: Parameters<typeof problemsOf>[0]) =>
  problemsOf(stack).map(({ code, message, hint }) => `${code}: ${message}${hint === undefined ? '' : ` ${hint}`}`);
const table = (columns: object) => ({ 'tables/t.jsonc': { columns: { id: { type: 'int', primary: true }, ...columns } } });

describe('a type that does not exist', () => {
  const used = '{{ {"a": input.x + 1, "b": input.x|to_upper, "c": input.x.y, "d": input.x|map:item} }}';
  test.each<[unknown, string]>([
    ['integer', 'There is no type "integer". Did you mean int?'],
    ['string', 'There is no type "string". Did you mean text?'],
    ['number', 'There is no type "number". Did you mean decimal?'],
    ['boolean?', 'There is no type "boolean?". Did you mean bool?'],
    ['datetime[]', 'There is no type "datetime[]". Did you mean timestamp?'],
    [{ type: 'string', min: 1, max: 5, values: ['a'], default: 7 }, 'There is no type "string". Did you mean text?'],
  ])('of an input: %j', (input, message) => {
    expect(told({ stack: [], response: used, input: { x: input } })).toEqual([`bad_type: ${message}`]);
  });

  test('of an input in the path', () => {
    const files = { 'apis/t/[id].get.jsonc': { input: { id: 'integer' }, stack: [], response: '{{ input.id }}' } };
    expect(told({ stack: [], response: 1, files })).toEqual(['bad_type: There is no type "integer". Did you mean int?']);
  });

  test.each<[unknown, unknown]>([
    ['string', 'x'],
    [{ type: 'string', max: 5, unique: true }, 'x'],
    [{ type: 'integer', min: 1, default: 3 }, 4],
    ['boolean', true],
    ['string[]', ['x']],
    [{ type: 'integer', references: 't' }, 1],
  ])('of a column: %j', (column, value) => {
    const steps = [
      { function: 'add_record', table: 't', data: { c: value } },
      { function: 'query_records', table: 't', where: '{{ db.t.c == input.v }}', sort: ['c'], return_as: 'r' },
    ];
    const input = { v: { type: 'json' } };
    expect(told({ stack: steps, response: null, input, files: table({ c: column }) })).toEqual([
      expect.stringMatching(/^bad_type: /),
    ]);
  });
});

test.each<[object]>([
  [{ type: 'int', default: 'x' }],
  [{ type: 'enum', values: ['a'], default: 'b' }],
  [{ type: 'password', default: 'b' }],
])('a default that does not fit: %j', (column) => {
  const stack = [{ function: 'add_record', table: 't', data: {} }];
  expect(told({ stack, response: null, files: table({ c: column }) })).toEqual([expect.stringMatching(/^bad_default: /)]);
});

describe('an unknown function', () => {
  const files = table({ name: 'text' });
  test('is told of, and so is what is wrong in its parameters', () => {
    const step = {
      function: 'mail_customer',
      to: '{{ nobody }}',
      data: { a: ['{{ 1 * "x" }}'] },
      where: '{{ db.t.name == "x" }}',
    };
    const codes = problemsOf({ stack: [step], response: null, files }).map((p) => p.code);
    expect(codes.sort()).toEqual(['unknown_function', 'unknown_variable', 'wrong_type']);
  });
  test('and its steps make the names that they make', () => {
    const inner = [{ function: 'create_variable', name: 'a', value: 1 }];
    const step = { function: 'do_somehow', steps: inner, return_as: 'b', condition: true };
    expect(problemsOf({ stack: [step], response: '{{ a + b }}', files }).map((p) => p.code)).toEqual(['unknown_function']);
  });
});

test.each(['true ? [1]|join:"," : 2', 'true ? "a"|replace:"a":"b" : 2'])('a colon too many: %s', (expression) => {
  expect(problemsOf({ stack: [], response: `{{ ${expression} }}` }).map((p) => p.code)).toEqual([
    'expression_conditional_filter',
  ]);
});
