import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from '@ashlar/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers, call, type Fixture, fakeInput, raw, startFixture } from '../../../tests/harness/gateway.ts';

const echo = (): Parameters<typeof startFixture>[0] => ({
  groups: {
    shop: {
      limits: { bodyBytes: 10_000, resultBytes: 1_000_000, listItems: 1_000 },
      endpoints: [
        { execute: () => answers('index') },
        { path: '/orders', execute: () => answers('list') },
        {
          path: '/orders',
          method: 'POST',
          inputs: [
            fakeInput('n', { type: 'int', in: 'body' }),
            fakeInput('exact', { type: 'decimal', in: 'body', required: false }),
            fakeInput('big', { type: 'bigint', in: 'body', required: false }),
            fakeInput('any', { type: 'json', in: 'body', required: false }),
          ],
          execute: (_run, input) => answers(input, 201),
        },
        { path: '/orders/latest', execute: () => answers('latest') },
        { path: '/orders/{id}', inputs: [fakeInput('id', { in: 'path' })], execute: (_run, input) => answers(input) },
        { path: '/orders/{id}', method: 'DELETE', inputs: [fakeInput('id', { in: 'path' })], execute: () => answers(null, 204) },
        {
          path: '/orders/{id}/lines',
          inputs: [fakeInput('id', { in: 'path' })],
          execute: (_run, input) => answers({ lines: input.id ?? null }),
        },
        { path: '/request', execute: (run) => answers(run.request) },
        { path: '/request', method: 'POST', execute: (run) => answers(run.request) },
        { path: '/nothing', execute: () => answers(null) },
        {
          path: '/fails',
          execute: () => {
            throw new Error('secret detail');
          },
        },
        { path: '/slow', execute: () => sleep(300).then(() => answers('slow')) },
      ],
    },
    'shop:staging': { endpoints: [{ execute: () => answers('staging') }] },
  },
});

/** Milliseconds in which what is at once has happened on a busy machine, too; every limit that would otherwise hold is longer. */
const muchMs = 8_000;

/** With a server that waits for no slow client. */
async function withHaste<T>(work: (hasty: Fixture) => Promise<T>): Promise<T> {
  const hasty = await startFixture({ ...echo(), clientLimits: { headersMs: 400, requestMs: 800, checkMs: 50, discardMs: 300 } });
  try {
    return await work(hasty);
  } finally {
    await hasty.gateway.stop(0);
  }
}

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({ ...echo(), clientLimits: { checkMs: 50, discardMs: 300 } });
});
afterAll(() => fixture.gateway.stop(0));

