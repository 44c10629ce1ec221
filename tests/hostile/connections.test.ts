import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attempt } from './client.ts';
import { faultsOf } from './judge.ts';
import { type Exchanged, exchange, type RawOptions } from './raw.ts';
import { startWorld, type World } from './world.ts';

/** Time limits for slow clients: long enough for a busy machine, short enough for a test. */
const limits = { headersMs: 1_500, requestMs: 3_000, idleMs: 2_500, checkMs: 100, discardMs: 500, keepAliveMs: 2_000 };

let world: World;
let sent = 0;
beforeAll(async () => {
  world = await startWorld({ clientLimits: limits, examples: false });
}, 60_000);
afterAll(async () => {
  await world?.stop();
  console.log(`${sent} hostile connections`);
}, 30_000);

const nothing: Attempt = { name: '', method: 'GET', target: '', headers: {}, body: null };
const host = 'Host: 127.0.0.1\r\n';
const json = 'Content-Type: application/json\r\n';
/** A request that would add a row, were it ever understood as one. */
const smuggledBody = '{"code":"smuggled","title":"smuggled"}';
const smuggled = `POST /api:hostile/things HTTP/1.1\r\n${host}${json}Content-Length: ${smuggledBody.length}\r\n\r\n${smuggledBody}`;
const post = (headers: string, body: string): string => `POST /api:hostile/body HTTP/1.1\r\n${host}${json}${headers}\r\n${body}`;
const get = (headers = host, target = '/api:hostile/things'): string => `GET ${target} HTTP/1.1\r\n${headers}\r\n`;

/** Sends, and checks what every answer must be. */
async function attempt(pieces: Iterable<string | Buffer> | string, options: RawOptions = {}): Promise<Exchanged> {
  sent += 1;
  const result = await exchange(world.port, pieces, options);
  for (const reply of result.replies)
    expect(faultsOf(nothing, reply, world.secrets).filter((fault) => !isBare(reply.status, fault))).toEqual([]);
  return result;
}

/** What the parser itself refuses to tunnel is answered without a document. */
const isBare = (status: number, fault: string): boolean => status === 501 && /problem document|X-Request-Id/.test(fault);

const statusesOf = ({ replies }: Exchanged): readonly number[] => replies.map((reply) => reply.status);

async function things(): Promise<number> {
  const { rows } = await world.watch
    .database('thing')
    .query<{ n: string }>("select count(*) as n from thing where code = 'smuggled'");
  return Number(rows[0]?.n);
}

async function expectHealthy(): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5 && best > 100; i += 1) {
    const startedAt = performance.now();
    if ((await (await fetch(`${world.url}/health`)).text()).includes('ready'))
      best = Math.min(best, performance.now() - startedAt);
  }
  expect(best).toBeLessThan(100);
}

