/** Fields to values straight from the bytes, where their form allows it. */
import { Bigint, Decimal, Timestamp, type Value } from '@ashlar/engine';
import type { FieldKind } from '../decode.ts';
import { numberForm, plainTime, plainTimeMs, smallInt } from './digits.ts';

/** The value of the bytes from `from` to `to`, or undefined where only the general way (decode.ts) can tell. */
export type FastRead = (bytes: Buffer, from: number, to: number) => Value | undefined;

const letterT = 116;
const minus = 45;
const point = 46;
const zero = 48;

const int: FastRead = (bytes, from, to) => {
  const value = smallInt(bytes, from, to);
  return Number.isNaN(value) ? undefined : value;
};

const bigint: FastRead = (bytes, from, to) => {
  const value = smallInt(bytes, from, to);
  return Number.isNaN(value) ? undefined : Bigint.of(value);
};

/** So many bytes, sign and point included, are digits that a double keeps. */
const shortDecimal = 15;

const decimal: FastRead = (bytes, from, to) => {
  if (to - from > shortDecimal || numberForm(bytes, from, to) === 0) return undefined;
  let coefficient = 0;
  let scale = 0;
  for (let at = bytes[from] === minus ? from + 1 : from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === point) scale = to - at - 1;
    else coefficient = coefficient * 10 + (byte - zero);
  }
  return Decimal.of(bytes[from] === minus ? -coefficient : coefficient, scale);
};

const bool: FastRead = (bytes, from, to) => to - from === 1 && bytes[from] === letterT;

const text: FastRead = (bytes, from, to) => bytes.toString('utf8', from, to);

const timestamp: FastRead = (bytes, from, to) => {
  const fractionDigits = plainTime(bytes, from, to);
  if (fractionDigits === -1) return undefined;
  const ms = plainTimeMs(bytes, from, fractionDigits);
  return Number.isNaN(ms) ? undefined : Timestamp.of(ms);
};

const general: FastRead = () => undefined;

/** The fast reader of a kind of column. */
export const fastReaders: Readonly<Record<FieldKind, FastRead>> = {
  int,
  bigint,
  numeric: decimal,
  bool,
  text,
  timestamp,
  float: general,
  date: general,
  json: general,
  bytes: general,
  list: general,
};
