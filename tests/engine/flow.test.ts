import { describe, expect, test } from 'vitest';
import { AshlarError } from '../../engine/src/errors.ts';
import { encodeJson } from '../../engine/src/values/json.ts';
import { answerOf, compileStack, makeRun, problemsOf, runStack } from '../harness/stack.ts';
import { makeWorld } from '../harness/world.ts';

const set = (name: string, value: unknown): object => ({ function: 'create_variable', name, value });
const update = (name: string, value: unknown): object => ({ function: 'update_variable', name, value });
const json = async (stack: readonly unknown[], response: unknown, options = {}): Promise<unknown> =>
  JSON.parse(encodeJson(await answerOf({ stack, response }, options), { decimals: 'number' }));

const caught = (steps: readonly unknown[]): object => ({
  function: 'try_catch',
  try: steps,
  catch: [set('seen', '{{ error.code }}')],
});

describe('flow', () => {
  const rows: readonly [string, readonly unknown[], unknown, unknown][] = [
    [
      'a name that only one path makes is null on the other',
      [{ function: 'conditional', condition: false, true_branch: [set('x', 1)] }],
      '{{ x }}',
      null,
    ],
    [
      'assigning copies: a later change of one leaves the other',
      [set('a', { n: 1 }), set('b', '{{ a }}'), update('b.n', 2)],
      ['{{ a.n }}', '{{ b.n }}'],
      [1, 2],
    ],
    [
      'a member of nothing is null',
      [set('a', null)],
      ['{{ a.b.c }}', "{{ 'text'.length }}", '{{ 5.x }}', '{{ [1].x }}'],
      [null, null, null, null],
    ],
    [
      'constructor and __proto__ are plain names',
      [set('a', { ['__proto__']: 1 })],
      ['{{ a.constructor }}', '{{ a.toString }}', '{{ a.__proto__ }}', '{{ {}.__proto__ }}'],
      [null, null, 1, null],
    ],
    [
      'null, false, 0 and "" are false; empty lists and objects are true',
      [],
      ['{{ null ? 1 : 0 }}', '{{ 0.0 ? 1 : 0 }}', "{{ '' ? 1 : 0 }}", '{{ [] ? 1 : 0 }}', '{{ {} ? 1 : 0 }}'],
      [0, 0, 0, 1, 1],
    ],
    [
      'a range includes its end and may go down',
      [
        set('seen', []),
        { function: 'for_each', range: { from: 5, to: 1, step: -2 }, stack: [update('seen', '{{ seen|push:item }}')] },
      ],
      '{{ seen }}',
      [5, 3, 1],
    ],
    [
      'an object gives item and key',
      [
        set('seen', []),
        { function: 'for_each', object: { a: 1, b: 2 }, stack: [update('seen', "{{ seen|push:(key ~ '=' ~ item) }}")] },
      ],
      '{{ seen }}',
      ['a=1', 'b=2'],
    ],
    [
      'break leaves the innermost loop only',
      [
        set('n', 0),
        {
          function: 'for_each',
          list: [1, 2],
          as: 'a',
          index_as: 'i',
          stack: [
            {
              function: 'for_each',
              list: [1, 2, 3],
              stack: [
                { function: 'conditional', condition: '{{ item == 2 }}', true_branch: [{ function: 'break' }] },
                update('n', '{{ n + 1 }}'),
              ],
            },
          ],
        },
      ],
      '{{ n }}',
      2,
    ],
    ['return wins over response', [{ function: 'return', value: 'early' }], 'late', 'early'],
    [
      'a caught error has its code',
      [caught([{ function: 'throw_error', code: 'mine', status: 409, data: { a: 1 } }])],
      '{{ seen }}',
      'mine',
    ],
    ['an error of an operator is caught', [caught([set('x', '{{ 1 / 0 }}')])], '{{ seen }}', 'division_by_zero'],
    [
      'what the try made before the error is still there',
      [caught([set('x', 1), { function: 'throw_error', message: 'no' }])],
      ['{{ x }}', '{{ seen }}'],
      [1, 'error'],
    ],
    [
      'finally runs on return too',
      [
        set('log', []),
        {
          function: 'for_each',
          list: [1],
          stack: [{ function: 'try_catch', try: [{ function: 'break' }], finally: [update('log', '{{ log|push:"finally" }}')] }],
        },
      ],
      '{{ log }}',
      ['finally'],
    ],
    ['an int divided by an int is a decimal', [], '{{ 7 / 2 }}', 3.5],
    [
      'a switch takes the first equal case',
      [
        set('x', 2),
        {
          function: 'switch',
          value: '{{ x }}',
          cases: [
            { when: 1, stack: [set('y', 'a')] },
            { when: [2, 3], stack: [set('y', 'b')] },
          ],
          default: [set('y', 'c')],
        },
      ],
      '{{ y }}',
      'b',
    ],
    ['?? takes the right side of null only', [set('x', false)], ['{{ x ?? 1 }}', '{{ null ?? 1 }}'], [false, 1]],
    ['|| answers the first true value', [set('x', 0)], ["{{ x || 'b' }}", "{{ 'a' && x }}"], ['b', 0]],
    ['text inside text', [set('n', null), set('d', '{{ 1.50 }}')], 'a{{ n }}b{{ d }}c{{ [1] }}', 'ab1.50c[1]'],
    [
      'parallel answers by name, in order of the branches',
      [
        {
          function: 'parallel',
          branches: {
            a: [
              { function: 'sleep', duration_ms: 1 },
              { function: 'return', value: 1 },
            ],
            b: [{ function: 'random', min: 7, max: 7, return_as: 'r' }],
          },
          return_as: 'p',
        },
      ],
      '{{ p }}',
      { a: 1, b: 7 },
    ],
  ];
  for (const [sentence, stack, response, expected] of rows)
    test(sentence, async () => expect(await json(stack, response)).toEqual(expected));

  test('a loop without end is stopped by the budget, and no catch sees it', async () => {
    const stack = [caught([{ function: 'while', condition: true, stack: [set('x', 1)] }])];
    await expect(json(stack, '{{ seen }}', { limits: { steps: 5_000 } })).rejects.toMatchObject({
      code: 'step_limit',
      status: 503,
    });
  });

  test('the deadline stops a pure loop, and other work goes on meanwhile', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    const stack = [{ function: 'while', condition: true, stack: [set('x', 1)] }];
    await expect(json(stack, null, { limits: { steps: Number.MAX_SAFE_INTEGER, deadlineMs: 150 } })).rejects.toMatchObject({
      code: 'deadline_exceeded',
      status: 504,
    });
    clearInterval(timer);
    // More than one where the machine is idle; how many, it decides.
    expect(turns).toBeGreaterThan(0);
  });

  test('a pure stack answers without a promise', () => {
    const { stack } = compileStack({ stack: [set('x', 1)], response: '{{ x + 1 }}' });
    expect(stack.pure).toBe(true);
    expect(stack.execute(makeRun(), {})).toMatchObject({ value: 2, status: 200 });
  });

  test('a text that grows without bound is refused, not a crash', async () => {
    const stack = [set('x', 'abcdefghij'), { function: 'while', condition: true, stack: [update('x', '{{ x ~ x }}')] }];
    await expect(json(stack, null)).rejects.toMatchObject({ code: 'text_too_large', status: 503 });
  });

  test('one failing branch cancels the others, and errors come in the order of the branches', async () => {
    const branch = (code: string): object[] => [{ function: 'throw_error', code }];
    const stack = [
      caught([
        { function: 'parallel', branches: { a: [{ function: 'sleep', duration_ms: 5 }], b: branch('b'), c: branch('c') } },
      ]),
    ];
    expect(await json(stack, '{{ seen }}')).toBe('b');
  });

  test('what a transaction left for after the answer is dropped when its commit fails', async () => {
    const note = (data: string) => ({ function: 'post_process', stack: [{ function: 'log_debug_info', data }] });
    const stack = [note('before'), caught([{ function: 'transaction', stack: [note('inside')] }])];
    const logged = async (commit: () => Promise<null>) => {
      const world = makeWorld({ commit });
      await runStack({ stack, response: null }, { effects: world.effects });
      return world.asked.filter((a) => a.name === 'log').map((a) => a.args);
    };
    expect(await logged(() => Promise.reject(new AshlarError('conflict', 409, 'Another one was first.')))).toEqual([
      { data: 'before' },
    ]);
    expect(await logged(async () => null)).toEqual([{ data: 'before' }, { data: 'inside' }]);
  });

  test('return out of a transaction commits, an error rolls back, a try inside is a savepoint', async () => {
    const names = async (stack: readonly unknown[]): Promise<string[]> => {
      const world = makeWorld();
      await runStack({ stack }, { effects: world.effects }).catch(() => null);
      return world.asked.map((a) => a.name);
    };
    const query = { function: 'direct_query', sql: 'select 1', write: false };
    expect(await names([{ function: 'transaction', stack: [query, { function: 'return', value: 1 }] }])).toEqual([
      'begin',
      'direct_query',
      'commit',
    ]);
    expect(await names([{ function: 'transaction', stack: [query, { function: 'throw_error', message: 'x' }] }])).toEqual([
      'begin',
      'direct_query',
      'rollback',
    ]);
    expect(
      await names([{ function: 'transaction', stack: [caught([query, { function: 'throw_error', message: 'x' }]), query] }]),
    ).toEqual(['begin', 'savepoint', 'direct_query', 'rollback_to_savepoint', 'direct_query', 'commit']);
    expect(await names([{ function: 'transaction', stack: [{ function: 'transaction', stack: [query] }] }])).toEqual([
      'begin',
      'savepoint',
      'direct_query',
      'release_savepoint',
      'commit',
    ]);
  });

  test('post_process takes the values at its place and runs after the answer', async () => {
    const world = makeWorld();
    const stack = [
      set('x', 1),
      { function: 'post_process', stack: [{ function: 'log_debug_info', data: '{{ x }}' }] },
      update('x', 2),
    ];
    const outcome = await runStack({ stack, response: '{{ x }}' }, { effects: world.effects });
    expect(outcome.value).toBe(2);
    expect(world.asked).toMatchObject([{ name: 'log', args: { data: 1 } }]);
  });

  test('functions call each other, and too deep a recursion is stopped', async () => {
    const files = {
      'functions/fact.jsonc': {
        input: { n: 'int' },
        stack: [
          { function: 'conditional', condition: '{{ input.n <= 1 }}', true_branch: [{ function: 'return', value: 1 }] },
          { function: 'run_function', name: 'fact', input: { n: '{{ input.n - 1 }}' }, return_as: 'm' },
          { function: 'return', value: '{{ input.n * m }}' },
        ],
      },
    };
    const call = (n: number): object => ({ function: 'run_function', name: 'fact', input: { n }, return_as: 'r' });
    expect(await answerOf({ stack: [call(10)], response: '{{ r }}', files })).toBe(3_628_800);
    await expect(answerOf({ stack: [call(100)], response: '{{ r }}', files })).rejects.toMatchObject({ code: 'recursion_limit' });
    await expect(
      answerOf({ stack: [{ function: 'run_function', name: 'fact', input: { n: '{{ "x" }}' }, return_as: 'r' }], files }),
    ).rejects.toMatchObject({ code: 'input_invalid' });
  });

  test('without a catch the error goes on, after finally', async () => {
    const world = makeWorld();
    const steps = [{ function: 'throw_error', code: 'mine' }];
    const stack = [{ function: 'try_catch', try: steps, finally: [{ function: 'log_debug_info', data: 1 }] }];
    await expect(runStack({ stack }, { effects: world.effects })).rejects.toMatchObject({ code: 'mine' });
    expect(world.asked.map((a) => a.name)).toEqual(['log']);
  });

  test('the budget of steps is met exactly, and filters take none of it', async () => {
    const loop = (turns: number): unknown[] => [
      set('n', []),
      { function: 'for_each', range: { from: 1, to: turns }, stack: [update('n', '{{ n|push:item }}')] },
    ];
    // Two steps, and for each turn one more and its step.
    const limits = { steps: 2 + 2 * 3_000 };
    expect(await json(loop(3_000), '{{ n|count }}', { limits })).toBe(3_000);
    await expect(json(loop(3_001), null, { limits })).rejects.toMatchObject({ code: 'step_limit' });
  });

  test('filters in filters that multiply their lists are stopped', async () => {
    const stack = [
      set('l', []),
      { function: 'for_each', range: { from: 1, to: 5_000 }, stack: [update('l', '{{ l|push:item }}')] },
    ];
    await expect(json(stack, '{{ l|map:(l|map:item|count)|count }}')).rejects.toMatchObject({ code: 'work_limit', status: 503 });
  });

  test('an error tells its step and its place', async () => {
    const error = await answerOf({ stack: [set('a', 1), set('b', '{{ a / 0 }}')] }).catch((e) => e);
    expect(error).toMatchObject({ code: 'division_by_zero', step: '1' });
    expect(error.location()).toMatchObject({ file: 'apis/t/x.post.jsonc', pointer: '/stack/1' });
  });
});

