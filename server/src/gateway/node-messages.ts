/** Requests and responses of node:http. */
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type AshlarError, cancelled, errorOf, urlBytes } from '@ashlar/engine';
import { badRequest, bodyTooLarge, urlTooLong } from '../base/http/index.ts';
import type { GatewayRequest, GatewayResponse } from './messages.ts';

const noBytes = Buffer.alloc(0);

/** A request that node:http has read the head of. */
export class NodeRequest implements GatewayRequest {
  readonly #message: IncomingMessage;
  readonly method: string;
  readonly url: string;

  constructor(message: IncomingMessage) {
    this.#message = message;
    this.method = message.method ?? 'GET';
    this.url = message.url ?? '/';
  }

  get headers(): IncomingHttpHeaders {
    return this.#message.headers;
  }

  get complete(): boolean {
    return this.#message.complete;
  }

  get flaw(): AshlarError | null {
    const { httpVersionMajor, httpVersionMinor, headers, rawHeaders } = this.#message;
    if (this.url.length > urlBytes) return errorOf(urlTooLong, { limitBytes: urlBytes });
    // Node reads a request line without a version, as before HTTP/1.0; nothing that means well sends it.
    if (httpVersionMajor !== 1) return errorOf(badRequest, { reason: 'The request names no version of HTTP' });
    if (headers.host === undefined && httpVersionMinor === 1)
      return errorOf(badRequest, { reason: 'The Host header is missing' });
    return hasSecondHost(rawHeaders) ? errorOf(badRequest, { reason: 'There are two Host headers' }) : null;
  }

  readBody(limitBytes: number): Promise<Buffer> {
    const message = this.#message;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let settled = false;
      message.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength;
        if (settled) return;
        if (bytes <= limitBytes) chunks.push(chunk);
        else {
          settled = true;
          chunks.length = 0;
          reject(errorOf(bodyTooLarge, { limitBytes }));
        }
      });
      message.on('end', () => {
        settled = true;
        resolve(chunks.length === 1 ? (chunks[0] ?? noBytes) : Buffer.concat(chunks));
      });
      // Without a listener for `error` a client that goes away is told of by `close` alone.
      message.on('close', () => {
        if (!settled) reject(errorOf(cancelled, {}));
      });
    });
  }

  discard(longestMs: number): void {
    const message = this.#message;
    const timer = setTimeout(() => message.socket.destroy(), longestMs);
    timer.unref();
    message.once('close', () => clearTimeout(timer));
    message.once('end', () => clearTimeout(timer));
    message.resume();
  }
}

/** A proxy in front may have gone by another Host than the one that is read here (RFC 9112, 3.2). */
function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (rawHeaders[i]?.length === 4 && rawHeaders[i]?.toLowerCase() === 'host') hosts += 1;
  return hosts > 1;
}

/** A response that node:http writes. */
export class NodeResponse implements GatewayResponse {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get destroyed(): boolean {
    return this.#response.destroyed;
  }

  get headersSent(): boolean {
    return this.#response.headersSent;
  }

  get finished(): boolean {
    return this.#response.writableFinished;
  }

  writeContinue(): void {
    this.#response.writeContinue();
  }

  send(status: number, headers: readonly string[], body: string | Uint8Array | null, encoding: 'latin1' | 'utf8'): void {
    const response = this.#response;
    // Ours is made once a second.
    response.sendDate = false;
    response.writeHead(status, headers as string[]);
    if (body === null) response.end();
    else response.end(body, encoding);
  }

  destroy(): void {
    this.#response.destroy();
  }
}
