/** Operators over ints and texts are JavaScript's own in the compiled code: whatever else a run brings keeps the language's rules. */
import { describe, expect, test } from 'vitest';
import { answerOf, compileStack } from '../harness/stack.ts';

const input = {
  a: { type: 'int', nullable: true },
  b: { type: 'int', nullable: true },
  s: { type: 'text', nullable: true },
};
const largest = Number.MAX_SAFE_INTEGER;

describe('ints', () => {
  const run = (expression: string, a: number | null, b: number | null) =>
    answerOf({ stack: [], response: `{{ ${expression} }}`, input }, { input: { a, b, s: null } });

  test.each([
    ['input.a + input.b', largest, 0, largest],
    ['input.a - input.b', -largest, 0, -largest],
    ['input.a * input.b', -1, 0, 0],
    ['input.a % input.b', -4, 2, 0],
    ['input.a % input.b', -5, 3, -2],
    ['(input.a + input.b) * (input.a - input.b)', 7, 2, 45],
    ['input.a < input.b', null, 1, false],
    ['input.a >= input.b', null, null, false],
    ['input.a == input.b', null, null, true],
    ['input.a != input.b', null, 0, true],
  ])('%s with %s and %s', async (expression, a, b, expected) => {
    expect(await run(expression, a, b)).toBe(expected);
  });

  test.each([
    ['input.a + input.b', largest, 1, 'number_out_of_range'],
    ['input.a - input.b', -largest, 1, 'number_out_of_range'],
    ['input.a * input.b', largest, 2, 'number_out_of_range'],
    ['input.a % input.b', 1, 0, 'division_by_zero'],
    ['input.a % 0', 1, 0, 'division_by_zero'],
    ['input.a + input.b', null, 1, 'wrong_type'],
    ['input.a * 2', null, 1, 'wrong_type'],
  ])('%s with %s and %s is an error', async (expression, a, b, code) => {
    await expect(run(expression, a, b)).rejects.toMatchObject({ code });
  });
});

describe('texts', () => {
  const join = (response: string, s: string | null, textLength = 100) =>
    answerOf({ stack: [], response, input }, { input: { a: null, b: null, s }, limits: { textLength } });

  test('null joins as nothing', async () => {
    expect(await join('{{ "<" ~ input.s ~ ">" }}', 'x')).toBe('<x>');
    expect(await join('{{ "<" ~ input.s ~ ">" }}', null)).toBe('<>');
  });

  test('no larger text is made than the limit allows, be it only on the way', async () => {
    await expect(join('{{ input.s ~ "-" ~ input.s }}', 'x'.repeat(50))).rejects.toMatchObject({ code: 'text_too_large' });
    await expect(join('{{ (input.s ~ "-" ~ input.s)|count }}', 'x'.repeat(50))).rejects.toMatchObject({ code: 'text_too_large' });
  });
});

test('a step that only sets a variable costs nothing but the setting', () => {
  const { javascript } = compileStack({
    stack: [{ function: 'create_variable', name: 'x', value: 5 }],
    response: '{{ x }}',
  }).stack;
  expect(javascript).not.toContain('s1 = 1;\nv0');
  expect(javascript).toContain('v0 = 5;');
});

test('a limit that is met inside a loop is told of the loop, whatever its steps do', async () => {
  const stack = [
    { function: 'for_each', range: { from: 1, to: 100 }, as: 'i', stack: [{ function: 'create_variable', name: 'x', value: 5 }] },
  ];
  const error = await answerOf({ stack }, { limits: { steps: 20 } }).catch((e: unknown) => e);
  expect(error).toMatchObject({ code: 'step_limit' });
  expect((error as { location: () => unknown }).location()).toMatchObject({ pointer: '/stack/0' });
});
