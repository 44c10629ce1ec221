/** Rows as the objects that expressions look into. */
import type { ValueObject } from '@ashlar/engine';
import type { Decode } from '../decode.ts';
import { readField } from '../read-field.ts';
import { emptyRow } from '../row-object.ts';
import { int32 } from './digits.ts';
import type { RowReader } from './row-reader.ts';
import type { FastRead } from './value-readers.ts';

/** A column, as its fields become values. */
export interface ObjectColumn {
  readonly name: string;
  readonly fast: FastRead;
  readonly decode: Decode;
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
    const row = emptyRow();
    let from = at;
    for (let index = 0; index < columns.length; index++) {
      const { name, fast, decode } = columns[index]!;
      const length = index < fieldCount ? int32(bytes, from) : -1;
      from += 4;
      if (length < 0) {
        row[name] = null;
        continue;
      }
      const to = from + length;
      const value = length > this.#textLength ? undefined : fast(bytes, from, to);
      row[name] = value === undefined ? readField(decode, bytes.toString('utf8', from, to), this.#textLength) : value;
      from = to;
    }
    this.rows.push(row);
  }
}
