import { createServer, type IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { headerBytes, urlBytes } from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noKnownHeaders, readPlainRequest } from './reader.ts';

const read = (text: string): ReturnType<typeof readPlainRequest> =>
  readPlainRequest(Buffer.from(text, 'latin1'), noKnownHeaders());
const get = (headers: string, target = '/x'): string => `GET ${target} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const post = (headers: string, body: string): string => `POST /x HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`;

describe('a plain request', () => {
  it('has method, target, headers and body', () => {
    const request = read(post('Content-Type:  text/x \t\r\nX-Empty:\r\ncontent-LENGTH: 4\r\n', 'a\r\n\xff'));
    expect(request).toMatchObject({ method: 'POST', url: '/x', complete: true, flaw: null });
    expect({ ...request?.headers }).toEqual({ host: 'a', 'content-type': 'text/x', 'x-empty': '', 'content-length': '4' });
    expect(request?.readBody()).toEqual(Buffer.from('a\r\n\xff', 'latin1'));
  });

  it.each([
    ['a query', get('', '/x?a=%20&b={}|')],
    ['keep-alive', get('Connection: Keep-Alive\r\n')],
    ['a length of nothing', post('Content-Length: 0\r\n', '')],
    ['a POST without a body', post('', '')],
    ['a GET with a body', `${get('Content-Length: 2\r\n')}ab`],
    ['names of members that all objects have', get('constructor: a\r\ntoString: b\r\n')],
    ['the longest target', get('', `/${'x'.repeat(urlBytes - 1)}`)],
  ])('%s is one', (_name, text) => {
    expect(read(text)).not.toBeNull();
  });
});

describe('behind another request of its connection', () => {
  const second = (first: string, text: string): ReturnType<typeof read> => {
    const known = noKnownHeaders();
    readPlainRequest(Buffer.from(first, 'latin1'), known);
    return readPlainRequest(Buffer.from(text, 'latin1'), known);
  };
  it.each([
    ['equal headers', post('Content-Length: 3\r\n', 'abc'), post('Content-Length: 3\r\n', 'xyz')],
    ['other headers', post('Content-Length: 3\r\n', 'abc'), post('Content-Length: 5\r\nX-A: 1\r\n', 'xyz12')],
    ['fewer headers', get('X-A: 1\r\n'), get('')],
    ['more headers', get(''), get('X-A: 1\r\n')],
    ['headers after one that was not plain', get('X-A: 1\r\nx-a: 2\r\n'), get('X-A: 1\r\n')],
  ])('with %s it is read as if it were alone', (_name, first, text) => {
    expect(second(first, text)).toEqual(read(text));
    expect(read(text)).not.toBeNull();
  });
  it('equal headers do not make half a body whole, or two requests one', () => {
    expect(second(post('Content-Length: 3\r\n', 'abc'), post('Content-Length: 3\r\n', 'ab'))).toBeNull();
    expect(second(get(''), get('') + get(''))).toBeNull();
  });
  it('nobody can change the headers of another request', () => {
    expect(Object.isFrozen(read(get(''))?.headers)).toBe(true);
  });
});

describe('for node:http is', () => {
  it.each([
    ['nothing', ''],
    ['half a request line', 'GET /x HT'],
    ['a head without its end', get('').slice(0, -2)],
    ['a head that ends in half a line break', get('').slice(0, -1)],
    ['half a body', post('Content-Length: 4\r\n', 'abc')],
    ['more than a body', post('Content-Length: 4\r\n', 'abcde')],
    ['a body without a length', post('', 'abc')],
    ['two requests', get('') + get('')],
    ['an empty line before it', `\r\n${get('')}`],
    ['another method', get('').replace('GET', 'OPTIONS')],
    ['a method in small letters', get('').replace('GET', 'get')],
    ['HTTP/1.0', get('').replace('HTTP/1.1', 'HTTP/1.0')],
    ['no version', 'GET /x\r\nHost: a\r\n\r\n'],
    ['the absolute form', get('', 'http://a/x')],
    ['a fragment', get('', '/x#y')],
    ['a target with bytes beyond ASCII', get('', '/\xe4')],
    ['a target that is too long', get('', `/${'x'.repeat(urlBytes)}`)],
    ['two blanks behind the target', get('').replace(' HTTP', '  HTTP')],
    ['no Host', 'GET /x HTTP/1.1\r\n\r\n'],
    ['two Hosts', get('HOST: a\r\n')],
    ['a repeated header', get('X-A: 1\r\nx-a: 2\r\n')],
    ['a folded header', get('X-A: 1\r\n 2\r\n')],
    ['a blank before the colon', get('X-A : 1\r\n')],
    ['no name', get(': 1\r\n')],
    ['no colon', get('X-A\r\n')],
    ['a value beyond ASCII', get('X-A: \xe4\r\n')],
    ['NUL in a value', get('X-A: \0\r\n')],
    ['a bare carriage return', get('X-A: 1\r2\r\n')],
    ['a bare line feed', get('X-A: 1\n')],
    ['closing', get('Connection: close\r\n')],
    ['a connection with other options', get('Connection: keep-alive, TE\r\n')],
    ['closing, as told to a proxy', get('Proxy-Connection: close\r\n')],
    ['an upgrade', get('Upgrade: h2c\r\n')],
    ['chunks', post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n')],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n')],
    ['an expectation', post('Expect: 100-continue\r\nContent-Length: 0\r\n', '')],
    ['a length with a sign', post('Content-Length: +3\r\n', 'abc')],
    ['a length in hex', post('Content-Length: 0x3\r\n', 'abc')],
    ['a length with a zero before it', post('Content-Length: 03\r\n', 'abc')],
    ['an empty length', post('Content-Length: \r\n', '')],
    ['a list of lengths', post('Content-Length: 3, 3\r\n', 'abc')],
    ['two equal lengths', post('Content-Length: 3\r\nContent-Length: 3\r\n', 'abc')],
    ['a cookie that is set', get('Set-Cookie: a=b\r\n')],
    ['__proto__', get('__proto__: a\r\n')],
    ['headers that are too large', get(`X-A: ${'a'.repeat(headerBytes)}\r\n`)],
  ])('%s', (_name, text) => {
    expect(read(text)).toBeNull();
  });
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** What node's parser makes of bytes: its requests, and whether it gave up. */
function asNodeReads(
  bytes: Buffer,
): Promise<{ readonly requests: readonly Seen[]; readonly refused: boolean; readonly closes: boolean }> {
  return new Promise((resolve) => {
    const requests: Seen[] = [];
    let closes = false;
    const server = createServer({ maxHeaderSize: headerBytes, requireHostHeader: false });
    const take = (request: IncomingMessage, response: { readonly shouldKeepAlive: boolean }): void => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        closes = !response.shouldKeepAlive;
        requests.push({ method, url, headers: { ...headers }, body: Buffer.concat(chunks).toString('latin1') });
      });
    };
    const end = (refused: boolean): void => {
      socket.destroy();
      resolve({ requests, refused, closes });
    };
    server.on('request', take);
    server.on('checkContinue', take);
    server.on('upgrade', () => end(true));
    server.on('clientError', () => end(true));
    const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    server.emit('connection', socket);
    socket.push(bytes);
    setImmediate(() => setImmediate(() => end(false)));
  });
}

const line = (name: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(name, fc.constantFrom(': ', ':', ':\t', ' : '), value, fc.constantFrom('', ' ', '\t ')).map((parts) => parts.join(''));
const anyName = fc.oneof(
  fc.constantFrom(
    'Accept',
    'Cookie',
    'X-A',
    'x-a',
    'User-Agent',
    'Authorization',
    'Keep-Alive',
    'TE',
    'Trailer',
    'If-None-Match',
  ),
  fc.constantFrom(
    'Connection',
    'Upgrade',
    'Expect',
    'Transfer-Encoding',
    'Set-Cookie',
    'Proxy-Connection',
    '__proto__',
    'valueOf',
  ),
  fc.string({ minLength: 1, maxLength: 6 }),
);
const anyValue = fc.oneof(
  fc.constantFrom('keep-alive', 'close', 'chunked', 'a, b', '', '100-continue', 'gzip;q=1', '"x"'),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const request = fc
  .record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'get'),
    target: fc.oneof(
      { weight: 3, arbitrary: fc.string({ maxLength: 20 }).map((text) => `/${text.replaceAll(' ', '')}`) },
      { weight: 1, arbitrary: fc.constantFrom('*', 'http://a/x', '/a b', '//x') },
    ),
    headers: fc.array(line(anyName, anyValue), { maxLength: 4 }),
    body: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text).toString('latin1')),
    length: fc.constantFrom(0, 0, 0, 0, 1, -1, null),
    changes: fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 }), fc.constantFrom('put', 'cut', 'set')), {
      maxLength: 2,
    }),
    changed: fc.boolean(),
  })
  .map(({ method, target, headers, body, length, changes, changed }) => {
    const sized = length === null ? [] : [`Content-Length: ${body.length + length}`];
    const text = [`${method} ${target} HTTP/1.1`, 'Host: a', ...headers, ...sized, '', body].join('\r\n');
    const bytes = [...Buffer.from(text, 'latin1')];
    for (const [at, byte, how] of changed ? changes : [])
      bytes.splice(at % bytes.length, how === 'put' ? 0 : 1, ...(how === 'cut' ? [] : [byte]));
    return Buffer.from(bytes);
  });

it('whatever is read here is read the same by node, as one request on a connection that goes on', async () => {
  let taken = 0;
  const runs = 2_000 * Number(process.env.TEST_SOAK ?? '1');
  await fc.assert(
    fc.asyncProperty(request, async (bytes) => {
      const plain = readPlainRequest(bytes, noKnownHeaders());
      if (plain === null) return;
      taken += 1;
      const { requests, refused, closes } = await asNodeReads(bytes);
      const { method, url, headers } = plain;
      expect({ requests, refused, closes }).toEqual({
        requests: [{ method, url, headers: { ...headers }, body: plain.readBody().toString('latin1') }],
        refused: false,
        closes: false,
      });
    }),
    { numRuns: runs },
  );
  expect(taken).toBeGreaterThan(runs / 20);
});
