/** Fields to JSON straight from the bytes, where their form allows it: byte for byte what decoding and `encodeJson` give. */
import type { FieldKind } from '../decode.ts';
import { isPlainDate, isShortestFloat, numberForm, plainTime, secondsLength, whole } from './digits.ts';
import type { JsonSink } from './json-sink.ts';

/** The longest field for whose worst case there is room. V8 writes longer texts with escapes as fast, from a string. */
const longField = 2_048;

/**
 * Writes the bytes from `from` to `to` as JSON; false, with nothing written, where only the general way can tell. The sink has
 * room for `worstCase(to - from)` bytes.
 */
export type FastWrite = (sink: JsonSink, bytes: Buffer, from: number, to: number) => boolean;

/** Room that a fast writer counts on for a field of so many bytes: quotes and the escapes of a text, or what a time is filled up with. */
export const worstCase = (length: number): number => Math.min(length, longField) * 6 + 8;

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const quote = 34;
const letterT = 116;
const trueBytes = ascii('true');
const falseBytes = ascii('false');

const bare = (sink: JsonSink, bytes: Buffer, from: number, to: number): true => {
  sink.copy(bytes, from, to);
  return true;
};

const quoted = (sink: JsonSink, bytes: Buffer, from: number, to: number): true => {
  sink.bytes[sink.at++] = quote;
  sink.copy(bytes, from, to);
  sink.bytes[sink.at++] = quote;
  return true;
};

/** Digits that surely are within ±(2⁵³−1), and within int8. */
const safeDigits = 15;
const bigintDigits = 18;
/** Fewer than a decimal may have. */
const decimalDigits = 1_000;

const int: FastWrite = (sink, bytes, from, to) =>
  to - from <= safeDigits && numberForm(bytes, from, to) === whole && bare(sink, bytes, from, to);

const bigint: FastWrite = (sink, bytes, from, to) =>
  to - from <= bigintDigits && numberForm(bytes, from, to) === whole && quoted(sink, bytes, from, to);

const float: FastWrite = (sink, bytes, from, to) => isShortestFloat(bytes, from, to) && bare(sink, bytes, from, to);

const decimalBare: FastWrite = (sink, bytes, from, to) =>
  to - from <= decimalDigits && numberForm(bytes, from, to) !== 0 && bare(sink, bytes, from, to);

const decimalQuoted: FastWrite = (sink, bytes, from, to) =>
  to - from <= decimalDigits && numberForm(bytes, from, to) !== 0 && quoted(sink, bytes, from, to);

const bool: FastWrite = (sink, bytes, from, to) =>
  to - from === 1 && bytes[from] === letterT
    ? bare(sink, trueBytes, 0, trueBytes.length)
    : bare(sink, falseBytes, 0, falseBytes.length);

/** What stands for each byte that a text can't hold as it is; undefined for all others. */
const escapes: readonly (Buffer | undefined)[] = Array.from({ length: 0x80 }, (_, byte) => {
  const json = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
  return json.length > 1 ? ascii(json) : undefined;
});

/** Of each byte, to be or'ed over a text: whether it must be escaped, whether it is beyond ASCII. */
const marks = Uint8Array.from({ length: 0x100 }, (_, byte) => (byte < 0x80 ? Number(escapes[byte] !== undefined) : 0x80));
const mustEscape = 1;

/** Above, a look over the bytes and a copy by the machine are faster than to copy them while looking. */
const copiedBytes = 128;

/** A text goes over as it is, unless something in it must be escaped. */
const text: FastWrite = (sink, bytes, from, to) => {
  const length = to - from;
  if (length > copiedBytes) return longText(sink, bytes, from, to);
  const { bytes: target, at } = sink;
  const offset = at + 1 - from;
  let found = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    found |= marks[byte]!;
    target[i + offset] = byte;
  }
  if ((found & mustEscape) !== 0) return escapedText(sink, bytes, from, to);
  target[at] = quote;
  target[at + 1 + length] = quote;
  sink.at = at + 2 + length;
  sink.seen |= found;
  return true;
};

function longText(sink: JsonSink, bytes: Buffer, from: number, to: number): boolean {
  let found = 0;
  for (let i = from; i < to; i++) found |= marks[bytes[i]!]!;
  if ((found & mustEscape) !== 0) return to - from <= longField && escapedText(sink, bytes, from, to);
  sink.room(to - from + 2);
  const { bytes: target, at } = sink;
  target[at] = quote;
  bytes.copy(target, at + 1, from, to);
  target[at + 1 + to - from] = quote;
  sink.at = at + 2 + to - from;
  sink.seen |= found;
  return true;
}

function escapedText(sink: JsonSink, bytes: Buffer, from: number, to: number): true {
  const target = sink.bytes;
  let at = sink.at;
  target[at++] = quote;
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!;
    const escaped = escapes[byte];
    sink.seen |= byte;
    if (escaped === undefined) target[at++] = byte;
    else {
      target.set(escaped, at);
      at += escaped.length;
    }
  }
  target[at++] = quote;
  sink.at = at;
  return true;
}

const timeParts = { t: 84, z: 90, point: 46, zero: 48 };
const dayLength = 10;

/** `2026-11-24 21:17:00.5+00` is `"2026-11-24T21:17:00.500Z"`. */
const timestamp: FastWrite = (sink, bytes, from, to) => {
  const digits = plainTime(bytes, from, to);
  if (digits === -1) return false;
  const start = sink.at;
  const { bytes: target } = sink;
  target[sink.at++] = quote;
  sink.copy(bytes, from, from + secondsLength);
  target[start + 1 + dayLength] = timeParts.t;
  target[sink.at++] = timeParts.point;
  sink.copy(bytes, from + secondsLength + 1, from + secondsLength + 1 + digits);
  for (let digit = digits; digit < 3; digit++) target[sink.at++] = timeParts.zero;
  target[sink.at++] = timeParts.z;
  target[sink.at++] = quote;
  return true;
};

const date: FastWrite = (sink, bytes, from, to) => isPlainDate(bytes, from, to) && quoted(sink, bytes, from, to);

const general: FastWrite = () => false;

/** The fast writer of a kind of column, by how decimals are written. */
export const fastWriters = (decimals: 'number' | 'text'): Readonly<Record<FieldKind, FastWrite>> => ({
  int,
  bigint,
  float,
  numeric: decimals === 'number' ? decimalBare : decimalQuoted,
  bool,
  text,
  timestamp,
  date,
  json: general,
  bytes: general,
  list: general,
});
