/** What the check says of guards against null, of names in brackets and of constants that no run would take; what a catch block sees. */
import { describe, expect, test } from 'vitest';
import { answerOf, problemsOf } from '../harness/stack.ts';

const files = {
  'env.jsonc': { KEY: { default: 'x' } },
  'tables/t.jsonc': { columns: { id: { type: 'int', primary: true }, name: 'text' } },
};
const codes = (stack: unknown, response: unknown = null, input = {}): readonly string[] =>
  problemsOf({ stack, response, input, files }).map(({ code }) => code);

describe('a comparison with null', () => {
  const input = { n: 'int', list: 'text[]' };
  test.each([
    'input.n == null',
    'input.n != null',
    'null != input.n',
    '5 == null',
    '"a" != null',
    'null in ["a"]',
    'null in input.list',
    'null not in [1]',
    'null between [1, 2]',
    'input.n in [null]',
  ])('is a guard and no problem: %s', (condition) => {
    expect(codes([], `{{ ${condition} }}`, input)).toEqual([]);
  });

  test.each(['db.t.id == null', 'db.t.name != null', 'db.t.id != input.missing'])('nor is it in SQL: %s', (where) => {
    const more = { ...input, missing: { type: 'int', required: false } };
    expect(codes([{ function: 'query_records', table: 't', where: `{{ ${where} }}`, return_as: 'r' }], null, more)).toEqual([]);
  });

  test('values of two types stay a problem', () => {
    expect(codes([], '{{ input.n == "5" }}', input)).toEqual(['never_equal']);
    expect(codes([], '{{ "a" in [1] }}', input)).toEqual(['wrong_type']);
  });
});

describe('a name in brackets', () => {
  test.each([
    ['env["NOPE"]', ['unknown_env']],
    ['input["nope"]', ['unknown_input']],
    ['{"a": 1}["b"]', ['unknown_member']],
    ['env["KEY"]', []],
    ['input["n"]', []],
    ['request.body["nope"]', []],
  ])('is checked like one behind a point: %s', (expression, expected) => {
    expect(codes([], `{{ ${expression} }}`, { n: 'int' })).toEqual(expected);
  });
});

describe('a member of what has none', () => {
  const input = {
    list: 'int[]',
    text: 'text',
    n: 'int',
    rows: { type: 'list', items: { type: 'object', fields: { a: 'int' } } },
  };
  const problems = (expression: string) =>
    problemsOf({ stack: [], response: `{{ ${expression} }}`, input, files }).map(({ code, message, hint }) => [
      code,
      message,
      hint,
    ]);

  test.each<[string, string, string | undefined]>([
    ['input.list.length', '"list", a list of int, never has', 'Write a|count for the number of items.'],
    ['input.rows.nope', '"rows", a list of object, never has', "Write a[0].nope for the first item's, or a|map:item.nope for all of them."],
    ['input.text.length', '"text", a text, never has', 'Write a|strlen for the number of characters.'],
    ['input.n.nope', '"n", an int, never has', undefined],
    ['(input.list|first).x', 'An int or null never has', undefined],
    ['input.list|map:item.x', '"item", an int, never has', undefined],
  ])('%s', (expression, message, hint) => {
    expect(problems(expression)).toEqual([['unknown_member', expect.stringContaining(message), hint]]);
  }); // biome-ignore format: a table

  test.each(['input.rows[0].a', 'null.x', 'request.body.length', 'input.rows|map:item.a'])(
    '%s is none of these',
    (expression) => {
      expect(problems(expression)).toEqual([]);
    },
  );
});

describe('error.cause', () => {
  const fail = (code: string) => ({ function: 'throw_error', code, message: `It is ${code}.`, status: 409, data: { of: code } });
  const caught = (attempt: readonly unknown[]) => ({
    stack: [{ function: 'try_catch', try: attempt, catch: [{ function: 'return', value: '{{ error }}' }] }],
  });

  test('is the error that an error in finally replaced', async () => {
    const stack = caught([{ function: 'try_catch', try: [fail('first')], catch: [fail('second')], finally: [fail('third')] }]);
    expect(await answerOf(stack)).toMatchObject({
      code: 'third',
      cause: { code: 'second', message: 'It is second.', status: 409, step: expect.any(String), data: { of: 'second' } },
    });
    expect(problemsOf({ ...caught([]), response: null }).length).toBe(0);
  });

  test('is null where there was none', async () => {
    expect(await answerOf(caught([fail('only')]))).toMatchObject({ code: 'only', cause: null });
  });
});

