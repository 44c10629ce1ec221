/** Errors on their way through a stack: what a throw makes, where it came from, what a catch sees. */
import { AshlarError, errorOf, preconditionFailed, recursionLimit, textTooLarge, wrongType } from '../../errors.ts';
import { lineColumn } from '../../problems.ts';
import type { StepInfo } from '../../types/step-info.ts';
import { typeName } from '../../values/operators.ts';
import type { Value, ValueObject } from '../../values/value.ts';
import { wrong } from './values.ts';

/** The error of throw_error or precondition; another one where its own values have wrong types. */
export function thrown(code: Value, message: Value, status: Value, data: Value, precondition: boolean): AshlarError {
  if (code !== null && typeof code !== 'string') return wrong('"code" of an error', 'text', code);
  if (message !== null && typeof message !== 'string') return wrong('"message" of an error', 'text', message);
  if (status !== null && (typeof status !== 'number' || status < 400 || status > 599))
    return errorOf(wrongType, {
      what: '"status" of an error',
      wanted: 'an int from 400 to 599',
      found: typeof status === 'number' ? String(status) : typeName(status),
    });
  const otherwise = precondition ? preconditionFailed.code : 'error';
  const text = precondition ? preconditionFailed.message({}) : 'The stack ended with an error.';
  return new AshlarError(code ?? otherwise, status ?? 400, message ?? text, { payload: data });
}

/** Turns what V8 throws at its own limits into ours; anything else that is no AshlarError is a defect and stays as it is. */
function ownError(error: unknown): unknown {
  if (!(error instanceof RangeError) || error instanceof AshlarError) return error;
  if (error.message.includes('string length')) return errorOf(textTooLarge, { limitCharacters: 0x1fff_ffe8 }, { cause: error });
  if (error.message.includes('call stack')) return errorOf(recursionLimit, { depth: 64 }, { cause: error });
  return error;
}

/** Notes where an error came from, unless it is known already. */
export function located(error: unknown, steps: readonly StepInfo[], step: number): unknown {
  const own = ownError(error);
  if (own instanceof AshlarError && own.step === undefined) {
    const info = steps[step - 1];
    if (info === undefined) own.step = 'response';
    else {
      own.step = info.id;
      const { source, start } = info.span;
      own.location = () => ({ file: source.path, pointer: info.pointer, ...lineColumn(source.text, start) });
    }
  }
  return own;
}

/** The error that a catch block gets; throws on what can't be caught. */
export function caught(error: unknown, steps: readonly StepInfo[], step: number): AshlarError {
  const own = located(error, steps, step);
  if (!(own instanceof AshlarError) || own.uncatchable) throw own;
  return own;
}

/** Whether `finally` is left out: limits, cancellation and defects end the run at once. */
export const skipsFinally = (error: unknown): boolean => !(error instanceof AshlarError) || error.uncatchable;

/** An error in `finally` replaces the one under way, which stays as its cause. */
export function replaced(error: unknown, pending: unknown, steps: readonly StepInfo[], step: number): unknown {
  const own = located(error, steps, step);
  if (own instanceof AshlarError && pending !== null && own.cause === undefined) own.cause = pending;
  return own;
}

/** What a catch block sees; the cause is the error that this one replaced in a `finally`. */
export function errorValue(error: AshlarError): ValueObject {
  return { ...errorParts(error), cause: error.cause instanceof AshlarError ? errorParts(error.cause) : null };
}

function errorParts(error: AshlarError): ValueObject {
  return {
    code: error.code,
    message: error.message,
    status: error.status,
    step: error.step ?? null,
    data: error.payload,
  };
}
