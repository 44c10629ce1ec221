import { AshlarError, type Effects, Run, syncEffects } from '@ashlar/engine';
import { expect, test } from 'vitest';
import { compileStack, makeRun } from '../harness/stack.ts';
import { makeWorld, recorder, replayer } from '../harness/world.ts';

const stack = {
  stack: [
    {
      function: 'parallel',
      branches: {
        rate: [
          { function: 'external_api_request', url: 'https://rates.example/eur', return_as: 'answer' },
          { function: 'return', value: '{{ answer.status }}' },
        ],
        draw: [
          { function: 'random', min: 1, max: 6, return_as: 'n' },
          { function: 'sleep', duration_ms: 1 },
          { function: 'return', value: '{{ n }}' },
        ],
      },
      return_as: 'both',
    },
    {
      function: 'transaction',
      retries: 2,
      stack: [{ function: 'direct_query', sql: 'select 1 as one', single: true, return_as: 'row' }],
    },
    {
      function: 'try_catch',
      try: [{ function: 'cache_get', key: 'broken', return_as: 'cached' }],
      catch: [{ function: 'create_variable', name: 'reason', value: '{{ error.code }}' }],
    },
    { function: 'post_process', stack: [{ function: 'log_debug_info', data: { at: '{{ now }}', both: '{{ both }}' } }] },
  ],
  response: { both: '{{ both }}', row: '{{ row }}', reason: '{{ reason }}', id: '{{ uuid }}' },
};

function brokenWorld(): ReturnType<typeof makeWorld> {
  let commits = 0;
  const answers: Partial<Effects> = {
    random: () => 4,
    direct_query: async () => ({ rows: [{ one: ++commits }], count: 1 }),
    commit: async () => {
      if (commits === 1) throw new AshlarError('conflict', 409, 'Another transaction was in the way.');
      return null;
    },
    cache_get: async () => {
      throw new AshlarError('cache_unavailable', 503, 'The cache is away.');
    },
  };
  return makeWorld(answers);
}

async function runWith(effects: Effects): Promise<unknown> {
  const endpoint = compileStack(stack);
  const run = makeRun({ effects });
  const outcome = await endpoint.stack.execute(run, {});
  for (const work of run.postProcesses ?? []) await work(new Run(run.options));
  return outcome.value;
}

test('a run with parallel branches, a retried transaction, a caught error and post_process replays without the world', async () => {
  const world = brokenWorld();
  const { effects, recording } = recorder(world.effects);
  const first = await runWith(effects);
  expect(first).toMatchObject({ both: { rate: 200, draw: 4 }, row: { one: 2 }, reason: 'cache_unavailable' });
  expect(world.asked.map((a) => a.name)).toContain('log');
  expect(world.asked.filter((a) => a.name === 'begin')).toHaveLength(2);

  const second = await runWith(replayer(recording, syncEffects));
  expect(second).toEqual(first);
});

test('a replay tells when the run asks for something that was not recorded', async () => {
  const { effects, recording } = recorder(brokenWorld().effects);
  await runWith(effects);
  const [some] = recording.keys();
  recording.delete(some ?? '');
  await expect(runWith(replayer(recording, syncEffects))).rejects.toThrow('the recording has no answer');
});
