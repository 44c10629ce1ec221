/** Which calls could be made at the same time, and which only look so. */
import { expect, test } from 'vitest';
import { compileStack } from '../../../tests/harness/stack.ts';
import { independentCalls } from './independent-calls.ts';

const call = (more: object): object => ({ function: 'external_api_request', url: 'https://other.example/', ...more });
const a = call({ return_as: 'a' });
const b = call({ return_as: 'b' });
const c = call({ return_as: 'c', query: { n: '{{ a.status }}' } });

test.for<[string, readonly object[], readonly (readonly number[])[]]>([
  ['two', [a, b], [[1, 2]]],
  ['two that make nothing', [call({}), call({ method: 'HEAD' })], [[1, 2]]],
  ['one alone', [a], []],
  ['the second reads what the first made', [a, c], []],
  ['only the third does', [a, b, c], [[1, 2]]],
  ['the fourth goes with the third', [a, b, c, call({ return_as: 'd' })], [[1, 2], [3, 4]]],
  ['both make the same variable', [a, a], []],
  ['something between them', [a, { function: 'create_variable', name: 'x', value: '{{ a.status }}' }, b], []],
  ['a POST', [a, call({ method: 'POST', return_as: 'b' })], []],
  ['a method that is not known before', [a, call({ method: '{{ input.m }}', return_as: 'b' })], []],
  ['in a branch', [{ function: 'conditional', condition: '{{ input.m }}', true_branch: [a, b] }], [[2, 3]]],
  ['already at once', [{ function: 'parallel', branches: { x: [a], y: [b] } }], []],
])('%s', ([, stack, expected]) => {
  const { stack: compiled } = compileStack({ stack, input: { m: 'text' }, response: 1 });
  expect(independentCalls(compiled)).toEqual(expected);
}); // biome-ignore format: a table
