import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminKey, call, type Fixture, type Reply, startFixture } from '../../../tests/harness/gateway.ts';
import { defineCall } from './define.ts';
import { mountCalls } from './mount.ts';

const listThings = defineCall({
  method: 'GET',
  path: '/api/things',
  id: 'listThings',
  summary: 'Things',
  permission: 'admin',
  paged: true,
  query: Type.Object({
    kind: Type.Optional(Type.String()),
    deep: Type.Optional(Type.Boolean()),
    tag: Type.Optional(Type.Array(Type.String())),
  }),
  answer: Type.Array(Type.Unknown()),
  handler: async ({ query }) => ({ body: [query], nextCursor: query.kind === 'last' ? undefined : 'c&2' }),
});
const makeThing = defineCall({
  method: 'POST',
  path: '/api/things',
  id: 'makeThing',
  summary: 'Make one',
  permission: 'admin',
  body: Type.Object({
    name: Type.String({ minLength: 1 }),
    size: Type.Integer({ minimum: 1, default: 3 }),
    parts: Type.Optional(Type.Array(Type.Object({ n: Type.Number() }, { additionalProperties: false }))),
  }),
  bodyBytes: 2_000,
  answer: Type.Unknown(),
  handler: async ({ body, actor }) => ({ status: 201, body: { ...body, by: actor.id } }),
});
const oneThing = defineCall({
  method: 'GET',
  path: '/api/things/{name}',
  id: 'oneThing',
  summary: 'One thing',
  permission: 'admin',
  params: Type.Object({ name: Type.String({ pattern: '^[a-z/]+$' }) }),
  answer: Type.Unknown(),
  handler: async ({ params, clientAddress }) => ({ body: { name: params.name, clientAddress } }),
});
const failing = defineCall({
  method: 'DELETE',
  path: '/api/things/{name}',
  id: 'deleteThing',
  summary: 'Fail',
  permission: 'admin',
  answer: Type.Unknown(),
  handler: () => Promise.reject(new Error('inner secret')),
});
const status = defineCall({
  method: 'GET',
  path: '/api/status',
  id: 'status',
  summary: 'Status',
  permission: 'public',
  answer: Type.Object({ ok: Type.Boolean() }),
  handler: async () => ({ body: { ok: true } }),
});

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ groups: {}, calls: [listThings, makeThing, oneThing, failing, status] });
});
afterAll(() => fixture.gateway.stop(0));

