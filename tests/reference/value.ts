/**
 * The values of the reference interpreter: tagged, slow, plain. Nothing of the engine is used here; decimals are big.js's, with
 * the number of digits after the point beside them (12.50 is not 12.5 when it is written).
 */
import Big from 'big.js';

export type Ref =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'decimal'; readonly value: Big; readonly scale: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'timestamp'; readonly ms: number }
  | { readonly type: 'date'; readonly text: string }
  | { readonly type: 'bytes'; readonly bytes: readonly number[] }
  | { readonly type: 'list'; readonly items: readonly Ref[] }
  | { readonly type: 'object'; readonly members: ReadonlyMap<string, Ref> };

export type RefType = Ref['type'];
export type RefOf<T extends RefType> = Extract<Ref, { type: T }>;
export type RefNumber = RefOf<'int' | 'decimal' | 'float'>;

/** An error of a run, as the contract names them. */
export class RefError extends Error {
  readonly code: string;
  readonly status: number;
  readonly data: Ref;
  readonly text: string | null;
  readonly uncatchable: boolean;
  /** The step that it came from; filled in by the step. */
  step: string | undefined;
  /** The error that this one replaced in a `finally`. */
  replaced: RefError | undefined;

  constructor(
    code: string,
    status = 400,
    more: { readonly data?: Ref; readonly text?: string; readonly uncatchable?: boolean } = {},
  ) {
    super(code);
    this.code = code;
    this.status = status;
    this.data = more.data ?? nothing;
    this.text = more.text ?? null;
    this.uncatchable = more.uncatchable ?? false;
  }
}

export const wrongType = (): RefError => new RefError('wrong_type');
export const outOfRange = (): RefError => new RefError('number_out_of_range');

export const nothing: Ref = { type: 'null' };
export const bool = (value: boolean): Ref => ({ type: 'bool', value });
export const text = (value: string): RefOf<'text'> => ({ type: 'text', value });
export const list = (items: readonly Ref[]): RefOf<'list'> => ({ type: 'list', items });

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** An int within ±(2⁵³−1). */
export function int(value: bigint | number): RefOf<'int'> {
  const n = BigInt(value);
  if (n > safe || n < -safe) throw outOfRange();
  return { type: 'int', value: n };
}

/** At most 1,000 digits, and as many after the point. */
export function decimal(value: Big, scale: number): RefOf<'decimal'> {
  const digits = value.eq(0) ? 0 : value.e + 1 + scale;
  if (scale > 1_000 || digits > 1_000) throw outOfRange();
  return { type: 'decimal', value, scale };
}

/** A finite double; there is one zero. */
export function float(value: number): RefOf<'float'> {
  if (!Number.isFinite(value)) throw outOfRange();
  return { type: 'float', value: value === 0 ? 0 : value };
}

const firstMs = Date.parse('0001-01-01T00:00:00Z');
const lastMs = Date.parse('9999-12-31T23:59:59.999Z');

/** A point in time within the years 1 to 9999. */
export function timestamp(ms: number): RefOf<'timestamp'> {
  if (ms < firstMs || ms > lastMs) throw outOfRange();
  return { type: 'timestamp', ms };
}

/**
 * An object. JavaScript puts names that are whole numbers first, in ascending order, and so do the values of stacks (it shows
 * in `keys`, in loops and in JSON text): the reference says so instead of inheriting it.
 */
export function object(members: Iterable<readonly [string, Ref]>): RefOf<'object'> {
  const all = new Map(members);
  const isIndex = (name: string): boolean => /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;
  const indexes = [...all.keys()].filter(isIndex).sort((a, b) => Number(a) - Number(b));
  const names = [...all.keys()].filter((name) => !isIndex(name));
  return { type: 'object', members: new Map([...indexes, ...names].map((name) => [name, all.get(name) ?? nothing])) };
}

export const isNumber = (value: Ref): value is RefNumber =>
  value.type === 'int' || value.type === 'decimal' || value.type === 'float';

/** The exact value of a number: a float's is that of its shortest text. */
export function exact(value: RefNumber): { readonly value: Big; readonly scale: number } {
  if (value.type === 'decimal') return value;
  if (value.type === 'int') return { value: new Big(value.value.toString()), scale: 0 };
  const big = new Big(String(value.value));
  return { value: big, scale: digitsAfterPoint(big) };
}

/** Digits after the point of the shortest way to write a number. */
export function digitsAfterPoint(value: Big): number {
  return Math.max(0, value.c.length - value.e - 1);
}

/** A decimal from text such as `12.50`. */
export function parseDecimal(digits: string): RefOf<'decimal'> {
  const [, fraction = ''] = digits.split(/[eE]/)[0]?.split('.') ?? [];
  const exponent = Number(digits.split(/[eE]/)[1] ?? 0);
  return decimal(new Big(digits), Math.max(0, fraction.length - exponent));
}
