/** The compiler held against the reference interpreter: generated stacks, the same world, the same value, error and effects. */
import * as engine from '@ashlar/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filters } from '../../engine/src/filters/index.ts';
import { functions } from '../../engine/src/library/index.ts';
import { type Case, caseOf, compare, expressionsOf, smallest, stepsOf } from './differential.ts';
import { Coverage, EngineUnderTest } from './engine.ts';
import { numbersOf } from './generate/choices.ts';
import { cases } from './required.ts';
import { runs, timeFor } from './soak.ts';

const under = new EngineUnderTest(engine);
const seeds = fc.noBias(fc.integer({ min: 1, max: 2_147_483_647 }));
const total = new Coverage();
let valid = 0;
let made = 0;

/** Runs cases of a kind; a disagreement is made small before it is told. fast-check prints its seed. */
async function agree(make: (numbers: readonly number[]) => Case, most: number, count: number): Promise<void> {
  const property = fc.asyncProperty(seeds, async (seed) => {
    const numbers = numbersOf(seed, most);
    const compared = await compare(under, make(numbers));
    made += 1;
    if (compared.valid) valid += 1;
    total.add(compared.coverage);
    if (compared.disagreement !== null) throw new Error(await smallest(under, make, numbers));
  });
  await fc.assert(property, { numRuns: runs(count), endOnFailure: true });
}

test('compiled expressions do what the reference does', { timeout: timeFor(120_000) }, () => agree(expressionsOf, 1_500, 2_800));

test('compiled steps do what the reference does', { timeout: timeFor(120_000) }, () => agree(stepsOf, 700, 450));

test('compiled stacks do what the reference does', { timeout: timeFor(120_000) }, () => agree(caseOf, 500, 900));

test('most of the stacks are valid', () => {
  expect(valid / made).toBeGreaterThan(0.6);
});

test('every function, filter, operator and case occurred at least 50 times', () => {
  const declared = [
    ...functions.map(({ name }) => `function ${name}`),
    ...filters.map(({ name }) => `filter ${name}`),
    // Each number of arguments that a filter takes.
    ...filters.flatMap(({ name, parameters }) => {
      const least = parameters.filter(({ optional }) => optional !== true).length;
      return Array.from({ length: parameters.length - least + 1 }, (_, i) => `filter ${name} with ${least + i}`);
    }),
  ];
  expect(total.rare([...declared, ...cases], 50)).toEqual({});
});
