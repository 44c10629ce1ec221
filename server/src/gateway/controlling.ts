/** A request to `/api/…`: hands it to the mounted control calls, and gives their answers and errors their HTTP form. */
import { AshlarError, errorOf } from '@ashlar/engine';
import { badRequest, bearerToken, decodePercent, parseQuery, unsupportedMediaType } from '../base/http/index.ts';
import type { Control, ControlAnswer } from '../control/mount.ts';
import { errorAnswer, ownHeaders } from './answer.ts';
import { readBytes, utf8Text } from './body.ts';
import { failureFields } from './endpoint.ts';
import { allowHeader, asAshlarError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { debugHeader } from './inputs.ts';
import type { GatewayLog } from './parts.ts';
import type { Answer } from './response.ts';

/** Nesting of a control call's body; deeper ones mean harm. */
const maxDepth = 128;

/** Whether JSON text is nested deeper than allowed; brackets in strings don't count. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (inString) {
      if (unit === 0x5c) i += 1;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return false;
}

/** Reads a call's body as plain JSON data; undefined when it is empty. */
async function readJson(exchange: Exchange, limitBytes: number): Promise<unknown> {
  const type = (exchange.request.headers['content-type'] ?? 'application/json').split(';')[0]?.trim().toLowerCase() ?? '';
  const coding = exchange.request.headers['content-encoding'] ?? 'identity';
  const bytes = await readBytes(exchange, limitBytes);
  if (bytes.byteLength === 0) return undefined;
  if (!/^application\/(?:[a-z0-9.+-]+\+)?json$/.test(type) || coding !== 'identity')
    throw errorOf(unsupportedMediaType, {
      found: `the type "${type.slice(0, 64)}"`,
      wanted: 'application/json, in UTF-8 and not compressed',
    });
  const text = utf8Text(bytes);
  if (tooDeep(text)) throw errorOf(badRequest, { reason: `The body is nested more than ${maxDepth} deep` });
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new AshlarError('bad_json', 400, `The body is not JSON: ${thrown instanceof Error ? thrown.message : 'unreadable'}.`);
  }
}

/** Answers a control request; every error becomes a problem document with `success: false` and `error`. */
export async function serveControl(
  control: Control,
  exchange: Exchange,
  log: GatewayLog,
  verify: (key: string) => boolean,
): Promise<Answer> {
  const gone = new AbortController();
  const abort = (): void => gone.abort();
  exchange.clientGone.addEventListener('abort', abort);
  try {
    const debug = exchange.request.headers[debugHeader];
    exchange.debug = typeof debug === 'string' && verify(debug);
    const answer = await control.answer({
      method: exchange.method,
      path: exchange.path,
      segments: exchange.path
        .slice(1)
        .split('/')
        .map((segment) => decodePercent(segment, 'path')),
      query: parseQuery(exchange.queryText, 'query'),
      token: bearerToken(exchange.request.headers.authorization),
      requestId: exchange.id,
      clientAddress: exchange.clientAddress,
      signal: gone.signal,
      readJson: (limitBytes) => readJson(exchange, limitBytes),
    });
    return controlAnswer(answer);
  } catch (thrown) {
    const error = asAshlarError(thrown);
    if (error.code === 'internal_error') log.error('a control call failed', failureFields(exchange, thrown));
    const headers = [...ownHeaders];
    const allow = allowHeader(error);
    if (allow !== null) headers.push('Allow', allow);
    if (error.status === 401) headers.push('WWW-Authenticate', 'Bearer realm="control"');
    return errorAnswer(error, exchange, { control: true, headers });
  } finally {
    exchange.clientGone.removeEventListener('abort', abort);
  }
}

function controlAnswer({ status, headers, body }: ControlAnswer): Answer {
  const contentType = 'application/json; charset=utf-8';
  const text = body === undefined || status === 204 ? null : JSON.stringify(body);
  return { status, headers: [...ownHeaders, ...headers], body: text, contentType, compressible: true };
}
