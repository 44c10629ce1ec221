/** The variants of one stack agree: plain, told step by step, and started again because it held its turn for too long. */
import * as engine from '@ashlar/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Files } from './engine.ts';
import { EngineUnderTest, type RunMore, SeededWorld } from './engine.ts';
import { Choices, numbersOf } from './generate/choices.ts';
import { StackGenerator } from './generate/stack.ts';
import { inputValues } from './generate/values.ts';
import { runs, timeFor } from './soak.ts';

const under = new EngineUnderTest(engine);
const seeds = fc.noBias(fc.integer({ min: 1, max: 2_147_483_647 }));

/** A pure stack, done so often that the clock is looked at. */
function repeated(files: Files): Files {
  const path = 'apis/t/x.post.jsonc';
  const file: { stack: unknown; response?: unknown } = JSON.parse(files.get(path) ?? '{}');
  const loop = { function: 'for_each', range: { from: 1, to: 700 }, as: 'turn', index_as: 'turn_index', stack: file.stack };
  return new Map([...files, [path, JSON.stringify({ ...file, response: null, stack: [loop] })]]);
}

/** A clock that says at every look that the turn has lasted too long. */
function hurried(): RunMore {
  let ms = 0;
  return { clock: () => (ms += 11), limits: { deadlineMs: 1e12 } };
}

const watched = (): RunMore => ({ observer: { enter: () => {}, leave: () => {} } });

test('pure stacks answer the same in every variant, and use the same budget', { timeout: timeFor(90_000) }, async () => {
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const choices = new Choices(numbersOf(seed, 300));
      const input = inputValues(choices);
      const compiled = under.compile(repeated(new StackGenerator(choices, true).workspace()));
      if (compiled === null) return;
      valid += 1;
      const observe = async (more: RunMore) => compiled.execute(new SeededWorld(seed % 1_000), input, more);
      const plain = await observe({});
      for (const more of [hurried(), watched(), { ...hurried(), ...watched() }]) expect(await observe(more)).toEqual(plain);
      // The budget that was just enough, and one step less.
      const used = plain.steps;
      for (const steps of [used, used - 1]) {
        const limits = { steps };
        const exact = await observe({ limits });
        const slow = hurried();
        expect((await observe({ ...slow, limits: { ...slow.limits, ...limits } })).result).toBe(exact.result);
        expect((await observe({ ...watched(), limits })).result).toBe(exact.result);
      }
    }),
    { numRuns: runs(150), endOnFailure: true },
  );
  expect(valid).toBeGreaterThan(50);
});
