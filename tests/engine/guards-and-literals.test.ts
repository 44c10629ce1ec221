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
