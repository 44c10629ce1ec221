/** The gateway's server: sockets and their limits, the first fork of every request, start and stop. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { type AshlarError, errorOf, headerBytes, urlBytes } from '@ashlar/engine';
import { badRequest, expectationFailed, splitTarget, urlTooLong } from '../base/http/index.ts';
import { type Control, mountCalls } from '../control/mount.ts';
import { createAddressReader, type PeerAddress } from './address.ts';
import { errorAnswer, ownHeaders } from './answer.ts';
import { announcesBody } from './body.ts';
import { refuseBrokenRequest, refuseLateRequest } from './broken.ts';
import { serveControl } from './controlling.ts';
import { assetAnswer, errorPage, indexPage } from './docs.ts';
import { EndpointServer, failureFields } from './endpoint.ts';
import { asAshlarError, notReady } from './errors.ts';
import { Exchange } from './exchange.ts';
import { healthAnswer, liveAnswer, type NodeState } from './health.ts';
import { instanceDocument } from './openapi.ts';
import { type ClientLimits, defaultClientLimits, type GatewayParts, type ListenParts, type ServeParts } from './parts.ts';
import { inboundRequestId, newRequestId } from './request-id.ts';
import { type Answer, send } from './response.ts';
import { groupPath, nothingHere } from './route.ts';
import { runPostProcesses } from './run.ts';
import type { Soon } from './soon.ts';
import { finishedRequest } from './telemetry.ts';

const packageVersion = (createRequire(import.meta.url)('../../package.json') as { readonly version: string }).version;

/** The running gateway. */
export interface Gateway {
  /** Begins to accept connections; answers 503 until `setReady`. Rejects when the address is taken. */
  listen(): Promise<{ readonly url: string }>;
  /** Gives what requests need; they are answered from `setReady` on. */
  serve(parts: ServeParts): void;
  /** From now on requests are served. */
  setReady(): void;
  /** Refuses new requests, finishes those in flight for up to `graceMs`, then closes every connection. */
  stop(graceMs: number): Promise<void>;
  readonly state: NodeState;
}

/** What is there once `serve` was called. */
interface Serving {
  readonly parts: GatewayParts;
  readonly endpoints: EndpointServer;
  readonly control: Control;
}

class HttpGateway implements Gateway {
  state: NodeState = 'starting';
  readonly #parts: ListenParts;
  readonly #limits: ClientLimits;
  readonly #server: Server;
  #serving: Serving | null = null;
  readonly #addresses: ReturnType<typeof createAddressReader>;
  /** Requests that wait for something, work after their answers included. */
  readonly #open = new Set<Exchange>();
  /** What is known of each connection. */
  readonly #peers = new WeakMap<Socket, PeerAddress>();
  #onIdle: (() => void) | null = null;

  constructor(parts: ListenParts) {
    this.#parts = parts;
    this.#limits = { ...defaultClientLimits, ...parts.clientLimits };
    this.#addresses = createAddressReader(parts.settings.trustedProxies);
    this.#server = this.#newServer();
  }

