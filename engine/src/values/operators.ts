/**
 * The operators of the language over values, one function each: the compiled code calls these where it can't compute by itself.
 * (Membership, patterns and the like stand in `search.ts`; both are exported here.)
 */
import { divisionByZero, errorOf, numberOutOfRange, textTooLarge, wrongType } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { operandError } from './comparison.ts';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { isNumber, type NumberValue, typeName } from './kinds.ts';
import { toDecimal } from './order.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { TypeName, Value } from './value.ts';

export { less, lessOrEqual } from './comparison.ts';
export { equals } from './equality.ts';
export { typeName } from './kinds.ts';
export { between, contains, ilike, isIn, like, overlaps } from './search.ts';
export { joinText, toText } from './text.ts';

/** Two numbers brought to one type: int with int, float where a float meets an int or float, else decimal. */
type Pair =
  | { readonly type: 'int'; readonly a: number; readonly b: number }
  | { readonly type: 'float'; readonly a: number; readonly b: number }
  | { readonly type: 'decimal'; readonly a: Decimal; readonly b: Decimal };

function pair(a: NumberValue, b: NumberValue): Pair {
  if (typeof a === 'number' && typeof b === 'number') return { type: 'int', a, b };
  if (a instanceof Decimal || b instanceof Decimal) return { type: 'decimal', a: toDecimal(a), b: toDecimal(b) };
  return { type: 'float', a: toFloat(a), b: toFloat(b) };
}

const toFloat = (n: number | Float): number => (typeof n === 'number' ? n : n.$value);

function numbers(operator: string, a: Value, b: Value): Pair {
  if (isNumber(a) && isNumber(b)) return pair(a, b);
  throw operandError(operator, 'two numbers', a, b);
}

/** An int within ±(2⁵³−1), without a negative zero. */
function int(operator: string, n: number): number {
  if (!Number.isSafeInteger(n)) throw errorOf(numberOutOfRange, { what: `The result of ${operator}` });
  return n + 0;
}

/** `a + b`: adds numbers or joins two texts. Throws `wrong_type`, `number_out_of_range`, `text_too_large` (UTF-16 units). */
export function add(a: Value, b: Value, textLength = defaultLimits.textLength): Value {
  if (typeof a === 'number' && typeof b === 'number') return int('+', a + b);
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length + b.length > textLength) throw errorOf(textTooLarge, { limitCharacters: textLength });
    return a + b;
  }
  if (!isNumber(a) || !isNumber(b)) throw additionError(a, b);
  const p = pair(a, b);
  if (p.type === 'decimal') return p.a.add(p.b);
  return p.type === 'float' ? Float.of(p.a + p.b) : int('+', p.a + p.b);
}

function additionError(a: Value, b: Value): Error {
  if (a instanceof Timestamp || b instanceof Timestamp)
    return operandError('+', 'two numbers or two texts (`|add_secs_to_timestamp:60` moves a timestamp)', a, b);
  return operandError('+', 'two numbers or two texts (`~` joins anything as text)', a, b);
}

/** `a - b`: numbers; timestamps give milliseconds, dates days. Throws `wrong_type`, `number_out_of_range`. */
export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return int('-', a - b);
  if (a instanceof Timestamp) {
    if (b instanceof Timestamp) return a.$ms - b.$ms;
    throw operandError('-', 'two timestamps (`|add_secs_to_timestamp:-60` moves a timestamp)', a, b);
  }
  if (a instanceof PlainDate && b instanceof PlainDate) return a.dayNumber() - b.dayNumber();
  const p = numbers('-', a, b);
  if (p.type === 'decimal') return p.a.subtract(p.b);
  return p.type === 'float' ? Float.of(p.a - p.b) : int('-', p.a - p.b);
}

/** `a * b`. Throws `wrong_type`, `number_out_of_range`. */
export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return int('*', a * b);
  const p = numbers('*', a, b);
  if (p.type === 'decimal') return p.a.multiply(p.b);
  return p.type === 'float' ? Float.of(p.a * p.b) : int('*', p.a * p.b);
}

/** `a / b`: int / int is a decimal. Throws `wrong_type`, `division_by_zero`, `number_out_of_range`. */
export function divide(a: Value, b: Value): Value {
  const p = numbers('/', a, b);
  if (p.type === 'int') return Decimal.of(p.a).divide(Decimal.of(p.b));
  if (p.type === 'decimal') return p.a.divide(p.b);
  if (p.b === 0) throw errorOf(divisionByZero, { operator: '/' });
  return Float.of(p.a / p.b);
}

/** `a % b`, with the sign of `a`. Throws `wrong_type`, `division_by_zero`. */
export function remainder(a: Value, b: Value): Value {
  const p = numbers('%', a, b);
  if (p.type === 'decimal') return p.a.remainder(p.b);
  if (p.b === 0) throw errorOf(divisionByZero, { operator: '%' });
  return p.type === 'float' ? Float.of(p.a % p.b) : (p.a % p.b) + 0;
}

/** `-a`. Throws `wrong_type`. */
export function negate(a: Value): Value {
  if (typeof a === 'number') return 0 - a;
  if (a instanceof Decimal) return a.negate();
  if (a instanceof Float) return Float.of(-a.$value);
  throw errorOf(wrongType, { what: 'The sign -', wanted: 'a number', found: typeName(a) });
}

/** Whether a condition holds: null, false, "" and zero (of every type) do not. */
export function truthy(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value);
  if (value instanceof Decimal) return !value.isZero();
  return !(value instanceof Float) || value.$value !== 0;
}

/**
 * A number literal beside an operand of a known type: it takes the other side's type where it can. Beside a float every literal
 * is a float, beside a decimal every literal is a decimal; beside anything else it is what it was written as.
 */
export function literalFor(literal: NumberValue, other: TypeName | 'any'): NumberValue {
  if (other === 'float')
    return literal instanceof Float ? literal : Float.of(typeof literal === 'number' ? literal : literal.toNumber());
  return other === 'decimal' ? toDecimal(literal) : literal;
}

/**
 * The same at run time, where the other operand's type is not known before: `x * 1.5` compiles to `multiply(x, literalBeside(L, x))`.
 * Only decimal literals need it: an int becomes what it meets by itself.
 */
export function literalBeside(literal: NumberValue, other: Value): NumberValue {
  return other instanceof Float || other instanceof Decimal ? literalFor(literal, typeName(other)) : literal;
}
