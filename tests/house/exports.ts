/**
 * Which exported values nobody imports. A file's own test counts only for what the file itself uses: what only a test sees is not
 * part of the product. Types are left alone: who calls an exported function may name what it takes.
 */
import { posix } from 'node:path';
import { filesUnder, isTest, productFiles, type SourceFile, withoutComments } from './sources.ts';

export interface Export {
  readonly path: string;
  readonly name: string;
}

const faces: Readonly<Record<string, string>> = {
  '@ashlar/engine': 'engine/src/index.ts',
  '@ashlar/contract': 'contract/index.ts',
  '@ashlar/server': 'server/src/main.ts',
  '@ashlar/cli': 'cli/src/main.ts',
};

const named = /\b(import|export)\s+(?:type\s+)?(?:\w+\s*,\s*)?\{([^}]*)\}\s*from\s*'([^']+)'/g;
const whole = /(?:\b(?:import|export)\s+(?:type\s+)?\*(?:\s+as\s+\w+)?\s+from\s*|\bimport\(\s*)'([^']+)'/g;
const declared = /^export (?:async )?(?:function\*?|const|class|abstract class) (\w+)/gm;

function target(from: string, written: string): string {
  return written.startsWith('.') ? posix.join(posix.dirname(from), written) : (faces[written] ?? written);
}

/** The names in braces, each as it is called where it comes from. */
function namesIn(list: string, side: 'source' | 'here'): readonly string[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type\s+/, ''))
    .filter((part) => part !== '')
    .map((part) => part.split(/\s+as\s+/))
    .map((names) => (side === 'source' ? names[0] : names.at(-1)) ?? '');
}

/** Every value that a file exports: declared there, or handed on. */
function exportsOf({ path, text }: SourceFile): readonly Export[] {
  const code = withoutComments(text);
  const own = [...code.matchAll(declared)].map(([, name = '']) => name);
  const handedOn = [...code.matchAll(named)]
    .filter(([statement, word]) => word === 'export' && !/^export\s+type\b/.test(statement))
    .flatMap(([, , list = '']) => namesIn(list.replace(/\btype\s+\w+\s*,?/g, ''), 'here'));
  return [...own, ...handedOn].map((name) => ({ path, name }));
}

const isUsedInside = (file: SourceFile, name: string): boolean =>
  [...withoutComments(file.text).matchAll(new RegExp(`(?<![\\w$.])${name}(?![\\w$])`, 'g'))].length > 1;

/** What the files take from others, as `path name`; all of a file as `path *`. */
function takenBy({ path, text }: SourceFile): readonly string[] {
  const code = withoutComments(text);
  return [
    ...[...code.matchAll(named)].flatMap(([, , list = '', from = '']) =>
      namesIn(list, 'source').map((name) => `${target(path, from)} ${name}`),
    ),
    ...[...code.matchAll(whole)].map(([, from = '']) => `${target(path, from)} *`),
  ];
}

/** Exports of `files` that none of `users` imports. */
export function unusedExports(files: readonly SourceFile[], users: readonly SourceFile[]): readonly Export[] {
  const [taken, tested] = [new Set<string>(), new Set<string>()];
  for (const user of users) {
    const own = isTest(user.path) ? user.path.replace(/\.test\.ts$/, '.ts') : '';
    for (const one of takenBy(user)) (one.startsWith(`${own} `) ? tested : taken).add(one);
  }
  return files.flatMap((file) =>
    exportsOf(file).filter(({ path, name }) => {
      if (taken.has(`${path} ${name}`) || taken.has(`${path} *`)) return false;
      return !tested.has(`${path} ${name}`) || !isUsedInside(file, name);
    }),
  );
}

/** Exports of the product that neither it, nor a script, nor another file's test imports. */
export function unusedInProduct(): readonly Export[] {
  const product = productFiles();
  const users = [
    ...product,
    ...['scripts', 'tests', 'bench'].flatMap((folder) => filesUnder(folder, '.ts')),
    ...filesUnder('cli/bin', '.js'),
  ];
  return unusedExports(
    product.filter((file) => !isTest(file.path) && !file.path.startsWith('contract/')),
    users,
  );
}
