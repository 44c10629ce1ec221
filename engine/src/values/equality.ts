/** Equality of values: by content, never across types; the three types of numbers are one. */
import { encodeBase64 } from './base64.ts';
import { isList, isNumber, isObject } from './kinds.ts';
import { compareNumbers, compareText, toDecimal } from './order.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value, ValueList, ValueObject } from './value.ts';
import { Walk } from './walk.ts';

/**
 * Whether two values are the same: null equals null, different types are different, lists and objects compare by content.
 * Many comparisons of one operation share a `walk`, so that together they are bounded. Throws `value_too_large`, `value_too_deep`.
 */
export function equals(a: Value, b: Value, walk?: Walk): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a === 'string' || typeof b === 'string') return false;
  return equalsAt(a, b, walk ?? new Walk(), 1);
}

function equalsAt(a: Value, b: Value, walk: Walk, depth: number): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  if (isNumber(a)) return isNumber(b) && compareNumbers(a, b) === 0;
  if (typeof a !== 'object' || typeof b !== 'object') return false;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.$ms === b.$ms;
  if (a instanceof PlainDate) return b instanceof PlainDate && a.$text === b.$text;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && equalBytes(a, b);
  if (isList(a)) return isList(b) && equalLists(a, b, walk, depth);
  return isObject(a) && isObject(b) && equalObjects(a, b, walk, depth);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function equalLists(a: ValueList, b: ValueList, walk: Walk, depth: number): boolean {
  if (a.length !== b.length) return false;
  walk.enter(a.length, depth);
  for (let i = 0; i < a.length; i++) if (!equalsAt(a[i] ?? null, b[i] ?? null, walk, depth + 1)) return false;
  return true;
}

function equalObjects(a: ValueObject, b: ValueObject, walk: Walk, depth: number): boolean {
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  walk.enter(keys.length, depth);
  for (const key of keys) if (!Object.hasOwn(b, key) || !equalsAt(a[key] ?? null, b[key] ?? null, walk, depth + 1)) return false;
  return true;
}

/** What `contentKey` answers: fit for sets and maps. */
export type ContentKey = string | number | boolean | null;

/**
 * A key that two values share exactly when they are equal: for sets and groups. Numbers and texts, the usual case, are cheap;
 * others are a text of their content. Throws `value_too_large`, `value_too_deep`.
 */
export function contentKey(value: Value): ContentKey {
  return keyWithin(value, null);
}

/** `contentKey` for the many values of one operation, which together are bounded. */
export function contentKeys(): (value: Value) => ContentKey {
  const walk = new Walk();
  return (value) => keyWithin(value, walk);
}

function keyWithin(value: Value, walk: Walk | null): ContentKey {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'string') return `t${value}`;
  const key = keyAt(value, walk ?? new Walk(), 1);
  // A decimal or float with an int's value is that int.
  return isNumber(value) && isIntText(key) ? Number(key.slice(1)) : key;
}

const isIntText = (key: string): boolean => /^n-?\d{1,16}$/.test(key) && Number.isSafeInteger(Number(key.slice(1)));

function keyAt(value: Value, walk: Walk, depth: number): string {
  if (typeof value === 'number') return `n${value}`;
  if (isNumber(value)) return `n${toDecimal(value).normalize().toText()}`;
  if (typeof value === 'string') {
    // Eight characters are a part: one long text may stand in a list many times.
    walk.visit(value.length >> 3);
    return `t${JSON.stringify(value)}`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Timestamp) return `m${value.$ms}`;
  if (value instanceof PlainDate) return `d${value.$text}`;
  if (value instanceof Uint8Array) return `b${encodeBase64(value)}`;
  if (isList(value)) {
    walk.enter(value.length, depth);
    return `[${value.map((item) => keyAt(item, walk, depth + 1)).join()}]`;
  }
  if (!isObject(value)) return '';
  const keys = Object.keys(value).sort(compareText);
  walk.enter(keys.length, depth);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyAt(value[key] ?? null, walk, depth + 1)}`).join()}}`;
}
