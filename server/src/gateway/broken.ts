/** Requests that are no HTTP, too large or too slow: node's parser gives them up, and they still get an answer. */
import type { Duplex } from 'node:stream';
import { type AshlarError, encodeJson, errorOf, headerBytes, urlBytes } from '@ashlar/engine';
import { badRequest, headersTooLarge, requestTimeout, urlTooLong } from '../base/http/index.ts';
import { ownHeaders } from './answer.ts';
import { problemDocument } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { newRequestId } from './request-id.ts';
import { dateHeader } from './response.ts';

interface ParserError extends Error {
  readonly code?: string;
  /** The bytes that the parser was given last. */
  readonly rawPacket?: Buffer;
}

/** What a parser's error is to the client. */
function errorFor(error: ParserError): AshlarError {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return errorOf(requestTimeout, {});
  if (error.code !== 'HPE_HEADER_OVERFLOW') return errorOf(badRequest, { reason: 'The request is not valid HTTP/1.1' });
  // Node has one limit for the request line and the headers: a request line without an end was a URL too long.
  const start = error.rawPacket?.subarray(0, urlBytes).toString('latin1') ?? '';
  return /^[A-Z]+ \//.test(start) && !start.includes('\r\n')
    ? errorOf(urlTooLong, { limitBytes: urlBytes })
    : errorOf(headersTooLarge, { limitBytes: headerBytes });
}

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
};

function responseText(error: AshlarError, nowMs: number): string {
  const requestId = newRequestId(nowMs);
  const body = encodeJson(problemDocument(error, { requestId, control: false, debug: false }), { decimals: 'number' });
  const lines = [
    `HTTP/1.1 ${error.status} ${reasons[error.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Date: ${dateHeader(nowMs)}`,
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  for (let i = 0; i < ownHeaders.length; i += 2) lines.push(`${ownHeaders[i]}: ${ownHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/**
 * Answers a request that the parser gave up, and ends its connection. Where an answer is already on its way on the same
 * connection, nothing is written into it.
 * @param open the connection's exchanges that are not over
 */
export function refuseBrokenRequest(error: ParserError, socket: Duplex, open: ReadonlySet<Exchange>, nowMs: number): void {
  let busy = false;
  for (const exchange of open) {
    const { request, response } = exchange;
    // A request that is not complete is the one that the parser gave up; a complete one is waiting for its answer.
    if (!response.finished) busy ||= response.headersSent || request.complete;
  }
  const silent = busy || error.code === 'ECONNRESET' || !socket.writable;
  if (silent) socket.destroy();
  else socket.end(responseText(errorFor(error), nowMs), () => socket.destroy());
}

/** Answers a request whose body stopped coming, and ends its connection. */
export function refuseLateRequest(socket: Duplex, open: ReadonlySet<Exchange>, nowMs: number): void {
  const late: ParserError = Object.assign(new Error('the request is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  refuseBrokenRequest(late, socket, open, nowMs);
}
