/** Steps are named by people's words wherever they ran: in the endpoint, in a function, in a branch of one. */
import { compileWorkspace, Problems, readWorkspace } from '@ashlar/engine';
import { expect, test } from 'vitest';
import { describeStep, type StepNames } from './step-names.ts';

const files = new Map([
  ['ashlar.jsonc', '{"name": "t"}'],
  [
    'functions/pricing/total.jsonc',
    '{"stack": [{"function": "parallel", "branches": {"tax": [{"id": "the_tax", "function": "sleep", "duration_ms": 1}], "net": []}}]}',
  ],
  [
    'apis/t/x.get.jsonc',
    '{"stack": [{"id": "pause", "function": "sleep", "duration_ms": 1}, {"function": "run_function", "name": "pricing/total"}]}',
  ],
]);

function names(): StepNames {
  const problems = new Problems();
  const { endpoints, functions } = compileWorkspace(readWorkspace(files, problems), problems);
  expect(problems.list).toEqual([]);
  return { stack: endpoints[0]?.stack, functions };
}

const describe = (step: number, frame: string, given = names()): unknown =>
  JSON.parse(JSON.stringify(describeStep({ step, frame, effect: 'sleep', afterAnswer: false }, given)));

test.for<[string, number, string, object]>([
  ['of its own stack', 1, '', { id: 'pause', function: 'sleep', file: 'apis/t/x.get.jsonc', pointer: '/stack/0' }],
  ['of a function', 1, '2>', { function: 'parallel', file: 'functions/pricing/total.jsonc', within: 'pricing/total' }],
  ['of a branch in a function', 2, '2>1#0>', { id: 'the_tax', function: 'sleep', within: 'pricing/total > branch tax' }],
])('a step %s', ([, step, frame, expected]) => {
  expect(describe(step, frame)).toMatchObject({ number: step, ...expected });
});

test('a way that is not there (any more) stays a number, and no step of another stack takes its place', () => {
  for (const frame of ['1>', '9>', '2>9#0>', '2#0>'])
    expect(describe(1, frame)).toEqual({ number: 1, id: null, function: 'sleep', within: frame });
  expect(describe(1, '2>', { stack: undefined, functions: undefined })).toMatchObject({ id: null, within: '2>' });
});
