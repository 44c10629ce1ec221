/** `ashlar check` and `ashlar explain`, on folders. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '@ashlar/engine';
import { afterAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../harness/postgres.ts';
import { ashlar } from './command.ts';

const folder = temporaryFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `file:line:column-endColumn severity code message (hint)` */
function line({ file, line, column, endLine, endColumn, severity, code, message, hint }: Problem): string {
  const end = endLine === line ? endColumn : `${endLine}:${endColumn}`;
  return `${file}:${line}:${column}-${end} ${severity} ${code} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** A folder of a test, with its files. */
function make(name: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, name, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  return name;
}

describe('the tour of mistakes', () => {
  const problems = async (): Promise<readonly Problem[]> => {
    const { code, out } = await ashlar(['check', 'tests/mistakes', '--json']);
    expect(code).toBe(1);
    return JSON.parse(out).problems;
  };

  test('every message with its place comes in one run', async () => {
    const lines = (await problems()).map(line);
    const expected = readFileSync(join(import.meta.dirname, 'mistakes.expected.txt'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines).toEqual(expected);
  });

  test('has 20 kinds and more, each at least twice', async () => {
    const counts = Object.values(Object.groupBy(await problems(), (problem) => problem.code)).map((same) => same?.length ?? 0);
    expect(counts.length).toBeGreaterThanOrEqual(20);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
  });

  test('has an expression with two, and one that only another file explains', async () => {
    const found = await problems();
    const inOne = found.filter((problem) => problem.file === 'functions/greeting.jsonc' && problem.line === 4);
    expect(inOne.map((problem) => problem.code)).toEqual(['unknown_input', 'unknown_filter']);
    // functions/total.jsonc answers a decimal.
    const across = found.filter((problem) => problem.file === 'apis/shop/report.get.jsonc' && problem.line === 8);
    expect(across.map((problem) => problem.message)).toEqual([expect.stringContaining('decimal')]);
  });

  test('is shown to people with a frame and a summary', async () => {
    const { code, out, err } = await ashlar(['check', 'tests/mistakes']);
    expect([code, err]).toEqual([1, '']);
    expect(out).toContain(
      [
        'functions/greeting.jsonc:4:82 error unknown_filter',
        '  There is no filter "uper".',
        '  Did you mean "upper"?',
        '    3 |   "stack": [',
        '  > 4 |     {"function": "create_variable", "name": "text", "value": "Hello {{ input.nme|uper }}"},',
        '      |                                                                                  ^^^^',
      ].join('\n'),
    );
    expect(out).toMatch(/\n\n\d+ errors, 2 warnings, 3 hints in 12 files\n$/);
    // Not a terminal: no colours.
    expect(out).not.toContain('\u001b');
  });
});

describe('check --fix', () => {
  const stack = `{
  // The first step, as a habit spells it.
  "stack": [
    {"function": "Create Variable", "name": "a", "value": "{{ 'x'|upper|lowercase }}"}, // kept
    {"function": "create_variable", "name": "b", "value": "{{ a === 'x' && uuid() !== 'k' ? request?.body?.['k'] : null }}"},
  ]
}
`;

  test('rewrites names and keeps comments', async () => {
    const name = make('fix', { 'ashlar.jsonc': '{"name": "fix"}', 'apis/a/x.get.jsonc': stack });
    const { code, out } = await ashlar(['check', name, '--fix'], { cwd: folder });
    expect(readFileSync(join(folder, name, 'apis/a/x.get.jsonc'), 'utf8')).toBe(`{
  // The first step, as a habit spells it.
  "stack": [
    {"function": "create_variable", "name": "a", "value": "{{ 'x'|to_upper|to_lower }}"}, // kept
    {"function": "create_variable", "name": "b", "value": "{{ a == 'x' && uuid != 'k' ? request.body['k'] : null }}"},
  ]
}
`);
    expect(out).toMatch(/^8 places rewritten in apis\/a\/x\.get\.jsonc\n/);
    expect(code).toBe(0);
  });

  test('changes nothing where nothing is to be fixed', async () => {
    const name = make('sound', { 'ashlar.jsonc': '{"name": "sound"} // as it is' });
    expect(await ashlar(['check', name, '--fix'], { cwd: folder })).toEqual({
      code: 0,
      out: 'No problems in 1 file.\n',
      err: '',
    });
    expect(readFileSync(join(folder, name, 'ashlar.jsonc'), 'utf8')).toBe('{"name": "sound"} // as it is');
  });
});

describe('new', () => {
  test('makes a workspace that passes check and keeps local values out of git', async () => {
    const made = await ashlar(['new', 'notes'], { cwd: folder });
    expect([made.code, made.err]).toEqual([0, '']);
    expect(await ashlar(['check', 'notes'], { cwd: folder })).toEqual({ code: 0, out: 'No problems in 7 files.\n', err: '' });
    expect(existsSync(join(folder, 'notes', 'tests'))).toBe(false);
    expect(readFileSync(join(folder, 'notes', '.gitignore'), 'utf8')).toContain('\nenv.local.jsonc\n');
    expect(await ashlar(['run', 'notes', 'greeting', '--input', '{"title": " Milk "}'], { cwd: folder })).toMatchObject({
      code: 0,
      out: '"Hello: Milk"\n',
    });
  });

  test('writes over nothing', async () => {
    make('filled', { 'tables/note.jsonc': 'mine' });
    const { code, err } = await ashlar(['new', 'filled'], { cwd: folder });
    expect([code, err]).toEqual([1, 'error filled is not empty.\n']);
    expect(existsSync(join(folder, 'filled', 'ashlar.jsonc'))).toBe(false);
  });

  test('makes a name of the folder, or refuses', async () => {
    const { out } = await ashlar(['new', 'My Shop 2', '--json'], { cwd: folder });
    expect(JSON.parse(out)).toMatchObject({ success: true, name: 'my-shop-2' });
    expect((await ashlar(['new', 'other', '--name', 'Not A Slug'], { cwd: folder })).code).toBe(2);
  });
});

describe('explain', () => {
  test('shows every section of an endpoint', async () => {
    const { code, out } = await ashlar(['explain', 'tests/cli/fixtures/explained/apis/shop/orders.get.jsonc']);
    expect(code).toBe(0);
    const [before = '', sql = '', javascript = '', effects = ''] = out.split(/SQL: .*\n|JavaScript: .*\n|(?=Effects: )/);
    await expect(before + effects).toMatchFileSnapshot('samples/explain-orders.txt');
    // Clauses stand on lines of their own; with the status and without it are two statements.
    expect(sql.match(/^from "order"\n(?:where .*\n)?order by "order"\."total" desc, "order"\."id"\nlimit /gm)).toHaveLength(2);
    expect(sql).toContain('-- binds    $1 text, $2 int8\n');
    // Inputs are read directly, and the code is indented by its blocks.
    expect(javascript).toContain('(input?.status ?? null)');
    expect(javascript).toMatch(/^return async \(run, input\) => \{\n {2}let /m);
  });

  test('lists each SQL text once, with the steps that send it', async () => {
    const { out } = await ashlar([
      'explain',
      'tests/cli/fixtures/explained/apis/shop/twice.get.jsonc',
      '--section',
      'sql',
      '--json',
    ]);
    const [{ sql }] = JSON.parse(out);
    const texts = sql.map((statement: { text: string }) => statement.text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(sql[0]).toMatchObject({ steps: [1, 2], access: 'read', table: 'order', maxRows: 1 });
    expect(sql[0].text).toMatch(/^select .* from "order" where "order"\."id" = \$1/);
  });

  test('finds functions, and refuses what has no stack', async () => {
    const { out } = await ashlar(['explain', 'tests/cli/fixtures/names/functions/proto.jsonc', '--section', 'effects']);
    expect(out).toMatch(/^function proto {2}answers object\n\n.*\n\nnone: the run is pure/);
    expect((await ashlar(['explain', 'tests/cli/fixtures/explained/tables/order.jsonc'])).code).toBe(1);
  });

  test('shows problems instead where there are any', async () => {
    const { code, out } = await ashlar(['explain', 'tests/mistakes/functions/total.jsonc']);
    expect(code).toBe(1);
    expect(out).toContain('unknown_input');
  });
});

describe('run', () => {
  const cwd = join(import.meta.dirname, 'fixtures');

  test('refuses wrong inputs by field', async () => {
    const { code, err } = await ashlar(['run', 'explained/functions/price.jsonc', '--input', '{"count": "x"}'], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/^input_invalid .*\n {2}count: .*whole number/);
  });

  test('answers decimals with all their digits', async () => {
    const run = await ashlar(['run', 'explained', 'functions/price', '--input', '{"count": 3}'], { cwd });
    expect(run).toEqual({ code: 0, out: '0.30000000000000000003\n', err: '' });
  });

  test('says what needs a server', async () => {
    const { code, err } = await ashlar(['run', 'explained', 'stored'], { cwd });
    expect([code, err]).toEqual([1, 'error stored asks for query, which needs a server: call an endpoint that runs it.\n']);
  });

  test('shows where a run failed', async () => {
    const { code, out } = await ashlar(['run', 'explained', 'price', '--input', '{"count": 0}', '--json'], { cwd });
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ success: false, code: 'no_count', step: '/stack/0' });
  });
});

test('a folder without ashlar.jsonc has that one problem', async () => {
  make('no-workspace', { 'tables/a.jsonc': '{"colums": {}}', 'apis/a/x.get.jsonc': '{"stack": [{"function": "nope"}]}' });
  const { code, out } = await ashlar(['check', 'no-workspace', '--json'], { cwd: folder });
  expect(code).toBe(1);
  expect(JSON.parse(out).problems.map((problem: Problem) => problem.code)).toEqual(['workspace_file_missing']);
});

test('a folder without ashlar.jsonc is not sent to a server', async () => {
  make('no-name', { 'tables/a.jsonc': '{"columns": {}}' });
  for (const args of [
    ['push', 'no-name', '--env', 'dev'],
    ['dev', 'no-name', '--url', 'http://127.0.0.1:9'],
  ]) {
    const { code, err } = await ashlar(args, { cwd: folder, env: { ASHLAR_ADMIN_KEY: 'k'.repeat(40) } });
    expect([code, err]).toEqual([2, expect.stringContaining('no-name has no ashlar.jsonc with a "name".')]);
  }
});

test('a link to a file of the workspace is read, any other is told of', async () => {
  make('linked', { 'ashlar.jsonc': '{"name": "linked"}', 'functions/a.jsonc': '{"stack": [], "response": 1}' });
  make('elsewhere-file', { 'b.jsonc': '{"stack": [], "response": 1}' });
  const at = (name: string): string => join(folder, 'linked', 'functions', name);
  symlinkSync('a.jsonc', at('same.jsonc'));
  symlinkSync(join(folder, 'elsewhere-file', 'b.jsonc'), at('outside.jsonc'));
  symlinkSync('nowhere.jsonc', at('dangling.jsonc'));
  symlinkSync('.', at('round'));
  const { code, out } = await ashlar(['check', 'linked', '--json'], { cwd: folder });
  expect(code).toBe(0);
  expect(JSON.parse(out).problems.map((problem: Problem) => [problem.file, problem.code])).toEqual(
    ['dangling.jsonc', 'outside.jsonc', 'round'].map((name) => [`functions/${name}`, 'symlink_skipped']),
  );
  expect((await ashlar(['run', 'linked', 'same'], { cwd: folder })).out).toBe('1\n');
});

test('env in a folder that is no workspace asks for the workspace, and reads nothing', async () => {
  mkdirSync(join(folder, 'elsewhere'), { recursive: true });
  const env = { ASHLAR_ADMIN_KEY: 'k'.repeat(40) };
  for (const args of [['list'], ['set', 'A', 'b'], ['unset', 'A']]) {
    const { code, err } = await ashlar(['env', ...args, '--env', 'dev'], { cwd: join(folder, 'elsewhere'), env });
    expect(code).toBe(2);
    expect(err).toContain('. has no ashlar.jsonc: name the workspace with --workspace, or its folder with --dir.');
  }
});
