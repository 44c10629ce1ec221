/** A workspace that is compiled after an earlier one, taking over what did not change, is the one that is compiled from nothing. */
import { inspect } from 'node:util';
import {
  AshlarError,
  type CompiledStack,
  type CompiledWorkspace,
  compileWorkspace,
  defaultLimits,
  Problems,
  Run,
  readWorkspace,
  type Workspace,
} from '@ashlar/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeWorld } from '../harness/world.ts';
import { runs, timeFor } from './soak.ts';

type Files = ReadonlyMap<string, string>;

const seeds = fc.noBias(fc.integer({ min: 1, max: 2_147_483_647 }));
const names = ['a', 'b', 'c', 'deep/d'] as const;
const routes = ['x.get', 'x.post', 'y/[id].get', 'z.put'] as const;

/** One content of every kind of file, by a few numbers: small enough that edits often go back to what was there before. */
const contents = {
  settings: (n: number) => ({ name: 'w', timezone: n % 2 === 0 ? 'UTC' : 'Asia/Tokyo', per_page: 10 + (n % 3) }),
  env: (n: number) => ({ KEY: { secret: n % 2 === 0 }, MODE: { default: `mode ${n % 3}` } }),
  table: (n: number) => ({
    auth: n % 2 === 0,
    columns: {
      id: { type: 'int', primary: true },
      email: 'email',
      password: 'password',
      name: n % 3 === 0 ? 'text?' : 'text',
      ...(n % 5 === 0 ? {} : { size: 'int' }),
    },
  }),
  group: (n: number) => ({ path: `p${n % 3}`, unknown_inputs: n % 2 === 0 ? 'ignore' : 'refuse' }),
  steps: (n: number) => [
    ...(n % 2 === 0 ? [{ function: 'query_records', table: 't', where: '{{ db.t.name == "x" }}', return_as: 'rows' }] : []),
    {
      function: 'create_variable',
      name: 'v',
      value: n % 20 === 19 ? '{{ nothing }}' : ([1, '2', '{{ env.MODE }}', '{{ input.n }}'][n % 4] ?? null),
    },
    ...(n % 3 === 0 ? [] : [{ function: 'run_function', name: names[n % names.length], input: { n }, return_as: 'v' }]),
    ...(n % 25 === 24 ? [{ function: 'run_function', name: 'gone', return_as: 'v' }] : []),
    ...(n % 6 === 0 ? [{ function: 'Create Variable', name: 'w', value: n % 5 === 0 ? '{{ v|upper }}' : '{{ v }}' }] : []),
  ],
  definition: (n: number) => ({
    input: { n: n % 2 === 0 ? 'int?' : 'text?' },
    ...(n % 15 === 0 ? { auth: 't' } : {}),
    stack: n % 4 === 3 ? 'shared.jsonc' : contents.steps(n),
    response: n % 6 === 0 ? { v: '{{ v }}', name: '{{ rows|first }}' } : n % 29 === 28 ? '{{ env.KEY }}' : '{{ v }}',
  }),
  called: (n: number) => ({ input: { n: n % 7 === 0 ? 'int?' : 'json?' }, stack: contents.steps(n), response: '{{ v }}' }),
  task: (n: number) => ({ schedule: n % 20 === 0 ? 'never' : `${n % 3} 3 * * *`, stack: contents.steps(n) }),
};

/** Every file there may be, with what makes its content. */
const makers: readonly (readonly [string, (n: number) => unknown])[] = [
  ['ashlar.jsonc', contents.settings],
  ['env.jsonc', contents.env],
  ['tables/t.jsonc', contents.table],
  ['apis/g/group.jsonc', contents.group],
  ['shared.jsonc', contents.steps],
  ['tasks/t.jsonc', contents.task],
  ...names.map((name) => [`functions/${name}.jsonc`, contents.called] as const),
  ...routes.map((route) => [`apis/g/${route}.jsonc`, contents.definition] as const),
];

/** Numbers from a seed: Park and Miller's. */
function numbers(seed: number): (below: number) => number {
  let state = seed % 2_147_483_647 || 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

function edited(files: Files, next: (below: number) => number): Files {
  const [path, make] = makers[next(makers.length)] ?? ['', () => ''];
  const changed = new Map(files);
  const text = files.get(path);
  if (next(8) === 0) changed.delete(path);
  else if (next(12) === 0 && text !== undefined) changed.set(path, text.slice(0, next(text.length)));
  else changed.set(path, JSON.stringify(make(next(60)), null, next(2)));
  return changed;
}

/** Identities, some of which change from one version to the next. */
const idsOf = (paths: Iterable<string>, n: number): ReadonlyMap<string, string> =>
  new Map([...paths].flatMap((path, i) => [[`${path}#/stack/0`, `stp_${(n >> (i % 4)) % 2}`] as const]));

function compile(files: Files, stepIds: ReadonlyMap<string, string>, before?: Workspace) {
  const problems = new Problems();
  const workspace = readWorkspace(files, problems, before);
  return { workspace, compiled: compileWorkspace(workspace, problems, { stepIds }), problems: problems.list };
}

function stacksOf({ endpoints, functions, tasks }: CompiledWorkspace): readonly CompiledStack[] {
  return [...endpoints, ...functions.values(), ...tasks.values()].map(({ stack }) => stack);
}

/** All that is told of a stack, and what comes of running it, as text: functions inside are told by their names. */
async function told(stack: CompiledStack): Promise<string> {
  const { label, steps, pure, effects, ir, response, slotNames, statements, javascript, result } = stack;
  const placed = steps.map(({ span, ...info }) => ({ ...info, path: span.source.path, start: span.start, end: span.end }));
  const shown = { label, steps: placed, pure, effects, ir, response, slotNames, statements, javascript, result };
  const all = { ...shown, answer: await answerOf(stack) };
  return inspect(all, { depth: null, maxArrayLength: null, maxStringLength: null });
}

async function answerOf(stack: CompiledStack): Promise<unknown> {
  const run = new Run({
    effects: makeWorld().effects,
    limits: { ...defaultLimits, steps: 500 },
    requestId: 'req_test',
    request: null,
    auth: null,
    env: { KEY: 'k', MODE: 'm' },
    timezone: 'UTC',
    decimals: 'number',
    sealKey: new Uint8Array(32),
    clock: () => 0,
    pause: async () => {},
    host: null,
  });
  try {
    return (await stack.execute(run, { n: null })).value;
  } catch (error) {
    return error instanceof AshlarError ? [error.code, error.step] : String(error);
  }
}

test('after any edits, what is compiled is what is compiled from nothing', { timeout: timeFor(60_000) }, async () => {
  let sound = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const next = numbers(seed);
      let files: Files = new Map(makers.map(([path, make]) => [path, JSON.stringify(make(1 + next(30)))]));
      let before: Workspace | undefined;
      for (let version = 0; version < 12; version++) {
        const ids = idsOf(files.keys(), next(8) === 0 ? next(16) : 0);
        const kept = compile(files, ids, before);
        const anew = compile(files, ids);
        expect(kept.problems).toEqual(anew.problems);
        expect(kept.workspace.settings).toEqual(anew.workspace.settings);
        const [keptStacks, newStacks] = [stacksOf(kept.compiled), stacksOf(anew.compiled)];
        expect(await Promise.all(keptStacks.map(told))).toEqual(await Promise.all(newStacks.map(told)));
        if (!anew.problems.some((problem) => problem.severity === 'error')) sound += 1;
        before = kept.workspace;
        files = edited(files, next);
      }
    }),
    { numRuns: runs(60), endOnFailure: true },
  );
  expect(sound).toBeGreaterThan(60);
});
