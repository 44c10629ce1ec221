/** external_api_request: calls another server through the guarded client. */
import {
  AshlarError,
  deadlineExceeded,
  decodeJson,
  defaultLimits,
  errorOf,
  type HttpRequestArgs,
  type Run,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { decodeText, type HttpClient, type OutboundAnswer, outboundTimeout } from '../base/http-client/index.ts';
import { accountOf } from './account-of.ts';
import { hostOf } from './host.ts';

/** Time of an attempt without `timeout_ms`. */
const defaultTimeoutMs = 10_000;

/** Makes the effect `http_request`. */
export function createHttpRequest(client: HttpClient) {
  return async (run: Run, step: number, args: HttpRequestArgs): Promise<ValueObject> => {
    const startedAt = run.clock();
    const remainingMs = Math.max(1, run.remainingMs());
    const wantedMs = args.timeoutMs === 0 ? defaultTimeoutMs : args.timeoutMs;
    // Reading ends when the client has gone; what may change something over there is brought to its end.
    const stop = args.method === 'GET' || args.method === 'HEAD' ? abortWith(run) : undefined;
    try {
      const answer = await client.request({
        ...args,
        timeoutMs: Math.min(wantedMs, remainingMs),
        totalMs: remainingMs,
        signal: stop?.signal,
      });
      return answerOf(answer, args.method, Math.round(run.clock() - startedAt));
    } catch (error) {
      // Where the run's own time is over, that is what happened.
      if (remainingMs <= wantedMs && error instanceof AshlarError && error.code === outboundTimeout.code)
        throw errorOf(deadlineExceeded, { deadlineMs: run.limits.deadlineMs }, { cause: error });
      throw error;
    } finally {
      stop?.close();
      const durationMs = run.clock() - startedAt;
      const unlimited = args.timeoutMs === 0;
      accountOf(hostOf(run)).add({ step, frame: run.frame, effect: 'http_request', kind: 'network', durationMs, unlimited });
    }
  };
}

function abortWith(run: Run): { readonly signal: AbortSignal; close(): void } | undefined {
  const { signal } = run;
  if (signal === undefined) return undefined;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  return { signal: controller.signal, close: () => signal.removeEventListener('abort', abort) };
}

function answerOf(answer: OutboundAnswer, method: string, durationMs: number): ValueObject {
  return Object.assign(Object.create(null), {
    status: answer.status,
    headers: answer.headers,
    body: method === 'HEAD' ? null : bodyOf(answer),
    duration_ms: durationMs,
  });
}

const jsonType = /^[^;]*\b(?:application\/json|[^;/\s]+\/[^;\s]*\+json|text\/json)\s*(?:;|$)/i;

/** JSON where the answer says so and it is, else text; nothing is null. */
function bodyOf(answer: OutboundAnswer): Value {
  if (answer.body.length === 0) return null;
  const contentType = answer.headers['content-type'] ?? '';
  const text = decodeText(answer.body, contentType);
  if (!jsonType.test(contentType)) return text;
  try {
    return decodeJson(text, defaultLimits, 'decimal');
  } catch (error) {
    // A server that says JSON and sends something else: the stack gets what was sent.
    if (error instanceof AshlarError) return text;
    throw error;
  }
}
