import { createConfig, lintFromString } from '@redocly/openapi-core';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call, type FakeEndpoint, type Fixture, fakeInput, startFixture } from '../../../tests/harness/gateway.ts';
import { defineCall } from '../control/define.ts';

const longSentence = 'Every order that came in since the last one was sent, '.repeat(4).trim();

const endpoints: readonly FakeEndpoint[] = [
  { description: 'Everything' },
  {
    path: '/orders',
    description: 'Orders, newest first\n\nOnly one’s own.',
    auth: ['customer'],
    inputs: [
      fakeInput('status', { type: 'enum', values: ['open', 'paid'], required: false }),
      fakeInput('x_tenant', { in: 'header' }),
    ],
  },
  {
    path: '/orders',
    method: 'POST',
    auth: ['customer', 'staff'],
    authOptional: true,
    inputs: [
      fakeInput('note', { in: 'body', max: 10 }),
      fakeInput('lines', { in: 'body', type: 'list', items: fakeInput('', { type: 'int' }) }),
    ],
  },
  { path: '/orders/latest' },
  { path: '/orders/{id}', inputs: [fakeInput('id', { in: 'path', type: 'int' })] },
  { path: '/orders/{id}', method: 'DELETE', inputs: [fakeInput('id', { in: 'path', type: 'int' })] },
  { path: '/orders/{id}/lines/{line}' },
  { path: '/orders-latest', description: longSentence },
  { path: '/upload', method: 'POST', inputs: [fakeInput('sheet', { in: 'body', type: 'file' })] },
  { path: '/check', method: 'HEAD' },
];
const calls = [
  defineCall({
    method: 'GET',
    path: '/api/things/{name}',
    id: 'listThings',
    summary: 'Things of a name',
    permission: 'admin',
    params: Type.Object({ name: Type.String() }),
    paged: true,
    query: Type.Object({ kind: Type.Optional(Type.String({ description: 'Which' })) }),
    answer: Type.Array(Type.Object({ n: Type.Integer() })),
    handler: async () => ({ body: [] }),
  }),
  defineCall({
    method: 'POST',
    path: '/api/things',
    id: 'makeThing',
    summary: 'Make one',
    permission: 'public',
    body: Type.Object({ name: Type.String() }),
    answer: Type.Union([Type.Null(), Type.Object({ n: Type.Integer() })]),
    handler: async () => ({ body: null }),
  }),
];

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    calls,
    groups: {
      shop: { endpoints },
      'shop:staging': { endpoints },
      hidden: { endpoints: [{}], definition: { docs: false } },
      own: { endpoints: [{ path: '/docs', execute: () => ({ status: 200, headers: null, value: 'mine' }) }, { path: '/{any}' }] },
      evil: { endpoints: [], definition: { title: '<script>alert(1)</script>', description: '</script><img src=x>' } },
    },
  });
});
afterAll(() => fixture.gateway.stop(0));

async function complaints(source: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map((problem) => `${problem.ruleId} ${problem.location[0]?.pointer}: ${problem.message}`);
}

describe('the OpenAPI document', () => {
  it('a linter would find something wrong in a wrong one', async () => {
    expect(
      await complaints(JSON.stringify({ openapi: '3.1.0', info: {}, paths: { '/a/{b}': { get: { responses: {} } } } })),
    ).not.toEqual([]);
  });

  it.each([
    '/api:shop/openapi.json',
    '/api:shop:staging/openapi.json',
    '/api:own/openapi.json',
    '/api:evil/openapi.json',
    '/openapi.json',
  ])('%s passes a public linter without a complaint', async (path) => {
    const reply = await call(fixture, 'GET', path);
    expect(reply.status).toBe(200);
    expect(await complaints(reply.text)).toEqual([]);
  });

  it('describes parameters, bodies, answers and tokens', async () => {
    const { json } = await call(fixture, 'GET', '/api:shop/openapi.json');
    expect(json).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'The shop API', version: 'ver_a' },
      servers: [{ url: fixture.url }],
      paths: {
        '/api:shop': { get: { operationId: 'getShop', summary: 'Everything', security: [] } },
        // Whole: a summary that ends within a word is no help.
        '/api:shop/orders-latest': { get: { summary: longSentence } },
        '/api:shop/orders': {
          get: {
            operationId: 'getShopOrders',
            summary: 'Orders, newest first',
            security: [{ token_customer: [] }],
            parameters: [
              { name: 'status', in: 'query', required: false, schema: { enum: ['open', 'paid'] } },
              { name: 'x-tenant', in: 'header', required: true },
            ],
            responses: { '401': {}, '403': {}, default: {} },
          },
          post: {
            security: [{ token_customer: [] }, { token_staff: [] }, {}],
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: { required: ['note', 'lines'], properties: { note: { maxLength: 10 }, lines: { type: 'array' } } },
                },
              },
            },
          },
        },
        '/api:shop/orders/{id}/lines/{line}': {
          get: {
            parameters: [
              { name: 'id', in: 'path' },
              { name: 'line', in: 'path' },
            ],
          },
        },
        '/api:shop/upload': { post: { requestBody: { content: { 'multipart/form-data': {} } } } },
      },
    });
  });

  it('of the instance holds the control API and the groups that show themselves', async () => {
    const { json } = await call(fixture, 'GET', '/openapi.json');
    const { paths } = json as { readonly paths: Readonly<Record<string, unknown>> };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/things/{name}', '/api/things', '/api:shop/orders', '/api:shop:staging']),
    );
    expect(Object.keys(paths).filter((path) => path.startsWith('/api:hidden'))).toEqual([]);
    expect(paths['/api/things/{name}']).toMatchObject({
      get: {
        operationId: 'listThings',
        security: [{ admin_key: [] }],
        parameters: [{ name: 'name', required: true }, { name: 'kind' }, { name: 'limit' }, { name: 'cursor' }],
      },
    });
  });

  it('names the server as the caller reached it, and never what is no address', async () => {
    const named = await call(fixture, 'GET', '/openapi.json', {
      headers: { host: 'api.example:8443', 'x-forwarded-proto': 'https' },
    });
    expect(named.json).toMatchObject({ servers: [{ url: 'http://api.example:8443' }] });
    const strange = await call(fixture, 'GET', '/openapi.json', { headers: { host: 'a"b/c' } });
    expect(strange.json).toMatchObject({ servers: [{ url: '/' }] });
  });

  it('is kept by its validator', async () => {
    const { headers } = await call(fixture, 'GET', '/api:shop/openapi.json');
    expect(
      (await call(fixture, 'GET', '/api:shop/openapi.json', { headers: { 'if-none-match': String(headers.etag) } })).status,
    ).toBe(304);
  });
});

