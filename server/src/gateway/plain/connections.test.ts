import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { defaultClientLimits } from '../parts.ts';
import { PlainConnections } from './connections.ts';
import type { PlainResponse } from './response.ts';

/** A server that answers what it was asked for, and by whom it was read; `/wait` waits for `release`, `/last` closes. */
interface Probe {
  readonly server: Server;
  readonly plain: PlainConnections;
  readonly late: Socket[];
  readonly release: PromiseWithResolvers<void>;
  readonly urls: string[];
}

let probe: Probe;

async function start(limits: Partial<typeof defaultClientLimits> = {}, body = ''): Promise<void> {
  const urls: string[] = [];
  const late: Socket[] = [];
  const release = Promise.withResolvers<void>();
  const server = createServer({ noDelay: true, connectionsCheckingInterval: 20 }, (request, response) => {
    urls.push(String(request.url));
    request.resume();
    request.on('end', () => response.end(`node ${request.url};`));
  });
  const answer = (response: PlainResponse, text: string): void => {
    const last = text.includes('/last') ? ['Connection', 'close'] : [];
    response.send(200, ['Content-Length', String(text.length), ...last], text, 'latin1');
  };
  const plain = new PlainConnections(server, { ...defaultClientLimits, checkMs: 20, ...limits }, systemClock, {
    accept: (request, response) => {
      urls.push(request.url);
      const text = `plain ${request.url}${body};`;
      if (request.url.startsWith('/wait')) void release.promise.then(() => answer(response, text));
      else answer(response, text);
    },
    late: (socket) => {
      late.push(socket);
      socket.destroy();
    },
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  probe = { server, plain, late, release, urls };
}

afterEach(async () => {
  const closed = new Promise((done) => probe.server.close(done));
  probe.server.closeAllConnections();
  probe.plain.closeAll();
  await closed;
});

const get = (url: string, more = ''): string => `GET ${url} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const words = (text: string): readonly string[] => [...text.matchAll(/(?:plain|node) [^;]*(?=;)/g)].map(([word]) => word);

/** A client that collects what it gets. */
class Client {
  readonly socket: Socket;
  text = '';
  readonly closed: Promise<void>;

  constructor() {
    const { port } = probe.server.address() as AddressInfo;
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((done) => this.socket.once('close', () => done()));
  }

  /** Resolves when so many answers are there. */
  async answers(count: number): Promise<readonly string[]> {
    while (words(this.text).length < count) await sleep(10);
    return words(this.text);
  }

  async send(...pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      this.socket.write(piece);
      await sleep(40);
    }
  }
}

describe('a connection', () => {
  it('is read here as long as each request comes whole, and by node:http from the first one that does not', async () => {
    await start();
    const client = new Client();
    await client.send(get('/1'), get('/2'), get('/3').slice(0, 9), get('/3').slice(9), get('/4'));
    expect(await client.answers(4)).toEqual(['plain /1', 'plain /2', 'node /3', 'node /4']);
  });

  it('gives node:http what comes while an answer is under way, behind that answer and in order', async () => {
    await start();
    const client = new Client();
    await client.send(get('/wait'), get('/2') + get('/3').slice(0, 20), get('/3').slice(20), get('/4'));
    expect(client.text).toBe('');
    probe.release.resolve();
    await client.send('', get('/5'));
    expect(await client.answers(5)).toEqual(['plain /wait', 'node /2', 'node /3', 'node /4', 'node /5']);
  });

  it('that sends faster than it is answered loses nothing', async () => {
    await start();
    const client = new Client();
    const body = 'x'.repeat(50_000);
    const post = (n: number): string => `POST /${n} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await client.send(get('/wait'));
    client.socket.write(Array.from({ length: 40 }, (_, n) => post(n)).join(''));
    await sleep(100);
    client.socket.end();
    expect(probe.urls).toEqual(['/wait']);
    probe.release.resolve();
    await client.closed;
    expect(words(client.text)).toEqual(['plain /wait', ...Array.from({ length: 40 }, (_, n) => `node /${n}`)]);
  });

  it('that is cut anywhere into two pieces gets the same answers', async () => {
    await start();
    const body = `POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc`;
    const text = get('/a') + body + get('/c');
    const clients = Array.from({ length: text.length - 1 }, () => new Client());
    await Promise.all(clients.map((client, i) => client.send(text.slice(0, i + 1), text.slice(i + 1))));
    for (const client of clients) expect((await client.answers(3)).map((word) => word.split(' ')[1])).toEqual(['/a', '/b', '/c']);
  });

  it('ends with an answer that says so, and nothing behind it is read', async () => {
    await start();
    const client = new Client();
    await client.send(get('/last'));
    while (probe.urls.length === 0) await sleep(10);
    await client.send(get('/2'));
    await client.closed;
    expect(words(client.text)).toEqual(['plain /last']);
    expect(probe.urls).toEqual(['/last']);
  });

  it('of a client that goes away is closed', async () => {
    await start();
    const client = new Client();
    await client.send(get('/wait'));
    client.socket.end();
    await client.closed;
    probe.release.resolve();
    await sleep(20);
    expect(client.text).toBe('');
  });
});

