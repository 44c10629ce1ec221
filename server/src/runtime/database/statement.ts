/** Rows as `pg` gives them, as values. */
import { emptyObject, type Limits, type ValueObject } from '@ashlar/engine';
import type { Decode } from './decode.ts';
import { readField } from './read-field.ts';

/** Type parsers of `pg` are off: fields stay text and are read by decoders. */
export const textOnly = { getTypeParser: () => (field: string) => field };

/** One row as an object without a prototype. Throws what `readField` throws. */
export function rowOf(
  names: readonly string[],
  decoders: readonly Decode[],
  fields: readonly (string | null)[],
  { textLength }: Pick<Limits, 'textLength'>,
): ValueObject {
  const row = emptyObject();
  for (const [index, name] of names.entries()) {
    const field = fields[index] ?? null;
    const decode = decoders[index];
    row[name] = field === null || decode === undefined ? null : readField(decode, field, textLength);
  }
  return row;
}
