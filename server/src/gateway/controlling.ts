/** A request to `/api/…`: hands it to the mounted control calls, and gives their answers and errors their HTTP form. */
import { bearerToken, decodePercent, parseQuery } from '../base/http/index.ts';
import type { Control, ControlAnswer } from '../control/mount.ts';
import { errorAnswer, ownHeaders } from './answer.ts';
import { readPlainJson } from './body.ts';
import { failureFields } from './endpoint.ts';
import { allowHeader, asAshlarError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { debugHeader } from './inputs.ts';
import type { GatewayLog } from './parts.ts';
import type { Answer } from './response.ts';

/** Nesting of a control call's body; deeper ones mean harm. */
const maxDepth = 128;

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
      readJson: (limitBytes) => readPlainJson(exchange, limitBytes, maxDepth),
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
