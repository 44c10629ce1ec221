/** Values as text, for templates and the operator `~`. */
import { AshlarError, errorOf, resultTooLarge, textTooLarge } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { encodeBase64 } from './base64.ts';
import { EncodedJson } from './encoded.ts';
import { encodeJson } from './json.ts';
import { isList, isObject } from './kinds.ts';
import type { Value } from './value.ts';

/**
 * A value as text: null is empty, decimals are as written, timestamps ISO 8601, bytes base64, lists and objects JSON.
 * Throws `text_too_large` when it would be longer than `textLength` (UTF-16 units).
 */
export function toText(value: Value, textLength = defaultLimits.textLength): string {
  const text = plainText(value, textLength);
  if (text.length > textLength) throw errorOf(textTooLarge, { limitCharacters: textLength });
  return text;
}

function plainText(value: Value, textLength: number): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) {
    if (value.length * (4 / 3) > textLength) throw errorOf(textTooLarge, { limitCharacters: textLength });
    return encodeBase64(value);
  }
  if (isList(value) || isObject(value)) return jsonText(value, textLength);
  return value instanceof EncodedJson ? value.$text : value.toText();
}

/** JSON for a text: what is too large for it is a text too large (`text_too_large`, in bytes), not an answer. */
export function jsonText(value: Value, textLength: number): string {
  try {
    return encodeJson(value, { decimals: 'number', limitBytes: textLength });
  } catch (error) {
    if (error instanceof AshlarError && error.code === resultTooLarge.code)
      throw errorOf(textTooLarge, { limitCharacters: textLength });
    throw error;
  }
}

/** `a ~ b`: joins as text. Throws `text_too_large`. */
export function joinText(a: Value, b: Value, textLength = defaultLimits.textLength): string {
  const left = toText(a, textLength);
  const right = toText(b, textLength);
  if (left.length + right.length > textLength) throw errorOf(textTooLarge, { limitCharacters: textLength });
  return left + right;
}
