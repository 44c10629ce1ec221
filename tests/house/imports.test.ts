/** Imports go down only. The message of a refusal says where the thing belongs instead. */
import { describe, expect, it } from 'vitest';
import { circles, type Import, importsOf, refusal } from './imports.ts';
import { productFiles } from './sources.ts';

const at = (from: string, to: string): Import => ({ from, to, line: 1 });

describe('the product', () => {
  const imports = productFiles().flatMap(importsOf);

  it('has files, and they import', () => {
    expect(imports.length).toBeGreaterThan(1_000);
  });

  it('imports downwards only', () => {
    const refused = imports.flatMap((one) => {
      const reason = refusal(one);
      return reason === null ? [] : [`${one.from}:${one.line} imports ${one.to}: ${reason}`];
    });
    expect(refused).toEqual([]);
  });

  it('has no circle among its domains, nor among the modules of the engine', () => {
    expect(circles(imports)).toEqual([]);
  });
});

describe('a wrong import is refused', () => {
  it.each([
    ['engine/src/run/run.ts', 'node:fs', 'server/src/runtime'],
    ['engine/src/run/run.ts', 'server/src/settings.ts', 'usable alone'],
    ['engine/src/2-check/stack.ts', 'engine/src/library/index.ts', 'take it as a parameter'],
    ['engine/src/filters/text.ts', 'engine/src/2-check/scope.ts', 'move the thing down to filters'],
    ['engine/src/inputs/validate.ts', 'engine/src/workspace/read.ts', 'the reading of files'],
    ['engine/src/library/define.ts', 'engine/src/library/index.ts', 'how a function is declared'],
    ['engine/src/run/run.ts', 'engine/src/new/file.ts', 'engine-floors.ts'],
    ['server/src/gateway/run.ts', 'engine/src/run/run.ts', 'engine/src/index.ts'],
    ['server/src/base/log/log.ts', 'server/src/domains/access/index.ts', 'move the thing down to base'],
    ['server/src/domains/access/tokens.ts', 'server/src/runtime/token.ts', 'move the thing down to domains'],
    ['server/src/runtime/token.ts', 'server/src/gateway/run.ts', 'move the thing down to runtime'],
    ['server/src/runtime/token.ts', 'server/src/domains/access/tokens.ts', 'domains/access/index.ts'],
    ['server/src/domains/access/tokens.ts', 'server/src/domains/cache/store.ts', 'domains/cache/index.ts'],
    ['server/src/domains/events/write.ts', 'server/src/domains/cache/index.ts', 'lowest'],
    ['server/src/runtime/index.ts', 'server/src/start-server.ts', 'as a parameter'],
    ['cli/src/check.ts', 'engine/src/compile.ts', '@ashlar/engine'],
    ['server/src/main.ts', '@ashlar/cli', 'command line'],
    ['contract/index.ts', '@ashlar/engine', 'imports nothing'],
  ])('%s -> %s', (from, to, says) => {
    expect(refusal(at(from, to))).toContain(says);
  });

  it.each([
    ['server/src/gateway/run.ts', 'server/src/domains/access/index.ts'],
    ['server/src/gateway/run.ts', '@ashlar/engine'],
    ['server/src/domains/access/calls.ts', 'server/src/control/define.ts'],
    ['server/src/domains/access/tokens.ts', 'server/src/base/crypto/index.ts'],
    ['server/src/base/log/log.ts', 'node:os'],
    ['engine/src/compile.ts', 'engine/src/problems.ts'],
    ['engine/src/library/flow/switch.ts', 'engine/src/2-check/problems.ts'],
    ['engine/src/2-check/stack.ts', 'engine/src/library/define.ts'],
  ])('%s -> %s is allowed', (from, to) => {
    expect(refusal(at(from, to))).toBeNull();
  });

  it('a circle of three domains is found', () => {
    const d = (name: string, file: string): string => `server/src/domains/${name}/${file}.ts`;
    const ways = [at(d('a', 'x'), d('b', 'index')), at(d('b', 'x'), d('c', 'index')), at(d('c', 'x'), d('a', 'index'))];
    expect(circles(ways)).toContain('a -> b -> c -> a');
    expect(circles(ways.slice(1))).toEqual([]);
  });

  it('a circle of two modules of the engine is found', () => {
    const [check, library] = ['engine/src/2-check/summary.ts', 'engine/src/library/index.ts'];
    expect(circles([at(check, library), at(library, check)])).toContain('2-check -> library -> 2-check');
  });
});

it('every way of writing an import is seen', () => {
  const text = [
    "import { a } from './a.ts';",
    "import type {\n  B,\n} from '../b.ts';",
    "export * from './c.ts';",
    "import './d.ts';",
    "const e = await import('./e.ts');",
    "// import f from './f.ts'",
    "/** like import g from './g.ts' */",
  ].join('\n');
  const found = importsOf({ path: 'server/src/x/file.ts', text }).map((one) => one.to);
  expect(found.sort()).toEqual(
    ['a', 'c', 'd', 'e']
      .map((name) => `server/src/x/${name}.ts`)
      .concat('server/src/b.ts')
      .sort(),
  );
});
