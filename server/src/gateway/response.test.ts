import { gunzipSync } from 'node:zlib';
import { Decimal, EncodedJson, encodeJson, type Value } from '@ashlar/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, call, type Fixture, startFixture } from '../../../tests/harness/gateway.ts';
import { acceptsGzip, matchesTag } from './response.ts';

const long = 'ashlar '.repeat(1_000);

/** The value as JSON that came ready from the database. */
function ready(value: Value): EncodedJson {
  const utf8 = Buffer.from(encodeJson(value, { decimals: 'number' })).toString('latin1');
  return new EncodedJson(utf8, !/[^ -~]/.test(utf8));
}
let rows = 1;
let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    groups: {
      shop: {
        limits: { resultBytes: 20_000 },
        endpoints: [
          { path: '/rows', execute: () => answers([{ n: rows, price: Decimal.parse('12.50') }]) },
          { path: '/rows', method: 'POST', execute: () => answers('made', 200) },
          { path: '/created', execute: () => answers('made', 201) },
          { path: '/long', execute: () => answers(long) },
          {
            path: '/noise',
            execute: () =>
              answers(new Uint8Array(Array.from({ length: 3_000 }, (_, i) => (i * 7_919 + (i >> 3) * 104_729) % 251)), 200, {
                'content-type': 'image/png',
              }),
          },
          { path: '/huge', execute: () => answers('x'.repeat(30_000)) },
          { path: '/headers', execute: () => answers('x', 200, { 'X-Own': 'a', Location: '/b', 'Set-Cookie': 'a=b' }) },
          { path: '/csv', execute: () => answers('a;b\n', 200, { 'Content-Type': 'text/csv' }) },
          { path: '/injected', execute: () => answers('x', 200, { 'X-Own': 'a\r\nX-Evil: 1' }) },
          { path: '/unguarded', execute: () => answers('x', 200, { 'content-security-policy': '' }) },
          { path: '/script', execute: () => answers('alert(1)', 200, { 'content-type': 'text/javascript' }) },
          { path: '/lines', stream: 'ndjson', execute: () => answers([{ n: 1 }, 'ä', null]) },
          { path: '/events', stream: 'sse', execute: () => answers([{ n: 1 }, 2]) },
          { path: '/no-list', stream: 'sse', execute: () => answers(5) },
          { path: '/tagged', execute: () => answers('x', 200, { ETag: '"v1"' }) },
          ...[{ name: 'x' }, { name: 'Zoë, 北京 😀' }, [{ text: 'ä'.repeat(2_000) }]].flatMap((value, n) => [
            { path: `/value/${n}`, execute: () => answers(value) },
            { path: `/ready/${n}`, execute: () => answers(ready(value)) },
          ]),
          { path: '/ready/huge', execute: () => answers(ready('ä'.repeat(10_001))) },
          { path: '/ready/typed', execute: () => answers(ready({ n: 1 }), 200, { 'Content-Type': 'application/hal+json' }) },
          { path: '/vary', execute: () => answers(long, 200, { Vary: 'Accept-Language' }) },
        ],
      },
      pages: {
        definition: {
          cors: {
            origins: ['https://app.example', 'https://two.example'],
            methods: ['GET', 'POST'],
            headers: ['X-Thing'],
            credentials: true,
            maxAgeS: 60,
          },
        },
        endpoints: [{ path: '/x' }, { path: '/x', method: 'POST' }, { path: '/x', method: 'DELETE' }],
      },
      open: {
        definition: { cors: { origins: ['*'], methods: [], headers: ['*'], credentials: true, maxAgeS: 600 } },
        endpoints: [{ path: '/x' }, { path: '/private', auth: ['customer'] }],
      },
    },
  });
});
afterAll(() => fixture.gateway.stop(0));

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => call(fixture, 'GET', path, { headers });

describe('an answer', () => {
  it('is JSON with all digits, typed, sized, guarded, numbered and dated', async () => {
    const reply = await get('/api:shop/rows');
    expect(reply.text).toBe('[{"n":1,"price":12.50}]');
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(reply.text.length),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      date: expect.stringMatching(/GMT$/),
    });
  });

  it('beyond the limit of a result is refused with its code', async () => {
    expect((await get('/api:shop/huge')).json).toMatchObject({ status: 503, code: 'result_too_large' });
  });

  it('keeps its guard when it is an error', async () => {
    const reply = await get('/api:shop/none');
    expect(reply.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });

  it('of another type leaves as it is', async () => {
    const reply = await get('/api:shop/csv');
    expect([reply.text, reply.headers['content-type']]).toEqual(['a;b\n', 'text/csv']);
  });
});

