import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answers, type Fixture, fakeInput, startFixture } from '../../../../tests/harness/gateway.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    groups: {
      shop: {
        definition: { cors: { origins: ['*'], methods: [], headers: [], credentials: false, maxAgeS: 600 } },
        endpoints: [
          { path: '/rows', execute: () => answers([{ n: 1, name: 'Zoë 北京' }]) },
          { path: '/ascii', execute: () => answers([{ n: 1 }]) },
          { path: '/long', execute: () => answers('ashlar '.repeat(1_000)) },
          { path: '/huge', execute: () => answers('é'.repeat(200_000)) },
          { path: '/later', execute: () => new Promise((done) => setTimeout(() => done(answers('later')), 20)) },
          { path: '/bytes', execute: () => answers(new Uint8Array([0, 255, 13, 10]), 200, { 'content-type': 'image/png' }) },
          { path: '/none', method: 'DELETE', execute: () => answers(null, 204) },
          { path: '/reset', execute: () => answers(null, 205) },
          { path: '/unnamed', execute: () => answers('x', 299) },
          { path: '/own', execute: () => answers('x', 200, { 'X-Own': 'a', Location: '/b', 'Set-Cookie': 'a=b', ETag: '"v"' }) },
          { path: '/events', stream: 'sse', execute: () => answers([1, 'ä']) },
          {
            path: '/echo',
            method: 'POST',
            inputs: [fakeInput('n', { type: 'int', in: 'body' })],
            execute: (_run, n) => answers(n),
          },
          { path: '/request', method: 'POST', execute: (run) => answers(run.request) },
          {
            path: '/fails',
            execute: () => {
              throw new Error('a defect');
            },
          },
        ],
      },
    },
  });
});
afterAll(() => fixture.gateway.stop(0));

/** Whether an answer is there as far as its head says. */
function isWhole(text: string, isHead: boolean): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = isHead ? 0 : Number(/\r\nContent-Length: (\d+)/.exec(text)?.[1] ?? 0);
  return end !== -1 && text.length >= end + 4 + length;
}

/** What differs from one answer to the next. */
const passing: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID'],
  [/\r\nDate: [^\r]+/g, '\r\nDate: D'],
  [/nonce[-=]"?[^"']+/g, 'nonce'],
];

/** What comes back for pieces that are sent one after another, and for a moment after that. */
function answered(pieces: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ port: fixture.port, host: '127.0.0.1', noDelay: true });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!isWhole(text, pieces[0]?.startsWith('HEAD') === true)) return;
      setTimeout(() => {
        socket.destroy();
        resolve(passing.reduce((so, [pattern, by]) => so.replaceAll(pattern, by), text));
      }, 40);
    });
    pieces.forEach((piece, i) => {
      setTimeout(() => socket.write(piece, 'latin1'), i * 40);
    });
  });
}

const get = (path: string, more = '', method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const post = (path: string, body: string, type = 'application/json'): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

// A request in two pieces is read by node:http.
it.each<[string, number, string]>([
  ['a text beyond ASCII', 200, get('/api:shop/rows')],
  ['ASCII', 200, get('/api:shop/ascii')],
  ['a head', 200, get('/api:shop/rows', '', 'HEAD')],
  ['something long', 200, get('/api:shop/long')],
  ['something long, compressed', 200, get('/api:shop/long', 'Accept-Encoding: gzip\r\n')],
  ['the head of something compressed', 200, get('/api:shop/long', 'Accept-Encoding: gzip\r\n', 'HEAD')],
  ['something huge', 200, get('/api:shop/huge')],
  ['an answer that takes a while', 200, get('/api:shop/later')],
  ['bytes', 200, get('/api:shop/bytes')],
  ['the head of bytes', 200, get('/api:shop/bytes', '', 'HEAD')],
  ['204', 204, get('/api:shop/none', '', 'DELETE')],
  ['205', 205, get('/api:shop/reset')],
  ['the head of 205', 205, get('/api:shop/reset', '', 'HEAD')],
  ['304', 304, get('/api:shop/own', 'If-None-Match: "v"\r\n')],
  ['the head of 304', 304, get('/api:shop/own', 'If-None-Match: "v"\r\n', 'HEAD')],
  ['a status without a name', 299, get('/api:shop/unnamed')],
  ["a stack's own headers", 200, get('/api:shop/own')],
  ['events', 200, get('/api:shop/events')],
  ['another origin', 200, get('/api:shop/rows', 'Origin: https://a.example\r\n')],
  ['JSON', 200, post('/api:shop/echo', '{"n": 5}')],
  ['a form', 200, post('/api:shop/echo', 'n=5', 'application/x-www-form-urlencoded')],
  ['what a stack sees', 200, post('/api:shop/request?a=1&a=%20', '{"a": "\xc3\xa4"}')],
  ['broken JSON', 400, post('/api:shop/echo', '{"n": ')],
  ['a text for a number', 400, post('/api:shop/echo', '{"n": "5"}')],
  ['another type', 415, post('/api:shop/echo', 'n', 'text/plain')],
  ['no such path', 404, get('/api:shop/nothing')],
  ['no such method', 405, get('/api:shop/rows', '', 'PUT')],
  ['a defect', 500, get('/api:shop/fails')],
  ['health', 200, get('/health')],
  ['a page', 200, get('/errors/not_found')],
  ['a broken escape', 400, get('/api:shop/%zz')],
  ['a control call that is none', 404, get('/api/nothing')],
])('%s: the same bytes as by node:http', async (_name, status, text) => {
  const half = Math.min(30, text.indexOf('\r\n\r\n'));
  const [plain, byNode] = await Promise.all([answered([text]), answered([text.slice(0, half), text.slice(half)])]);
  expect(plain).toBe(byNode);
  expect(plain.startsWith(`HTTP/1.1 ${status} `)).toBe(true);
});