describe('routes', () => {
  it.each([
    ['GET', '/api:shop', 200, 'index'],
    ['GET', '/api%3Ashop', 200, 'index'],
    ['GET', 'http://any.example/api:shop/orders?x=1', 200, 'list'],
    ['GET', '/api:shop:staging', 200, 'staging'],
    ['GET', '/api:shop/orders', 200, 'list'],
    ['GET', '/api:shop/orders/latest', 200, 'latest'],
    ['GET', '/api:shop/orders/latest/lines', 200, { lines: 'latest' }],
    ['GET', '/api:shop/orders/7', 200, { id: '7' }],
    ['GET', '/api:shop/orders/a%2Fb', 200, { id: 'a/b' }],
    ['GET', '/api:shop/orders/%E2%82%AC', 200, { id: '€' }],
    ['GET', '/api:shop/orders/__proto__', 200, { id: '__proto__' }],
    ['GET', '/api:shop/nothing', 200, null],
    ['GET', '/api:shop/Orders', 404, 'not_found'],
    ['GET', '/api:shop/orders/', 404, 'not_found'],
    ['GET', '/api:shop/orders//lines', 404, 'not_found'],
    ['GET', '/api:shop/', 404, 'not_found'],
    ['GET', '/api:other', 404, 'not_found'],
    ['GET', '/api:shop:prod', 404, 'not_found'],
    ['GET', '/api', 404, 'not_found'],
    ['GET', '/nowhere', 404, 'not_found'],
    ['GET', '/api:shop/orders/%zz', 400, 'bad_request'],
    ['GET', '/api:shop/orders/%ff', 400, 'bad_request'],
    ['GET', '/api:shop/orders/%00', 400, 'bad_request'],
    ['GET', '/api:shop/orders?a=%00', 400, 'bad_request'],
    ['GET', '/api:shop/orders?a=%F', 400, 'bad_request'],
    ['PUT', '/api:shop/orders/7', 405, 'method_not_allowed'],
    ['TRACE', '/api:shop/orders/7', 405, 'method_not_allowed'],
    ['PROPFIND', '/api:shop/orders/7', 501, 'method_unknown'],
    ['POST', '/health/nothing', 404, 'not_found'],
  ])('%s %s answers %i %j', async (method, path, status, expected) => {
    const reply = await call(fixture, method, path);
    expect(reply.status).toBe(status);
    if (status === 200) expect(reply.json).toEqual(expected);
    else {
      expect(reply.headers['content-type']).toBe('application/problem+json');
      expect(reply.json).toMatchObject({ code: expected, status, request_id: reply.headers['x-request-id'] });
    }
  });

  it('tells what a path allows, and hints at the slash too many', async () => {
    expect((await call(fixture, 'PUT', '/api:shop/orders/7')).headers.allow).toBe('GET, DELETE, HEAD, OPTIONS');
    const options = await call(fixture, 'OPTIONS', '/api:shop/orders');
    expect([options.status, options.headers.allow, options.text]).toEqual([204, 'GET, POST, HEAD, OPTIONS', '']);
    expect((await call(fixture, 'OPTIONS', '/api:shop/none')).status).toBe(404);
    expect((await call(fixture, 'OPTIONS', '*')).status).toBe(204);
    expect((await call(fixture, 'GET', '/api:shop/orders/')).json).toMatchObject({
      message: expect.stringContaining('without the slash'),
    });
  });

  it('answers HEAD as GET, with its length and without its body', async () => {
    const get = await call(fixture, 'GET', '/api:shop/orders');
    const head = await call(fixture, 'HEAD', '/api:shop/orders');
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    for (const name of ['content-length', 'content-type', 'etag']) expect(head.headers[name]).toBe(get.headers[name]);
  });

  it('keeps a body out of 204', async () => {
    const reply = await call(fixture, 'DELETE', '/api:shop/orders/7');
    expect([reply.status, reply.text, reply.headers['content-length'], reply.headers['content-type']]).toEqual([
      204,
      '',
      undefined,
      undefined,
    ]);
  });
});

describe('what a stack sees of the request', () => {
  it('has path, method, query, headers, body, address and id', async () => {
    const reply = await call(fixture, 'POST', '/api:shop/request?a=1&b=x%20y&b=z+1&__proto__=2&empty', {
      headers: { 'content-type': 'application/json', 'X-Thing': 'Yes', 'x-ashlar-debug': 'k'.repeat(32) },
      body: '{"n": 1.50, "__proto__": {"x": 1}}',
    });
    const seen = JSON.parse(reply.text, (key, value) => (key === '__proto__' ? undefined : value));
    expect(seen).toMatchObject({
      path: '/api:shop/request',
      method: 'POST',
      ip: '127.0.0.1',
      id: reply.headers['x-request-id'],
      query: { a: '1', b: ['x y', 'z 1'], empty: '' },
      headers: { 'x-thing': 'Yes', 'content-type': 'application/json' },
    });
    expect(reply.text).toContain('"body":{"n":1.50,"__proto__":{"x":1}}');
    expect(reply.text).toContain('"__proto__":"2"');
    expect(reply.text).not.toContain('x-ashlar-debug');
  });

  it('believes forwarding headers only of trusted proxies', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7', 'x-request-id': 'from-outside' };
    const direct = await call(fixture, 'GET', '/api:shop/request', { headers });
    expect(direct.json).toMatchObject({ ip: '127.0.0.1' });
    expect(direct.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const behind = await startFixture({ ...echo(), trustedProxies: ['127.0.0.0/8', '198.51.100.0/24'] });
    try {
      const reply = await call(behind, 'GET', '/api:shop/request', { headers });
      expect(reply.json).toMatchObject({ ip: '203.0.113.9', id: 'from-outside' });
    } finally {
      await behind.gateway.stop(0);
    }
  });
});