const contradicting: readonly (readonly [string, string])[] = [
  ['Content-Length and Transfer-Encoding', post(`Content-Length: 6\r\nTransfer-Encoding: chunked\r\n`, `0\r\n\r\n${smuggled}`)],
  [
    'Transfer-Encoding and Content-Length',
    post(`Transfer-Encoding: chunked\r\nContent-Length: ${smuggled.length}\r\n`, `2\r\n{}\r\n0\r\n\r\n${smuggled}`),
  ],
  ['two Content-Lengths', post(`Content-Length: 2\r\nContent-Length: ${2 + smuggled.length}\r\n`, `{}${smuggled}`)],
  ['two equal Content-Lengths', post(`Content-Length: 2\r\nContent-Length: 2\r\n`, `{}${smuggled}`)],
  ['a list of Content-Lengths', post('Content-Length: 2, 2\r\n', `{}${smuggled}`)],
  ['a negative Content-Length', post('Content-Length: -1\r\n', smuggled)],
  ['a Content-Length with a sign', post('Content-Length: +2\r\n', `{}${smuggled}`)],
  ['a Content-Length in hex', post('Content-Length: 0x2\r\n', `{}${smuggled}`)],
  ['a Content-Length beyond 2^64', post('Content-Length: 18446744073709551618\r\n', `{}${smuggled}`)],
  ['a Content-Length with a blank', post('Content-Length: 2 3\r\n', `{}${smuggled}`)],
  ['an empty Content-Length', post('Content-Length:\r\n', smuggled)],
  ['Transfer-Encoding twice', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', `0\r\n\r\n${smuggled}`)],
  ['Transfer-Encoding of another kind', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)],
  ['Transfer-Encoding not chunked at last', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`)],
  ['Transfer-Encoding with a tab', post('Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${smuggled}`)],
  ['a blank before the colon', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`)],
  ['a folded header', post('Content-Length: 2\r\nX-A: b\r\n Transfer-Encoding: chunked\r\n', `{}${smuggled}`)],
  ['a chunk size beyond 2^64', post('Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ['a negative chunk size', post('Transfer-Encoding: chunked\r\n', `-1\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ['a chunk size in words', post('Transfer-Encoding: chunked\r\n', `two\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ['a chunk longer than it says', post('Transfer-Encoding: chunked\r\n', `1\r\n{}\r\n0\r\n\r\n${smuggled}`)],
  ['chunk lines that end in a line feed', post('Transfer-Encoding: chunked\r\n', `2\n{}\n0\n\n${smuggled}`)],
  ['header lines that end in a line feed', `POST /api:hostile/body HTTP/1.1\nHost: a\nContent-Length: 0\n\n${smuggled}`],
  ['a bare carriage return in a header', post('X-A: b\rContent-Length: 0\r\n', smuggled)],
  ['NUL in a header', post('X-A: b\0c\r\nContent-Length: 0\r\n', smuggled)],
  ['NUL in a header name', post('X\0A: b\r\n', smuggled)],
  ['a header without a colon', post('nonsense\r\n', smuggled)],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['HTTP/2.0', `GET / HTTP/2.0\r\n${host}\r\n${smuggled}`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ['garbage', '\x00\xff\xfe\r\n\r\n\r\n'],
  ['a method in small letters', `get / HTTP/1.1\r\n${host}\r\n${smuggled}`],
  ['a target with a blank', `GET /a b HTTP/1.1\r\n${host}\r\n${smuggled}`],
  ['a target with NUL', `GET /a\0b HTTP/1.1\r\n${host}\r\n${smuggled}`],
  ['no target', `GET  HTTP/1.1\r\n${host}\r\n${smuggled}`],
];

describe('requests that two readers could understand differently', () => {
  it.each(contradicting)('%s is refused, and nothing behind it is read', async (_name, text) => {
    const result = await attempt(text);
    // Where the first request was whole, a connection that goes on may answer the second: then nothing was contradicting.
    expect(statusesOf(result).filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(result.closed).toBe(true);
    expect(result.replies.length).toBeLessThanOrEqual(1);
    expect(await things()).toBe(0);
  });

  it.each(contradicting)('%s is refused behind a request that was plain, too', async (_name, text) => {
    const result = await attempt([get(), text], { everyMs: 60 });
    const [first, ...others] = statusesOf(result);
    expect(first).toBe(200);
    expect(others.filter((status) => status < 400 || status >= 500)).toEqual([]);
    expect(others.length).toBeLessThanOrEqual(1);
    expect(result.closed).toBe(true);
    expect(await things()).toBe(0);
  });

  it('garbage behind a whole request spoils neither its answer nor the server', async () => {
    const result = await attempt(`${get()}\x00\x01garbage\r\n\r\n${smuggled}`);
    expect([[200], [200, 400], []]).toContainEqual(statusesOf(result));
    expect(result.closed).toBe(true);
    expect(await things()).toBe(0);
  });

  it('a hundred requests in one piece are answered in order', async () => {
    const result = await attempt(Array.from({ length: 100 }, (_, i) => get(host, `/api:hostile/path-int/${i}`)).join(''), {
      quietMs: 2_000,
    });
    expect(result.replies.map((reply) => JSON.parse(reply.text).value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });
});

describe('heads of requests', () => {
  it.each<[string, string, readonly number[]]>([
    ['a header of 64 kB', get(`${host}X-A: ${'a'.repeat(65_536)}\r\n`), [431]],
    ['headers of 64 kB', get(`${host}${'X-A: b\r\n'.repeat(8_192)}`), [431]],
    ['a header name of 64 kB', get(`${host}${'X'.repeat(65_536)}: b\r\n`), [431]],
    ['1,500 headers', get(`${host}${Array.from({ length: 1_500 }, (_, i) => `X${i}: b\r\n`).join('')}`), [200, 431]],
    ['very many cookies', get(`${host}Cookie: ${Array.from({ length: 1_500 }, (_, i) => `c${i}=1`).join('; ')}\r\n`), [200]],
    ['a URL of 64 kB', get(host, `/${'a'.repeat(65_536)}`), [414]],
    ['a URL of 9 kB', get(host, `/${'a'.repeat(9_000)}`), [414]],
    ['no Host', get(''), [400]],
    ['two Hosts', get(`${host}Host: evil.example\r\n`), [400]],
    ['an empty Host', get('Host:\r\n'), [200]],
    ['a Host with a path', get('Host: evil.example/x?y#z\r\n'), [200, 400]],
    ['a Host with credentials', get('Host: a:b@evil.example\r\n'), [200, 400]],
    ['the absolute form', get(host, 'http://evil.example/api:hostile/things'), [200]],
    ['the absolute form of another scheme', get(host, 'ftp://evil.example/api:hostile/things'), [200, 400, 404]],
    ['the absolute form without a path', get(host, 'http://evil.example'), [200]],
    ['two slashes', get(host, '//evil.example/api:hostile/things'), [404]],
    ['a fragment', get(host, '/api:hostile/things#x'), [400]],
    ['*', get(host, '*'), [204, 400, 404]],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${host}\r\n`, [204]],
    ['a target that is no path', get(host, 'api:hostile/things'), [400]],
    ['%00', get(host, '/api:hostile/path-text/%00'), [400]],
    ['broken percent-encoding', get(host, '/api:hostile/path-text/%zz'), [400]],
    ['raw bytes that are no UTF-8', get(host, '/api:hostile/path-text/\xff\xfe'), [400]],
    ['path traversal', get(host, '/assets/../../../../etc/passwd'), [404]],
    ['encoded path traversal', get(host, '/assets/%2e%2e%2f%2e%2e%2fpackage.json'), [404]],
    ['path traversal with backslashes', get(host, '/assets/..\\..\\package.json'), [404]],
    ['path traversal of errors', get(host, '/errors/../../package.json'), [404]],
    ['an error page of __proto__', get(host, '/errors/__proto__'), [404]],
    ['a group __proto__', get(host, '/api:__proto__/x'), [404]],
    ['a group of markup', get(host, '/api:%3Cscript%3E/docs'), [404]],
    ['10,000 parameters', get(host, `/api:hostile/query?${'a&'.repeat(3_000)}`), [400]],
    ['CONNECT', `CONNECT 127.0.0.1:5432 HTTP/1.1\r\n${host}\r\n`, [501]],
    ['TRACE', `TRACE /api:hostile/things HTTP/1.1\r\n${host}Cookie: a\r\n\r\n`, [405]],
    ['an unknown method', `BREW / HTTP/1.1\r\n${host}\r\n`, [400, 501]],
    ['a method of 10,000 characters', `${'A'.repeat(10_000)} / HTTP/1.1\r\n${host}\r\n`, [400, 431]],
    ['an upgrade', get(`${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n`), [200]],
    [
      'an upgrade to h2c',
      get(`${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n`),
      [200],
    ],
    ['Expect of another kind', get(`${host}Expect: nonsense\r\n`), [417]],
    ['a GET with a body', `${get(`${host}Content-Length: ${smuggled.length}\r\n`)}${smuggled}`, [200]],
    ['HTTP/1.0 without Host', 'GET /api:hostile/things HTTP/1.0\r\n\r\n', [200]],
    [
      'HTTP/1.0 with chunks',
      `POST /api:hostile/body HTTP/1.0\r\n${json}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      [200, 400],
    ],
  ])('%s', async (_name, text, allowed) => {
    const result = await attempt(text);
    expect(result.replies).toHaveLength(1);
    expect(allowed).toContain(result.replies[0]?.status);
    expect(await things()).toBe(0);
  });

  it('a head with a body is answered without one', async () => {
    const result = await attempt(`HEAD /api:hostile/things HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
    expect(statusesOf(result)).toEqual([200]);
    expect(result.replies[0]?.text).toBe('');
  });

  it('an answer to headers with line breaks in their values never has one more header', async () => {
    const body = JSON.stringify({ name: 'X-Mine', value: 'a\r\nSet-Cookie: x=1' });
    const result = await attempt(
      `POST /api:hostile/steps/header HTTP/1.1\r\n${host}${json}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(result.replies[0]?.status).toBe(400);
    expect(result.replies[0]?.headers['set-cookie']).toBeUndefined();
  });
});

describe('slow and silent senders', () => {
  function* drops(head: string, drop: string, count: number): Generator<string> {
    yield head;
    for (let i = 0; i < count; i += 1) yield drop;
  }

  it('headers that never end are given 408', async () => {
    const result = await attempt(drops(`GET / HTTP/1.1\r\n${host}`, 'X-A: b\r\n', 200), { everyMs: 50 });
    expect(statusesOf(result)).toEqual([408]);
    expect(result.tookMs).toBeLessThan(6_000);
  });
  it('a request line of one byte at a time is given 408', async () => {
    const result = await attempt(drops('', 'G', 200), { everyMs: 50 });
    expect([[408], [400]]).toContainEqual(statusesOf(result));
    expect(result.tookMs).toBeLessThan(6_000);
  });
  it('a body of one byte at a time is given 408', async () => {
    const result = await attempt(drops(post('Content-Length: 100000\r\n', '{"a":"'), 'a', 200), { everyMs: 50 });
    expect(statusesOf(result)).toEqual([408]);
    expect(result.tookMs).toBeLessThan(8_000);
  });
  it('chunks of one byte at a time are given 408', async () => {
    const result = await attempt(drops(post('Transfer-Encoding: chunked\r\n', ''), '1\r\n \r\n', 200), { everyMs: 50 });
    expect(statusesOf(result)).toEqual([408]);
  });
  it('a body that stops is given 408', async () => {
    const result = await attempt(post('Content-Length: 100\r\n', '{"a"'), { quietMs: 8_000 });
    expect(statusesOf(result)).toEqual([408]);
    expect(result.tookMs).toBeLessThan(6_000);
  });
  it('a connection without a byte is closed', async () => {
    const result = await attempt('', { quietMs: 8_000 });
    expect(result.closed).toBe(true);
    expect(result.tookMs).toBeLessThan(6_000);
  });
  it('an answer that nobody reads is given up', async () => {
    const text = JSON.stringify({ any: { a: 'a'.repeat(9_500_000) } });
    const reader = connect(world.port, '127.0.0.1').pause();
    reader.on('error', () => undefined);
    reader.write(`${post(`Content-Length: ${text.length}\r\n`, '')}`);
    reader.write(text);
    sent += 1;
    await new Promise((resolve) => setTimeout(resolve, 4 * limits.idleMs));
    let bytes = 0;
    reader.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
    });
    reader.resume();
    await new Promise((resolve) => reader.once('close', resolve));
    expect(bytes).toBeLessThan(text.length);
  });
  it('200 slow connections at once leave room for others', async () => {
    const slow = Promise.all(
      Array.from({ length: 200 }, () =>
        attempt(drops(post('Content-Length: 100000\r\n', '{'), ' ', 10), { everyMs: 100, quietMs: 100 }),
      ),
    );
    const answer = await fetch(`${world.url}/api:hostile/things/1`);
    expect(answer.status).toBe(200);
    await slow;
    await expectHealthy();
  });
});

describe('large bodies', () => {
  const megabyte = Buffer.alloc(1_048_576, 'a');
  function* body(
    head: string,
    wrap: (piece: Buffer) => Iterable<Buffer | string>,
    megabytes: number,
  ): Generator<Buffer | string> {
    yield head;
    for (let i = 0; i < megabytes; i += 1) yield* wrap(megabyte);
  }
  const plain = (piece: Buffer): readonly Buffer[] => [piece];
  const chunked = (piece: Buffer): readonly (Buffer | string)[] => [`${piece.length.toString(16)}\r\n`, piece, '\r\n'];
  /** Bytes that the server's memory may grow: an ordinary body's worth and what the collector leaves. */
  const room = 150_000_000;

  it.each<[string, () => Iterable<Buffer | string>]>([
    ['of an announced length', () => body(post(`Content-Length: ${100 * megabyte.length}\r\n`, ''), plain, 100)],
    ['in chunks', () => body(post('Transfer-Encoding: chunked\r\n', ''), chunked, 100)],
    [
      'as a form',
      () =>
        body(
          `POST /api:hostile/body HTTP/1.1\r\n${host}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n`,
          chunked,
          100,
        ),
    ],
    [
      'as multipart',
      () =>
        body(
          `POST /api:hostile/file HTTP/1.1\r\n${host}Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n`,
          chunked,
          100,
        ),
    ],
    [
      'of one endless header of a part',
      () =>
        body(
          `POST /api:hostile/file HTTP/1.1\r\n${host}Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n--x\r\n\r\n`,
          chunked,
          100,
        ),
    ],
    [
      'to the control API without a key',
      () =>
        body(
          `POST /api/workspaces/pub/environments/dev/publish HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\n\r\n`,
          chunked,
          100,
        ),
    ],
    [
      'to a path that is not there',
      () => body(`POST /nowhere HTTP/1.1\r\n${host}Content-Length: ${100 * megabyte.length}\r\n\r\n`, plain, 100),
    ],
  ])('100 MB %s are refused, without being held', async (_name, pieces) => {
    const before = await world.memory();
    const result = await attempt(pieces(), { quietMs: 1_000, longestMs: 30_000 });
    expect(statusesOf(result).every((status) => [401, 404, 413].includes(status))).toBe(true);
    expect(result.replies).toHaveLength(1);
    expect((await world.memory()) - before).toBeLessThan(room);
  });

  it('100 MB that come while an answer is under way are not held', async () => {
    const before = await world.memory();
    const sleeps = JSON.stringify({ duration: 1_000 });
    const slow = `POST /api:hostile/steps/sleep HTTP/1.1\r\n${host}${json}Content-Length: ${sleeps.length}\r\n\r\n${sleeps}`;
    const flood = attempt(body(slow, plain, 100), { everyMs: 10, quietMs: 500, longestMs: 3_000 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await world.memory()) - before).toBeLessThan(room);
    expect((await flood).replies.length).toBeLessThanOrEqual(2);
    await expectHealthy();
  });

  it('a small body that unpacks to a large one is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const before = await world.memory();
    const head = post(`Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n`, '');
    const result = await attempt([head, bomb]);
    expect(statusesOf(result)).toEqual([415]);
    expect((await world.memory()) - before).toBeLessThan(room);
  });

  it.each<[string, string]>([
    ['lists', `${'['.repeat(200_000)}${']'.repeat(200_000)}`],
    ['objects', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
    ['open lists', '['.repeat(9_000_000)],
    ['blanks', ' '.repeat(9_000_000)],
    ['digits', '9'.repeat(9_000_000)],
    ['digits behind a point', `0.${'9'.repeat(9_000_000)}`],
    ['backslashes', `"${'\\'.repeat(9_000_000)}`],
    ['escapes', `"${'\\u0061'.repeat(1_500_000)}"`],
    ['empty texts', `[${'"",'.repeat(3_000_000)}""]`],
    ['empty objects', `[${'{},'.repeat(3_000_000)}{}]`],
    ['zeros', `[${'0,'.repeat(4_500_000)}0]`],
    ['decimals', `[${'0.1,'.repeat(2_000_000)}0]`],
    ['equal keys', `{${'"a":0,'.repeat(1_400_000)}"a":0}`],
    ['keys', `{${Array.from({ length: 700_000 }, (_, i) => `"k${i}":0`).join(',')}}`],
  ])('9 MB of %s as JSON are answered, and others meanwhile', async (_name, text) => {
    const head = post(`Connection: close\r\nContent-Length: ${text.length}\r\n`, '');
    const [result, health] = await Promise.all([
      attempt([head, Buffer.from(text)], { quietMs: 10_000, longestMs: 30_000 }),
      fetch(`${world.url}/health`),
    ]);
    expect(health.status).toBe(200);
    expect(result.replies).toHaveLength(1);
    expect(statusesOf(result).every((status) => status < 500)).toBe(true);
    expect(result.tookMs).toBeLessThan(5_000);
    await expectHealthy();
  });
});

it('after all of it the server is well, and nothing was changed', async () => {
  expect(world.errors().filter((line) => line.includes('failed'))).toEqual([]);
  expect(await world.watch.latest()).toBe('');
  await expectHealthy();
});