describe('a constant that no run would take is a problem', () => {
  const inLoop = (range: object) => ({ function: 'for_each', range, stack: [] });
  test.each<[object, readonly string[]]>([
    [{ function: 'throw_error', status: 399 }, ['parameter_shape']],
    [{ function: 'throw_error', status: '{{ 600 }}' }, ['parameter_shape']],
    [{ function: 'throw_error', status: 400 }, []],
    [{ function: 'throw_error', status: -1 }, ['parameter_shape']],
    [{ function: 'return', status: '{{ -200 }}' }, ['parameter_shape']],
    [{ function: 'set_status', status: 199 }, ['parameter_shape']],
    [{ function: 'set_status', status: -1 }, ['parameter_shape']],
    [{ function: 'set_status', status: 600 }, ['parameter_shape']],
    [{ function: 'set_status', status: 204 }, []],
    [{ function: 'precondition', condition: true, status: 200 }, ['parameter_shape']],
    [{ function: 'return', status: 199 }, ['parameter_shape']],
    [{ function: 'return', status: 200 }, []],
    [inLoop({ from: 1, to: 2, step: 0 }), ['parameter_shape']],
    [inLoop({ from: 1, to: 2, step: 1 }), []],
  ])('%j', (step, expected) => {
    expect(codes([step])).toEqual(expected);
  });

  test.each([
    ['now|format_timestamp:"Y":"Mars/Olympus"', ['wrong_type']],
    ['now|format_timestamp:"Y":"Europe/Berlin"', []],
    ['now|format_timestamp:"Y":"+02:00"', []],
  ])('%s', (expression, expected) => {
    expect(codes([], `{{ ${expression} }}`)).toEqual(expected);
  });
});

describe('a mistake is one problem, in words that help', () => {
  const told = (stack: unknown, response: unknown = null): readonly string[] =>
    problemsOf({ stack, response, files, input: { n: 'int' } }).map(({ message, hint }) =>
      hint ? `${message} ${hint}` : message,
    );

  test.each<[string, string]>([
    [
      '1 + "1"',
      '"+" needs two numbers or two texts, but these are int and text. Join texts with ~ instead, which takes any value.',
    ],
    [
      '[1, 2]|push:1 + 1',
      '"+" needs numbers, or two texts, but this is list of int. An argument of a filter ends before an operator: push:(… + …)',
    ],
    ['1 < 2 < 3', 'Comparisons do not chain Write a < b && b < c'],
    ['input.n == "x"', 'An int and a text are never equal.'],
    ['(1 < 2) < 3', '"<" needs bool, but this is int.'],
  ])('%s', (expression, message) => {
    expect(told([], `{{ ${expression} }}`)).toEqual([message]);
  });

  test.each<[object, RegExp]>([
    [{ function: 'create_variable', name: 'a.b', value: 1 }, /^"a\.b" can't be the name of a variable/],
    [
      { function: 'query_records', table: 't', where: '{{ (db.t.name|round) == 1 }}' },
      /^The filter round over a column needs a number/,
    ],
    [{ function: 'add_record', table: 't', data: { id: 1.5, name: 'x' } }, /must be a whole number, but is 1\.5/],
  ])('%j', (step, message) => {
    expect(told([step, { function: 'create_variable', name: 'x', value: '{{ null }}' }], '{{ x }}')).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test('reading what was meant by a name with a point is no second one', () => {
    expect(codes([{ function: 'create_variable', name: 'a.b', value: 1 }], '{{ a.b }}')).toEqual(['bad_variable_name']);
  });

  test('a negative index says so', async () => {
    const list = { function: 'create_variable', name: 'list', value: [1] };
    const stack = [list, { function: 'update_variable', name: 'list[0 - 1]', value: 2 }];
    await expect(answerOf({ stack, response: null })).rejects.toMatchObject({ message: 'Index -1 is negative.' });
  });
});