describe('problems', () => {
  const rows: readonly [string, readonly unknown[], readonly string[]][] = [
    ['a misspelled function, with what was meant', [{ function: 'create_varible', name: 'x', value: 1 }], ['unknown_function']],
    ['a misspelled parameter', [{ function: 'create_variable', nam: 'x', value: 1 }], ['unknown_parameter', 'missing_parameter']],
    ['a name that nothing makes', [set('x', '{{ y + 1 }}')], ['unknown_variable']],
    ['two mistakes in one expression give two problems', [set('x', '{{ y|foo }}')], ['unknown_variable', 'unknown_filter']],
    ['a number added to a text', [set('x', "{{ 'a' + 1 }}")], ['wrong_type']],
    ['a number added to a timestamp', [set('x', '{{ now - 86400 }}')], ['timestamp_arithmetic']],
    ['types that are never equal', [set('x', "{{ 1 == 'a' }}")], ['never_equal']],
    ['break outside a loop', [{ function: 'break' }], ['misplaced']],
    ['return in finally', [{ function: 'try_catch', try: [], finally: [{ function: 'return' }] }], ['misplaced']],
    ['steps behind a return', [{ function: 'return' }, set('x', 1)], ['never_reached']],
    [
      'a parallel branch that writes an outer variable',
      [set('x', 1), { function: 'parallel', branches: { a: [update('x', 2)] } }],
      ['read_only_variable'],
    ],
    ['a reserved name', [set('input', 1)], ['reserved_variable']],
    ['a condition of queries elsewhere', [set('x', '{{ 1 ==? 2 }}')], ['query_only']],
    ['an undeclared input', [set('x', '{{ input.nope }}')], ['unknown_input']],
    ['an undeclared variable of the environment', [set('x', '{{ env.NOPE }}')], ['unknown_env']],
    [
      'a lock outside a transaction in a called function is found at the call',
      [{ function: 'run_function', name: 'nope' }],
      ['unknown_user_function'],
    ],
    [
      'retries with an outbound call',
      [{ function: 'transaction', retries: 1, stack: [{ function: 'external_api_request', url: 'https://a.example' }] }],
      ['outbound_in_transaction', 'retries_with_effects'],
    ],
  ];
  for (const [sentence, stack, codes] of rows)
    test(sentence, () =>
      expect(
        problemsOf({ stack })
          .map((p) => p.code)
          .sort(),
      ).toEqual([...codes].sort()),
    );

  test('rows of a direct_query that may carry passwords must not leave', () => {
    const member = { columns: { id: { type: 'int', primary: true }, email: 'email', password: 'password' }, auth: true };
    const codes = (query: object): string[] => {
      const stack = [{ function: 'direct_query', sql: 'select * from member', ...query, return_as: 'r' }];
      return problemsOf({ stack, response: '{{ r }}', files: { 'tables/member.jsonc': member } }).map((p) => p.code);
    };
    expect(codes({ write: true })).toEqual(['password_leaves']);
    expect(codes({})).toEqual([]);
  });

  test('nothing to say about a sound stack', () => expect(problemsOf({ stack: [set('x', 1)], response: '{{ x }}' })).toEqual([]));
});
