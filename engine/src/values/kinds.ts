/** Telling the kinds of values apart. */
import { Decimal } from './decimal.ts';
import { EncodedJson } from './encoded.ts';
import { Float } from './float.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { TypeName, Value, ValueList, ValueObject } from './value.ts';

/** A number of any of the three types. */
export type NumberValue = number | Decimal | Float;

/** Whether an object that is no list surely is one with members: one without a prototype, or a literal. Quicker than `isObject`. */
export function isPlain(value: object): value is ValueObject {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Whether the value is an object with members: no list, no box. */
export function isObject(value: Value): value is ValueObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Decimal) &&
    !(value instanceof Timestamp) &&
    !(value instanceof Float) &&
    !(value instanceof PlainDate) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof EncodedJson)
  );
}

/** Whether the value is a list. */
export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

/** Whether the value is an int, a decimal or a float. */
export function isNumber(value: Value): value is NumberValue {
  return typeof value === 'number' || value instanceof Decimal || value instanceof Float;
}

/** The type's name as users read it. */
export function typeName(value: Value): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Decimal) return 'decimal';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Float) return 'float';
  if (value instanceof PlainDate) return 'date';
  if (value instanceof Uint8Array) return 'bytes';
  return 'object';
}
