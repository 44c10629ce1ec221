/** What generated code may call: operators, limits, and the rules of flow that are longer than a line. */
import {
  AshlarError,
  cancelled,
  errorOf,
  listTooLarge,
  preconditionFailed,
  recursionLimit,
  textTooLarge,
  wrongType,
} from '../errors.ts';
import type { AnyFilter, Lambda } from '../filters/define.ts';
import { applyFilter } from '../filters/index.ts';
import { lineColumn } from '../problems.ts';
import { checkHeader } from '../run/headers.ts';
import type { Run } from '../run/run.ts';
import { CancelSource } from '../run/signal.ts';
import type { StepInfo } from '../types/step-info.ts';
import type { Decimal } from '../values/decimal.ts';
import type { Float } from '../values/float.ts';
import { indexOf, memberOf } from '../values/member.ts';
import {
  add,
  between,
  contains,
  divide,
  equals,
  ilike,
  isIn,
  joinText,
  less,
  lessOrEqual,
  like,
  literalBeside,
  multiply,
  negate,
  overlaps,
  remainder,
  subtract,
  toText,
  truthy,
  typeName,
} from '../values/operators.ts';
import { setPath } from '../values/path.ts';
import type { Value, ValueList, ValueObject } from '../values/value.ts';

/** Thrown where a pure stack has held its turn for too long: it is dropped and started again as its yielding variant. */
export const yieldSignal = Symbol('yield');

/** What `begin` remembers for `commit` and `rollback`. */
interface Mark {
  /** Nesting outside of it. */
  readonly depth: number;
  /** How many post_process blocks had been registered. */
  readonly postProcesses: number;
}

type Binary = (a: Value, b: Value) => Value;
type Branch = (run: Run) => Promise<Value>;

const wrong = (what: string, wanted: string, value: Value): AshlarError =>
  errorOf(wrongType, { what, wanted, found: typeName(value) });

function bounded(run: Run, value: Value): Value {
  if (typeof value === 'string') {
    if (value.length > run.limits.textLength) throw errorOf(textTooLarge, { limitCharacters: run.limits.textLength });
  } else if (Array.isArray(value) && value.length > run.limits.listItems)
    throw errorOf(listTooLarge, { limit: run.limits.listItems });
  return value;
}

function template(run: Run, ...parts: readonly Value[]): string {
  let text = '';
  for (const part of parts) {
    text += typeof part === 'string' ? part : toText(part, run.limits.textLength);
    if (text.length > run.limits.textLength) throw errorOf(textTooLarge, { limitCharacters: run.limits.textLength });
  }
  return text;
}

function rangeOf(from: Value, to: Value, step: Value): { from: number; step: number; count: number } {
  if (typeof from !== 'number') throw wrong('"from" of a range', 'int', from);
  if (typeof to !== 'number') throw wrong('"to" of a range', 'int', to);
  if (typeof step !== 'number') throw wrong('"step" of a range', 'int', step);
  if (step === 0) throw errorOf(wrongType, { what: '"step" of a range', wanted: 'an int other than 0', found: '0' });
  return { from, step, count: Math.max(0, Math.floor((to - from) / step) + 1) };
}

function listOf(value: Value): ValueList {
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrong('"list" of for_each', 'list', value);
  return value as ValueList;
}

function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  if (value === null) return [];
  if (typeName(value) !== 'object') throw wrong('"object" of for_each', 'object', value);
  return Object.entries(value as ValueObject);
}

function pathIndex(index: Value): string | number {
  if (typeof index === 'number' || typeof index === 'string') return index;
  throw wrong('An index of a path', 'int or text', index);
}

/** Changes a part of a value; what it grows to is bounded. */
function changePath(run: Run, value: Value, path: readonly (string | number)[], next: Value): Value {
  return setPath(value, path, bounded(run, next), run.limits.listItems);
}

