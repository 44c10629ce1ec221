/** Cursors: the sort values of a page's last row, sealed so that nobody can make or change one. */
import type { SqlType } from '../3-plan/sql/column-types.ts';
import { badCursor, errorOf } from '../errors.ts';
import { Bigint } from '../values/bigint.ts';
import { Decimal } from '../values/decimal.ts';
import { contentKey } from '../values/equality.ts';
import { Float } from '../values/float.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value, ValueList } from '../values/value.ts';
import { decryptText, encryptText } from './siv.ts';

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

/** Makes the cursor that leads past a row with these sort values. They are encrypted: what is sorted by need not be shown. */
export function sealCursor(binding: CursorBinding, values: ValueList): string {
  return encryptText(binding.key, contextOf(binding), JSON.stringify(values.map(written)));
}

/** Reads a cursor back. Throws `bad_cursor` when it was changed, or comes from another list. */
export function openCursor(binding: CursorBinding, types: readonly SqlType[], cursor: Value): ValueList {
  if (typeof cursor !== 'string' || cursor.length > longestCursor) throw errorOf(badCursor, {});
  const content = decryptText(binding.key, contextOf(binding), cursor);
  if (content === null) throw errorOf(badCursor, {});
  const values: unknown = JSON.parse(content);
  if (!Array.isArray(values) || values.length !== types.length) throw errorOf(badCursor, {});
  return types.map((type, i) => read(values[i], type));
}

/** What a cursor is bound to, as text. */
function contextOf(binding: CursorBinding): string {
  return JSON.stringify(['cursor', binding.seal, binding.bound.map((value) => contentKey(value))]);
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
    case 'bigint':
      return Bigint.parse(value);
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
