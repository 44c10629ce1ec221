/** What must not stand in the code, and what is long. */
import { describe, expect, it } from 'vitest';
import { filesUnder, isTest, lineOf, productFiles, type SourceFile, withoutComments } from './sources.ts';

const own = filesUnder('tests', '.ts').filter((file) => !file.path.startsWith('tests/house/'));
const everything = [...productFiles(), ...own, ...filesUnder('scripts', '.ts')];

function places(files: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) => [...text.matchAll(pattern)].map((m) => `${path}:${lineOf(text, m.index)} ${m[0]}`));
}
const bare = (file: SourceFile): SourceFile => ({ ...file, text: withoutComments(file.text) });

describe('the code', () => {
  it('makes code at run time in engine/src/4-emit alone', () => {
    const dynamic = /\bnew Function\b|(?<![.\w])eval\(|(?<![.\w])Function\(|\.constructor\(|node:vm/g;
    const found = places(everything.filter((file) => !isTest(file.path)).map(bare), dynamic);
    expect(found.filter((place) => !place.startsWith('engine/src/4-emit/'))).toEqual([]);
    expect(found).toHaveLength(1);
  });

  it('makes errors from declarations', () => {
    const own = ['engine/src/errors.ts', 'engine/src/4-emit/helpers/errors.ts', 'server/src/gateway/errors.ts'];
    const files = productFiles().filter(({ path }) => !isTest(path));
    const found = places(files.map(bare), /new AshlarError\(/g);
    expect(found.length).toBeGreaterThanOrEqual(own.length);
    expect(found.filter((place) => !own.some((path) => place.startsWith(`${path}:`)))).toEqual([]);
  });

  it('leaves nothing for later', () => {
    expect(places(everything, /\b(?:TODO|FIXME|XXX|HACK)\b/g)).toEqual([]);
  });

  it('skips no test and runs none alone', () => {
    const tests = everything.filter((file) => isTest(file.path)).map(bare);
    expect(tests.length).toBeGreaterThan(60);
    expect(places(tests, /\b(?:it|test|describe)(?:\.\w+)*\.(?:only|skip|todo)\b/g)).toEqual([]);
  });

  it('has no product word in base', () => {
    const base = filesUnder('server/src/base', '.ts').filter((file) => !isTest(file.path));
    expect(base.length).toBeGreaterThan(20);
    expect(places(base.map(bare), /workspace|endpoint|snapshot|publication|tenant/gi)).toEqual([]);
  });
});

describe('lists of files', () => {
  const listed = [
    ...familyFaces('engine/src/library'),
    { face: 'engine/src/filters/index.ts', members: membersOf('engine/src/filters', /\bdefineFilter\(/) },
  ];

  it.each(listed)('$face names each declaring file beside it', ({ face, members }) => {
    const [file] = filesUnder(face.slice(0, face.lastIndexOf('/')), '/index.ts'.slice(1)).filter((one) => one.path === face);
    expect(members.length).toBeGreaterThan(0);
    expect(members.filter((name) => !file?.text.includes(`'./${name}'`))).toEqual([]);
  });
});

function familyFaces(folder: string): readonly { readonly face: string; readonly members: readonly string[] }[] {
  const faces = filesUnder(folder, 'index.ts').filter((file) => file.path !== `${folder}/index.ts`);
  return faces.map((file) => {
    const family = file.path.slice(0, -'/index.ts'.length);
    return { face: file.path, members: membersOf(family, /\bdefineFunction\(/) };
  });
}

function membersOf(folder: string, declares: RegExp): readonly string[] {
  return filesUnder(folder, '.ts')
    .filter(({ path, text }) => !isTest(path) && declares.test(text) && !/export function defineF/.test(text))
    .map(({ path }) => path.slice(folder.length + 1));
}

describe('the ten longest', () => {
  const files = productFiles().filter((file) => !isTest(file.path) && file.path !== 'contract/index.ts');

  it('files', () => {
    const lengths = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    show('files', lengths);
    expect(Math.max(...lengths.map((one) => one.lines))).toBeLessThan(400);
  });

  it('functions', () => {
    const lengths = files.flatMap((file) => functionsOf(file));
    expect(lengths.length).toBeGreaterThan(500);
    show('functions', lengths);
    const long = lengths
      .filter((one) => one.lines > mostLines)
      .map(({ path, lines }) => [path.replace(/:\d+ .*?(\w+)\(.*$/, ' $1'), lines] as const);
    // None beyond those that are known, and none of these grows: one that became shorter gets its new number here, or leaves.
    expect(long.filter(([name, lines]) => lines > (knownLong[name] ?? mostLines))).toEqual([]);
    const now = new Map(long);
    expect(Object.entries(knownLong).filter(([name, lines]) => now.get(name) !== lines)).toEqual([]);
  });
});

/** Lines of a function that a reader still takes in at once. */
const mostLines = 70;

/** Functions that were longer when the bound came. */
const knownLong: Readonly<Record<string, number>> = {
  'engine/src/2-check/operators.ts checkBinary': 71,
  'engine/src/4-emit/slots.ts visitStatement': 78,
};

interface Length {
  readonly path: string;
  readonly lines: number;
}

/** For the reader to judge. */
function show(what: string, lengths: readonly Length[]): void {
  const longest = lengths.toSorted((a, b) => b.lines - a.lines).slice(0, 10);
  process.stdout.write(`longest ${what}\n${longest.map((one) => `${String(one.lines).padStart(5)}  ${one.path}\n`).join('')}`);
}

/** Functions by their indentation, which the formatter keeps: one begins where a line ends with `{` and ends with its brace. */
function functionsOf({ path, text }: SourceFile): readonly Length[] {
  const lines = text.split('\n');
  const begins =
    /^(\s*)(?:(?:export |async |static |override |private )*function\b|(?:static |async |get |set )*#?\w+\(.*\)(?:: .+)? \{$|.*=> \{$)/;
  return lines.flatMap((line, index) => {
    const [, indent] = begins.exec(line) ?? [];
    if (indent === undefined || /^\s*(?:if|for|while|switch|catch)\b/.test(line)) return [];
    const length = lines.slice(index + 1).findIndex((other) => other.startsWith(`${indent}}`));
    const name = line.trim().slice(0, 60);
    return length < 0 ? [] : [{ path: `${path}:${index + 1}  ${name}`, lines: length + 2 }];
  });
}