  #newServer(): Server {
    const server = createServer({
      maxHeaderSize: headerBytes,
      headersTimeout: this.#limits.headersMs,
      requestTimeout: this.#limits.requestMs,
      keepAliveTimeout: this.#limits.keepAliveMs,
      connectionsCheckingInterval: this.#limits.checkMs,
      // Checked below, so that the refusal has our form.
      requireHostHeader: false,
      noDelay: true,
      // Requests without a body have no stream to drain: nobody here waits for the end of one that announced none.
      optimizeEmptyRequests: true,
    });
    server.timeout = this.#limits.idleMs;
    // The size of all headers is limited; node's own count would drop headers without a word.
    server.maxHeadersCount = 0;
    server.on('request', (request, response) => this.#accept(request, response, false));
    server.on('checkContinue', (request, response) => this.#accept(request, response, true));
    server.on('checkExpectation', (request, response) => this.#refuse(request, response, errorOf(expectationFailed, {})));
    server.on('clientError', (error, socket) => refuseBrokenRequest(error, socket, this.#open, this.#parts.clock.now()));
    server.on('timeout', (socket) => this.#onSilence(socket));
    // Nothing here tunnels or changes protocols: without a listener node would cut the connection without a word.
    server.on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 501 Not Implemented\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'),
    );
    return server;
  }

  listen(): Promise<{ readonly url: string }> {
    const { host, port } = this.#parts.settings;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        const bound = typeof address === 'object' && address !== null ? address.port : port;
        resolve({ url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` });
      });
    });
  }

  serve(serveParts: ServeParts): void {
    const parts = { ...this.#parts, ...serveParts };
    const control = mountCalls(parts.calls, (key) => parts.identity.verify(key));
    this.#serving = { parts, endpoints: new EndpointServer(parts, this.#limits), control };
  }

  setReady(): void {
    if (this.state === 'starting') this.state = 'ready';
  }

  async stop(graceMs: number): Promise<void> {
    this.state = 'stopping';
    this.#server.closeIdleConnections();
    // The listener stays while requests are finished: whoever comes meanwhile reads 503 instead of a refused connection.
    await this.#idle(graceMs);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #idle(graceMs: number): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(done, graceMs);
      function done(): void {
        clearTimeout(timer);
        resolve();
      }
      this.#onIdle = done;
    });
  }

  /** No byte came or left for a while: normal while a stack works, otherwise the client is too slow. */
  #onSilence(socket: Socket): void {
    const open = [...this.#open].filter(({ request, response }) => request.socket === socket && !response.writableFinished);
    if (open.some(({ request, response }) => request.complete && !response.headersSent)) socket.setTimeout(this.#limits.idleMs);
    else if (open.some(({ request }) => !request.complete)) refuseLateRequest(socket, this.#open, this.#parts.clock.now());
    else socket.destroy();
  }

  #peerOf(socket: Socket): PeerAddress {
    const known = this.#peers.get(socket);
    if (known !== undefined) return known;
    const peer = this.#addresses.peer(socket.remoteAddress);
    this.#peers.set(socket, peer);
    return peer;
  }

  #newExchange(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
    const { clock } = this.#parts;
    const peer = this.#peerOf(request.socket);
    const given = peer.trusted ? inboundRequestId(request.headers['x-request-id']) : null;
    const address = peer.trusted ? this.#addresses.behind(peer, request.headers) : peer.address;
    const id = given ?? newRequestId(clock.now());
    return new Exchange(request, response, clock.monotonic(), id, address, expectsContinue);
  }

  #accept(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const exchange = this.#newExchange(request, response, expectsContinue);
    const answer = this.#answer(exchange);
    const done =
      answer instanceof Promise
        ? answer.then(
            (ready) => this.#finish(exchange, ready),
            (thrown) => this.#giveUp(exchange, thrown),
          )
        : this.#finish(exchange, answer);
    if (done instanceof Promise) this.#waitFor(exchange, done);
  }

  /** Keeps the exchange among the open ones until its work is done. */
  #waitFor(exchange: Exchange, done: Promise<void>): void {
    this.#open.add(exchange);
    exchange.response.on('close', () => {
      if (!exchange.response.writableFinished) exchange.clientGone.abort();
    });
    void done.then(() => {
      this.#open.delete(exchange);
      if (this.#open.size === 0) this.#onIdle?.();
    });
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: AshlarError): void {
    const exchange = this.#newExchange(request, response, false);
    exchange.closes = true;
    void this.#finish(exchange, this.#problem(exchange, error));
  }

  /** Sends the answer, accounts for it, and does what the run left for afterwards. Never throws or rejects. */
  #finish(exchange: Exchange, answer: Answer): Soon<void> {
    try {
      if (this.state === 'stopping' || (exchange.expectsContinue && !exchange.continued)) exchange.closes = true;
      const sent = send(exchange, answer, this.#parts.clock.now());
      if (sent instanceof Promise || exchange.run?.postProcesses) return this.#finishLater(exchange, sent);
      return this.#account(exchange);
    } catch (thrown) {
      return this.#giveUp(exchange, thrown);
    }
  }

  async #finishLater(exchange: Exchange, sent: Soon<void>): Promise<void> {
    try {
      await sent;
      this.#account(exchange);
      await this.#postProcess(exchange);
    } catch (thrown) {
      this.#giveUp(exchange, thrown);
    }
  }

  #giveUp(exchange: Exchange, thrown: unknown): void {
    this.#parts.log.error('an answer could not be sent', failureFields(exchange, thrown));
    exchange.response.destroy();
  }

  /** What is done with an exchange whose answer was handed to the socket. */
  #account(exchange: Exchange): void {
    if (!exchange.request.complete && announcesBody(exchange)) this.#discard(exchange);
    const record = finishedRequest(exchange, this.#parts.clock.monotonic() - exchange.startedAt);
    if (record !== null) this.#serving?.parts.telemetry.record(record);
  }

  async #postProcess(exchange: Exchange): Promise<void> {
    const { run, host } = exchange;
    if (run === null || run.postProcesses === null || host === null) return;
    await runPostProcesses(run, host, {
      onFailure: (thrown) => this.#parts.log.error('post_process failed', failureFields(exchange, thrown)),
      onDone: (account) => {
        const done = finishedRequest(exchange, 0);
        if (done !== null) this.#serving?.parts.telemetry.recordPostProcess({ ...done, account });
      },
    });
  }

  /** Throws away a body that nobody wants, for a short time: so the client can read its answer; then the connection is cut. */
  #discard(exchange: Exchange): void {
    const { request } = exchange;
    const timer = setTimeout(() => request.socket.destroy(), this.#limits.discardMs);
    timer.unref();
    request.once('close', () => clearTimeout(timer));
    request.once('end', () => clearTimeout(timer));
    request.resume();
  }

  #failure(exchange: Exchange, thrown: unknown): Answer {
    const error = asAshlarError(thrown);
    if (error.code === 'internal_error') this.#parts.log.error('a request failed', failureFields(exchange, thrown));
    return this.#problem(exchange, error);
  }

  #problem(exchange: Exchange, error: AshlarError): Answer {
    return errorAnswer(error, exchange, { control: exchange.path.startsWith('/api/'), headers: [...ownHeaders] });
  }

  /** Never throws. */
  #answer(exchange: Exchange): Soon<Answer> {
    try {
      const { request } = exchange;
      const url = request.url ?? '/';
      checkForm(request, url);
      if (url === '*') return allMethods();
      const target = splitTarget(url);
      exchange.path = target.path;
      exchange.queryText = target.query;
      return this.#fork(exchange);
    } catch (thrown) {
      return this.#failure(exchange, thrown);
    }
  }

  #fork(exchange: Exchange): Soon<Answer> {
    const { path } = exchange;
    if (path === '/health') return healthAnswer(this.#health());
    if (path === '/health/live') return liveAnswer();
    const serving = this.#serving;
    const current = serving?.parts.snapshots.current;
    if (this.state !== 'ready' || serving === null || current === undefined)
      throw errorOf(notReady, { state: this.state === 'ready' ? 'starting' : this.state });
    const { parts, endpoints, control } = serving;
    const group = groupPath(path);
    if (group !== null) return endpoints.serve(exchange, group, current, this.#addressOf);
    if (path.startsWith('/api/')) return serveControl(control, exchange, parts.log, (key) => parts.identity.verify(key));
    return this.#page(exchange, parts).catch((thrown) => this.#failure(exchange, thrown));
  }

  async #page(exchange: Exchange, parts: GatewayParts): Promise<Answer> {
    const { path, method } = exchange;
    const page = method === 'GET' || method === 'HEAD' ? await this.#pageOf(path, exchange, parts) : null;
    if (page === null)
      throw nothingHere('Nothing is served under this path; API groups are under /api:<group>, the control API under /api/.');
    return page;
  }

  #pageOf(path: string, exchange: Exchange, parts: GatewayParts): Soon<Answer | null> {
    const { snapshots, calls, version = packageVersion } = parts;
    if (path === '/') return indexPage(snapshots.current);
    if (path.startsWith('/errors/')) return errorPage(path.slice('/errors/'.length));
    if (path.startsWith('/assets/')) return assetAnswer(path);
    if (path !== '/openapi.json' || snapshots.current === undefined) return null;
    const body = instanceDocument(snapshots.current, calls, version, this.#addressOf(exchange));
    const headers = ['X-Content-Type-Options', 'nosniff', 'Cache-Control', 'no-cache'];
    return { status: 200, headers, body, contentType: 'application/json; charset=utf-8', validated: true, compressible: true };
  }

  /** How the caller reached the server, for links in documents; what can't be an address is left out. */
  readonly #addressOf = (exchange: Exchange): string => {
    const { headers, socket } = exchange.request;
    const forwarded = this.#peerOf(socket).trusted ? headers['x-forwarded-proto'] : undefined;
    const host = headers.host ?? '';
    return /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/.test(host)
      ? `${forwarded === 'https' ? 'https' : 'http'}://${host}`
      : '/';
  };

  #health(): Parameters<typeof healthAnswer>[0] {
    const { version = packageVersion } = this.#parts;
    const parts = this.#serving?.parts;
    const state = this.state === 'ready' && parts?.snapshots.current === undefined ? 'starting' : this.state;
    return { state, trouble: parts?.trouble?.() ?? null, version };
  }
}

/** Refuses what is no request that others before us would have read the same way. Throws `bad_request`, `url_too_long`. */
function checkForm(request: IncomingMessage, url: string): void {
  if (url.length > urlBytes) throw errorOf(urlTooLong, { limitBytes: urlBytes });
  // Node reads a request line without a version, as before HTTP/1.0; nothing that means well sends it.
  if (request.httpVersionMajor !== 1) throw errorOf(badRequest, { reason: 'The request names no version of HTTP' });
  if (request.headers.host === undefined && request.httpVersionMinor === 1)
    throw errorOf(badRequest, { reason: 'The Host header is missing' });
  if (hasSecondHost(request.rawHeaders)) throw errorOf(badRequest, { reason: 'There are two Host headers' });
}

/** A proxy in front may have gone by another Host than the one that is read here (RFC 9112, 3.2). */
function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

/** The answer to `OPTIONS *`. */
const allMethods = (): Answer => ({
  status: 204,
  headers: ['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'],
  body: null,
  contentType: '',
});

/** Makes the gateway; `listen` starts it, `serve` and `setReady` let requests in. */
export function createGateway(parts: ListenParts): Gateway {
  return new HttpGateway(parts);
}
