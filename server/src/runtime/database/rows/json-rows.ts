/** Rows as the JSON that goes out, for stacks that only pass them on. */
import { type EncodedRows, encodeJson, errorOf, type JsonOptions, type Limits, resultTooLarge } from '@ashlar/engine';
import type { Decode } from '../decode.ts';
import { readField } from '../read-field.ts';
import { int32 } from './digits.ts';
import { JsonSink } from './json-sink.ts';
import { type FastWrite, worstCase } from './json-writers.ts';
import type { RowReader } from './row-reader.ts';

/** A column, as its fields become members of a JSON object. */
export interface JsonColumn {
  /** What stands before the value, in UTF-8: `{"id":`, `,"name":`. */
  readonly key: Buffer;
  readonly fast: FastWrite;
  readonly decode: Decode;
}

/** The columns of a statement, for one way to write decimals. */
export interface JsonShape {
  readonly columns: readonly JsonColumn[];
  readonly decimals: JsonOptions['decimals'];
  /** Whether all keys are ASCII. */
  readonly ascii: boolean;
}

/** Far beyond every answer, and short of the longest string of V8 (2²⁹ − 24). */
const mostBytes = 400_000_000;
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
    const { columns } = this.#shape;
    sink.room(3);
    if (this.#ends.length > 0) sink.bytes[sink.at++] = comma;
    if (columns.length === 0) sink.bytes[sink.at++] = opening;
    let from = at;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      const length = index < fieldCount ? int32(bytes, from) : -1;
      from += 4;
      this.#field(sink, column, bytes, from, length);
      if (length > 0) from += length;
    }
    sink.room(1);
    sink.bytes[sink.at++] = closing;
    this.#ends.push(sink.at);
    if (sink.at > mostBytes) throw errorOf(resultTooLarge, { limitBytes: this.#limits.resultBytes });
  }

  #field(sink: JsonSink, { key, fast, decode }: JsonColumn, bytes: Buffer, from: number, length: number): void {
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

  /** All rows; the reader takes no more. Its buffer goes to the next one. */
  finish(): EncodedRows {
    const sink = this.#sink;
    if (sink === null) return { utf8: '', ends: this.#ends, ascii: true };
    this.#sink = null;
    const utf8 = sink.latin1();
    sink.giveBack();
    return { utf8, ends: this.#ends, ascii: this.#shape.ascii && sink.seen < 0x80 };
  }
}
