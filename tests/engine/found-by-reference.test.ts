/** What the reference interpreter found in the compiler, each as the smallest stack that shows it. */
import { AshlarError, type Effects, type Value } from '@ashlar/engine';
import { expect, test } from 'vitest';
import { Decimal } from '../../engine/src/values/decimal.ts';
import { compileStack, makeRun, runStack, type StackInput } from '../harness/stack.ts';
import { makeWorld } from '../harness/world.ts';

const set = (name: string, value: unknown): object => ({ function: 'create_variable', name, value });
const log = (data: string): object => ({ function: 'log_debug_info', data });
const query = { function: 'direct_query', sql: 'select 1' };

const conflict: Partial<Effects> = {
  commit: async () => {
    throw new AshlarError('conflict', 409, 'Another transaction was in the way.');
  },
};

/** The answer, or the error as text, and the names of the effects. */
async function outcome(
  stack: StackInput,
  answers: Partial<Effects> = {},
  input: Record<string, Value> = {},
): Promise<{ readonly value: unknown; readonly effects: readonly string[] }> {
  const world = makeWorld(answers);
  const value = await runStack(stack, { effects: world.effects, input }).then(
    (answer) => answer.value,
    (error: unknown) => (error instanceof AshlarError ? `${error.code} at ${error.step}` : error),
  );
  return { value, effects: world.asked.map(({ name }) => name) };
}

test('finally runs before the commit of the transaction that a return leaves', async () => {
  const attempt = { function: 'try_catch', try: [{ function: 'return', value: 1 }], finally: [query] };
  expect(await outcome({ stack: [{ function: 'transaction', stack: [attempt] }] })).toEqual({
    value: 1,
    effects: ['begin', 'savepoint', 'release_savepoint', 'direct_query', 'commit'],
  });
});

test('a try inside a transaction does not catch the failure of its commit', async () => {
  const attempt = { function: 'try_catch', try: [{ function: 'return', value: 1 }], catch: [set('swallowed', true)] };
  expect((await outcome({ stack: [{ function: 'transaction', stack: [attempt] }] }, conflict)).value).toBe('conflict at 0');
});

test('a failed commit is told of the transaction, not of its last step', async () => {
  expect((await outcome({ stack: [set('a', 1), { function: 'transaction', stack: [set('b', 2)] }] }, conflict)).value).toBe(
    'conflict at 1',
  );
});

test('an error in catch is told of its own step, whatever finally does', async () => {
  const attempt = {
    function: 'try_catch',
    try: [{ function: 'throw_error' }],
    catch: [set('x', '{{ 1 / 0 }}')],
    finally: [set('y', 1)],
  };
  expect((await outcome({ stack: [attempt] })).value).toBe('division_by_zero at 0.catch.0');
});

test('~ joins a literal as it is written, whatever stands beside it', async () => {
  const stack = {
    input: { f: { type: 'float' }, d: { type: 'decimal' } },
    stack: [],
    response: ['{{ 1.50 ~ input.f }}', '{{ 1e21 ~ input.d }}'],
  };
  const { value } = await outcome(stack, {}, { f: 2, d: Decimal.of(15, 1) });
  expect(value).toEqual(['1.502', '1e+211.5']);
});

test('a branch that may make a variable of an outer name reads the outer value until it does', async () => {
  const maybe = { function: 'conditional', condition: '{{ input.yes }}', true_branch: [set('x', 5)] };
  const stack = {
    input: { yes: { type: 'bool' } },
    stack: [
      set('x', 1),
      { function: 'parallel', branches: { a: [maybe, { function: 'return', value: '{{ x }}' }] }, return_as: 'p' },
    ],
    response: ['{{ p.a }}', '{{ x }}'],
  };
  expect((await outcome(stack, {}, { yes: false })).value).toEqual([1, 1]);
  expect((await outcome(stack, {}, { yes: true })).value).toEqual([5, 1]);
});

test('a loop in a branch sees from its second turn on what the first made', async () => {
  const loop = { function: 'for_each', list: [1, 2], stack: [set('x', '{{ x + item }}')] };
  const stack = [
    set('x', 1),
    { function: 'parallel', branches: { a: [loop, { function: 'return', value: '{{ x }}' }] }, return_as: 'p' },
  ];
  expect((await outcome({ stack, response: '{{ p.a }}' })).value).toBe(4);
});

test('only an object is the input of a function', async () => {
  const files = { 'functions/f.jsonc': { input: { n: { type: 'int', required: false } }, stack: [] } };
  const stack = {
    input: { a: { type: 'json' } },
    stack: [{ function: 'run_function', name: 'f', input: '{{ input.a }}' }],
    files,
  };
  expect((await outcome(stack, {}, { a: Decimal.of(15, 1) })).value).toBe('wrong_type at 0');
});

test('a function that is started again leaves the status and headers of its caller', async () => {
  const files = {
    'functions/slow.jsonc': { stack: [{ function: 'for_each', range: { from: 1, to: 5_000 }, stack: [set('x', 1)] }] },
  };
  const call = [
    { function: 'set_status', status: 201 },
    { function: 'set_header', name: 'x-a', value: '1' },
    log('a'),
    { function: 'sleep', duration_ms: 0 },
  ];
  const { stack } = compileStack({ stack: [...call, { function: 'run_function', name: 'slow' }], files });
  const run = makeRun();
  let ms = 0;
  Object.assign(run, { clock: () => (ms += 20) });
  expect(await stack.execute(run, {})).toMatchObject({ status: 201, headers: new Map([['x-a', '1']]) });
});
