/** One field of a row as a value, within the limit of texts: what is read from a database is bound by it as well. */
import { errorOf, isList, isObject, textTooLarge, type Value } from '@ashlar/engine';
import type { Decode } from './decode.ts';

/** Reads a field. Throws what the decoder throws, and `text_too_large` where a text in the value is longer than texts may be. */
export function readField(decode: Decode, field: string, textLength: number): Value {
  const value = decode(field);
  // A text is never longer than the field that it was read from.
  if (field.length > textLength) allowTexts(value, textLength);
  return value;
}

/** Throws `text_too_large` when a text in the value is too long. JSON's depth was bounded when it was read. */
function allowTexts(value: Value, textLength: number): void {
  if (typeof value === 'string') {
    if (value.length > textLength) throw errorOf(textTooLarge, { limitCharacters: textLength });
  } else if (isList(value)) for (const item of value) allowTexts(item, textLength);
  else if (isObject(value))
    for (const [key, member] of Object.entries(value)) {
      allowTexts(key, textLength);
      allowTexts(member, textLength);
    }
}
