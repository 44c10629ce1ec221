/** The station "response": bytes, headers, validators, compression, one write. */
import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Exchange } from './exchange.ts';

/** Below this size compressing costs more than it saves. */
const gzipFromBytes = 1_024;
/** A compressed body must be smaller than this share of the plain one. */
const worthwhile = 0.9;
const compress = promisify(gzip);

/** A body that is ready, with what is said about it. Headers are a flat list of names and values. */
export interface Answer {
  readonly status: number;
  readonly headers: string[];
  /** null: no body (204, 304). */
  readonly body: string | Uint8Array | null;
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

function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) if (headers[i]?.toLowerCase() === name) return headers[i + 1];
  return undefined;
}

/** Adds a name to Vary, keeping what is there. */
export function addVary(headers: string[], name: string): void {
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === 'vary') {
      headers[i + 1] = `${headers[i + 1]}, ${name}`;
      return;
    }
  headers.push('Vary', name);
}

const strongTag = (body: string | Uint8Array): string => `"${hash('sha256', body, 'base64url').slice(0, 27)}"`;

/** Sends an answer. Resolves when it was handed to the socket; a client that is gone is no error. */
export async function send(exchange: Exchange, answer: Answer, nowMs: number): Promise<void> {
  const { body, headers } = answer;
  if (body === null) return write(exchange, answer.status, headers, null, nowMs);
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const mayCompress = answer.compressible === true && bytes >= gzipFromBytes;
  if (mayCompress) addVary(headers, 'Accept-Encoding');
  const zipped = mayCompress && acceptsGzip(headerText(exchange, 'accept-encoding')) ? await smaller(body, bytes) : null;
  if (answer.validated === true) {
    const tag = headerOf(headers, 'etag') ?? strongTag(body);
    if (headerOf(headers, 'etag') === undefined) headers.push('ETag', zipped === null ? tag : `${tag.slice(0, -1)}-gzip"`);
    if (matchesTag(headerText(exchange, 'if-none-match'), tag)) return write(exchange, 304, headers, null, nowMs);
  }
  headers.push('Content-Type', answer.contentType);
  if (zipped !== null) headers.push('Content-Encoding', 'gzip');
  headers.push('Content-Length', String(zipped === null ? bytes : zipped.byteLength));
  return write(exchange, answer.status, headers, zipped ?? body, nowMs);
}

const headerText = (exchange: Exchange, name: 'accept-encoding' | 'if-none-match'): string | undefined =>
  exchange.request.headers[name]?.toString();

async function smaller(body: string | Uint8Array, bytes: number): Promise<Uint8Array | null> {
  const zipped = await compress(body, { level: constants.Z_BEST_SPEED });
  return zipped.byteLength < bytes * worthwhile ? zipped : null;
}

function write(exchange: Exchange, status: number, headers: string[], body: string | Uint8Array | null, nowMs: number): void {
  const { response } = exchange;
  exchange.status = status;
  if (response.destroyed || response.headersSent) return;
  headers.push('X-Request-Id', exchange.id, 'Date', dateHeader(nowMs));
  if (exchange.closes) headers.push('Connection', 'close');
  response.sendDate = false;
  response.writeHead(status, headers);
  if (body === null || exchange.method === 'HEAD') {
    response.end();
    return;
  }
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  // As a string, head and body leave in one piece; latin1 where every character is one byte is the fastest way there.
  if (typeof body === 'string') response.end(body, bytes === body.length ? 'latin1' : 'utf8');
  else response.end(body);
}
