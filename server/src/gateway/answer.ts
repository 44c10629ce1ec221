/** From what a stack ended with, or from an error, to an answer that can be sent. */
import {
  type AshlarError,
  type CompiledEndpoint,
  checkHeader,
  EncodedJson,
  encodeForSending,
  encodeJson,
  errorOf,
  type Outcome,
  resultTooLarge,
  typeName,
  type Value,
  type ValueList,
  wrongType,
} from '@ashlar/engine';
import type { ServedEnvironment } from '../domains/publishing/index.ts';
import { problemDocument, retryAfterSeconds } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { type Answer, addVary } from './response.ts';

const jsonType = 'application/json; charset=utf-8';
const isJsonType = (type: string): boolean => /^application\/(?:[a-z0-9.+-]+\+)?json\b/i.test(type);

/** Answers that carry no body (RFC 9110). */
const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304 || status < 200;

/**
 * The answer of a stack. With a Content-Type of its own that isn't JSON, a text or bytes leave as they are.
 * @param headers flat list that the answer's go to
 * @throws header_refused, result_too_large
 */
export function outcomeAnswer(
  outcome: Outcome,
  { definition }: CompiledEndpoint,
  environment: ServedEnvironment,
  headers: string[],
): Answer {
  const contentType = outcome.headers === null ? jsonType : addOwnHeaders(outcome.headers, headers);
  const { status } = outcome;
  const { method, stream } = definition;
  if (hasNoBody(status)) return { status, headers, body: null, contentType };
  if (stream !== undefined) return streamAnswer(outcome, stream.as, environment, headers);
  const body = bodyOf(outcome.value, contentType, environment);
  const validated = status === 200 && (method === 'GET' || method === 'HEAD');
  return { status, headers, body, contentType, validated, compressible: !(body instanceof Uint8Array) };
}

/** Adds the headers that the stack set; its Content-Type is answered, which may be its own or JSON's. Throws `header_refused`. */
function addOwnHeaders(own: ReadonlyMap<string, string>, headers: string[]): string {
  let contentType = jsonType;
  for (const [name, value] of own) {
    checkHeader(name, value);
    const lower = name.toLowerCase();
    if (lower === 'content-type') contentType = value;
    else if (lower === 'vary') addVary(headers, value);
    else headers.push(name, value);
  }
  return contentType;
}

function bodyOf(value: Value, contentType: string, environment: ServedEnvironment): string | Uint8Array | EncodedJson {
  const raw = contentType !== jsonType && !isJsonType(contentType);
  if (raw && (typeof value === 'string' || value instanceof Uint8Array)) return value;
  const limitBytes = environment.limits.resultBytes;
  if (value instanceof EncodedJson) {
    if (value.$utf8.length > limitBytes) throw errorOf(resultTooLarge, { limitBytes });
    return value;
  }
  return encodeForSending(value, { decimals: environment.compiled.workspace.settings.decimals, limitBytes });
}

/** The rows of a stream, one a line or one an event. Throws `wrong_type` when the value is no list. */
function streamAnswer(
  { status, value }: Outcome,
  as: 'ndjson' | 'sse',
  environment: ServedEnvironment,
  headers: string[],
): Answer {
  if (!Array.isArray(value)) throw errorOf(wrongType, { what: '"of" of a stream', wanted: 'list', found: typeName(value) });
  const { decimals } = environment.compiled.workspace.settings;
  let left = environment.limits.resultBytes;
  const lines: string[] = [];
  for (const row of value as ValueList) {
    const line = encodeJson(row, { decimals, limitBytes: Math.max(0, left) });
    left -= line.length;
    lines.push(as === 'sse' ? `data: ${line}\n\n` : `${line}\n`);
  }
  const contentType = as === 'sse' ? 'text/event-stream; charset=utf-8' : 'application/x-ndjson; charset=utf-8';
  return { status, headers, body: lines.join(''), contentType, compressible: as === 'ndjson' };
}

/** Headers of answers that the server itself makes: problem documents and the control API's. */
export const ownHeaders: readonly string[] = [
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control',
  'no-store',
];

/** What the answer of an error takes beside it. */
interface ErrorForm {
  /** A call of the control API: its clients also read `success` and `error`. */
  readonly control: boolean;
  readonly decimals?: 'number' | 'text' | undefined;
  /** Headers that go along: CORS, Allow, WWW-Authenticate. A list of the answer's own, which it adds to. */
  readonly headers: string[];
}

/** The answer of an error: a problem document. */
export function errorAnswer(error: AshlarError, exchange: Exchange, form: ErrorForm): Answer {
  const { control, headers } = form;
  const document = problemDocument(error, { requestId: exchange.id, control, debug: exchange.debug });
  const retryAfter = retryAfterSeconds(error);
  if (retryAfter !== null) headers.push('Retry-After', String(retryAfter));
  const body = encodeJson(document, { decimals: form.decimals ?? 'number' });
  return { status: error.status, headers, body, contentType: 'application/problem+json', compressible: true };
}
