/** A secret of env.jsonc leaves no endpoint, by the same marks as a password's hash; requests, comparisons and sha256 may use it. */
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../harness/stack.ts';

const files = { 'env.jsonc': { KEY: { secret: true }, PUBLIC: { default: 'x' } } };
const codes = (stack: readonly unknown[], response: unknown = null, more: object = {}): readonly string[] =>
  problemsOf({ files: { ...files, ...more }, stack, response, input: { k: 'text', list: 'int[]' } }).map((p) => p.code);
const set = (name: string, value: unknown) => ({ function: 'create_variable', name, value });
const change = (name: string, value: unknown) => ({ function: 'update_variable', name, value });

describe('an answer', () => {
  test.each([
    'env.KEY', 'env', 'env[input.k]', 'env["KEY"]', '"Bearer " ~ env.KEY', '{"a": [env.KEY]}', 'env.KEY ?? "none"', 'env.KEY || env.PUBLIC',
    'true ? 1 : env.KEY', 'env.KEY|base64_encode', 'env.KEY|substr:0:4', 'input.list|map:env.KEY', 'input.list|reduce:(result ~ env.KEY):""', 'env|keys|push:env.KEY',
  ])('with %s is refused', (expression) => expect(codes([], `{{ ${expression} }}`)).toEqual(['secret_leaves'])); // biome-ignore format: a table

  test.each([
    'env.PUBLIC', 'env["PUBLIC"]', 'env.KEY == input.k', 'env.KEY != null', 'env.KEY|strlen', '(env.KEY ~ input.k)|sha256', 'env|keys', 'env|pick:"PUBLIC"', 'env.KEY ? 1 : 2',
  ])('with %s is not', (expression) => expect(codes([], `{{ ${expression} }}`)).toEqual([])); // biome-ignore format: a table

  test('in a stream, through variables, loops and functions too', () => {
    const echo = { 'functions/echo.jsonc': { input: { v: 'text' }, stack: [], response: '{{ input.v }}' } };
    const own = { 'functions/own.jsonc': { stack: [], response: '{{ env.KEY }}' } };
    const call = (name: string, input: object) => ({ function: 'run_function', name, input, return_as: 'r' });
    expect(codes([call('echo', { v: '{{ env.KEY }}' })], '{{ r }}', echo)).toEqual(['secret_leaves']);
    expect(codes([call('own', {})], '{{ r }}', own)).toEqual(['secret_leaves']);
    expect(codes([call('own', {})], 1, own)).toEqual([]);
    const turns = [change('b', '{{ a }}'), change('a', '{{ env.KEY }}')];
    const loop = (stack: unknown) => ({ function: 'for_each', range: { from: 1, to: 3 }, stack });
    expect(codes([set('a', null), set('b', null), loop(turns)], '{{ b }}')).toEqual(['secret_leaves']);
    const shows = [{ function: 'set_header', name: 'x-a', value: '{{ a }}' }, change('a', '{{ env.KEY }}')];
    expect(codes([set('a', null), loop(shows)], 1)).toEqual(['secret_leaves']);
  });
});

describe('a step', () => {
  const key = '{{ env.KEY }}';
  test.each<[object, readonly string[]]>([
    [{ function: 'throw_error', code: 'x', message: `no: ${key}` }, ['secret_leaves']],
    [{ function: 'throw_error', code: 'x', data: { k: key } }, ['secret_leaves']],
    [{ function: 'precondition', condition: '{{ env.KEY == input.k }}', data: key }, ['secret_leaves']],
    [{ function: 'precondition', condition: '{{ env.KEY == input.k }}', code: 'x' }, []],
    [{ function: 'set_header', name: 'x-a', value: key }, ['secret_leaves']],
    [{ function: 'return', value: [key] }, ['secret_leaves']],
    [{ function: 'return', value: 1, headers: { a: key } }, ['secret_leaves']],
    [{ function: 'log_debug_info', data: { a: key } }, ['secret_logged']],
    [{ function: 'log_debug_info', data: '{{ env.KEY|strlen }}' }, []],
    [{ function: 'external_api_request', url: `https://x.example/?k=${key}`, method: 'POST', headers: { authorization: `Bearer ${key}` }, body: { k: key } }, []],
  ])('%j', (step, expected) => expect(codes([step])).toEqual(expected)); // biome-ignore format: a table
});

test.each<[string, readonly string[]]>([
  ['env.KEY', ['secret_leaves']],
  ['db.t.name ~ env.KEY', ['secret_leaves']],
  ['db.t.name|first_notnull:env.KEY', ['secret_leaves']],
  ['db.t.name ?? env.KEY', ['secret_leaves']],
  ['db.t.id > 1 ? db.t.name : env.KEY', ['secret_leaves']],
  ['db.t.name == env.KEY', []],
  ['db.t.name ~ env.PUBLIC', []],
])('what the database computes: %s', (expression, expected) => {
  const tables = { 'tables/t.jsonc': { columns: { id: { type: 'int', primary: true }, name: 'text?' } } };
  const query = { function: 'query_records', table: 't', eval: { k: `{{ ${expression} }}` }, return_as: 'rows' };
  expect(codes([query], '{{ rows }}', tables)).toEqual(expected);
  expect(codes([{ ...query, eval: {}, where: '{{ db.t.name == env.KEY }}' }], '{{ rows }}', tables)).toEqual([]);
});

test('the two marks do not become each other', () => {
  const tables = { 'tables/p.jsonc': { columns: { id: { type: 'int', primary: true }, password: 'password?' } } };
  const read = { function: 'get_record', table: 'p', id: 1, output: ['password'], return_as: 'p' };
  expect(codes([read], '{{ p }}', tables)).toEqual(['password_leaves']);
  expect(codes([read], '{{ [p, env.KEY] }}', tables)).toEqual(['password_leaves', 'secret_leaves']);
  expect(codes([read], '{{ p.password ~ env.KEY }}', tables)).toEqual(['password_leaves', 'secret_leaves']);
});
