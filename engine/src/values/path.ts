/** Changing a part of a value: makes a new value that shares everything beside the path with the old one. */
import { errorOf, indexOutOfRange, listTooLarge, wrongType } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { isList, isObject, typeName } from './kinds.ts';
import type { Value, ValueList, ValueObject } from './value.ts';
import { maxDepth, valueTooDeep } from './walk.ts';

/**
 * The value with `next` at `path`. Missing objects and lists on the way are made; an index equal to the length appends.
 * Throws `index_out_of_range` (beyond the end, negative) and `wrong_type` (a member of something that is no object, an item of
 * something that is no list), `list_too_large` when a list or object would have more than `listItems` parts, `value_too_deep`
 * for a path of more than 256 parts.
 */
export function setPath(
  value: Value,
  path: readonly (string | number)[],
  next: Value,
  listItems = defaultLimits.listItems,
): Value {
  if (path.length > maxDepth) throw errorOf(valueTooDeep, { depth: maxDepth });
  return setFrom(value, { path, next, listItems }, 0);
}

interface Change {
  readonly path: readonly (string | number)[];
  readonly next: Value;
  readonly listItems: number;
}

function setFrom(value: Value, change: Change, at: number): Value {
  const part = change.path[at];
  if (part === undefined) return change.next;
  if (typeof part === 'string') {
    const object = objectAt(value, part);
    const known = Object.hasOwn(object, part);
    if (!known) checkSize(Object.keys(object).length, change.listItems);
    // A computed key of a literal defines: `__proto__` is a plain name here.
    return { ...object, [part]: setFrom(known ? (object[part] ?? null) : null, change, at + 1) };
  }
  const list = listAt(value, part);
  if (!Number.isInteger(part) || part < 0 || part > list.length)
    throw errorOf(indexOutOfRange, { index: part, length: list.length });
  if (part === list.length) checkSize(part, change.listItems);
  const copy = list.slice();
  copy[part] = setFrom(list[part] ?? null, change, at + 1);
  return copy;
}

/** Room for one more. */
function checkSize(size: number, limit: number): void {
  if (size >= limit) throw errorOf(listTooLarge, { limit });
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
