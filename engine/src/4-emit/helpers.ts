/** What generated code may call: operators, limits, and the rules of flow that are longer than a line (`helpers/`). */
import type { Lambda } from '../filters/define.ts';
import { applyFilter, type PreparedFilter } from '../filters/index.ts';
import type { Run } from '../run/run.ts';
import { yieldSignal } from '../run/signal.ts';
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
  truthy,
} from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import { answer } from './helpers/answer.ts';
import { caught, errorValue, located, replaced, skipsFinally, thrown } from './helpers/errors.ts';
import { parallel, parallelPure } from './helpers/parallel.ts';
import { begin, commit, mayRetry, rollback } from './helpers/transactions.ts';
import { bounded, changePath, entriesOf, listOf, pathIndex, rangeOf, template } from './helpers/values.ts';

type Binary = (a: Value, b: Value) => Value;

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
  isSafeInteger: Number.isSafeInteger,
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
  filter: (filter: PreparedFilter, run: Run, value: Value, ...args: readonly (Value | Lambda)[]): Value =>
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
