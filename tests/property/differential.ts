/** One case of the differential test: a workspace and inputs from numbers, run twice. */
import type { Ref } from '../reference/value.ts';
import { written } from '../reference/world.ts';
import { Coverage, difference, type EngineUnderTest, type Files, observeReference, SeededWorld } from './engine.ts';
import { Choices } from './generate/choices.ts';
import { StackGenerator } from './generate/stack.ts';
import { inputValues } from './generate/values.ts';

export interface Case {
  readonly files: Files;
  readonly input: Ref;
  readonly seed: number;
}

/** A case from decisions. */
export function caseOf(numbers: readonly number[]): Case {
  const choices = new Choices(numbers);
  const seed = choices.below(1_000);
  const input = inputValues(choices);
  return { files: new StackGenerator(choices).workspace(), input, seed };
}

/** A case of many expressions. */
export function expressionsOf(numbers: readonly number[]): Case {
  const choices = new Choices(numbers);
  const seed = choices.below(1_000);
  const input = inputValues(choices);
  return { files: new StackGenerator(choices).expressions(24), input, seed };
}

/** A case of many steps. */
export function stepsOf(numbers: readonly number[]): Case {
  const choices = new Choices(numbers);
  const seed = choices.below(1_000);
  const input = inputValues(choices);
  return { files: new StackGenerator(choices).flat(12), input, seed };
}

export interface Compared {
  /** False: the workspace has errors, nothing was run. */
  readonly valid: boolean;
  /** How the two disagree, with the stack; null when they agree. */
  readonly disagreement: string | null;
  readonly coverage: Coverage;
}

/** Runs a case both ways. */
export async function compare(engine: EngineUnderTest, { files, input, seed }: Case): Promise<Compared> {
  const coverage = new Coverage();
  const compiled = engine.compile(files);
  if (compiled === null) return { valid: false, disagreement: null, coverage };
  const reference = observeReference(files, new SeededWorld(seed), input, coverage);
  const observed = await compiled.execute(new SeededWorld(seed), input);
  return { valid: true, disagreement: difference(observed, reference), coverage };
}

/** Makes a disagreeing case smaller by leaving out decisions, for some seconds at most; answers it in words. */
export async function smallest(
  engine: EngineUnderTest,
  make: (numbers: readonly number[]) => Case,
  numbers: readonly number[],
): Promise<string> {
  const until = Date.now() + 5_000;
  const wrong = async (candidate: readonly number[]): Promise<string | null> =>
    (await compare(engine, make(candidate))).disagreement;
  let best = numbers;
  for (let size = numbers.length >> 1; size >= 1; size >>= 1)
    for (let i = 0; i < best.length && Date.now() < until; ) {
      const without = [...best.slice(0, i), ...best.slice(i + size)];
      if ((await wrong(without)) === null) i += size;
      else best = without;
    }
  const found = make(best);
  const files = [...found.files].map(([path, text]) => `${path}\n${text}`);
  return [await wrong(best), ...files, `seed of the world ${found.seed}, input ${written(found.input)}`].join('\n');
}
