/** Rows of compiled statements, read straight from the client's buffer. */
import type { JsonOptions, Limits, ResultColumn } from '@ashlar/engine';
import { decoderOf, kindOf } from '../decode.ts';
import { type JsonLimits, JsonRows, type JsonShape } from './json-rows.ts';
import { fastWriters } from './json-writers.ts';
import { type ObjectColumn, ObjectRows } from './object-rows.ts';
import { fastReaders } from './value-readers.ts';

export { JsonRows } from './json-rows.ts';
export type { ObjectRows } from './object-rows.ts';
export type { RowReader } from './row-reader.ts';

/** Makes readers, one for each execution: that costs next to nothing. */
export interface RowShape {
  /** Rows as objects without a prototype. */
  objects(limits: Pick<Limits, 'textLength'>): ObjectRows;
  /** Rows as JSON. */
  json(decimals: JsonOptions['decimals'], limits: JsonLimits): JsonRows;
}

/** Compiles the columns of a statement, once. Their names differ and are identifiers, as the compiler of statements sees to. */
export function rowShape(columns: readonly ResultColumn[]): RowShape {
  const objectColumns = columns.map(
    (column): ObjectColumn => ({ name: column.name, fast: fastReaders[kindOf(column)], decode: decoderOf(column) }),
  );
  const json = { number: jsonShape(columns, 'number'), text: jsonShape(columns, 'text') };
  return {
    objects: ({ textLength }) => new ObjectRows(objectColumns, textLength),
    json: (decimals, limits) => new JsonRows(json[decimals], limits),
  };
}

function jsonShape(columns: readonly ResultColumn[], decimals: JsonOptions['decimals']): JsonShape {
  const writers = fastWriters(decimals);
  const jsonColumns = columns.map((column, index) => ({
    key: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`),
    fast: writers[kindOf(column)],
    decode: decoderOf(column),
  }));
  return { columns: jsonColumns, decimals, ascii: jsonColumns.every(({ key }) => key.every((byte) => byte < 0x80)) };
}
