/** What is exported is imported: nothing is kept for nobody. */
import { describe, expect, it } from 'vitest';
import { unusedExports, unusedInProduct } from './exports.ts';

describe('exported values', () => {
  it('are imported by somebody; else delete them, or leave out `export`', () => {
    expect(unusedInProduct().map(({ path, name }) => `${path}: ${name}`)).toEqual([]);
  });

  const file = (path: string, text: string) => ({ path, text });
  const library = file(
    'a/x.ts',
    'export const used = 1;\nexport function seam() {}\nseam();\nexport const alone = 2;\nexport type T = 1;\n',
  );
  const names = (...users: readonly ReturnType<typeof file>[]): readonly string[] =>
    unusedExports([library], [library, ...users]).map((one) => one.name);

  it('without an importer are found, types left alone', () => {
    expect(names(file('b/y.ts', "import { used } from '../a/x.ts';"))).toEqual(['seam', 'alone']);
    expect(names(file('b/y.ts', "import * as all from '../a/x.ts';"))).toEqual([]);
  });

  it('of which only their own test knows are found, unless the file itself uses them', () => {
    const test = file('a/x.test.ts', "import { alone, seam, used } from './x.ts';");
    expect(names(test)).toEqual(['used', 'alone']);
  });

  it('of a face count as imported by the name of its package', () => {
    const face = file('engine/src/index.ts', "export { one, type Two } from './one.ts';");
    expect(unusedExports([face], [face]).map((one) => one.name)).toEqual(['one']);
    expect(unusedExports([face], [face, file('cli/src/a.ts', "import { one } from '@ashlar/engine';")])).toEqual([]);
  });
});
