/** Writes the answer of a plain request: the same bytes as node:http would send, in one piece. */
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from 'node:http';
import type { Socket } from 'node:net';
import type { GatewayResponse } from '../messages.ts';

/** Answers that never have a body, so that nothing says how long it is (RFC 9112, 6.3). */
const isBodiless = (status: number): boolean => status === 204 || status === 304 || status < 200;

/** One check for what node checks in two: a token, and a value that can neither end its line nor lose a character. */
const headerLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\t -~\x80-\xff]*$/;

/** Throws node's own error. */
function refuseHeader(name: string, value: string): void {
  validateHeaderName(name);
  validateHeaderValue(name, value);
}

/** What the connection does once an answer is written. */
export interface AnswerEnd {
  /** @param closes the connection ends with the answer */
  answered(closes: boolean): void;
}

/** How a head says that the connection goes on. */
export const keepAliveLines = (keepAliveMs: number): string =>
  `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n`;

export class PlainResponse implements GatewayResponse {
  headersSent = false;
  readonly #socket: Socket;
  readonly #isHead: boolean;
  readonly #keepAlive: string;
  readonly #end: AnswerEnd;

  /** @param keepAlive lines of the head that say that the connection goes on */
  constructor(socket: Socket, isHead: boolean, keepAlive: string, end: AnswerEnd) {
    this.#socket = socket;
    this.#isHead = isHead;
    this.#keepAlive = keepAlive;
    this.#end = end;
  }

  get destroyed(): boolean {
    return !this.#socket.writable;
  }

  get finished(): boolean {
    return this.headersSent;
  }

  /** Nobody waits: who does is no plain request. */
  writeContinue(): void {}

  send(status: number, headers: readonly string[], body: string | Uint8Array | null, encoding: 'latin1' | 'utf8'): void {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
    let closes = false;
    let sized = false;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] ?? '';
      const value = headers[i + 1] ?? '';
      const line = `${name}: ${value}`;
      if (!headerLine.test(line)) refuseHeader(name, value);
      head += `${line}\r\n`;
      if (name === 'Connection') closes = true;
      else if (name === 'Content-Length') sized = true;
    }
    if (!closes) head += this.#keepAlive;
    // An answer without a length that could have a body: no body, in node's words.
    const emptyChunks = !sized && !this.#isHead && !isBodiless(status);
    head += emptyChunks ? 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n' : '\r\n';
    this.headersSent = true;
    this.#write(head, this.#isHead ? null : body, encoding);
    this.#end.answered(closes);
  }

  #write(head: string, body: string | Uint8Array | null, encoding: 'latin1' | 'utf8'): void {
    const socket = this.#socket;
    if (body === null) socket.write(head, 'latin1');
    else if (typeof body === 'string') socket.write(head + body, encoding);
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
