/** Looks for a disagreement between a changed copy of the engine and the reference. Usage: FOLDER KIND CASES. Prints what it found. */
import { pathToFileURL } from 'node:url';
import { type Case, caseOf, compare, expressionsOf, stepsOf } from './differential.ts';
import { type Engine, EngineUnderTest } from './engine.ts';
import { numbersOf } from './generate/choices.ts';

const [folder = '', kind = '', cases = '0'] = process.argv.slice(2);
const engine: Engine = await import(pathToFileURL(`${folder}/src/index.ts`).href);
const under = new EngineUnderTest(engine);

function caseFrom(seed: number): Case {
  if (kind === 'expressions') return expressionsOf(numbersOf(seed, 1_500));
  return seed % 2 === 0 ? caseOf(numbersOf(seed, 500)) : stepsOf(numbersOf(seed, 700));
}

/** Whether a case tells the two apart; an error that is none of the engine's does too. */
async function finds(seed: number): Promise<boolean> {
  const one = caseFrom(seed);
  try {
    return (await compare(under, one)).disagreement !== null;
  } catch {
    return true;
  }
}

let found = 0;
for (let seed = 1; seed <= Number(cases) && found === 0; seed++) if (await finds(seed)) found = seed;
process.stdout.write(found === 0 ? 'survived' : `found by case ${found}`);
