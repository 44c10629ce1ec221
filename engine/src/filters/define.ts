/** How a filter is declared: once, here; checker, reference page, JSON Schema and the compiled code read it. */
import type { Limits } from '../limits.ts';
import type { Type } from '../types/type.ts';
import type { Decimal } from '../values/decimal.ts';
import type { Float } from '../values/float.ts';
import type { PlainDate, Timestamp } from '../values/time.ts';
import type { TypeName, Value, ValueList, ValueObject } from '../values/value.ts';

/** What a filter may know of its run. */
export interface FilterContext {
  readonly limits: Limits;
  /** The workspace's IANA time zone. */
  readonly timezone: string;
  /** Notes work that grows with the value, in items: it makes the run look at its clock in time. Throws when it is too much. */
  charge(items: number): void;
}

/** A lambda argument, compiled: sees `item`, `index` and, in reduce, `result`. */
export type Lambda = (item: Value, index: number, result?: Value) => Value;

export interface FilterParameter {
  readonly name: string;
  readonly description: string;
  /** `lambda`: a whole expression over item and index; `value`: an operand. */
  readonly kind: 'value' | 'lambda';
  /** Accepted types of a value; absent: any. null is refused unless it is listed. */
  readonly types?: readonly TypeName[];
  readonly optional?: boolean;
  /** What a constant must be instead, where that is known without a run; undefined when it will do. */
  readonly wantedInstead?: (constant: Value) => string | undefined;
}

interface ValueTypes {
  null: null;
  bool: boolean;
  int: number;
  decimal: Decimal;
  float: Float;
  text: string;
  timestamp: Timestamp;
  date: PlainDate;
  bytes: Uint8Array;
  list: ValueList;
  object: ValueObject;
}
type ValueOf<T> = T extends readonly TypeName[] ? ValueTypes[T[number]] : Value;
type Argument<P> = P extends { kind: 'lambda'; optional: true }
  ? Lambda | undefined
  : P extends { kind: 'lambda' }
    ? Lambda
    : P extends { types: infer T; optional: true }
      ? ValueOf<T> | undefined
      : P extends { types: infer T }
        ? ValueOf<T>
        : P extends { optional: true }
          ? Value | undefined
          : Value;
type Arguments<P extends readonly FilterParameter[]> = { -readonly [I in keyof P]: Argument<P[I]> };

export interface FilterExample {
  /** The whole expression, without braces. */
  readonly expression: string;
  /** What it yields, as JSON (decimals as numbers). */
  readonly result: unknown;
}

/** The families of filters, each with the title of its page in the reference. */
export const filterFamilies = {
  text: 'Text',
  math: 'Numbers',
  list: 'Lists',
  object: 'Objects',
  conversion: 'Conversion',
  time: 'Time',
  security: 'Security',
  null: 'Null',
} as const;

export type FilterFamily = keyof typeof filterFamilies;

export interface FilterDeclaration<
  I extends readonly TypeName[] | undefined = readonly TypeName[] | undefined,
  P extends readonly FilterParameter[] = readonly FilterParameter[],
> {
  readonly name: string;
  /** Other spellings; the check names the canonical one as a hint. Matched without regard to case. */
  readonly aliases?: readonly string[];
  readonly family: FilterFamily;
  readonly description: string;
  /** Accepted types of the piped value; absent: any. Unless `null` is listed, null yields null without calling `run`. */
  readonly input?: I;
  readonly parameters: P;
  /**
   * The static type of the result, from those of input and arguments (a lambda's is that of its body). `constants` holds the
   * value of each argument that is a literal (`constantOf`), undefined for others: `pick:["a"]` then knows its fields.
   * Nullability that comes from a null input is the caller's business.
   */
  readonly result: (input: Type, args: readonly Type[], constants?: readonly (Value | undefined)[]) => Type;
  /**
   * The type of the result says by itself whether a password's hash is in it. Of other filters it is taken to be, where the input
   * or an argument holds one and the result is no number, truth or time.
   */
  readonly ownMark?: true;
  readonly run: (context: FilterContext, value: ValueOf<I>, ...args: Arguments<P>) => Value;
  readonly examples: readonly FilterExample[];
}

/** A declaration with its handler's types erased, as the compiler keeps it. */
export type AnyFilter = Omit<FilterDeclaration, 'run'> & {
  readonly run: (context: FilterContext, value: never, ...args: never[]) => Value;
};

/** Declares a filter; handler types are inferred from `input` and `parameters`. */
export function defineFilter<const I extends readonly TypeName[] | undefined, const P extends readonly FilterParameter[]>(
  declaration: FilterDeclaration<I, P>,
): AnyFilter {
  return declaration as unknown as AnyFilter;
}
