/** A JSON writer of our own, for values with boxes: JSON.stringify asks each of them for its `toJSON`, which is slower. */
import { encodeBase64 } from './base64.ts';
import { Bigint } from './bigint.ts';
import { Decimal } from './decimal.ts';
import { EncodedJson, utf8Of } from './encoded.ts';
import { Float } from './float.ts';
import { isList, isPlain } from './kinds.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value, ValueObject } from './value.ts';

/**
 * Anything but ordinary characters: a quote, backslash, control character, or surrogate (only lone ones are escaped; asking
 * JSON.stringify about every pair is simpler).
 */
const special = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

const quoted = (text: string, { bytes }: Writing): string => {
  const json = special.test(text) ? JSON.stringify(text) : `"${text}"`;
  return bytes ? utf8Of(json) : json;
};

interface Writing {
  readonly decimals: 'number' | 'text';
  /** In UTF-8, one character a byte, instead of as an ordinary text. */
  readonly bytes: boolean;
}

/** Writes a value whose depth and size were checked. */
export function writeJson(value: Value, writing: Writing): string {
  if (typeof value === 'string') return quoted(value, writing);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isList(value)) return writeList(value, writing);
  if (isPlain(value)) return writeMembers(value, writing);
  if (value instanceof Decimal)
    return writing.decimals === 'number' && !(value instanceof Bigint) ? value.toText() : `"${value.toText()}"`;
  if (value instanceof Timestamp || value instanceof PlainDate) return `"${value.toText()}"`;
  if (value instanceof Float) return value.toText();
  if (value instanceof Uint8Array) return `"${encodeBase64(value)}"`;
  if (value instanceof EncodedJson) return writing.bytes ? value.$utf8 : value.$text;
  return writeMembers(value, writing);
}

function writeMembers(value: ValueObject, writing: Writing): string {
  let text = '';
  for (const key in value) text += `${text === '' ? '{' : ','}${quoted(key, writing)}:${writeJson(value[key] ?? null, writing)}`;
  return text === '' ? '{}' : `${text}}`;
}

function writeList(list: readonly Value[], writing: Writing): string {
  let text = '';
  for (const item of list) text += `${text === '' ? '[' : ','}${writeJson(item, writing)}`;
  return text === '' ? '[]' : `${text}]`;
}
