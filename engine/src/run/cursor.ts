/** Cursors: the sort values of a page's last row, sealed so that nobody can make or change one. */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { SqlType } from '../3-plan/sql/column-types.ts';
import { badCursor, errorOf } from '../errors.ts';
import { encodeUtf8 } from '../values/base64.ts';
import { Decimal } from '../values/decimal.ts';
import { contentKey } from '../values/equality.ts';
import { Float } from '../values/float.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value, ValueList } from '../values/value.ts';

/** What a cursor is bound to besides its values. */
export interface CursorBinding {
  readonly key: Uint8Array;
  /** The step and its order. */
  readonly seal: string;
  /** What chose the rows. */
  readonly bound: ValueList;
}

/** Characters of a cursor: more is refused unread. */
const longestCursor = 8_192;
const sealLength = 32;

/** Makes the cursor that leads past a row with these sort values. */
export function sealCursor(binding: CursorBinding, values: ValueList): string {
  const content = hexOf(JSON.stringify(values.map(written)));
  return `${sealOf(binding, content)}${content}`;
}

/** Reads a cursor back. Throws `bad_cursor` when it was changed, or comes from another list. */
export function openCursor(binding: CursorBinding, types: readonly SqlType[], cursor: Value): ValueList {
  if (typeof cursor !== 'string' || cursor.length <= sealLength || cursor.length > longestCursor) throw errorOf(badCursor, {});
  const content = cursor.slice(sealLength);
  if (!sameText(sealOf(binding, content), cursor.slice(0, sealLength))) throw errorOf(badCursor, {});
  const values: unknown = JSON.parse(textOf(content));
  if (!Array.isArray(values) || values.length !== types.length) throw errorOf(badCursor, {});
  return types.map((type, i) => read(values[i], type));
}

/** 128 bits of an HMAC over what the cursor is bound to and holds. */
function sealOf(binding: CursorBinding, content: string): string {
  const bound = JSON.stringify(['cursor', binding.seal, binding.bound.map((value) => contentKey(value)), content]);
  return bytesToHex(hmac(sha256, binding.key, encodeUtf8(bound))).slice(0, sealLength);
}

/** Compares in a time that does not depend on where two texts of the same length differ. */
function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}

function written(value: Value): unknown {
  if (value instanceof Decimal || value instanceof Float || value instanceof Timestamp || value instanceof PlainDate)
    return value.toText();
  return value;
}

function read(value: unknown, of: SqlType): Value {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((item) => read(item, { type: of.items ?? 'text' }));
  if (typeof value !== 'string') throw errorOf(badCursor, {});
  switch (of.type) {
    case 'decimal':
      return Decimal.parse(value);
    case 'float':
      return Float.of(Number(value));
    case 'timestamp':
      return Timestamp.parse(value);
    case 'date':
      return PlainDate.parse(value);
    default:
      return value;
  }
}

/** Hexadecimal UTF-8: needs no quoting anywhere. */
const hexOf = (text: string): string => bytesToHex(encodeUtf8(text));

function textOf(hex: string): string {
  if (!/^([0-9a-f]{2})+$/.test(hex)) throw errorOf(badCursor, {});
  return decodeURIComponent(hex.replace(/../g, '%$&'));
}
