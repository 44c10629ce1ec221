/** From what a stack ended with, or from an error, to an answer that can be sent. */
import {
  type AshlarError,
  type CompiledEndpoint,
  checkHeader,
  encodeJson,
  errorOf,
  type Outcome,
  type StepInfo,
  typeName,
  type Value,
  type ValueList,
  wrongType,
} from '@ashlar/engine';
import type { ServedEnvironment } from '../domains/publishing/index.ts';
import { problemDocument, retryAfterSeconds } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { type Answer, publishedHeaders } from './response.ts';

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
  let contentType = jsonType;
  for (const [name, value] of outcome.headers ?? []) {
    checkHeader(name, value);
    if (name.toLowerCase() === 'content-type') contentType = value;
    else if (name.toLowerCase() === 'vary' && headers.includes('Vary')) headers[headers.indexOf('Vary') + 1] += `, ${value}`;
    else headers.push(name, value);
  }
  const { status } = outcome;
  const { method, stream } = definition;
  if (hasNoBody(status)) return { status, headers, body: null, contentType };
  if (stream !== undefined) return streamAnswer(outcome, stream.as, environment, headers);
  const body = bodyOf(outcome.value, contentType, environment);
  const validated = status === 200 && (method === 'GET' || method === 'HEAD');
  return { status, headers, body, contentType, validated, compressible: typeof body === 'string' };
}

function bodyOf(value: Value, contentType: string, environment: ServedEnvironment): string | Uint8Array {
  const raw = contentType !== jsonType && !isJsonType(contentType);
  if (raw && (typeof value === 'string' || value instanceof Uint8Array)) return value;
  const { decimals } = environment.compiled.workspace.settings;
  return encodeJson(value, { decimals, limitBytes: environment.limits.resultBytes });
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

/** Where the error of an exchange happened. */
export interface FailurePlace {
  readonly control: boolean;
  readonly steps?: readonly StepInfo[] | undefined;
  readonly decimals?: 'number' | 'text' | undefined;
  /** Headers that go along: CORS, Allow, WWW-Authenticate. */
  readonly headers: string[];
}

/** The answer of an error: a problem document. */
export function errorAnswer(error: AshlarError, exchange: Exchange, place: FailurePlace): Answer {
  const { control, steps } = place;
  const document = problemDocument(error, { requestId: exchange.id, control, debug: exchange.debug, steps });
  const retryAfter = retryAfterSeconds(error);
  const headers = [...place.headers];
  if (retryAfter !== null) headers.push('Retry-After', String(retryAfter));
  const body = encodeJson(document, { decimals: place.decimals ?? 'number' });
  return { status: error.status, headers, body, contentType: 'application/problem+json', compressible: true };
}

/** A copy of the headers that every published answer carries. */
export const newPublishedHeaders = (): string[] => [...publishedHeaders];