describe('time limits', () => {
  it('a connection without a request is late, one that had some is closed after a longer silence', async () => {
    await start({ headersMs: 100, keepAliveMs: 400 });
    const [silent, used] = [new Client(), new Client()];
    await used.send(get('/1'));
    await silent.closed;
    expect(probe.late).toHaveLength(1);
    const startedAt = performance.now();
    await used.closed;
    expect(performance.now() - startedAt).toBeGreaterThan(100);
    expect(probe.late).toHaveLength(1);
  });

  it('a stack may take its time', async () => {
    await start({ headersMs: 50, keepAliveMs: 50, idleMs: 50 });
    const client = new Client();
    await client.send(get('/wait'));
    await sleep(300);
    probe.release.resolve();
    expect(await client.answers(1)).toEqual(['plain /wait']);
  });

  it('half a request is under the limits of node:http', async () => {
    await start();
    probe.server.headersTimeout = 100;
    const client = new Client();
    const seen = new Promise((done) =>
      probe.server.once('clientError', (error, socket) => done([error.message, socket.destroy()])),
    );
    await client.send('GET / HT');
    expect(await seen).toEqual(['Request timeout', expect.anything()]);
  });

  it('of an answer that nobody reads no further request is read, and the connection is given up', async () => {
    await start({ idleMs: 200 }, 'x'.repeat(30_000_000));
    const client = new Client();
    client.socket.pause();
    await client.send(get('/1'));
    while (probe.urls.length === 0) await sleep(10);
    await client.send(get('/2'));
    expect(probe.urls).toEqual(['/1']);
    await sleep(2_000);
    client.socket.resume();
    await client.closed;
    expect(client.text.length).toBeLessThan(30_000_000);
    expect(probe.urls).toEqual(['/1']);
  });
});

describe('stopping', () => {
  it('closes those that wait for a request, and leaves an answer under way', async () => {
    await start();
    const [silent, used, waiting] = [new Client(), new Client(), new Client()];
    await Promise.all([used.send(get('/1')), waiting.send(get('/wait'))]);
    probe.plain.closeIdle();
    await Promise.all([silent.closed, used.closed]);
    probe.release.resolve();
    expect(await waiting.answers(1)).toEqual(['plain /wait']);
  });
});

describe('an answer', () => {
  it.each([
    ['a name', 'X A', 'a'],
    ['a value', 'X-A', 'a\r\nX-B: b'],
    ['a value beyond latin1', 'X-A', '北'],
  ])('with %s that no header may have is refused as by node:http', async (_what, name, value) => {
    await start();
    const thrown: unknown[] = [];
    const { server } = probe;
    const plain = new PlainConnections(server, defaultClientLimits, systemClock, {
      accept: (_request, response) => {
        try {
          response.send(200, [name, value], null, 'latin1');
        } catch (error) {
          thrown.push((error as { readonly code?: string }).code);
          response.destroy();
        }
      },
      late: () => undefined,
    });
    const client = new Client();
    await client.send(get('/1'));
    await client.closed;
    expect(client.text).toBe('');
    expect(thrown).toEqual([name === 'X-A' ? 'ERR_INVALID_CHAR' : 'ERR_INVALID_HTTP_TOKEN']);
    plain.closeAll();
  });
});
