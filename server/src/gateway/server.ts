/** The gateway's server: sockets and their limits, the first fork of every request, start and stop. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type AshlarError, errorOf, headerBytes } from '@ashlar/engine';
import { expectationFailed, splitTarget } from '../base/http/index.ts';
import { type Control, mountCalls } from '../control/mount.ts';
import { type AddressReader, createAddressReader } from './address.ts';
import { errorAnswer, ownHeaders } from './answer.ts';
import { announcesBody } from './body.ts';
import { refuseBrokenRequest, refuseLateRequest } from './broken.ts';
import { type Connection, Connections } from './connection.ts';
import { serveControl } from './controlling.ts';
import { assetAnswer, errorPage, indexPage } from './docs.ts';
import { EndpointServer, failureFields } from './endpoint.ts';
import { asAshlarError, notReady } from './errors.ts';
import { Exchange } from './exchange.ts';
import { healthAnswer, liveAnswer, type NodeState } from './health.ts';
import type { GatewayRequest, GatewayResponse } from './messages.ts';
import { NodeRequest, NodeResponse } from './node-messages.ts';
import { instanceDocument } from './openapi.ts';
import { type ClientLimits, defaultClientLimits, type GatewayParts, type ListenParts, type ServeParts } from './parts.ts';
import { PlainConnections } from './plain/connections.ts';
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
  readonly #addresses: AddressReader;
  readonly #connections: Connections;
  readonly #plain: PlainConnections;

  constructor(parts: ListenParts) {
    this.#parts = parts;
    this.#limits = { ...defaultClientLimits, ...parts.clientLimits };
    this.#addresses = createAddressReader(parts.settings.trustedProxies);
    this.#connections = new Connections(this.#addresses);
    this.#server = this.#newServer();
    this.#plain = new PlainConnections(this.#server, this.#limits, parts.clock, {
      accept: (request, response, socket) => this.#take(request, response, this.#connections.of(socket), false),
      late: (socket) => refuseLateRequest(socket, this.#connections.openOn(socket), parts.clock.now()),
    });
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
    server.on('clientError', (error, socket) => this.#refuseBroken(error, socket));
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
    this.#plain.closeIdle();
    // The listener stays while requests are finished: whoever comes meanwhile reads 503 instead of a refused connection.
    await this.#connections.idle(graceMs);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    this.#plain.closeAll();
    await closed;
  }

  /** No byte came or left for a while: normal while a stack works, otherwise the client is too slow. */
  #onSilence(socket: Socket): void {
    const open = this.#connections.openOn(socket);
    const waiting = [...open].filter(({ response }) => !response.finished);
    if (waiting.some(({ request, response }) => request.complete && !response.headersSent))
      socket.setTimeout(this.#limits.idleMs);
    else if (waiting.some(({ request }) => !request.complete)) refuseLateRequest(socket, open, this.#parts.clock.now());
    else socket.destroy();
  }

  #refuseBroken(error: Error, socket: Duplex): void {
    if (this.#connections.ends(socket)) return;
    refuseBrokenRequest(error, socket, this.#connections.openOn(socket), this.#parts.clock.now());
  }

  #newExchange(request: GatewayRequest, response: GatewayResponse, connection: Connection, expectsContinue: boolean): Exchange {
    const { clock } = this.#parts;
    const { peer } = connection;
    const given = peer.trusted ? inboundRequestId(request.headers['x-request-id']) : null;
    const address = peer.trusted ? this.#addresses.behind(peer, request.headers) : peer.address;
    const id = given ?? newRequestId(clock.now());
    return new Exchange(request, response, connection, clock.monotonic(), id, address, expectsContinue);
  }

  #accept(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    // Behind an answer that closes the connection nothing counts (RFC 9112, 9.6).
    if (this.#connections.ends(request.socket)) return;
    const connection = this.#connections.of(request.socket);
    this.#take(new NodeRequest(request), new NodeResponse(response), connection, expectsContinue);
  }

  /** Answers a request, whoever read it. */
  #take(request: GatewayRequest, response: GatewayResponse, connection: Connection, expectsContinue: boolean): void {
    const exchange = this.#newExchange(request, response, connection, expectsContinue);
    const answer = this.#answer(exchange);
    if (!(answer instanceof Promise)) {
      this.#finish(exchange, answer);
      return;
    }
    this.#connections.open(exchange);
    answer.then(
      (ready) => this.#finish(exchange, ready),
      (thrown) => this.#giveUp(exchange, thrown),
    );
  }

  #refuse(request: IncomingMessage, response: ServerResponse, error: AshlarError): void {
    const connection = this.#connections.of(request.socket);
    const exchange = this.#newExchange(new NodeRequest(request), new NodeResponse(response), connection, false);
    exchange.closes = true;
    this.#finish(exchange, this.#problem(exchange, error));
  }

  /** Sends the answer, accounts for it, and does what the run left for afterwards. Never throws or rejects. */
  #finish(exchange: Exchange, answer: Answer): void {
    try {
      if (this.state === 'stopping' || (exchange.expectsContinue && !exchange.continued)) exchange.closes = true;
      exchange.connection.ends ||= exchange.closes;
      const sent = send(exchange, answer, this.#parts.clock.now());
      if (sent instanceof Promise || exchange.run?.postProcesses) void this.#finishLater(exchange, sent);
      else {
        this.#account(exchange);
        this.#connections.close(exchange);
      }
    } catch (thrown) {
      this.#giveUp(exchange, thrown);
    }
  }

  async #finishLater(exchange: Exchange, sent: Soon<void>): Promise<void> {
    this.#connections.open(exchange);
    try {
      await sent;
      this.#account(exchange);
      await this.#postProcess(exchange);
      this.#connections.close(exchange);
    } catch (thrown) {
      this.#giveUp(exchange, thrown);
    }
  }

  #giveUp(exchange: Exchange, thrown: unknown): void {
    this.#parts.log.error('an answer could not be sent', failureFields(exchange, thrown));
    exchange.response.destroy();
    this.#connections.close(exchange);
  }

  /** What is done with an exchange whose answer was handed to the socket. */
  #account(exchange: Exchange): void {
    if (!exchange.request.complete && announcesBody(exchange)) exchange.request.discard(this.#limits.discardMs);
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
      const { url, flaw } = request;
      if (flaw !== null) {
        // The connection ends with the refusal, so that nothing behind it is read either.
        exchange.closes = true;
        throw flaw;
      }
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
    const { connection, request } = exchange;
    const { headers } = request;
    const forwarded = connection.peer.trusted ? headers['x-forwarded-proto'] : undefined;
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
