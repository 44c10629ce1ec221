/**
 * What the gateway itself refuses, and how every error leaves: as a problem document (RFC 9457). An exception that is not
 * an AshlarError is a defect of ours: the client gets its request id and nothing else, the log the rest.
 */
import { AshlarError, defineError, errorKinds, type FieldError, type Value } from '@ashlar/engine';
import { methodNotAllowed } from '../base/http/index.ts';

const internalError = defineError<object>({
  code: 'internal_error',
  status: 500,
  title: 'The server failed',
  solve: "This is a defect of the server, not of the request. The server's log has the cause under the request id.",
  message: () => 'The server failed to answer; its log has the cause under this request id.',
});
export const notReady = defineError<{ state: string }>({
  code: 'not_ready',
  status: 503,
  title: 'The node is starting or stopping',
  solve: 'Try again, or another node; `/health` says when it is ready.',
  message: (d) => `This node is ${d.state}.`,
});
export interface ProblemOptions {
  readonly requestId: string;
  /** Under /api/ clients of the control API also read `success` and `error`. */
  readonly control: boolean;
  /** Show step and place. */
  readonly debug: boolean;
}

let titles: ReadonlyMap<string, string> | null = null;

/** The title of a declared code; undefined for one of a stack's own. */
function declaredTitle(code: string): string | undefined {
  titles ??= new Map(errorKinds().map((kind) => [kind.code, kind.title]));
  return titles.get(code);
}

const fieldValue = (field: FieldError): Value => ({ in: field.in, field: field.field, code: field.code, message: field.message });

/** The document of an error. `payload` is what throw_error was given. */
export function problemDocument(error: AshlarError, options: ProblemOptions): { readonly [key: string]: Value } {
  const title = declaredTitle(error.code);
  const message = options.debug ? error.message : (error.publicMessage ?? error.message);
  const document: Record<string, Value> = {
    type: title === undefined ? 'about:blank' : `/errors/${error.code}`,
    title: title ?? (error.status < 500 ? 'The request was refused by the stack' : 'The stack reported a failure'),
    status: error.status,
    detail: message,
    code: error.code,
    message,
    payload: error.payload,
    request_id: options.requestId,
  };
  if (error.fields !== undefined) document.errors = error.fields.map(fieldValue);
  if (options.control) {
    document.success = false;
    document.error = message;
  }
  if (options.debug && error.step !== undefined) {
    const place = error.location?.();
    document.step = error.step;
    document.location = place === undefined ? null : { file: place.file, line: place.line, column: place.column };
  }
  return document;
}

/** Whatever was thrown, as an error that may leave. */
export function asAshlarError(thrown: unknown): AshlarError {
  if (thrown instanceof AshlarError) return thrown;
  return new AshlarError(internalError.code, internalError.status, internalError.message({}), { cause: thrown });
}

/** An error under another status: what is a limit's 503 in a run may be the sender's doing. */
export function withStatus(error: AshlarError, status: number): AshlarError {
  return new AshlarError(error.code, status, error.message);
}

/** Seconds for Retry-After: what `reset_s` of a 429's data says, else by status; null for none. */
export function retryAfterSeconds(error: AshlarError): number | null {
  if (error.status === 429) {
    const { payload } = error;
    if (typeof payload === 'object' && payload !== null && 'reset_s' in payload && typeof payload.reset_s === 'number')
      return Math.max(1, Math.ceil(payload.reset_s));
  }
  return error.status === 503 || error.status === 429 ? 1 : null;
}

/** The Allow header that goes with a refused method, or null. */
export function allowHeader(error: AshlarError): string | null {
  const { payload } = error;
  if (error.code !== methodNotAllowed.code || typeof payload !== 'object' || payload === null || !('allowed' in payload))
    return null;
  return Array.isArray(payload.allowed) ? payload.allowed.join(', ') : null;
}
