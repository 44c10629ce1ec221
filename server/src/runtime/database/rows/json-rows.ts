/** Rows as the JSON that goes out, for stacks that only pass them on. */
import {
  emptyObject,
  encodeJson,
  errorOf,
  type JsonOptions,
  type Limits,
  mostEncodedBytes,
  type QueryAnswer,
  resultTooLarge,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import type { Decode } from '../decode.ts';
import { readField } from '../read-field.ts';
import { int32 } from './digits.ts';
import { JsonSink } from './json-sink.ts';
import { type FastWrite, worstCase } from './json-writers.ts';
import { fieldValue, type ObjectColumn } from './object-rows.ts';
import type { RowReader } from './row-reader.ts';

/** A column, as its fields become members of a JSON object, values beside it, or both. */
export interface JsonColumn {
  /** What stands before the value, in UTF-8: `{"id":`, `,"name":`. null: it is no member. */
  readonly key: Buffer | null;
  readonly fast: FastWrite;
  readonly decode: Decode;
  /** How its values are read where they are kept, and where they are not shown: what is wrong with them is told all the same. */
  readonly value: ObjectColumn | null;
  readonly kept: boolean;
}

/** The columns of a statement, for one way to write decimals. */
export interface JsonShape {
  readonly columns: readonly JsonColumn[];
  /** Whether any column is a member. */
  readonly shows: boolean;
  /** Whether values of any column are kept. */
  readonly keeps: boolean;
  readonly decimals: JsonOptions['decimals'];
  /** Whether all keys are ASCII. */
  readonly ascii: boolean;
}

const comma = 44;
const opening = 123;
const closing = 125;
const nullBytes = Buffer.from('null', 'latin1');
const noLimit = Number.POSITIVE_INFINITY;

/** What bounds them: texts, and the answer. */
export type JsonLimits = Pick<Limits, 'textLength' | 'resultBytes'>;

/** Gathers the rows of one execution. Equal to the last byte to `encodeJson` of what `ObjectRows` gathers. */
export class JsonRows implements RowReader {
  readonly #shape: JsonShape;
  readonly #limits: JsonLimits;
  readonly #ends: number[] = [];
  readonly #values: ValueObject[] = [];
  /** Taken with the first row: an execution may wait for long, or never have any. */
  #sink: JsonSink | null = null;

  constructor(shape: JsonShape, limits: JsonLimits) {
    this.#shape = shape;
    this.#limits = limits;
  }

  /** As every reader, and throws `result_too_large` long before the rows are too much for one string. */
  row(bytes: Buffer, at: number, fieldCount: number): void {
    this.#sink ??= JsonSink.take();
    const sink = this.#sink;
    const { columns, shows, keeps } = this.#shape;
    const values = keeps ? emptyObject() : null;
    sink.room(3);
    if (this.#ends.length > 0) sink.bytes[sink.at++] = comma;
    if (!shows) sink.bytes[sink.at++] = opening;
    let from = at;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const length = index < fieldCount ? int32(bytes, from) : -1;
      from += 4;
      if (column.key !== null) this.#field(sink, column, column.key, bytes, from, length);
      if (column.value !== null) this.#value(values, column.kept, column.value, bytes, from, length);
      if (length > 0) from += length;
    }
    sink.room(1);
    sink.bytes[sink.at++] = closing;
    this.#ends.push(sink.at);
    if (values !== null) this.#values.push(values);
    if (sink.at > mostEncodedBytes) throw errorOf(resultTooLarge, { limitBytes: this.#limits.resultBytes });
  }

  #field(sink: JsonSink, { fast, decode }: JsonColumn, key: Buffer, bytes: Buffer, from: number, length: number): void {
    const { textLength } = this.#limits;
    sink.room(key.length + worstCase(Math.max(length, 0)));
    sink.copy(key, 0, key.length);
    if (length < 0) sink.copy(nullBytes, 0, nullBytes.length);
    else if (length > textLength || !fast(sink, bytes, from, from + length)) {
      const value = readField(decode, bytes.toString('utf8', from, from + length), textLength);
      // In a list, for there it is as deep as in its row.
      const json = encodeJson([value], { decimals: this.#shape.decimals, limitBytes: noLimit });
      sink.text(json.slice(1, -1));
    }
  }

  #value(
    values: Record<string, Value> | null,
    kept: boolean,
    column: ObjectColumn,
    bytes: Buffer,
    from: number,
    length: number,
  ): void {
    const value = fieldValue(column, bytes, from, length, this.#limits.textLength);
    if (kept && values !== null) values[column.name] = value;
  }

  /** All rows; the reader takes no more. Its buffer goes to the next one. */
  finish(): Required<Pick<QueryAnswer, 'rows' | 'encoded'>> {
    const sink = this.#sink;
    if (sink === null) return { rows: [], encoded: { utf8: '', ends: this.#ends, ascii: true } };
    this.#sink = null;
    const utf8 = sink.latin1();
    sink.giveBack();
    return { rows: this.#values, encoded: { utf8, ends: this.#ends, ascii: this.#shape.ascii && sink.seen < 0x80 } };
  }
}