const authorization = `Bearer ${adminKey}`;
const admin = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  call(fixture, method, path, {
    headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

describe('a control call', () => {
  it.each([
    ['GET', '/api/status', undefined, 200],
    ['GET', '/api/things', undefined, 401],
    ['GET', '/api/things', 'Bearer wrong', 401],
    ['GET', '/api/things', `Basic ${adminKey}`, 401],
    ['GET', '/api/things', authorization, 200],
    ['GET', '/api/none', undefined, 404],
    ['GET', '/api/', undefined, 404],
    ['GET', '/api/things/', authorization, 404],
    ['PUT', '/api/things', undefined, 405],
  ])('%s %s with %s answers %i', async (method, path, key, expected) => {
    const reply = await call(fixture, method, path, { headers: key === undefined ? {} : { authorization: key } });
    expect(reply.status).toBe(expected);
    if (expected >= 400) {
      expect(reply.headers['content-type']).toBe('application/problem+json');
      expect(reply.json).toMatchObject({
        success: false,
        error: expect.any(String),
        code: expect.any(String),
        request_id: reply.headers['x-request-id'],
      });
    }
    if (expected === 401) expect(reply.headers['www-authenticate']).toBe('Bearer realm="control"');
    if (expected === 405) expect(reply.headers.allow).toBe('GET, POST, HEAD, OPTIONS');
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  it('answers HEAD and OPTIONS', async () => {
    const head = await admin('HEAD', '/api/things');
    expect([head.status, head.text]).toEqual([200, '']);
    const options = await admin('OPTIONS', '/api/things');
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, POST, HEAD, OPTIONS']);
  });

  it('has its parameters decoded and checked', async () => {
    expect((await admin('GET', '/api/things/a%2Fb')).json).toEqual({ name: 'a/b', clientAddress: '127.0.0.1' });
    expect((await admin('GET', '/api/things/A')).json).toMatchObject({
      code: 'input_invalid',
      errors: [{ in: 'path', field: 'name' }],
    });
  });

  it('has a body with defaults, and says who asked', async () => {
    const reply = await admin('POST', '/api/things', { name: 'a' });
    expect([reply.status, reply.json]).toEqual([201, { name: 'a', size: 3, by: 'admin' }]);
  });

  it('names everything that is wrong at once', async () => {
    const reply = await admin('POST', '/api/things', { size: 0, parts: [{ n: 'x', extra: 1 }], more: 1 });
    expect(reply.json).toMatchObject({ status: 400, code: 'input_invalid' });
    const { errors } = reply.json as { readonly errors: readonly { readonly field: string; readonly code: string }[] };
    expect(errors.map(({ field, code }) => `${field} ${code}`).sort()).toEqual([
      'more unknown_input',
      'name required',
      'parts[0].extra unknown_input',
      'parts[0].n wrong_type',
      'size too_small',
    ]);
  });

  it.each([
    ['no JSON', '{"name": ', 400, 'bad_json'],
    ['a list', [1], 400, 'input_invalid'],
    ['an unknown __proto__', '{"name": "a", "__proto__": {"admin": true}}', 400, 'input_invalid'],
    ['deep nesting', `{"name": ${'['.repeat(500)}${']'.repeat(500)}}`, 400, 'bad_request'],
    ['too much', { name: 'a'.repeat(3_000) }, 413, 'body_too_large'],
  ])('refuses %s', async (_name, body, expected, code) => {
    expect((await admin('POST', '/api/things', body)).json).toMatchObject({ status: expected, code, success: false });
  });

  it('refuses another type, and an unknown key before the body is read', async () => {
    expect((await admin('POST', '/api/things', 'name=a', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(
      415,
    );
    const unread = await call(fixture, 'POST', '/api/things', {
      headers: { 'content-type': 'application/json' },
      body: '{broken',
    });
    expect(unread.status).toBe(401);
  });

  it('that fails tells nothing of the cause', async () => {
    const reply = await admin('DELETE', '/api/things/a');
    expect(reply.json).toMatchObject({ status: 500, code: 'internal_error', success: false });
    expect(reply.text).not.toContain('inner secret');
    expect(fixture.logged.join()).toContain('inner secret');
  });
});

describe('a list', () => {
  it('has limit and cursor, and a link to the next page', async () => {
    const reply = await admin('GET', '/api/things?kind=a%20b&tag=x&tag=y&deep=true&cursor=c1');
    expect(reply.json).toEqual([{ kind: 'a b', tag: ['x', 'y'], deep: true, cursor: 'c1', limit: 100 }]);
    expect(reply.headers.link).toBe('</api/things?kind=a+b&tag=x&tag=y&deep=true&cursor=c%262>; rel="next"');
    expect((await admin('GET', '/api/things?kind=last')).headers.link).toBeUndefined();
  });

  it.each([
    ['limit=0', 'limit', 'too_small'],
    ['limit=1001', 'limit', 'too_large'],
    ['limit=x', 'limit', 'wrong_type'],
    ['limit=1&limit=2', 'limit', 'repeated'],
    ['deep=1', 'deep', 'wrong_type'],
    ['lmit=1', 'lmit', 'unknown_input'],
    ['__proto__=1', '__proto__', 'unknown_input'],
  ])('refuses ?%s', async (query, field, code) => {
    const reply = await admin('GET', `/api/things?${query}`);
    expect(reply.json).toMatchObject({ status: 400, errors: [{ in: 'query', field, code }] });
  });
});

describe('what is refused at the start', () => {
  const answer = Type.Object({});
  const declared = { path: '/api/x', id: 'x', summary: 'X', permission: 'public', handler: async () => ({ body: {} }) } as const;
  it.each([
    ['two calls of one method and path', [status, status], 'GET /api/status is declared twice'],
    ['a GET with a body', [defineCall({ ...declared, method: 'GET', body: answer, answer })], 'GET /api/x declares a body'],
    [
      'a list without pages',
      [defineCall({ ...declared, method: 'GET', answer: Type.Array(answer), handler: async () => ({ body: [] }) })],
      'GET /api/x answers a list and is not paged',
    ],
  ])('%s', (_name, calls, message) => {
    expect(() => mountCalls(calls, () => false)).toThrow(message);
  });
});
