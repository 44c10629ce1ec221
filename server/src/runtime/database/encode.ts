/** Values to PostgreSQL's text form: what is bound as a parameter. */
import {
  type Binding,
  type ColumnType,
  Decimal,
  encodeJson,
  errorOf,
  Float,
  isList,
  PlainDate,
  Timestamp,
  toText,
  typeName,
  type Value,
  valueRefused,
  wrongType,
} from '@ashlar/engine';
import { writeArray } from './array-text.ts';

/** Writes one parameter; null is NULL. Throws `wrong_type` or `value_refused`. */
type EncodeParam = (value: Value) => string | null;

/** Writes the parameters of a statement. Throws `wrong_type` or `value_refused`. */
export type EncodeParams = (values: readonly Value[]) => (string | null)[];

/** The writer of a statement's parameters: how each is written is decided once. */
export function compileParams(bindings: readonly Binding[]): EncodeParams {
  const encoders = bindings.map(encoderOf);
  return (values) => encoders.map((encode, index) => encode(values[index] ?? null));
}

/** How one parameter is written, by the type it is bound to. */
function encoderOf(binding: Binding): EncodeParam {
  if (!binding.pg.endsWith('[]')) {
    const encode = scalarEncoder(binding);
    return (value) => (value === null ? null : encode(value));
  }
  const item = encoderOf({ type: binding.items ?? binding.type, pg: binding.pg.slice(0, -2) });
  return (value) => {
    if (value === null) return null;
    return isList(value) ? writeArray(value.map(item)) : wrong(value, `a list for ${binding.pg}`);
  };
}

type EncodeScalar = (value: Value) => string;

function scalarEncoder({ type, pg }: Binding): EncodeScalar {
  switch (pg) {
    case 'int2':
    case 'int4':
    case 'int8':
      return intEncoder(type);
    case 'numeric':
    case 'float4':
    case 'float8':
      return encodeNumber;
    case 'bool':
      return encodeBool;
    case 'timestamptz':
      return encodeTimestamp;
    case 'date':
      return encodeDate;
    case 'json':
    case 'jsonb':
      return encodeJsonText;
    case 'bytea':
      return encodeBytea;
    default:
      return encodeText;
  }
}

/** A number column compares by value with any number; PostgreSQL refuses a fraction by itself. */
function intEncoder(type: ColumnType): EncodeScalar {
  return (value) => {
    if (typeof value === 'number') return String(value);
    return value instanceof Decimal ? value.toText() : wrong(value, type);
  };
}

function encodeNumber(value: Value): string {
  if (typeof value === 'number') return String(value);
  return value instanceof Decimal || value instanceof Float ? value.toText() : wrong(value, 'a number');
}

const encodeBool: EncodeScalar = (value) => (typeof value === 'boolean' ? String(value) : wrong(value, 'bool'));
const encodeTimestamp: EncodeScalar = (value) => (value instanceof Timestamp ? value.toText() : wrong(value, 'timestamp'));
const encodeDate: EncodeScalar = (value) => (value instanceof PlainDate ? value.toText() : wrong(value, 'date'));
const encodeBytea: EncodeScalar = (value) => (value instanceof Uint8Array ? encodeBytes(value) : wrong(value, 'bytes'));
const encodeText: EncodeScalar = (value) => (typeof value === 'string' ? storable(value) : wrong(value, 'text'));

/** A parameter of SQL that a user wrote: its own type decides, PostgreSQL infers the rest. */
export function encodeFree(value: Value): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return storable(value);
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (Array.isArray(value)) {
    const items: readonly Value[] = value;
    return items.some(isNested) ? encodeJsonText(value) : writeArray(items.map(encodeFree));
  }
  return typeName(value) === 'object' ? encodeJsonText(value) : toText(value);
}

const isNested = (item: Value): boolean => Array.isArray(item) || (item !== null && typeName(item) === 'object');

const encodeBytes = (bytes: Uint8Array): string =>
  `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')}`;

/**
 * Nesting of what a json column holds. Half of what an answer may have, so that the lists and objects that an answer wraps
 * around a row never make it one that can't be read.
 */
const storedDepth = 128;

function checkDepth(value: Value, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  const nested = Array.isArray(value) ? (value as readonly Value[]) : typeName(value) === 'object' ? Object.values(value) : null;
  if (nested === null) return;
  if (depth > storedDepth)
    throw errorOf(valueRefused, { column: 'A JSON value', reason: `it is nested more than ${storedDepth} deep` });
  for (const item of nested) checkDepth(item, depth + 1);
}

/** JSON for a json column: NUL can't be stored in jsonb, a lone surrogate in no database of UTF-8. */
function encodeJsonText(value: Value): string {
  checkDepth(value, 1);
  const text = encodeJson(value, { decimals: 'number' });
  if (/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/i.test(text)) refuse();
  return text;
}

/** Text as PostgreSQL can store it. Throws `value_refused` for NUL and lone surrogates, which would be changed or refused there. */
function storable(text: string): string {
  if (text.includes('\0') || !text.isWellFormed()) refuse();
  return text;
}

function refuse(): never {
  throw errorOf(valueRefused, { column: 'A text', reason: 'it has a character that can not be stored' });
}

function wrong(value: Value, wanted: string): never {
  throw errorOf(wrongType, { what: 'A value for the database', found: typeName(value), wanted });
}
