/**
 * The outbound HTTP client: every call that leaves the server for an address that a user chose goes through it (semantics
 * 43). It checks each hop of a redirect again, drops credentials across origins, counts decompressed bytes and has a time
 * limit for everything.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AshlarError, cancelled, errorOf } from '@ashlar/engine';
import { Agent, type Dispatcher, errors as undiciErrors } from 'undici';
import { type AddressRange, parseAddressRange } from '../http/index.ts';
import { acceptedEncodings, readBody } from './body.ts';
import { type ConnectOptions, guardedConnector } from './connect.ts';
import { AttemptFailed, outboundFailed, outboundTimeout } from './errors.ts';
import { nextHop } from './redirect.ts';

export interface OutboundRequest {
  /** Absolute, http or https. */
  readonly url: string;
  readonly method: string;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
  /** For one attempt with its redirects. */
  readonly timeoutMs: number;
  /** For all attempts and the pauses between them. */
  readonly totalMs: number;
  readonly retries: number;
  /** Repeats methods that may have had an effect. */
  readonly retryUnsafe: boolean;
  /** Counted after decompression. */
  readonly maxBytes: number;
  /** Ends the call early, as cancelled. */
  readonly signal?: AbortSignal | undefined;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Lower-cased names; several values of one name joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface HttpClientOptions {
  /** `CIDR[:port]`, as in ASHLAR_OUTBOUND_ALLOW. */
  readonly allow: readonly string[];
  /** Ports that this node listens on. */
  readonly ownPorts?: () => ReadonlySet<number>;
  readonly resolve?: ConnectOptions['resolve'];
}

export interface HttpClient {
  /** Throws `outbound_failed` or `outbound_timeout`; any status is an answer. */
  request(request: OutboundRequest): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

const maxRedirects = 5;
const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE']);
/** Answers that say "try again". */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const backOffMs = 100;
const longestBackOffMs = 5_000;

/** Makes the client; one a node. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const allow: readonly AddressRange[] = options.allow.map(parseAddressRange);
  const connect = guardedConnector({
    allow,
    ownPorts: options.ownPorts ?? (() => new Set()),
    connectTimeoutMs: 10_000,
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  });
  const agent = new Agent({ connect, keepAliveTimeout: 10_000, connections: 64, maxHeaderSize: 65_536, pipelining: 1 });
  return {
    request: (request) => withRetries(agent, request),
    close: () => agent.destroy(),
  };
}

async function withRetries(agent: Dispatcher, request: OutboundRequest): Promise<OutboundAnswer> {
  const endsAt = performance.now() + request.totalMs;
  for (let attempt = 0; ; attempt += 1) {
    const timeoutMs = Math.max(1, Math.ceil(Math.min(request.timeoutMs, endsAt - performance.now())));
    const last = attempt >= request.retries;
    let pauseMs = Math.min(longestBackOffMs, backOffMs * 2 ** attempt) * (0.5 + Math.random() / 2);
    try {
      const answer = await oneAttempt(agent, request, timeoutMs);
      if (last || !passing.has(answer.status) || !(request.retryUnsafe || repeatable.has(request.method))) return answer;
      pauseMs = Math.max(pauseMs, retryAfterMs(answer.headers['retry-after']));
      // An answer is there: rather that than an error, when there is no time for another attempt.
      if (performance.now() + pauseMs >= endsAt) return answer;
    } catch (error) {
      if (!(error instanceof AttemptFailed)) throw error;
      const again = error.unseen || request.retryUnsafe || repeatable.has(request.method);
      if (last || error.final || !again || performance.now() + pauseMs >= endsAt)
        throw error.timedOut ? errorOf(outboundTimeout, { timeoutMs }) : errorOf(outboundFailed, { reason: error.message });
    }
    await pause(pauseMs, request.signal);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw errorOf(cancelled, {});
  }
}

/** Seconds or a date, as milliseconds from now; 0 where there is none. */
function retryAfterMs(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** One attempt with its redirects. Throws AttemptFailed, or `cancelled`. */
async function oneAttempt(agent: Dispatcher, request: OutboundRequest, timeoutMs: number): Promise<OutboundAnswer> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  let hop = nextHop({ url: request.url, method: request.method, headers: request.headers, body: request.body });
  try {
    for (let redirects = 0; ; redirects += 1) {
      const answer = await agent.request({
        origin: hop.url.origin,
        path: `${hop.url.pathname}${hop.url.search}`,
        method: hop.method as Dispatcher.HttpMethod,
        headers: { 'accept-encoding': acceptedEncodings, 'user-agent': 'ashlar', ...hop.headers },
        body: hop.body,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal,
      });
      const headers = flatten(answer.headers);
      const location = headers.location;
      if (![301, 302, 303, 307, 308].includes(answer.statusCode) || location === undefined) {
        const body = await readBody(
          answer.body,
          hop.method === 'HEAD' ? '' : (headers['content-encoding'] ?? ''),
          request.maxBytes,
        );
        return { status: answer.statusCode, headers, body };
      }
      answer.body.on('error', () => {}).destroy();
      if (redirects >= maxRedirects) throw new AttemptFailed(`more than ${maxRedirects} redirects`, { final: true });
      hop = nextHop(hop, { status: answer.statusCode, location });
    }
  } catch (error) {
    if (request.signal?.aborted === true) throw errorOf(cancelled, {});
    throw failureOf(error, deadline.aborted);
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

/** Errors before a byte of the request left. */
const unseenCodes: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function failureOf(error: unknown, timedOut: boolean): AttemptFailed | AshlarError {
  if (error instanceof AttemptFailed || error instanceof AshlarError) return error;
  if (timedOut || error instanceof undiciErrors.HeadersTimeoutError || error instanceof undiciErrors.BodyTimeoutError)
    return new AttemptFailed('no answer in time', { timedOut: true });
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof undiciErrors.ConnectTimeoutError)
    return new AttemptFailed('no connection in time', { timedOut: true, unseen: true });
  if (/CERT|TLS|SSL|ALTNAME/.test(code)) return new AttemptFailed(`the certificate was not accepted (${code})`, { final: true });
  if (unseenCodes.has(code)) return new AttemptFailed('the connection was refused', { unseen: true });
  if (code.startsWith('Z_') || code.startsWith('ERR_')) return new AttemptFailed('the answer is broken', { final: true });
  return new AttemptFailed(`the connection broke off${code === '' ? '' : ` (${code})`}`);
}
