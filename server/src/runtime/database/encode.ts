/** Values to PostgreSQL's text form: what is bound as a parameter. */
import {
  type Binding,
  Decimal,
  encodeJson,
  errorOf,
  Float,
  PlainDate,
  Timestamp,
  toText,
  typeName,
  type Value,
  valueRefused,
  wrongType,
} from '@ashlar/engine';
import { writeArray } from './array-text.ts';

/** The parameters of a statement. Throws `wrong_type` or `value_refused`. */
export function encodeParams(bindings: readonly Binding[], params: readonly Value[]): (string | null)[] {
  return bindings.map((binding, index) => encodeParam(binding, params[index] ?? null));
}

/** One parameter by the type it is bound to; null is NULL. */
export function encodeParam(binding: Binding, value: Value): string | null {
  if (value === null) return null;
  if (binding.pg.endsWith('[]')) {
    if (!Array.isArray(value)) return wrong(value, `a list for ${binding.pg}`);
    const item = { type: binding.items ?? binding.type, pg: binding.pg.slice(0, -2) };
    return writeArray(value.map((one: Value) => encodeParam(item, one)));
  }
  return encodeScalar(binding, value);
}

function encodeScalar(binding: Binding, value: Value): string {
  switch (binding.pg) {
    case 'int2':
    case 'int4':
    case 'int8':
      if (typeof value === 'number') return String(value);
      // A number column compares by value with any number; PostgreSQL refuses a fraction by itself.
      if (value instanceof Decimal) return value.toText();
      return wrong(value, binding.type);
    case 'numeric':
      if (typeof value === 'number') return String(value);
      if (value instanceof Decimal) return value.toText();
      if (value instanceof Float) return String(value.$value);
      return wrong(value, 'a number');
    case 'float4':
    case 'float8':
      if (typeof value === 'number') return String(value);
      if (value instanceof Float) return String(value.$value);
      if (value instanceof Decimal) return value.toText();
      return wrong(value, 'a number');
    case 'bool':
      return typeof value === 'boolean' ? String(value) : wrong(value, 'bool');
    case 'timestamptz':
      return value instanceof Timestamp ? value.toText() : wrong(value, 'timestamp');
    case 'date':
      return value instanceof PlainDate ? value.$text : wrong(value, 'date');
    case 'json':
    case 'jsonb':
      return encodeJsonText(value);
    case 'bytea':
      return value instanceof Uint8Array ? encodeBytes(value) : wrong(value, 'bytes');
    default:
      return typeof value === 'string' ? storable(value) : wrong(value, 'text');
  }
}

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