describe('the documentation page', () => {
  const hosts = /(?:https?:)?\/\/[a-z0-9.-]+\.[a-z]{2,}/gi;

  it('needs no other host, and lets nothing but its own scripts run', async () => {
    const page = await call(fixture, 'GET', '/api:shop/docs');
    expect(page.status).toBe(200);
    expect(page.text.match(hosts)).toBeNull();
    const policy = String(page.headers['content-security-policy']);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*(?:unsafe-inline|'self'|\*)/);
    const scripts = page.text.match(/<script/g) ?? [];
    expect(scripts).toHaveLength(2);
    expect(page.text.split(`<script nonce="${nonce}"`)).toHaveLength(3);
    expect((await call(fixture, 'GET', '/api:shop/docs')).text).not.toContain(String(nonce));
  });

  it('finds all its files here', async () => {
    const page = await call(fixture, 'GET', '/api:shop/docs');
    const paths = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => String(path));
    expect(paths).toHaveLength(3);
    for (const path of paths) {
      const asset = await call(fixture, 'GET', path, { headers: { 'accept-encoding': 'gzip' } });
      expect([path, asset.status, asset.headers['cache-control']]).toEqual([path, 200, 'public, max-age=31536000, immutable']);
    }
    expect(page.text).toContain('"url":"/api:shop/openapi.json"');
  });

  it.each([
    '/assets/',
    '/assets/swagger-ui-0/swagger-ui.css',
    '/assets/../package.json',
    '/assets/swagger-ui-5.35.0/index.html',
    '/assets/swagger-ui-5.35.0/__proto__',
  ])('%s is no file of it', async (path) => {
    expect((await call(fixture, 'GET', path)).status).toBe(404);
  });

  it('is left out where the group says so, and gives way to an endpoint of its name', async () => {
    expect((await call(fixture, 'GET', '/api:hidden/docs')).status).toBe(404);
    expect((await call(fixture, 'GET', '/api:hidden/openapi.json')).status).toBe(404);
    expect((await call(fixture, 'GET', '/api:own/docs')).json).toBe('mine');
    expect((await call(fixture, 'GET', '/api:own/other')).json).toBe('ok');
    expect((await call(fixture, 'POST', '/api:shop/docs')).status).toBe(404);
  });

  it('shows what users wrote as text', async () => {
    for (const path of ['/', '/api:evil/docs']) {
      const page = await call(fixture, 'GET', path);
      expect(page.text).not.toContain('<script>alert(1)');
      expect(page.text).not.toContain('<img src=x>');
      expect(page.text).toContain('&lt;script&gt;');
    }
  });
});

describe('the list of groups', () => {
  it('names those that show themselves, with their documentation', async () => {
    const page = await call(fixture, 'GET', '/');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.text).toContain('href="/api:shop/docs"');
    expect(page.text).toContain('href="/api:shop:staging/openapi.json"');
    expect(page.text).not.toContain('hidden');
    expect(String(page.headers['content-security-policy'])).toMatch(/^default-src 'none'; style-src 'nonce-/);
  });
});