/** What `return` says of status and headers. */
function answer(run: Run, status: Value, headers: Value): void {
  if (status !== null) {
    if (typeof status !== 'number' || status < 200 || status > 599)
      throw errorOf(wrongType, {
        what: '"status" of return',
        wanted: 'an int from 200 to 599',
        found: typeof status === 'number' ? String(status) : typeName(status),
      });
    run.status = status;
  }
  if (headers === null) return;
  if (typeName(headers) !== 'object') throw wrong('"headers" of return', 'object', headers);
  run.responseHeaders ??= new Map();
  for (const [key, value] of Object.entries(headers as ValueObject))
    if (value !== null) {
      const text = toText(value);
      checkHeader(key, text);
      run.responseHeaders.set(key.toLowerCase(), text);
    }
}

function thrown(code: Value, message: Value, status: Value, data: Value, precondition: boolean): AshlarError {
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
function located(error: unknown, steps: readonly StepInfo[], step: number): unknown {
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
function caught(error: unknown, steps: readonly StepInfo[], step: number): AshlarError {
  const own = located(error, steps, step);
  if (!(own instanceof AshlarError) || own.uncatchable) throw own;
  return own;
}

const skipsFinally = (error: unknown): boolean => !(error instanceof AshlarError) || error.uncatchable;

/** An error in `finally` replaces the one under way, which stays as its cause. */
function replaced(error: unknown, pending: unknown, steps: readonly StepInfo[], step: number): unknown {
  const own = located(error, steps, step);
  if (own instanceof AshlarError && pending !== null && own.cause === undefined) own.cause = pending;
  return own;
}

/** What a catch block sees; the cause is the error that this one replaced in a `finally`. */
function errorValue(error: AshlarError): ValueObject {
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

async function begin(
  run: Run,
  step: number,
  isolation: 'read_committed' | 'repeatable_read' | 'serializable' | null,
): Promise<Mark> {
  const mark: Mark = { depth: run.transactionDepth, postProcesses: run.postProcesses?.length ?? 0 };
  if (mark.depth === 0) await run.effects.begin(run, step, { isolation: isolation ?? 'read_committed' });
  else await run.effects.savepoint(run, step, { depth: mark.depth });
  run.transactionDepth = mark.depth + 1;
  return mark;
}

async function commit(run: Run, step: number, mark: Mark): Promise<void> {
  if (run.transactionDepth <= mark.depth) return;
  try {
    if (mark.depth === 0) await run.effects.commit(run, step, null);
    else await run.effects.release_savepoint(run, step, { depth: mark.depth });
  } catch (error) {
    // The outermost COMMIT is over whatever it answered; an inner one is still to be rolled back.
    if (mark.depth === 0) run.transactionDepth = 0;
    throw error;
  }
  run.transactionDepth = mark.depth;
}

async function rollback(run: Run, step: number, mark: Mark): Promise<void> {
  if (run.transactionDepth <= mark.depth) return;
  run.transactionDepth = mark.depth;
  if (run.postProcesses !== null) run.postProcesses.length = mark.postProcesses;
  if (mark.depth === 0) await run.effects.rollback(run, step, null);
  else await run.effects.rollback_to_savepoint(run, step, { depth: mark.depth });
}

const retriable: ReadonlySet<string> = new Set(['conflict']);

function mayRetry(run: Run, error: unknown, attempt: number, retries: number): boolean {
  if (!(error instanceof AshlarError) || !retriable.has(error.code) || attempt >= retries || run.transactionDepth > 0)
    return false;
  run.check();
  return true;
}

/** Runs the branches at the same time; the first failure, in branch order, is thrown when all have ended. */
async function parallel(run: Run, step: number, names: readonly string[], branches: readonly Branch[]): Promise<ValueObject> {
  const source = new CancelSource(run.signal);
  const children = branches.map((_, i) => run.branch(step, i, source));
  const failures: { error: unknown; index: number }[] = [];
  const start = async (branch: Branch, i: number): Promise<Value> => {
    try {
      return await branch(children[i] as Run);
    } catch (error) {
      // What was cancelled because another failed is no failure of its own.
      const follows =
        source.aborted && run.signal?.aborted !== true && error instanceof AshlarError && error.code === cancelled.code;
      if (!follows) failures.push({ error, index: i });
      source.abort();
      return null;
    }
  };
  const values = await Promise.all(branches.map(start));
  source.close();
  joinBranches(run, children);
  failures.sort((a, b) => a.index - b.index);
  const failed = failures[0];
  if (failed !== undefined) throw failed.error;
  return Object.fromEntries(names.map((n, i) => [n, values[i] ?? null]));
}

/** Charges what the branches used, and keeps what they left for after the answer. */
function joinBranches(run: Run, children: readonly Run[]): void {
  const before = run.steps;
  for (const child of children) {
    run.spend(Math.max(0, before - child.steps));
    if (child.postProcesses !== null) run.postProcesses = [...(run.postProcesses ?? []), ...child.postProcesses];
    if (child.status !== null) run.status = child.status;
    if (child.responseHeaders !== null) run.responseHeaders = new Map([...(run.responseHeaders ?? []), ...child.responseHeaders]);
  }
}

function parallelPure(run: Run, step: number, names: readonly string[], branches: readonly ((run: Run) => Value)[]): ValueObject {
  const source = new CancelSource(run.signal);
  try {
    return Object.fromEntries(
      names.map((n, i) => {
        const child = run.branch(step, i, source);
        const value = branches[i]?.(child) ?? null;
        joinBranches(run, [child]);
        return [n, value];
      }),
    );
  } finally {
    source.close();
  }
}

/** The clock of a variant without promises: a turn that lasted too long is given up. */
function tick(run: Run): void {
  if (run.tick()) throw yieldSignal;
}

export const helpers = {
  add,
  subtract,
  multiply,
  divide,
  remainder,
  negate,
  joinText,
  equals,
  less,
  lessOrEqual,
  truthy,
  isIn,
  like,
  ilike,
  contains,
  overlaps,
  between,
  memberOf,
  indexOf,
  notEquals: (a: Value, b: Value): boolean => !equals(a, b),
  greater: (a: Value, b: Value): boolean => less(b, a),
  greaterOrEqual: (a: Value, b: Value): boolean => lessOrEqual(b, a),
  isNotIn: (a: Value, b: Value): boolean => !isIn(a, b),
  notLike: (a: Value, b: Value): boolean => !like(a, b),
  notIlike: (a: Value, b: Value): boolean => !ilike(a, b),
  notContains: (a: Value, b: Value): boolean => !contains(a, b),
  notOverlaps: (a: Value, b: Value): boolean => !overlaps(a, b),
  notBetween: (a: Value, b: Value): boolean => !between(a, b),
  literalRight: (operator: Binary, a: Value, b: Decimal | Float): Value => operator(a, literalBeside(b, a)),
  literalLeft: (operator: Binary, a: Decimal | Float, b: Value): Value => operator(literalBeside(a, b), b),
  filter: (filter: AnyFilter, run: Run, value: Value, ...args: readonly (Value | Lambda)[]): Value =>
    applyFilter(filter, run, value, args),
  uuid4: { version: 4 } as const,
  bounded,
  template,
  rangeOf,
  listOf,
  entriesOf,
  pathIndex,
  setPath: changePath,
  answer,
  thrown,
  located,
  caught,
  skipsFinally,
  replaced,
  errorValue,
  begin,
  commit,
  rollback,
  mayRetry,
  parallel,
  parallelPure,
  tick,
  after: (run: Run, work: (run: Run) => Promise<Value>): void => {
    const { frame } = run;
    run.postProcesses ??= [];
    // Its run begins anew: the frame says for profiles and recordings which stack's steps are meant.
    run.postProcesses.push((later) => {
      later.frame = frame;
      return work(later);
    });
  },
  enter: (run: Run, stack: string, step: number): void => run.observer?.enter(run, stack, step),
  leave: (run: Run, stack: string, step: number, value: Value | undefined, error: unknown): void =>
    run.observer?.leave(run, stack, step, value, error),
};
