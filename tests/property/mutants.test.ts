/** The differential test finds planted mistakes of the compiler. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type Mutant, mutants } from './mutants.ts';
import { runs, timeFor } from './soak.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = fileURLToPath(new URL('mutant-script.ts', import.meta.url));
const run = promisify(execFile);

/** A copy of the engine with the change in it. */
function changedEngine(folder: string, mutant: Mutant | null): string {
  const copy = join(folder, 'engine');
  cpSync(join(root, 'engine/src'), join(copy, 'src'), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  cpSync(join(root, 'engine/package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  if (mutant !== null) {
    const file = join(copy, 'src', mutant.file);
    const source = readFileSync(file, 'utf8');
    expect(source.split(mutant.from).length - 1, `${mutant.name}: places of the change in ${mutant.file}`).toBe(1);
    writeFileSync(
      file,
      source.replace(mutant.from, () => mutant.to),
    );
  }
  return copy;
}

/** Runs the differential test on a changed engine, in a process of its own. */
async function verdict(mutant: Mutant | null, kind: Mutant['by'], cases: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-mutant-'));
  try {
    const copy = changedEngine(folder, mutant);
    const { stdout } = await run(process.execPath, [script, copy, kind, String(cases)], { timeout: 60_000 });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Survivors, two at a time: there are no more processors than that. */
async function survivors(): Promise<readonly string[]> {
  const waiting = [...mutants];
  const alive: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      if ((await verdict(next, next.by, runs(600))) === 'survived') alive.push(next.name);
  };
  await Promise.all([work(), work()]);
  return alive;
}

test('an unchanged copy of the engine is not suspected', { timeout: timeFor(60_000) }, async () => {
  expect(await verdict(null, 'expressions', 60)).toBe('survived');
  expect(await verdict(null, 'stacks', 60)).toBe('survived');
});

test('every planted mistake is found', { timeout: timeFor(180_000) }, async () => {
  expect(mutants.length).toBeGreaterThanOrEqual(20);
  expect(await survivors()).toEqual([]);
});
