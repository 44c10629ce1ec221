/** The station "response": bytes, headers, validators, compression, one write. */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { EncodedJson } from '@ashlar/engine';
import type { Exchange } from './exchange.ts';
import type { Soon } from './soon.ts';

/** Below this size compressing costs more than it saves. */
const gzipFromBytes = 1_024;
/** A compressed body must be smaller than this share of the plain one. */
const worthwhile = 0.9;
const compress = promisify(gzip);

/** A body that is ready, with what is said about it. Headers are a flat list of names and values. */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  /** null: no body (204, 304). JSON that the database's client made leaves as it came. */
  readonly body: string | Uint8Array | EncodedJson | null;
  readonly contentType: string;
  /** Give it an ETag and answer If-None-Match. */
  readonly validated?: boolean;
  /** Compress it where the client takes that; for texts. */
  readonly compressible?: boolean;
}

/** Security headers of everything that users publish; steps can't remove them (semantics 39). */
export const publishedHeaders: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "sandbox; default-src 'none'",
];

let dateText = '';
let dateSecond = -1;

/** The Date header, made once a second. */
export function dateHeader(nowMs: number): string {
  const second = Math.floor(nowMs / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1_000).toUTCString();
  }
  return dateText;
}

/** Whether the client takes gzip (RFC 9110, section 12.5.3; `q=0` refuses). */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  let star = false;
  for (const entry of header.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const refused = parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
    if (coding === 'gzip' || coding === 'x-gzip') return !refused;
    if (coding === '*') star = !refused;
  }
  return star;
}

const opaque = (tag: string): string =>
  tag
    .trim()
    .replace(/^W\//, '')
    .replace(/-gzip"$/, '"');

/** Whether If-None-Match names this tag, compared weakly as RFC 9110 asks. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const wanted = opaque(tag);
  return header.split(',').some((candidate) => opaque(candidate) === wanted);
}

/** Where the header's name stands in a flat list, -1 for nowhere. `name` is in lower case. */
function indexOfHeader(headers: readonly string[], name: string): number {
  for (let i = 0; i < headers.length; i += 2) {
    const candidate = headers[i] ?? '';
    if (candidate.length === name.length && candidate.toLowerCase() === name) return i;
  }
  return -1;
}

/** Adds a name to Vary, keeping what is there. */
export function addVary(headers: string[], name: string): void {
  const at = indexOfHeader(headers, 'vary');
  if (at === -1) headers.push('Vary', name);
  else headers[at + 1] = `${headers[at + 1]}, ${name}`;
}

/** A body as it goes over the wire. */
interface Content {
  readonly data: string | Uint8Array;
  /** How `data` becomes bytes, where it is a text. */
  readonly encoding: 'latin1' | 'utf8';
  /** Length in bytes. */
  readonly bytes: number;
  /** `data` holds bytes beyond ASCII, a character each: only latin1 makes the right bytes of it. */
  readonly byteText: boolean;
}

/** As a text, head and body leave in one piece; latin1 where every character is one byte is the fastest way there. */
function contentOf(body: string | Uint8Array | EncodedJson): Content {
  if (body instanceof EncodedJson) {
    const data = body.$utf8;
    return { data, encoding: 'latin1', bytes: data.length, byteText: !body.$ascii };
  }
  if (typeof body !== 'string') return { data: body, encoding: 'latin1', bytes: body.byteLength, byteText: false };
  const bytes = Buffer.byteLength(body);
  return { data: body, encoding: bytes === body.length ? 'latin1' : 'utf8', bytes, byteText: false };
}

/** For readers that take a text for UTF-8. */
const plainData = ({ data, byteText }: Content): string | Uint8Array =>
  byteText && typeof data === 'string' ? Buffer.from(data, 'latin1') : data;

/**
 * The ETag of a body. SHA-256, because it must not be possible to make two bodies with one tag: a client that holds the one would
 * be told that the other is the same. It costs two to four microseconds for a row in a server that does other things in between
 * (half of one in a loop that does nothing else); what is not collision-resistant saves a part of that, SHA-1 and MD5 nothing.
 */
const strongTag = (content: Content): string => `"${hash('sha256', plainData(content), 'base64url').slice(0, 27)}"`;

/** Sends an answer. Done when it was handed to the socket, at once where nothing is compressed; a client that is gone is no error. */
export function send(exchange: Exchange, answer: Answer, nowMs: number): Soon<void> {
  const { body, headers } = answer;
  if (body === null) return write(exchange, answer.status, headers, null, nowMs);
  const content = contentOf(body);
  if (answer.compressible === true && content.bytes >= gzipFromBytes) {
    addVary(headers, 'Accept-Encoding');
    if (acceptsGzip(headerText(exchange, 'accept-encoding')))
      return smaller(content).then((zipped) => sendContent(exchange, answer, content, zipped, nowMs));
  }
  return sendContent(exchange, answer, content, null, nowMs);
}

function sendContent(exchange: Exchange, answer: Answer, content: Content, zipped: Content | null, nowMs: number): void {
  const { status, headers } = answer;
  if (answer.validated === true) {
    const own = indexOfHeader(headers, 'etag');
    const tag = own === -1 ? strongTag(content) : (headers[own + 1] ?? '');
    if (own === -1) headers.push('ETag', zipped === null ? tag : `${tag.slice(0, -1)}-gzip"`);
    if (matchesTag(headerText(exchange, 'if-none-match'), tag)) {
      write(exchange, 304, headers, null, nowMs);
      return;
    }
  }
  headers.push('Content-Type', answer.contentType);
  if (zipped !== null) headers.push('Content-Encoding', 'gzip');
  const sent = zipped ?? content;
  headers.push('Content-Length', String(sent.bytes));
  write(exchange, status, headers, sent, nowMs);
}

const headerText = (exchange: Exchange, name: 'accept-encoding' | 'if-none-match'): string | undefined =>
  exchange.request.headers[name]?.toString();

async function smaller(content: Content): Promise<Content | null> {
  const zipped = await compress(plainData(content), { level: constants.Z_BEST_SPEED });
  return zipped.byteLength < content.bytes * worthwhile ? contentOf(zipped) : null;
}

function write(exchange: Exchange, status: number, headers: string[], content: Content | null, nowMs: number): void {
  const { response } = exchange;
  exchange.status = status;
  if (response.destroyed || response.headersSent) return;
  headers.push('X-Request-Id', exchange.id, 'Date', dateHeader(nowMs));
  if (exchange.closes) headers.push('Connection', 'close');
  if (content === null || exchange.method === 'HEAD') response.send(status, headers, null, 'latin1');
  else response.send(status, headers, content.data, content.encoding);
}