describe('JSON that came ready', () => {
  it.each([0, 1, 2])('leaves as the value would, with its tag, length and compression: %i', async (n) => {
    for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
      const wanted = await get(`/api:shop/value/${n}`, headers);
      const reply = await get(`/api:shop/ready/${n}`, headers);
      expect(reply.bytes.equals(wanted.bytes)).toBe(true);
      const named = ['etag', 'content-length', 'content-type', 'content-encoding', 'vary'] as const;
      for (const name of named) expect(reply.headers[name]).toBe(wanted.headers[name]);
      const again = await get(`/api:shop/ready/${n}`, { ...headers, 'if-none-match': String(wanted.headers.etag) });
      expect(again.status).toBe(304);
    }
  });

  it('has no body for HEAD, and the same length', async () => {
    const reply = await call(fixture, 'HEAD', '/api:shop/ready/1');
    expect([reply.text, reply.headers['content-length']]).toEqual(['', '28']);
  });

  it('beyond the limit of a result is refused', async () => {
    expect((await get('/api:shop/ready/huge')).json).toMatchObject({ status: 503, code: 'result_too_large' });
  });

  it("takes a stack's own type of JSON", async () => {
    const reply = await get('/api:shop/ready/typed');
    expect([reply.text, reply.headers['content-type']]).toEqual(['{"n":1}', 'application/hal+json']);
  });
});

describe('a stream', () => {
  it.each([
    ['/lines', 'application/x-ndjson; charset=utf-8', '{"n":1}\n"ä"\nnull\n'],
    ['/events', 'text/event-stream; charset=utf-8', 'data: {"n":1}\n\ndata: 2\n\n'],
  ])('%s', async (path, type, text) => {
    const reply = await get(`/api:shop${path}`);
    expect([reply.status, reply.headers['content-type'], reply.text]).toEqual([200, type, text]);
  });
  it('of no list is an error', async () => {
    expect((await get('/api:shop/no-list')).json).toMatchObject({ status: 400, code: 'wrong_type' });
  });
});

describe('headers of a stack', () => {
  it('are sent', async () => {
    expect((await get('/api:shop/headers')).headers).toMatchObject({ 'x-own': 'a', location: '/b', 'set-cookie': ['a=b'] });
  });

  it.each(['/injected', '/unguarded', '/script'])('%s is refused', async (path) => {
    const reply = await get(`/api:shop${path}`);
    expect(reply.json).toMatchObject({ status: 400, code: 'header_refused' });
    expect(reply.headers['x-evil']).toBeUndefined();
    expect(reply.headers['content-security-policy']).toBe("sandbox; default-src 'none'");
  });
});

describe('validators', () => {
  it('an unchanged answer is 304, a changed one is sent', async () => {
    const first = await get('/api:shop/rows');
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[A-Za-z0-9_-]{27}"$/);
    const same = await get('/api:shop/rows', { 'if-none-match': tag });
    expect([same.status, same.text, same.headers.etag, same.headers['content-length']]).toEqual([304, '', tag, undefined]);
    expect(same.headers['content-security-policy']).toBeDefined();
    expect((await get('/api:shop/rows', { 'if-none-match': `"x", W/${tag}` })).status).toBe(304);
    expect((await get('/api:shop/rows', { 'if-none-match': '*' })).status).toBe(304);
    expect((await call(fixture, 'HEAD', '/api:shop/rows', { headers: { 'if-none-match': tag } })).status).toBe(304);
    rows = 2;
    const changed = await get('/api:shop/rows', { 'if-none-match': tag });
    expect([changed.status, changed.headers.etag === tag]).toEqual([200, false]);
  });

  it.each([
    ['POST', '/api:shop/rows'],
    ['GET', '/api:shop/created'],
    ['GET', '/api:shop/none'],
  ])('%s %s has none', async (method, path) => {
    expect((await call(fixture, method, path)).headers.etag).toBeUndefined();
  });

  it("a stack's own tag is used", async () => {
    expect((await get('/api:shop/tagged')).headers.etag).toBe('"v1"');
    expect((await get('/api:shop/tagged', { 'if-none-match': '"v1"' })).status).toBe(304);
  });

  it.each([
    [undefined, false],
    ['"a"', true],
    ['W/"a"', true],
    ['"b","a"', true],
    ['"a-gzip"', true],
    ['"b"', false],
    ['a', false],
    ['*', true],
  ])('If-None-Match: %s matches "a": %s', (header, expected) => {
    expect(matchesTag(header, '"a"')).toBe(expected);
  });
});

