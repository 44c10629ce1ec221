/** Hostile files and stacks: problems and errors of the engine, nothing else; and generated code speaks only of what it may. */
import * as engine from '@ashlar/engine';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { helpers } from '../../engine/src/4-emit/helpers.ts';
import { caseOf, expressionsOf } from './differential.ts';
import { EngineUnderTest, SeededWorld } from './engine.ts';
import { Choices, numbersOf } from './generate/choices.ts';
import { inputValues } from './generate/values.ts';
import { runs, timeFor } from './soak.ts';

const under = new EngineUnderTest(engine);
const seeds = fc.noBias(fc.integer({ min: 1, max: 2_147_483_647 }));
const hostile = [
  '__proto__',
  'constructor',
  'prototype',
  "'",
  '"',
  '`',
  '${run}',
  '{{',
  '}}',
  '\u2028',
  '\u2029',
  '\u0000',
  '*/',
  '//',
  '\\',
  '\n',
  '\ud800',
  ');process.exit(1)//',
  'toJSON',
  'then',
  '|map:',
  '??',
  '[0]',
];

/** Compiles; an exception fails the test. */
function compileAll(files: ReadonlyMap<string, string>): ReturnType<typeof engine.compileWorkspace> | null {
  const problems = new engine.Problems();
  const compiled = engine.compileWorkspace(engine.readWorkspace(files, problems), problems);
  return problems.failed ? null : compiled;
}

test('any bytes as JSON or as files of a workspace give problems, never an exception', { timeout: timeFor(60_000) }, () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom('{', '}', '[', ']', ':', ',', '"', '/*', '//', '1e', '-', '"stack"', '"function"', 'null', ...hostile),
    ),
    { maxLength: 40 },
  );
  const paths = fc.constantFrom(
    'ashlar.jsonc',
    'env.jsonc',
    'tables/a.jsonc',
    'apis/t/x.post.jsonc',
    'apis/t/group.jsonc',
    'functions/f.jsonc',
    'tasks/n.jsonc',
    'tests/a.test.jsonc',
    'seeds/a.jsonl',
    '__proto__',
    '../x',
  );
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          paths,
          pieces.map((parts) => parts.join('')),
        ),
        { maxLength: 3 },
      ),
      (files) => {
        for (const [path, text] of files) engine.readJson({ path, text }, new engine.Problems());
        compileAll(new Map(files));
      },
    ),
    { numRuns: runs(1_500) },
  );
});

/** The files of a case with pieces of text changed in one of them. */
function changed(files: ReadonlyMap<string, string>, c: Choices): Map<string, string> {
  const all = new Map(files);
  for (let i = 1 + c.below(3); i > 0; i--) {
    const path = c.pick([...all.keys()]);
    const text = all.get(path) ?? '';
    const at = c.below(text.length + 1);
    const kind = c.below(4);
    const insert = kind === 0 ? '' : kind === 3 ? text.slice(c.below(text.length + 1)).slice(0, 30) : c.pick(hostile);
    all.set(
      path,
      text.slice(0, at) +
        (kind === 1 ? JSON.stringify(insert).slice(1, -1) : insert) +
        text.slice(at + c.below(kind === 0 ? 20 : 3)),
    );
  }
  return all;
}

test('changed files of sound workspaces give problems or run, with errors of the engine only', {
  timeout: timeFor(90_000),
}, async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const one = seed % 2 === 0 ? caseOf(numbersOf(seed, 300)) : expressionsOf(numbersOf(seed, 600));
      const files = changed(one.files, new Choices(numbersOf(seed + 1, 100)));
      const compiled = under.compile(files);
      if (compiled === null) return;
      const { result } = await compiled.execute(new SeededWorld(one.seed), one.input);
      expect(result).not.toContain('not an error of the engine');
    }),
    { numRuns: runs(1_000), endOnFailure: true },
  );
});

/** A stack whose names, keys, texts and paths are hostile. */
function hostileStack(c: Choices): ReadonlyMap<string, string> {
  const word = (): string => c.many(1, 3, () => c.pick(hostile)).join('');
  const text = (): string => `'${word().replace(/[\\']/g, '\\$&')}'`;
  const safeText = (): string => text().replaceAll('\n', ' ').replaceAll('\u0000', ' ');
  const steps = c.many(1, 5, () =>
    c.pick<() => object>([
      () => ({
        function: 'create_variable',
        name: c.pick(['a', 'then', 'constructor', '__proto__', 'h', 'k', 'run', 't', 'v0']),
        value: { [word()]: word() },
      }),
      () => ({
        function: 'create_variable',
        name: 'b',
        value: `{{ {${safeText()}: ${safeText()}} }}`,
        description: word(),
        id: word(),
      }),
      () => ({
        function: 'create_variable',
        name: 'c',
        value: `{{ {a: 1}.${c.pick(['__proto__', 'constructor', 'toString', 'then', 'a'])} ~ ${safeText()} }}`,
      }),
      () => ({
        function: 'conditional',
        condition: `{{ ${safeText()} == ${safeText()} }}`,
        true_branch: [{ function: 'throw_error', code: word(), message: word() }],
      }),
      () => ({ function: 'parallel', branches: { [word()]: [{ function: 'return', value: word() }] }, return_as: 'p' }),
      () => ({ function: 'switch', value: word(), cases: [{ when: word(), stack: [{ function: 'return', value: word() }] }] }),
      () => ({ function: 'log_debug_info', data: { [word()]: [word()] } }),
      () => ({ function: 'cache_set', key: word(), value: word() }),
      () => ({ function: 'direct_query', sql: `select ${word()}` }),
      () => ({ function: 'transaction', stack: [{ function: 'direct_query', sql: word() }], retries: 1 }),
      () => ({
        function: 'for_each',
        object: { [word()]: word() },
        as: 'constructor',
        stack: [{ function: 'log_debug_info', data: '{{ constructor }}' }],
      }),
      () => ({ function: 'post_process', stack: [{ function: 'log_debug_info', data: word() }] }),
    ])(),
  );
  return new Map([
    ['ashlar.jsonc', '{"name": "t"}'],
    ['apis/t/x.post.jsonc', JSON.stringify({ input: {}, stack: steps, response: { [word()]: word() } })],
  ]);
}

