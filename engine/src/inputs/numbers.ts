/** Checks of int, bigint, decimal and float. */
import type { Bound } from '../model.ts';
import { Bigint } from '../values/bigint.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { isNumber, type NumberValue } from '../values/kinds.ts';
import { toDecimal } from '../values/order.ts';
import type { Value } from '../values/value.ts';
import { type Check, describe } from './check.ts';
import type { Report } from './report.ts';

/** Digits of a number sent as text, sign and point included; what is longer can't be meant. */
const maxNumberText = 1_100;
const wholeForm = /^[+-]?\d+$/;
const decimalForm = /^[+-]?\d+(?:\.\d*)?$|^[+-]?\.\d+$/;
const floatForm = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;

const isText = (text: string, form: RegExp): boolean => text.length <= maxNumberText && form.test(text);

/** An exact whole number of a value, null when it is not one. */
function wholeOf(value: Value, textual: boolean): bigint | null {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value === 'string') return textual && isText(value, wholeForm) ? BigInt(value.replace('+', '')) : null;
  if (value instanceof Decimal) return value.isInteger() ? value.truncate() : null;
  if (value instanceof Float) return Number.isInteger(value.$value) ? BigInt(value.$value) : null;
  return null;
}

/** int: a whole number within ±(2⁵³−1); `1.0` is one, `1.5` is not. */
export const checkInt: Check = (value, textual, report) => {
  if (typeof value === 'number') return value + 0;
  // The usual case of a query: so few digits are always safe, and need no exact arithmetic.
  if (textual && typeof value === 'string' && value.length <= 15 && wholeForm.test(value)) return Number(value) + 0;
  const whole = wholeOf(value, textual);
  if (whole === null) return refuseNumber(value, textual, 'a whole number', report);
  const number = Number(whole);
  if (!Number.isSafeInteger(number))
    return report.refuse('number_out_of_range', 'must be between -9007199254740991 and 9007199254740991');
  return number;
};

/** bigint: the range of PostgreSQL's int8. Digits as text are welcome everywhere, for that is how answers carry them. */
export const checkBigint: Check = (value, _textual, report) => {
  if (value instanceof Bigint) return value;
  const whole = wholeOf(value, true);
  if (whole === null) return refuseNumber(value, true, 'a whole number, as a number or a text of digits', report);
  if (!Bigint.holds(whole))
    return report.refuse('number_out_of_range', 'must be between -9223372036854775808 and 9223372036854775807');
  return Bigint.of(whole);
};

/**
 * decimal: every digit kept. A text of digits is welcome in JSON too, because answers carry decimals as texts where
 * `"decimals": "text"` is set, and what leaves must be able to come back.
 */
export const checkDecimal: Check = (value, _textual, report) => {
  if (isNumber(value)) return toDecimal(value);
  const decimal = typeof value === 'string' && isText(value, decimalForm) ? Decimal.parse(value) : null;
  return decimal ?? refuseNumber(value, true, 'a decimal number', report);
};

/** float: a finite double. */
export const checkFloat: Check = (value, textual, report) => {
  if (value instanceof Float) return value;
  if (typeof value === 'number') return Float.of(value);
  if (!(value instanceof Decimal) && !(typeof value === 'string' && textual && isText(value, floatForm)))
    return refuseNumber(value, textual, 'a number', report);
  const number = typeof value === 'string' ? Number(value) : value.toNumber();
  return Number.isFinite(number) ? Float.of(number) : report.refuse('number_out_of_range', 'is beyond the range of a float');
};

function refuseNumber(value: Value, textual: boolean, wanted: string, report: Report): undefined {
  // A number is of no use to anyone but its sender, and says best what is wrong with it.
  if (value instanceof Decimal || value instanceof Float) {
    const text = value.toText();
    return report.refuse('wrong_type', `must be ${wanted}, but is ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`);
  }
  if (typeof value !== 'string') return report.refuse('wrong_type', `must be ${wanted}, not ${describe(value)}`);
  const hint = textual ? '' : ': send it without quotes';
  return report.refuse('wrong_type', `must be ${wanted}, not a text${isText(value, floatForm) ? hint : ''}`);
}

/** A number's size against `min` and `max`, exactly. */
export function sizeCheck(min: Bound | undefined, max: Bound | undefined): (value: Value, report: Report) => boolean {
  const least = min === undefined ? null : exactBound(min);
  const most = max === undefined ? null : exactBound(max);
  return (value, report) => {
    if (!isNumber(value)) return true;
    if (min !== undefined && least !== null && isBelow(value, min, least)) return refuseSize('too_small', least, report);
    return max !== undefined && most !== null && isAbove(value, max, most) ? refuseSize('too_large', most, report) : true;
  };
}

/** The usual case, an int and a plain number, needs no exact arithmetic. */
const isBelow = (value: NumberValue, bound: Bound, exact: Decimal): boolean =>
  typeof value === 'number' && typeof bound === 'number' ? value < bound : toDecimal(value).compare(exact) < 0;
const isAbove = (value: NumberValue, bound: Bound, exact: Decimal): boolean =>
  typeof value === 'number' && typeof bound === 'number' ? value > bound : toDecimal(value).compare(exact) > 0;

/** A bound as a number: counts are numbers anyway, and JSON Schema has no others. */
export const plainBound = (bound: Bound): number => (bound instanceof Decimal ? bound.toNumber() : bound);

/** The exact decimal of a bound: of a number that of its shortest text. */
const exactBound = (bound: Bound): Decimal =>
  bound instanceof Decimal ? bound : (Decimal.parse(String(bound)) ?? Decimal.of(0));

function refuseSize(code: 'too_small' | 'too_large', bound: Decimal, report: Report): false {
  report.refuse(code, `must be at ${code === 'too_small' ? 'least' : 'most'} ${bound.toText()}`);
  return false;
}
