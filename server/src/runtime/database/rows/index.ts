/** Rows of compiled statements, read straight from the client's buffer. */
import type { Encoding, JsonOptions, Limits, ResultColumn } from '@ashlar/engine';
import { decoderOf, kindOf } from '../decode.ts';
import { type JsonColumn, type JsonLimits, JsonRows, type JsonShape } from './json-rows.ts';
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
  /** Rows as JSON, with the values that are needed beside. What an encoding needs is worked out once. */
  json(decimals: JsonOptions['decimals'], limits: JsonLimits, encode?: true | Encoding): JsonRows;
}

/** Compiles the columns of a statement, once. Their names differ and are identifiers, as the compiler of statements sees to. */
export function rowShape(columns: readonly ResultColumn[]): RowShape {
  const objectColumns = columns.map(
    (column): ObjectColumn => ({ name: column.name, fast: fastReaders[kindOf(column)], decode: decoderOf(column) }),
  );
  const whole = jsonShapes(columns, objectColumns, null);
  const encodings = new WeakMap<Encoding, JsonShapes>();
  const shapesOf = (encode: true | Encoding): JsonShapes => {
    if (encode === true) return whole;
    let shapes = encodings.get(encode);
    if (shapes === undefined) {
      shapes = jsonShapes(columns, objectColumns, encode);
      encodings.set(encode, shapes);
    }
    return shapes;
  };
  return {
    objects: ({ textLength }) => new ObjectRows(objectColumns, textLength),
    json: (decimals, limits, encode = true) => new JsonRows(shapesOf(encode)[decimals], limits),
  };
}

type JsonShapes = Readonly<Record<JsonOptions['decimals'], JsonShape>>;

/** How rows are written of which an encoding is needed; null: everything, and no values. */
function jsonShapes(
  columns: readonly ResultColumn[],
  objectColumns: readonly ObjectColumn[],
  encoding: Encoding | null,
): JsonShapes {
  const shape = (decimals: JsonOptions['decimals']): JsonShape => {
    const writers = fastWriters(decimals);
    const isShown = ({ name }: ObjectColumn): boolean => encoding === null || encoding.columns.includes(name);
    const first = objectColumns.find(isShown);
    const jsonColumns = objectColumns.map((value, index): JsonColumn => {
      const kept = encoding?.values.includes(value.name) === true;
      const shown = isShown(value);
      return {
        key: shown ? Buffer.from(`${value === first ? '{' : ','}${JSON.stringify(value.name)}:`) : null,
        fast: writers[kindOf(columns[index]!)],
        decode: value.decode,
        value: kept || !shown ? value : null,
        kept,
      };
    });
    return {
      columns: jsonColumns,
      shows: first !== undefined,
      keeps: jsonColumns.some(({ kept }) => kept),
      decimals,
      ascii: jsonColumns.every(({ key }) => key === null || key.every((byte) => byte < 0x80)),
    };
  };
  return { number: shape('number'), text: shape('text') };
}