describe('bodies', () => {
  const json = { 'content-type': 'application/json' };
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  it.each([
    ['JSON', json, '{"n": 5}', 201, { n: 5 }],
    ['JSON with a charset', { 'content-type': 'application/json; charset="UTF-8"' }, '{"n": 5}', 201, { n: 5 }],
    ['JSON of a vendor', { 'content-type': 'application/vnd.x+json' }, '{"n": 5}', 201, { n: 5 }],
    ['JSON after a byte order mark', json, '\ufeff{"n": 5}', 201, { n: 5 }],
    ['JSON without a type', {}, '{"n": 5}', 201, { n: 5 }],
    ['a form', form, 'n=5&x=%20', 201, { n: 5 }],
    [
      'a multipart form',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n5\r\n--b--\r\n',
      201,
      { n: 5 },
    ],
    ['nothing', json, '', 400, 'input_invalid'],
    ['no type and nothing', {}, '', 400, 'input_invalid'],
    ['a list', json, '[1]', 400, 'input_invalid'],
    ['a text for a number', json, '{"n": "5"}', 400, 'input_invalid'],
    ['broken JSON', json, '{"n": ', 400, 'bad_json'],
    ['JSON too deep', json, '['.repeat(4_000) + ']'.repeat(4_000), 400, 'bad_json'],
    ['invalid UTF-8', json, Buffer.from([0x22, 0xff, 0x22]), 400, 'bad_request'],
    ['JSON that says it is a form', form, '{"n": 5}', 400, 'bad_request'],
    ['a form with broken percent-encoding', form, 'n=%zz', 400, 'bad_request'],
    ['a form with invalid UTF-8', form, Buffer.from([0x6e, 0x3d, 0xff]), 400, 'bad_request'],
    ['a form with 1,001 fields', form, 'a=1&'.repeat(1_001), 400, 'too_many_parameters'],
    ['multipart without a boundary', { 'content-type': 'multipart/form-data' }, 'x', 400, 'bad_request'],
    [
      'multipart without an end',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n5',
      400,
      'bad_request',
    ],
    [
      'multipart with invalid UTF-8',
      { 'content-type': 'multipart/form-data; boundary=b' },
      Buffer.from('--b\r\nContent-Disposition: form-data; name="n"\r\n\r\n\xff\r\n--b--\r\n', 'latin1'),
      400,
      'bad_request',
    ],
    ['text', { 'content-type': 'text/plain' }, '{"n": 5}', 415, 'unsupported_media_type'],
    ['another charset', { 'content-type': 'application/json; charset=latin1' }, '{"n": 5}', 415, 'unsupported_media_type'],
    ['something compressed', { ...json, 'content-encoding': 'gzip' }, '{"n": 5}', 415, 'unsupported_media_type'],
    ['a list beyond its limit', json, `[${'0,'.repeat(1_000)}0]`, 413, 'list_too_large'],
    ['more than the limit', json, `{"n": ${' '.repeat(10_000)}5}`, 413, 'body_too_large'],
  ])('%s', async (_name, headers: Record<string, string>, body, status, expected) => {
    const reply = await call(fixture, 'POST', '/api:shop/orders', { headers, body });
    expect(reply.status).toBe(status);
    if (status === 201) expect(reply.json).toEqual(expected);
    else expect(reply.json).toMatchObject({ code: expected });
  });

  it('names every refused field', async () => {
    const reply = await call(fixture, 'POST', '/api:shop/orders', { headers: json, body: '{"n": []}' });
    expect(reply.json).toMatchObject({ code: 'input_invalid', errors: [{ in: 'body', field: 'n', code: 'wrong_type' }] });
  });

  it('keeps numbers beyond the range of ints where their type has room', async () => {
    const body = '{"n": 1, "exact": 12345678901234567890, "big": 9223372036854775807, "any": [12345678901234567890, 1e300]}';
    const reply = await call(fixture, 'POST', '/api:shop/orders', { headers: json, body });
    expect(reply.text).toBe(
      '{"n":1,"exact":12345678901234567890,"big":"9223372036854775807","any":[12345678901234567890,1e+300]}',
    );
    const refused = await call(fixture, 'POST', '/api:shop/orders', { headers: json, body: '{"n": 12345678901234567890}' });
    expect(refused.json).toMatchObject({ code: 'input_invalid', errors: [{ field: 'n', code: 'number_out_of_range' }] });
  });

  it('files of a multipart form have name, type, size and bytes; repeated names are lists', async () => {
    const part = (name: string, text: string, file?: string): string =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${file === undefined ? '' : `; filename="${file}"\r\nContent-Type: text/csv`}\r\n\r\n${text}\r\n`;
    const reply = await call(fixture, 'POST', '/api:shop/request', {
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: `${part('tag', 'ä')}${part('tag', 'b')}${part('tag', 'c')}${part('__proto__', 'p')}${part('sheet', 'a;b', 'x.csv')}--b--\r\n`,
    });
    expect(reply.text).toContain('"tag":["ä","b","c"]');
    expect(reply.text).toContain('"__proto__":"p"');
    expect(reply.json).toMatchObject({
      body: { sheet: { name: 'x.csv', type: 'text/csv', size: 3, bytes: Buffer.from('a;b').toString('base64') } },
    });
  });

  it('1,001 parameters of a query are too many', async () => {
    const reply = await call(fixture, 'GET', `/api:shop/orders?${'a&'.repeat(1_001)}`);
    expect(reply.json).toMatchObject({ status: 400, code: 'too_many_parameters' });
    expect((await call(fixture, 'GET', `/api:shop/orders?${'a&'.repeat(1_000)}`)).status).toBe(200);
  });
});

describe('hostile and clumsy clients', () => {
  const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['no host', 'GET /api:shop HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['no version', 'GET /api:shop\r\n\r\n', 400],
    ['two hosts', 'GET /api:shop HTTP/1.1\r\nHost: x\r\nhost: y\r\nConnection: close\r\n\r\n', 400],
    ['two lengths', 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400],
    [
      'a length and chunks',
      'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a length that is no number', 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx', 400],
    ['an unknown coding', 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nx', 400],
    ['a broken chunk', 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 400],
    ['a NUL in a header', 'GET /api:shop HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n', 400],
    ['a folded header', 'GET /api:shop HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n', 400],
    ['headers of 17 kB', `GET /api:shop HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(17_000)}\r\n\r\n`, 431],
    ['a URL of 9 kB', `GET /api:shop?${'a'.repeat(9_000)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 414],
    ['a URL of 40 kB', `GET /api:shop?${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['10,000 parameters', `GET /api:shop?${'a=1&'.repeat(10_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414],
    ['an unknown expectation', 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nContent-Length: 1\r\n\r\n', 417],
    ['a tunnel', 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n', 501],
  ])('%s', async (_name, text, status) => {
    const reply = await raw(fixture, text);
    expect(statusOf(reply.text)).toBe(status);
    expect(reply.closed).toBe(true);
    if (status !== 501) expect(reply.text).toMatch(/"code":"[a-z_]+"/);
  });

  it('headers that come too slowly end with 408', async () => {
    const reply = await withHaste((hasty) => raw(hasty, 'GET /api:shop HTTP/1.1\r\nHost: x\r\nX: '));
    expect([statusOf(reply.text), reply.closed]).toEqual([408, true]);
    expect(reply.tookMs).toBeLessThan(muchMs);
  });

  it('a body that comes too slowly ends with 408', async () => {
    const text = 'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    const reply = await withHaste((hasty) => raw(hasty, text));
    expect(statusOf(reply.text)).toBe(408);
    expect(reply.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(reply.closed).toBe(true);
    expect(reply.tookMs).toBeLessThan(muchMs);
  });

  it('silence ends a body and an answer nobody reads, but not a stack that takes its time', async () => {
    const impatient = await startFixture({
      groups: {
        shop: {
          endpoints: [
            { path: '/body', method: 'POST' },
            { path: '/slow', execute: () => sleep(700).then(() => answers('slow')) },
            { path: '/big', execute: () => answers('x'.repeat(40_000_000)) },
          ],
        },
      },
      clientLimits: { idleMs: 200 },
    });
    try {
      const body = await raw(
        impatient,
        'POST /api:shop/body HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
      );
      expect([statusOf(body.text), body.closed, body.tookMs < muchMs]).toEqual([408, true, true]);
      expect((await call(impatient, 'GET', '/api:shop/slow')).json).toBe('slow');
      const reader = connect(impatient.port, '127.0.0.1').pause();
      reader.on('error', () => undefined);
      reader.write('GET /api:shop/big HTTP/1.1\r\nHost: x\r\n\r\n');
      // Node counts the silence anew while the kernel still takes bytes: about three times idleMs until the cut, and time for
      // a busy machine to come to it.
      await sleep(5_000);
      let bytes = 0;
      reader.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
      });
      reader.resume();
      await new Promise((done) => reader.once('close', done));
      expect(bytes).toBeLessThan(40_000_000);
    } finally {
      await impatient.gateway.stop(0);
    }
  });

  it('a body of 100 MB is refused at once and not read on', async () => {
    const head =
      'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n';
    const reply = await raw(fixture, head);
    expect(statusOf(reply.text)).toBe(413);
    expect(reply.closed).toBe(true);
    expect(reply.tookMs).toBeLessThan(muchMs);
  });

  it('chunks beyond the limit are refused while they come', async () => {
    const chunk = `1000\r\n${'x'.repeat(4_096)}\r\n`;
    const reply = await raw(
      fixture,
      `POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(4)}`,
    );
    expect(statusOf(reply.text)).toBe(413);
    expect(reply.closed).toBe(true);
  });

  it('a body for nobody is thrown away, and the connection goes on', async () => {
    const body = 'x'.repeat(50_000);
    const reply = await raw(
      fixture,
      `POST /api:shop/none HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}GET /api:shop HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(reply.text).toContain('"index"');
    expect(statusOf(reply.text)).toBe(404);
  });

  it('Expect: 100-continue is answered before the body, or with the refusal alone', async () => {
    const head =
      'POST /api:shop/orders HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: ';
    const taken = await raw(fixture, `${head}8\r\nConnection: close\r\n\r\n{"n": 5}`);
    expect(taken.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201/);
    const refused = await raw(fixture, `${head}100000\r\n\r\n`);
    expect(refused.text).toMatch(/^HTTP\/1\.1 413/);
    expect(refused.closed).toBe(true);
  });

  it('pipelined requests are answered in order', async () => {
    const request = (path: string, more = ''): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const reply = await raw(
      fixture,
      request('/api:shop/slow') +
        request('/api:shop/orders') +
        request('/api:shop/none') +
        request('/api:shop', 'Connection: close\r\n'),
    );
    const seen = [...reply.text.matchAll(/"(slow|list|not_found|index)"/g)].map(([, word]) => word);
    expect(seen).toEqual(['slow', 'list', 'not_found', 'index']);
  });

  it('something broken behind a request in flight does not spoil its answer', async () => {
    const reply = await raw(fixture, 'GET /api:shop/slow HTTP/1.1\r\nHost: x\r\n\r\nbroken\r\n\r\n');
    expect(reply.text).not.toMatch(/HTTP\/1\.1 400/);
    expect(reply.closed).toBe(true);
  });

  it.each([
    ['no version of HTTP/1', 'GET /api:shop HTTP/2.0\r\nHost: x\r\n\r\n'],
    ['two hosts', 'GET /api:shop HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n'],
    ['no host', 'GET /api:shop HTTP/1.1\r\n\r\n'],
  ])('behind a request with %s nothing is read', async (_name, text) => {
    const reply = await raw(fixture, `${text}GET /api:shop/orders HTTP/1.1\r\nHost: x\r\n\r\nGET /api:shop/slow HTTP/1.1\r\n`);
    expect([statusOf(reply.text), reply.text.match(/HTTP\/1\.1/g)?.length, reply.closed]).toEqual([400, 1, true]);
  });

  it('HTTP/1.0 is answered and closed', async () => {
    const reply = await raw(fixture, 'GET /api:shop HTTP/1.0\r\n\r\n');
    expect(statusOf(reply.text)).toBe(200);
    expect(reply.closed).toBe(true);
  });
});

describe('a defect of ours', () => {
  it('tells the client a request id and nothing else, the log the rest', async () => {
    const reply = await call(fixture, 'GET', '/api:shop/fails');
    expect(reply.json).toMatchObject({ status: 500, code: 'internal_error', payload: null });
    expect(reply.text).not.toContain('secret detail');
    const line = fixture.logged.find((entry) => entry.includes(String(reply.headers['x-request-id'])));
    expect(line).toContain('secret detail');
  });
});

describe('telemetry', () => {
  it('records what endpoints answered, and nothing that met none', async () => {
    const before = fixture.finished.length;
    await call(fixture, 'DELETE', '/api:shop/orders/7');
    await call(fixture, 'GET', '/api:shop/fails');
    await call(fixture, 'GET', '/api:shop/none');
    await call(fixture, 'GET', '/health');
    expect(fixture.finished.slice(before)).toMatchObject([
      {
        environmentId: 'env_shop',
        method: 'DELETE',
        endpoint: '/api:shop/orders/{id}',
        status: 204,
        stack: { label: 'DELETE /orders/{id}' },
      },
      { environmentId: 'env_shop', method: 'GET', endpoint: '/api:shop/fails', status: 500 },
    ]);
    expect(fixture.finished.at(-1)?.durationMs).toBeGreaterThan(0);
  });
});

describe('start and stop', () => {
  it('says 503 before it is ready, and is alive all the while', async () => {
    const young = await startFixture({ ready: false, groups: { shop: { endpoints: [{}] } } });
    try {
      expect((await call(young, 'GET', '/health')).json).toMatchObject({ status: 'starting' });
      expect((await call(young, 'GET', '/health')).status).toBe(503);
      expect((await call(young, 'GET', '/health/live')).status).toBe(200);
      const refused = await call(young, 'GET', '/api:shop');
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1']);
      expect(refused.json).toMatchObject({ code: 'not_ready' });
      young.gateway.setReady();
      const healthy = await call(young, 'GET', '/health');
      expect(healthy.status).toBe(200);
      expect(healthy.json).toEqual({ status: 'ready', version: '0.1.0', limits_and_caches: 'per node' });
      expect((await call(young, 'GET', '/api:shop')).status).toBe(200);
    } finally {
      await young.gateway.stop(0);
    }
  });

  it('serves nothing without a snapshot, or tells its trouble', async () => {
    const empty = await startFixture({ trouble: () => null });
    const troubled = await startFixture({ groups: {}, trouble: () => 'the database is away' });
    try {
      expect((await call(empty, 'GET', '/health')).status).toBe(503);
      expect((await call(empty, 'GET', '/api:shop')).json).toMatchObject({ code: 'not_ready' });
      const reply = await call(troubled, 'GET', '/health');
      expect([reply.status, reply.json]).toMatchObject([503, { status: 'unavailable', reason: 'the database is away' }]);
    } finally {
      await Promise.all([empty.gateway.stop(0), troubled.gateway.stop(0)]);
    }
  });

  it('finishes what is in flight, refuses what comes, then closes', async () => {
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const execute = async (): Promise<Outcome> => {
      begun.resolve();
      await end.promise;
      return answers('slow');
    };
    const stopping = await startFixture({ groups: { shop: { endpoints: [{ path: '/slow', execute }] } } });
    const slow = call(stopping, 'GET', '/api:shop/slow');
    await begun.promise;
    const stopped = stopping.gateway.stop(muchMs);
    const health = await call(stopping, 'GET', '/health');
    expect([health.status, health.headers.connection]).toEqual([503, 'close']);
    expect((await call(stopping, 'GET', '/api:shop')).json).toMatchObject({ code: 'not_ready' });
    end.resolve();
    expect((await slow).json).toBe('slow');
    await stopped;
    await expect(call(stopping, 'GET', '/health')).rejects.toThrow('ECONNREFUSED');
  });

  it('cuts off what outlives the grace', async () => {
    const begun = Promise.withResolvers<void>();
    const execute = (): Promise<Outcome> => {
      begun.resolve();
      return new Promise(() => {});
    };
    const stopping = await startFixture({ groups: { shop: { endpoints: [{ execute }] } } });
    const never = call(stopping, 'GET', '/api:shop').catch((error: Error) => error.message);
    await begun.promise;
    const startedAt = performance.now();
    await stopping.gateway.stop(100);
    expect(performance.now() - startedAt).toBeLessThan(muchMs);
    expect(await never).toMatch(/hang up|ECONNRESET/);
  });

  it('says so when its address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => taken.once('listening', done));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { createGateway } = await import('./server.ts');
    const { systemClock } = await import('../base/clock.ts');
    const nothing = (): void => {};
    const gateway = createGateway({
      settings: { host: '127.0.0.1', port, trustedProxies: [] },
      clock: systemClock,
      log: { info: nothing, warn: nothing, error: nothing },
    });
    await expect(gateway.listen()).rejects.toThrow('EADDRINUSE');
    taken.close();
  });
});
