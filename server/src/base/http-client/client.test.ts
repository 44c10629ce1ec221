import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { AshlarError } from '@ashlar/engine';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClient, type HttpClientOptions, type OutboundRequest } from './client.ts';

const open: { server: Server; client?: HttpClient }[] = [];
afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    await client?.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<{ server: Server; port: number }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ server });
  return { server, port: (server.address() as AddressInfo).port };
}

function clientFor(allow: readonly string[], options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = createHttpClient({ allow, ...options });
  const last = open.at(-1);
  if (last !== undefined) open[open.length - 1] = { ...last, client };
  return client;
}

const get = (url: string, more: Partial<OutboundRequest> = {}): OutboundRequest => ({
  url,
  method: 'GET',
  headers: {},
  body: null,
  timeoutMs: 2_000,
  totalMs: 5_000,
  retries: 0,
  retryUnsafe: false,
  maxBytes: 1_000_000,
  ...more,
});

async function failure(promise: Promise<unknown>): Promise<AshlarError> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof AshlarError) return error;
  throw error;
}

describe('an outbound call', () => {
  it('gives status, headers and body of any answer', async () => {
    const { port } = await serve((request, response) => {
      response.writeHead(418, { 'X-Seen': request.headers['x-sent'], 'Set-Cookie': ['a=1', 'b=2'] }).end('short and stout');
    });
    const answer = await clientFor([`127.0.0.1:${port}`]).request(
      get(`http://127.0.0.1:${port}/pot`, { headers: { 'x-sent': 'yes' } }),
    );
    expect(answer.status).toBe(418);
    expect(answer.headers).toMatchObject({ 'x-seen': 'yes', 'set-cookie': 'a=1, b=2' });
    expect(answer.body.toString()).toBe('short and stout');
  });

  it.each([
    'http://127.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f000001:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://0.0.0.0:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://localhost:PORT/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[64:ff9b::7f00:1]:PORT/',
    'http://[2002:7f00:1::]:PORT/',
  ])('does not reach %s', async (url) => {
    let calls = 0;
    const { port } = await serve((_request, response) => {
      calls += 1;
      response.end('secret');
    });
    const error = await failure(clientFor([]).request(get(url.replace('PORT', String(port)))));
    expect(error.code).toBe('outbound_failed');
    expect(error.status).toBe(502);
    expect(error.message).toContain('refused address');
    expect(calls).toBe(0);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'gopher://127.0.0.1/', 'not a url'])('does not speak %s', async (url) => {
    await serve((_request, response) => response.end());
    expect((await failure(clientFor([]).request(get(url)))).code).toBe('outbound_failed');
  });

  it('goes to the address that was judged, not to a later answer of the name server', async () => {
    const { port } = await serve((_request, response) => response.end('inside'));
    const answers = [['127.0.0.1'], ['10.9.9.9']];
    let asked = 0;
    const client = clientFor([`127.0.0.1:${port}`], { resolve: async () => answers[asked++] ?? [] });
    expect((await client.request(get(`http://rebound.example:${port}/`))).body.toString()).toBe('inside');
    expect(asked).toBe(1);
  });

  it('refuses a name that resolves to a private address', async () => {
    const { port } = await serve((_request, response) => response.end('inside'));
    const client = clientFor([], { resolve: async () => ['127.0.0.1', '::1'] });
    expect((await failure(client.request(get(`http://innocent.example:${port}/`)))).message).toContain('loopback');
  });

  it("refuses this node's own port, unless an allowance names it", async () => {
    const { port } = await serve((_request, response) => response.end('control'));
    const ownPorts = () => new Set([port]);
    const error = await failure(clientFor(['127.0.0.0/8'], { ownPorts }).request(get(`http://127.0.0.1:${port}/`)));
    expect(error.message).toContain('own port');
    const named = createHttpClient({ allow: [`127.0.0.1:${port}`], ownPorts });
    expect((await named.request(get(`http://127.0.0.1:${port}/`))).status).toBe(200);
    await named.close();
  });

  it('checks every hop of a redirect', async () => {
    let secretCalls = 0;
    const secret = await serve((_request, response) => {
      secretCalls += 1;
      response.end('secret');
    });
    const { port } = await serve((_request, response) => {
      response.writeHead(302, { Location: `http://127.0.0.1:${secret.port}/` }).end();
    });
    const error = await failure(clientFor([`127.0.0.1:${port}`]).request(get(`http://127.0.0.1:${port}/`)));
    expect(error.code).toBe('outbound_failed');
    expect(secretCalls).toBe(0);
  });

  it('drops credentials across origins and keeps them on its own', async () => {
    const seen: Record<string, unknown>[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers);
      response.end('done');
    });
    const { port } = await serve((request, response) => {
      seen.push(request.headers);
      const target = request.url === '/a' ? '/b' : `http://127.0.0.1:${other.port}/c`;
      response.writeHead(307, { Location: target }).end();
    });
    const client = clientFor(['127.0.0.1']);
    const headers = { authorization: 'Bearer x', cookie: 'a=1', 'x-api-key': 'k', accept: 'text/plain' };
    await client.request(get(`http://127.0.0.1:${port}/a`, { headers }));
    expect(seen[1]).toMatchObject(headers);
    expect(seen[2]).toMatchObject({ accept: 'text/plain' });
    for (const name of ['authorization', 'cookie', 'x-api-key']) expect(seen[2]).not.toHaveProperty(name);
  });

  it('follows five redirects and not six', async () => {
    const { port } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { Location: `/${left - 1}` }).end();
    });
    const client = clientFor(['127.0.0.1']);
    expect((await client.request(get(`http://127.0.0.1:${port}/5`))).body.toString()).toBe('there');
    expect((await failure(client.request(get(`http://127.0.0.1:${port}/6`)))).message).toContain('redirects');
  });

  it.each([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'body'],
    [308, 'PUT', 'PUT', 'body'],
    [301, 'PUT', 'PUT', 'body'],
  ])('after %d a %s becomes a %s with body %j', async (status, method, expectedMethod, expectedBody) => {
    const { port } = await serve((request, response) => {
      if (request.url === '/') {
        request.resume();
        response.writeHead(status, { Location: '/next' }).end();
        return;
      }
      request.setEncoding('utf8');
      let body = '';
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => response.end(`${request.method} ${body}`));
    });
    const answer = await clientFor(['127.0.0.1']).request(get(`http://127.0.0.1:${port}/`, { method, body: 'body' }));
    expect(answer.body.toString()).toBe(`${expectedMethod} ${expectedBody}`);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('decompresses %s, and stops a bomb', async (encoding, compress) => {
    const { port } = await serve((request, response) => {
      const size = request.url === '/bomb' ? 30_000_000 : 1_000;
      response.writeHead(200, { 'Content-Encoding': encoding }).end(compress(Buffer.alloc(size, 97)));
    });
    const client = clientFor(['127.0.0.1']);
    expect((await client.request(get(`http://127.0.0.1:${port}/`))).body.length).toBe(1_000);
    const error = await failure(client.request(get(`http://127.0.0.1:${port}/bomb`)));
    expect(error.code).toBe('outbound_failed');
    expect(error.message).toContain('longer than 1000000 bytes');
  });

  it('ends in time when the other side is silent, or trickles', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/silent') return;
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const client = clientFor(['127.0.0.1']);
    for (const path of ['silent', 'trickle']) {
      const started = performance.now();
      const error = await failure(client.request(get(`http://127.0.0.1:${port}/${path}`, { timeoutMs: 200 })));
      expect(error.code).toBe('outbound_timeout');
      expect(error.status).toBe(504);
      expect(performance.now() - started).toBeLessThan(5_000);
    }
  });

  it('ends as cancelled when its signal says so', async () => {
    const { port } = await serve(() => {});
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const error = await failure(clientFor(['127.0.0.1']).request(get(`http://127.0.0.1:${port}/`, { signal: stop.signal })));
    expect(error.code).toBe('cancelled');
  });
});

