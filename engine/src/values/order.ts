/** Orders: of texts by code point, of numbers by value, and the total order that the `sort` filter uses. */
import { Bigint } from './bigint.ts';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { isList, isNumber, isObject, type NumberValue, typeName } from './kinds.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value, ValueList, ValueObject } from './value.ts';
import { Walk } from './walk.ts';

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;

/** Compares texts by Unicode code point, as PostgreSQL does under collation C: not by UTF-16 unit, which puts emoji before U+E000. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length - b.length;
  const x = a.charCodeAt(i);
  const y = b.charCodeAt(i);
  if (x < 0xd800 || y < 0xd800) return x - y;
  // The units differ in the second half of a pair: the characters begin one unit earlier.
  const before = i > 0 ? a.charCodeAt(i - 1) : 0;
  const start = before >= 0xd800 && before < 0xdc00 && (isLow(x) || isLow(y)) ? i - 1 : i;
  return (a.codePointAt(start) ?? 0) - (b.codePointAt(start) ?? 0);
}

/** The exact decimal of a number: a float's is that of its shortest text, a bigint's is without its box. */
export function toDecimal(value: NumberValue): Decimal {
  if (typeof value === 'number') return Decimal.of(value);
  return value instanceof Float || value instanceof Bigint ? value.toDecimal() : value;
}

/** Compares numbers of any types by value: negative, 0 or positive. */
export function compareNumbers(a: NumberValue, b: NumberValue): number {
  const x = a instanceof Float ? a.$value : a;
  const y = b instanceof Float ? b.$value : b;
  if (typeof x === 'number' && typeof y === 'number') return x < y ? -1 : x > y ? 1 : 0;
  return toDecimal(a).compare(toDecimal(b));
}

/** Rank of the types in the total order; the three types of numbers are one. */
const ranks = {
  bool: 0,
  int: 1,
  decimal: 1,
  float: 1,
  text: 2,
  timestamp: 3,
  date: 4,
  bytes: 5,
  list: 6,
  object: 7,
  null: 8,
} as const;

/**
 * The total order of all values, for sorting: bools, numbers, texts, timestamps, dates, bytes, lists, objects, and null last
 * as in PostgreSQL. Numbers compare by value, so 1, 1.0 and 1e0 are equal here; lists item by item; objects by keys, then values.
 * Many comparisons of one operation share a `walk`. Throws `value_too_large`, `value_too_deep`.
 */
export function compareForSort(a: Value, b: Value, walk?: Walk): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return compareAt(a, b, walk ?? new Walk(), 1);
}

function compareAt(a: Value, b: Value, walk: Walk, depth: number): number {
  if (a === b) return 0;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const rank = ranks[typeName(a)] - ranks[typeName(b)];
  if (rank !== 0) return rank;
  if (typeof a === 'boolean') return a ? 1 : -1;
  if (a instanceof Timestamp && b instanceof Timestamp) return a.$ms - b.$ms;
  if (a instanceof PlainDate && b instanceof PlainDate) return compareText(a.$text, b.$text);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b);
  if (isList(a) && isList(b)) return compareLists(a, b, walk, depth);
  if (isObject(a) && isObject(b)) return compareObjects(a, b, walk, depth);
  return 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function compareLists(a: ValueList, b: ValueList, walk: Walk, depth: number): number {
  const shorter = Math.min(a.length, b.length);
  walk.enter(shorter, depth);
  for (let i = 0; i < shorter; i++) {
    const order = compareAt(a[i] ?? null, b[i] ?? null, walk, depth + 1);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareObjects(a: ValueObject, b: ValueObject, walk: Walk, depth: number): number {
  const keys = Object.keys(a).sort(compareText);
  const others = Object.keys(b).sort(compareText);
  const byKeys = compareLists(keys, others, walk, depth);
  if (byKeys !== 0) return byKeys;
  for (const key of keys) {
    const order = compareAt(a[key] ?? null, b[key] ?? null, walk, depth + 1);
    if (order !== 0) return order;
  }
  return 0;
}
