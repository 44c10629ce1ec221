/** Rows as the objects that expressions look into. */
import { emptyObject, type Value, type ValueObject } from '@ashlar/engine';
import type { Decode } from '../decode.ts';
import { readField } from '../read-field.ts';
import { int32 } from './digits.ts';
import type { RowReader } from './row-reader.ts';
import type { FastRead } from './value-readers.ts';

/** A column, as its fields become values. */
export interface ObjectColumn {
  readonly name: string;
  readonly fast: FastRead;
  readonly decode: Decode;
}

/** The value of a field of so many bytes (-1: NULL). Throws as `RowReader.row` does. */
export function fieldValue(
  { fast, decode }: ObjectColumn,
  bytes: Buffer,
  from: number,
  length: number,
  textLength: number,
): Value {
  if (length < 0) return null;
  const value = length > textLength ? undefined : fast(bytes, from, from + length);
  return value === undefined ? readField(decode, bytes.toString('utf8', from, from + length), textLength) : value;
}

/** Gathers the rows of one execution. */
export class ObjectRows implements RowReader {
  readonly rows: ValueObject[] = [];
  readonly #columns: readonly ObjectColumn[];
  readonly #textLength: number;

  constructor(columns: readonly ObjectColumn[], textLength: number) {
    this.#columns = columns;
    this.#textLength = textLength;
  }

  row(bytes: Buffer, at: number, fieldCount: number): void {
    const columns = this.#columns;
    const row = emptyObject();
    let from = at;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const length = index < fieldCount ? int32(bytes, from) : -1;
      from += 4;
      row[column.name] = fieldValue(column, bytes, from, length, this.#textLength);
      if (length > 0) from += length;
    }
    this.rows.push(row);
  }
}
