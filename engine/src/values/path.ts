/** Changing a part of a value: makes a new value that shares everything beside the path with the old one. */
import { errorOf, indexOutOfRange, wrongType } from '../errors.ts';
import { isList, isObject, typeName } from './kinds.ts';
import type { Value, ValueList, ValueObject } from './value.ts';

/**
 * The value with `next` at `path`. Missing objects and lists on the way are made; an index equal to the length appends.
 * Throws `index_out_of_range` (beyond the end, negative) and `wrong_type` (a member of something that is no object, an item of
 * something that is no list).
 */
export function setPath(value: Value, path: readonly (string | number)[], next: Value): Value {
  return setFrom(value, path, 0, next);
}

function setFrom(value: Value, path: readonly (string | number)[], at: number, next: Value): Value {
  const part = path[at];
  if (part === undefined) return next;
  if (typeof part === 'string') {
    const object = objectAt(value, part);
    const old = Object.hasOwn(object, part) ? (object[part] ?? null) : null;
    // A computed key of a literal defines: `__proto__` is a plain name here.
    return { ...object, [part]: setFrom(old, path, at + 1, next) };
  }
  const list = listAt(value, part);
  if (!Number.isInteger(part) || part < 0 || part > list.length)
    throw errorOf(indexOutOfRange, { index: part, length: list.length });
  const copy = list.slice();
  copy[part] = setFrom(list[part] ?? null, path, at + 1, next);
  return copy;
}

function objectAt(value: Value, name: string): ValueObject {
  if (value === null) return {};
  if (isObject(value)) return value;
  throw errorOf(wrongType, { what: `Setting ${name}`, wanted: 'an object', found: typeName(value) });
}

function listAt(value: Value, index: number): ValueList {
  if (value === null) return [];
  if (isList(value)) return value;
  throw errorOf(wrongType, { what: `Setting [${index}]`, wanted: 'a list', found: typeName(value) });
}