test('hostile names and values throw nothing but errors of the engine', { timeout: timeFor(60_000) }, async () => {
  let valid = 0;
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const c = new Choices(numbersOf(seed, 200));
      const compiled = under.compile(hostileStack(c));
      if (compiled === null) return;
      valid += 1;
      const { result } = await compiled.execute(new SeededWorld(seed % 1_000), inputValues(c));
      expect(result).not.toContain('not an error of the engine');
    }),
    { numRuns: runs(1_000), endOnFailure: true },
  );
  expect(valid).toBeGreaterThan(100);
});

const keywords = new Set(
  'return async await let const if else for while true false null try catch finally throw break continue undefined typeof'.split(
    ' ',
  ),
);
const names = new Set(['run', 'input', 'h', 'k']);
/** What generated code may read of the run. */
const ofRun = new Set([
  'env',
  'auth',
  'request',
  'steps',
  'tickAt',
  'tick',
  'pause',
  'effects',
  'transactionDepth',
  'now',
  'uuid',
]);
/** Helpers, and the two that every program gets of its own. */
const ofHelpers = new Set([...Object.keys(helpers), 'call', 'callPure']);
/** Of a list or a range that a loop goes over. */
const ofLoops = new Set(['length', 'count', 'from', 'step']);
const slot = /^(?:v|item|index|result|n|c|q|x|L|s|t|a|p|e|o)\d+$/;
const token = /"(?:[^"\\]|\\.)*"|([A-Za-z_$][\w$]*)|(\?\.|\.)|\s+|./gsy;

/** The identifiers of a program that are none that it may have; `members` holds the names that the sources read. */
function strangers(source: string, members: ReadonlySet<string>): string[] {
  const found: string[] = [];
  let before = '';
  let owner = '';
  for (const match of source.matchAll(token)) {
    const [all, word, dot] = match;
    if (/^\s+$/.test(all)) continue;
    if (word !== undefined) {
      const isKnown =
        before === '?.'
          ? members.has(word)
          : before === '.'
            ? (owner === 'h' && ofHelpers.has(word)) ||
              (owner === 'run' && ofRun.has(word)) ||
              (owner === 'effects' && ofRun.has(word)) ||
              (/^q\d+$/.test(owner) && ofLoops.has(word))
            : keywords.has(word) || names.has(word) || slot.test(word);
      if (!isKnown) found.push(`${owner}${before}${word}`);
      owner = word;
    }
    before = dot ?? (word === undefined ? all : '');
    if (word === undefined && dot === undefined) owner = '';
  }
  return found;
}

test('an identifier in generated code is a slot, a listed helper or a member read', { timeout: timeFor(60_000) }, () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(seeds, (seed) => {
      const files =
        seed % 3 === 0
          ? hostileStack(new Choices(numbersOf(seed, 200)))
          : seed % 3 === 1
            ? caseOf(numbersOf(seed, 400)).files
            : expressionsOf(numbersOf(seed, 800)).files;
      const compiled = compileAll(files);
      if (compiled === null) return;
      const text = [...files.values()].join('\n');
      const members = new Set(text.match(/[A-Za-z_]\w*/g));
      for (const { stack } of [...compiled.endpoints, ...compiled.functions.values()]) {
        expect(strangers(stack.javascript, members)).toEqual([]);
        seen.add(stack.javascript);
      }
    }),
    { numRuns: runs(600), endOnFailure: true },
  );
  expect(seen.size).toBeGreaterThan(200);
});

test('the check of identifiers sees strangers', () => {
  const members = new Set(['name']);
  expect(strangers('return (run) => { v1 = h.add(v2?.name, "process"); process.exit(); }', members)).toEqual([
    ';process',
    'process.exit',
  ]);
  expect(strangers('v1 = h.evil(v2?.other, globalThis);', members)).toEqual(['h.evil', 'v2?.other', ',globalThis']);
});
