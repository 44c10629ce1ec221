/** Generated files are fresh: built again here and compared. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDeclarations } from '../../scripts/generate/declarations.ts';
import { committedFiles, generatedFiles } from '../../scripts/generate.ts';
import { filesUnder, isTest, productFiles, root } from './sources.ts';

const files = generatedFiles();
const declarations = readDeclarations();

describe('generated files', () => {
  it('are what `npm run generate` writes', () => {
    const stale = [...files].filter(([path, text]) => {
      const place = join(root, path);
      return !existsSync(place) || readFileSync(place, 'utf8') !== text;
    });
    expect(stale.map(([path]) => path)).toEqual([]);
  });

  it('are all that their folders hold', () => {
    expect(committedFiles(root).filter((path) => !files.has(path))).toEqual([]);
  });

  it('come out the same twice', () => {
    expect([...generatedFiles()]).toEqual([...files]);
  });
});

describe('codes and pages', () => {
  const written = (pattern: RegExp): readonly string[] =>
    productFiles()
      .filter((file) => !isTest(file.path))
      .flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  const pages = (folder: string): readonly string[] =>
    filesUnder(folder, '.md')
      .map(({ path }) => path.slice(folder.length + 1, -3))
      .filter((name) => name !== 'index')
      .sort();

  it.each([
    ['docs/errors', declarations.errors, /defineError(?:<[^>]*>)?\(\{\s*code: '(\w+)'/g],
    ['docs/problems', declarations.problems, /defineProblem(?:<[^>]*>)?\(\{\s*code: '(\w+)'/g],
  ] as const)('%s has a page for each code, and none for another', (folder, declared, pattern) => {
    const codes = declared.map((one) => one.code).sort();
    expect(pages(folder)).toEqual(codes);
    // What stands in the sources is loaded by the server: no code is forgotten.
    expect(written(pattern).filter((code) => !codes.includes(code))).toEqual([]);
    expect(codes.length).toBeGreaterThan(20);
  });

  it('codes that calls name are declared', () => {
    const known = new Set(declarations.errors.map((one) => one.code));
    expect(declarations.calls.flatMap((call) => (call.errors ?? []).filter((code) => !known.has(code)))).toEqual([]);
  });

  it('each explains what to do', () => {
    const short = [...declarations.errors, ...declarations.problems].filter((one) => one.title === '' || one.solve.length < 10);
    expect(short.map((one) => one.code)).toEqual([]);
  });
});
