/** What compiling the expressions of one step to SQL needs and gathers. */
import type { Expression } from '../../1-syntax/ast.ts';
import type { StepCheck } from '../../library/define.ts';
import type { ProblemKind } from '../../problems.ts';
import type { Type } from '../../types/type.ts';
import { Decimal } from '../../values/decimal.ts';
import { Float } from '../../values/float.ts';
import type { Value } from '../../values/value.ts';
import { givenReader, type Reader, type Use } from './uses.ts';

/**
 * A step is compiled two or three times at publish, always by the same code: to check it (problems are reported, parts without
 * columns are checked), to tell its result type, and to plan it.
 */
export type Phase = 'check' | 'type' | 'plan';

export type Place = Pick<Expression, 'span' | 'pointer'>;

export class CompileContext {
  readonly step: StepCheck;
  readonly phase: Phase;
  /** Expressions to evaluate before the query, in the order of the step's arguments; null: what the engine computes itself. */
  readonly args: (Expression | null)[] = [];
  readonly uses: Use[] = [];
  /** Optional conditions seen so far. */
  optionalCount = 0;
  /** Problems so far: what follows from one is not reported again. */
  reported = 0;
  readonly #optionalArgs = new Set<number>();
  readonly #types = new Map<Expression, Type>();

  constructor(step: StepCheck, phase: Phase) {
    this.step = step;
    this.phase = phase;
  }

  report<D extends object>(kind: ProblemKind<D>, at: Place, details: D): void {
    if (this.phase !== 'check') return;
    this.reported += 1;
    this.step.problem(kind, at, details);
  }

  /** The static type of a part without columns; checks it, once, when that is due. */
  typeOf(expression: Expression): Type {
    if (this.phase !== 'check') return this.step.typeOf(expression);
    const known = this.#types.get(expression);
    if (known !== undefined) return known;
    const type = this.step.checkExpression(expression);
    this.#types.set(expression, type);
    return type;
  }

  /** The place of an expression among the step's arguments. */
  arg(expression: Expression): number {
    const known = this.args.indexOf(expression);
    return known === -1 ? this.args.push(expression) - 1 : known;
  }

  /** A place for a value that the engine computes for each run: keys of outer rows, a cursor's values, a limit. */
  given(): number {
    return this.args.push(null) - 1;
  }

  /** Registers a use of such a value. */
  givenUse(arg: number, read: Reader = givenReader): number {
    return this.#addUse({ arg, read, what: 'The query', wanted: 'a value' });
  }

  /** Registers a use of an expression's value. */
  use(expression: Expression, read: Reader, what: string, wanted: string): number {
    return this.#addUse({ arg: this.arg(expression), read, what, wanted });
  }

  /** Notes that an argument may be left out. */
  markOptional(arg: number): void {
    this.#optionalArgs.add(arg);
    for (const use of this.uses) if (use.arg === arg) use.optional = true;
  }

  #addUse(use: Use): number {
    return this.uses.push(this.#optionalArgs.has(use.arg) ? { ...use, optional: true } : use) - 1;
  }
}

/** The value of a constant expression that may be written into SQL as a literal; undefined for others. */
export function constantOf(expression: Expression): Value | undefined {
  switch (expression.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'text':
      return expression.value;
    case 'number':
      return numberOf(expression.type, expression.text);
    case 'unary':
      if (expression.operator !== '-' || expression.operand.kind !== 'number') return undefined;
      return numberOf(expression.operand.type, `-${expression.operand.text}`);
    default:
      return undefined;
  }
}

function numberOf(type: 'int' | 'decimal' | 'float', text: string): Value | undefined {
  const number = Number(text);
  if (type === 'int') return Number.isSafeInteger(number) ? number + 0 : undefined;
  if (type === 'float') return Number.isFinite(number) ? Float.of(number) : undefined;
  return Decimal.parse(text) ?? undefined;
}