describe('compression', () => {
  it('of a long answer, for those who take it', async () => {
    const plain = await get('/api:shop/long');
    const zipped = await get('/api:shop/long', { 'accept-encoding': 'br, gzip' });
    expect(zipped.headers).toMatchObject({
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
      'content-length': String(zipped.bytes.length),
    });
    expect(plain.headers).toMatchObject({ vary: 'Accept-Encoding' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(zipped.bytes).toString()).toBe(plain.text);
    expect(zipped.bytes.length).toBeLessThan(plain.bytes.length / 10);
    expect(zipped.headers.etag).not.toBe(plain.headers.etag);
    expect(
      (await get('/api:shop/long', { 'accept-encoding': 'gzip', 'if-none-match': String(zipped.headers.etag) })).status,
    ).toBe(304);
    const head = await call(fixture, 'HEAD', '/api:shop/long', { headers: { 'accept-encoding': 'gzip' } });
    expect([head.headers['content-length'], head.text]).toEqual([zipped.headers['content-length'], '']);
  });

  it.each(['/api:shop/rows', '/api:shop/noise'])('not of %s', async (path) => {
    const reply = await get(path, { 'accept-encoding': 'gzip' });
    expect([reply.status, reply.headers['content-encoding']]).toEqual([200, undefined]);
  });

  it("keeps a stack's own Vary", async () => {
    expect((await get('/api:shop/vary')).headers.vary).toBe('Accept-Language, Accept-Encoding');
  });

  it.each([
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['deflate, GZIP;q=0.5', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['*', true],
    ['*;q=0', false],
    ['*, gzip;q=0', false],
    ['identity', false],
  ])('Accept-Encoding: %s takes gzip: %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});

describe('cross-origin calls', () => {
  const preflight = (path: string, origin: string, method = 'POST', headers = 'x-thing, authorization') =>
    call(fixture, 'OPTIONS', path, {
      headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': headers },
    });

  it('of an allowed origin', async () => {
    const reply = await get('/api:pages/x', { origin: 'https://app.example' });
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': expect.stringContaining('ETag'),
      vary: 'Origin',
    });
    const error = await get('/api:pages/none', { origin: 'https://app.example' });
    expect([error.status, error.headers['access-control-allow-origin']]).toEqual([404, 'https://app.example']);
  });

  it('of others are not allowed, and caches can tell', async () => {
    const other = await get('/api:pages/x', { origin: 'https://evil.example' });
    expect([other.status, other.headers['access-control-allow-origin'], other.headers.vary]).toEqual([200, undefined, 'Origin']);
    const closed = await get('/api:shop/rows', { origin: 'https://app.example' });
    expect(closed.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('are asked for in a preflight', async () => {
    const reply = await preflight('/api:pages/x', 'https://two.example');
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': 'https://two.example',
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': 'X-Thing',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '60',
      vary: 'Origin, Access-Control-Request-Headers',
    });
    const other = await preflight('/api:pages/x', 'https://evil.example');
    expect([other.status, Object.keys(other.headers).some((name) => name.startsWith('access-control'))]).toEqual([204, false]);
  });

  it('of everybody never go with credentials', async () => {
    const reply = await get('/api:open/x', { origin: 'https://any.example' });
    expect(reply.headers['access-control-allow-origin']).toBe('*');
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
    const asked = await preflight('/api:open/private', 'https://any.example', 'GET');
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'x-thing, authorization',
    });
    expect(asked.headers['access-control-allow-credentials']).toBeUndefined();
  });
});
