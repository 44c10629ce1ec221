/** `<`, `<=`, `>`, `>=`: values of one type, false with null. */
import { errorOf, wrongType } from '../errors.ts';
import { isNumber, typeName } from './kinds.ts';
import { compareNumbers, compareText } from './order.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

/** The `wrong_type` of an operator over two operands. */
export function operandError(operator: string, wanted: string, a: Value, b: Value): Error {
  return errorOf(wrongType, { what: operator, wanted, found: `${typeName(a)} and ${typeName(b)}` });
}

/**
 * The order of two values of one type: negative, 0, positive; undefined when one is null. Throws `wrong_type` for different
 * types, lists, objects and bytes.
 */
function compare(operator: string, a: Value, b: Value): number | undefined {
  if (a === null || b === null) return undefined;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.$ms - b.$ms;
  if (a instanceof PlainDate && b instanceof PlainDate) return compareText(a.$text, b.$text);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  throw operandError(operator, 'two numbers, texts, timestamps, dates or bools', a, b);
}

/** `a < b`; false with null. `a > b` is `less(b, a)`. Throws `wrong_type` for different types. */
export function less(a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  const order = compare('<', a, b);
  return order !== undefined && order < 0;
}

/** `a <= b`; false with null, also `null <= null`. `a >= b` is `lessOrEqual(b, a)`. Throws `wrong_type` for different types. */
export function lessOrEqual(a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a <= b;
  const order = compare('<=', a, b);
  return order !== undefined && order <= 0;
}