describe('retries', () => {
  /** Breaks the connection so many times, then answers. */
  async function flaky(failures: number): Promise<{ port: number; calls: () => number }> {
    let calls = 0;
    const { port } = await serve((request, response) => {
      calls += 1;
      if (calls <= failures) request.socket.destroy();
      else response.end('there');
    });
    return { port, calls: () => calls };
  }

  it.each([
    ['GET', 2, false, 3, 'there'],
    ['PUT', 2, false, 3, 'there'],
    ['DELETE', 1, false, 3, 'outbound_failed'],
    ['POST', 2, false, 3, 'outbound_failed'],
    ['PATCH', 2, false, 3, 'outbound_failed'],
    ['POST', 2, true, 3, 'there'],
  ])(
    '%s with %d retries, unsafe %s, the first %d - 1 attempts broken: %s',
    async (method, retries, retryUnsafe, _n, expected) => {
      const { port, calls } = await flaky(2);
      const request = get(`http://127.0.0.1:${port}/`, { method, retries, retryUnsafe });
      const result = await clientFor(['127.0.0.1'])
        .request(request)
        .then(
          (answer) => answer.body.toString(),
          (error: AshlarError) => error.code,
        );
      expect(result).toBe(expected);
      expect(calls()).toBe(expected === 'there' ? 3 : retryUnsafe || method === 'DELETE' ? retries + 1 : 1);
    },
  );

  it('repeats a GET answered 503, and gives the last answer when it stays', async () => {
    let calls = 0;
    const { port } = await serve((request, response) => {
      calls += 1;
      response.writeHead(request.url === '/mends' && calls === 2 ? 200 : 503).end();
    });
    const client = clientFor(['127.0.0.1']);
    expect((await client.request(get(`http://127.0.0.1:${port}/mends`, { retries: 2 }))).status).toBe(200);
    expect(calls).toBe(2);
    calls = 10;
    expect((await client.request(get(`http://127.0.0.1:${port}/stays`, { retries: 1 }))).status).toBe(503);
    expect(calls).toBe(12);
  });

  it('repeats any method while the connection is refused', async () => {
    const { server, port } = await serve((_request, response) => response.end('there'));
    await new Promise((resolve) => server.close(resolve));
    const reopened = new Promise<void>((resolve) => setTimeout(() => server.listen(port, '127.0.0.1', resolve), 60));
    const client = clientFor(['127.0.0.1']);
    const answer = await client.request(get(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x', retries: 5 }));
    await reopened;
    expect(answer.body.toString()).toBe('there');
  });
});
