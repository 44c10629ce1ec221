/** Plain JavaScript to values and back: for tests, examples and whatever was made by code of ours. */
import { Bigint } from './bigint.ts';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

/** Members of any shape, ready to be read. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * Plain JavaScript as a value. A safe integer is an int; any other number the decimal of its shortest text; values stay what they
 * are; undefined is null, and as a member not there. Throws TypeError for what no value can be (functions, symbols, NaN).
 */
export function toValue(plain: unknown): Value {
  if (plain === null || plain === undefined) return null;
  if (typeof plain === 'string' || typeof plain === 'boolean') return plain;
  if (typeof plain === 'number') return numberValue(plain);
  if (typeof plain === 'bigint') return Number.isSafeInteger(Number(plain)) ? Number(plain) : Decimal.of(plain);
  if (plain instanceof Decimal || plain instanceof Float || plain instanceof Timestamp) return plain;
  if (plain instanceof PlainDate || plain instanceof Uint8Array) return plain;
  if (Array.isArray(plain)) return plain.map(toValue);
  if (!isPlainObject(plain)) throw new TypeError(`a ${typeof plain} is no value`);
  return Object.fromEntries(
    Object.entries(plain)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [key, toValue(member)]),
  );
}

function numberValue(n: number): Value {
  if (Number.isSafeInteger(n)) return n + 0;
  const decimal = Decimal.parse(String(n));
  if (decimal === null) throw new TypeError(`${n} is no value`);
  return decimal;
}

/** A value as plain JavaScript: decimals and floats as numbers (digits may get lost), bigints and times as texts, bytes as they are. */
export function toPlain(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Bigint) return value.toText();
  if (value instanceof Decimal) return value.toNumber();
  if (value instanceof Float) return value.$value;
  if (value instanceof Timestamp || value instanceof PlainDate) return value.toText();
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, toPlain(member)]));
}
