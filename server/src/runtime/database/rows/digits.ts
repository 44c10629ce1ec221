/** Numbers and times as they stand in a row's bytes, read without making a text of them. */

const zero = 48;
const nine = 57;
const minus = 45;
const point = 46;
const colon = 58;
const blank = 32;
const plus = 43;

/** Any so many digits are a safe integer, and a double keeps them. */
const safeDigits = 15;

const isDigit = (byte: number): boolean => byte >= zero && byte <= nine;

/** The int of at most 15 digits that stands there; NaN for anything else. */
export function smallInt(bytes: Buffer, from: number, to: number): number {
  let at = bytes[from] === minus ? from + 1 : from;
  if (at === to || to - at > safeDigits) return Number.NaN;
  const negative = at > from;
  let value = 0;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (!isDigit(byte)) return Number.NaN;
    value = value * 10 + (byte - zero);
  }
  return negative ? -value : value;
}

/** How a number is written: not as JSON writes it (or a negative one that begins with zero), whole, or with a fraction. */
export type NumberForm = 0 | 1 | 2;
export const whole = 1;
const fraction = 2;

/** `-12`, `0.50`: digits without a needless zero before them, at most one point with digits on both sides, no exponent. */
export function numberForm(bytes: Buffer, from: number, to: number): NumberForm {
  const start = bytes[from] === minus ? from + 1 : from;
  if (start === to) return 0;
  if (bytes[start] === zero && (start > from || (to - start > 1 && bytes[start + 1] !== point))) return 0;
  let form: NumberForm = whole;
  for (let at = start; at < to; at++) {
    const byte = bytes[at]!;
    if (isDigit(byte)) continue;
    if (byte !== point || form === fraction || at === start || at === to - 1) return 0;
    form = fraction;
  }
  return form;
}

/** Whether these bytes are the shortest text of a double: at most 15 digits, not below 0.1, without needless zeros. */
export function isShortestFloat(bytes: Buffer, from: number, to: number): boolean {
  if (to - from > safeDigits + 1) return false;
  const form = numberForm(bytes, from, to);
  if (form !== fraction) return form === whole && to - from <= safeDigits;
  return bytes[to - 1] !== zero && (bytes[from] !== zero || bytes[from + 2] !== zero);
}

/** Length of `2026-11-24 21:17:00`. */
export const secondsLength = 19;
const zoneLength = 3;

/**
 * Digits of the second's fraction, 0 to 3, of `2026-11-24 21:17:00.5+00`; -1 for what is written in any other way: a year
 * beyond 9999 or before Christ, an infinity, another zone, digits beyond milliseconds.
 */
export function plainTime(bytes: Buffer, from: number, to: number): number {
  const length = to - from;
  const zone = to - zoneLength;
  if (length < secondsLength + zoneLength || length > secondsLength + zoneLength + 4) return -1;
  if (bytes[from + 4] !== minus || bytes[from + 10] !== blank || bytes[from + 13] !== colon) return -1;
  if (bytes[zone] !== plus || bytes[zone + 1] !== zero || bytes[zone + 2] !== zero) return -1;
  if (zone === from + secondsLength) return 0;
  return bytes[from + secondsLength] === point ? zone - from - secondsLength - 1 : -1;
}

/** Two digits as a number. */
const pair = (bytes: Buffer, at: number): number => (bytes[at]! - zero) * 10 + (bytes[at + 1]! - zero);

/** Milliseconds since 1970 of a plain time; NaN where the year is before 100, which `Date.UTC` takes for another. */
export function plainTimeMs(bytes: Buffer, from: number, fractionDigits: number): number {
  const year = pair(bytes, from) * 100 + pair(bytes, from + 2);
  if (year < 100) return Number.NaN;
  let ms = 0;
  for (let digit = 1; digit <= 3; digit++)
    ms = ms * 10 + (digit <= fractionDigits ? bytes[from + secondsLength + digit]! - zero : 0);
  const month = pair(bytes, from + 5) - 1;
  return Date.UTC(year, month, pair(bytes, from + 8), pair(bytes, from + 11), pair(bytes, from + 14), pair(bytes, from + 17), ms);
}

/** Whether this is `2026-11-24` and no day before Christ, beyond 9999, or infinitely far. */
export function isPlainDate(bytes: Buffer, from: number, to: number): boolean {
  return to - from === 10 && isDigit(bytes[from]!) && bytes[from + 4] === minus && bytes[from + 7] === minus;
}

/** The big-endian int32 at a place. */
export function int32(bytes: Buffer, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
