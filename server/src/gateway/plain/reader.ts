/**
 * Reads a plain request: one whole request in one piece, in the strictest form that HTTP/1.1 has, as clients with a connection
 * of their own send nearly all of theirs. Everything else is for node:http, and is no error here.
 *
 * So this grammar never decides alone what a request means: it is a subset of what node's parser takes, with the same meaning
 * (a property test holds the two against each other), and what frames a request in another way than one Content-Length is
 * not in it. Where a request ends is not a question of parsing either: its bytes are all that came.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { emptyObject, headerBytes, urlBytes } from '@ashlar/engine';
import type { GatewayRequest } from '../messages.ts';

/** A request that came whole. */
export class PlainRequest implements GatewayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly complete = true;
  readonly flaw = null;
  readonly #body: Buffer;

  constructor(method: string, url: string, headers: IncomingHttpHeaders, body: Buffer) {
    this.method = method;
    this.url = url;
    this.headers = headers;
    this.#body = body;
  }

  /** All of the body: it is no longer than its Content-Length, which the caller has checked. */
  readBody(): Buffer {
    return this.#body;
  }

  discard(): void {}
}

const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);
const version = ' HTTP/1.1\r\n';
const noBytes = Buffer.alloc(0);
/** Longer ones are no lengths of bodies that come in one piece. */
const lengthDigits = /^(?:0|[1-9]\d{0,8})$/;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const colon = 0x3a;
const slash = 0x2f;
const underscore = 0x5f;

/** Which characters a part of the head may have, by their codes. */
function table(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
}
const inTarget = table(/[!"$-~]/);
const inName = table(/[!#$%&'*+.^_`|~0-9A-Za-z-]/);
const inValue = table(/[\t -~]/);

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** The first place from `from` on whose character is not in the table; the text's end has none. */
function skip(text: string, from: number, characters: Uint8Array): number {
  let at = from;
  while (characters[text.charCodeAt(at)] === 1) at += 1;
  return at;
}

/**
 * Header lines of a connection's last request, from the first one to the empty line, with what they say: most clients send the
 * same ones again. The headers are frozen, since several requests have them.
 */
export interface KnownHeaders {
  text: string;
  headers: Readonly<Record<string, string>>;
}

/** For a new connection. */
export const noKnownHeaders = (): KnownHeaders => ({ text: '', headers: {} });

/**
 * The request, or null where these bytes are not exactly one plain request.
 * @param known of the connection; renewed
 */
export function readPlainRequest(bytes: Buffer, known: KnownHeaders): PlainRequest | null {
  const text = bytes.toString('latin1', 0, Math.min(bytes.length, headerBytes));
  const space = text.indexOf(' ');
  const method = text.slice(0, Math.max(0, space));
  const target = space + 1;
  if (!methods.has(method) || text.charCodeAt(target) !== slash) return null;
  const targetEnd = skip(text, target, inTarget);
  if (targetEnd - target > urlBytes || !text.startsWith(version, targetEnd)) return null;
  const headersFrom = targetEnd + version.length;
  if ((known.text === '' || !text.startsWith(known.text, headersFrom)) && !renew(known, text, headersFrom)) return null;
  const { headers } = known;
  const headersEnd = headersFrom + known.text.length;
  const length = headers['content-length'];
  if (bytes.length - headersEnd !== Number(length ?? 0)) return null;
  const body = bytes.length === headersEnd ? noBytes : bytes.subarray(headersEnd);
  return new PlainRequest(method, text.slice(target, targetEnd), headers, body);
}

/** Reads the header lines from a place on; false for what is not plain. */
function renew(known: KnownHeaders, text: string, from: number): boolean {
  const headers = emptyObject<string>();
  const end = readHeaders(text, from, headers);
  if (end === -1 || headers.host === undefined) return false;
  known.text = text.slice(from, end);
  known.headers = Object.freeze(headers);
  return true;
}

/** Reads header lines and the empty line behind them. Answers where the body begins, -1 for what is not plain. */
function readHeaders(text: string, from: number, headers: Record<string, string>): number {
  let at = from;
  while (text.charCodeAt(at) !== carriageReturn) {
    const nameEnd = skip(text, at, inName);
    if (nameEnd === at || text.charCodeAt(nameEnd) !== colon) return -1;
    const valueEnd = skip(text, nameEnd + 1, inValue);
    if (text.charCodeAt(valueEnd) !== carriageReturn || text.charCodeAt(valueEnd + 1) !== lineFeed) return -1;
    const name = text.slice(at, nameEnd).toLowerCase();
    const value = trimmed(text, nameEnd + 1, valueEnd);
    // What node joins, drops or lists by its name; and `__proto__`, which it loses.
    if (headers[name] !== undefined || name.charCodeAt(0) === underscore || !isPlainHeader(name, value)) return -1;
    headers[name] = value;
    at = valueEnd + 2;
  }
  return text.charCodeAt(at + 1) === lineFeed ? at + 2 : -1;
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** Whether a header leaves its request and its connection as they are. */
function isPlainHeader(name: string, value: string): boolean {
  switch (name) {
    case 'connection':
      return value.toLowerCase() === 'keep-alive';
    case 'content-length':
      return lengthDigits.test(value);
    case 'transfer-encoding':
    case 'expect':
    case 'upgrade':
    // Node's parser takes it for `Connection`.
    case 'proxy-connection':
    // Node gives a list of it.
    case 'set-cookie':
      return false;
    default:
      return true;
  }
}
