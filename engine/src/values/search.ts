/** The word operators: `in`, `like`, `ilike`, `contains`, `overlaps`, `between`. A null on either side is false (but see `isIn`). */
import { errorOf, wrongType } from '../errors.ts';
import { lessOrEqual } from './comparison.ts';
import { contentKeys, equals } from './equality.ts';
import { isList, isObject, typeName } from './kinds.ts';
import { matchesPattern } from './pattern.ts';
import type { Value, ValueList, ValueObject } from './value.ts';
import { Walk } from './walk.ts';

function refuse(operator: string, wanted: string, found: Value): Error {
  return errorOf(wrongType, { what: operator, wanted, found: typeName(found) });
}

/** `x in list`: false for a null or empty list; a null in the list matches null. Throws `wrong_type` when the right side is no list. */
export function isIn(value: Value, list: Value): boolean {
  if (list === null) return false;
  if (!isList(list)) throw refuse('in', 'a list on the right', list);
  return includes(list, value);
}

function includes(list: ValueList, value: Value): boolean {
  if (typeof value === 'string' || value === null || typeof value === 'boolean') return list.includes(value);
  const walk = new Walk();
  return list.some((item) => equals(item, value, walk));
}

function pattern(operator: string, value: Value, against: Value, ignoreCase: boolean): boolean {
  if (value === null || against === null) return false;
  if (typeof value !== 'string') throw refuse(operator, 'a text on the left', value);
  if (typeof against !== 'string') throw refuse(operator, 'a text on the right', against);
  return matchesPattern(value, against, ignoreCase);
}

/** `text like pattern`: `%` any characters, `_` one, `\` takes the next literally; the whole text must match. Throws `wrong_type`. */
export function like(value: Value, against: Value): boolean {
  return pattern('like', value, against, false);
}

/** `like` without regard to case. Throws `wrong_type`. */
export function ilike(value: Value, against: Value): boolean {
  return pattern('ilike', value, against, true);
}

/**
 * `a contains b`: a text holds a text, literally; a list has an item; an object holds all of an object as PostgreSQL's `@>` has
 * it (nested objects too, of lists every item somewhere). Throws `wrong_type`.
 */
export function contains(value: Value, part: Value): boolean {
  if (value === null) return false;
  if (isList(value)) return includes(value, part);
  if (part === null) return false;
  if (typeof value === 'string') {
    if (typeof part !== 'string') throw refuse('contains', 'a text in a text', part);
    return value.includes(part);
  }
  if (!isObject(value)) throw refuse('contains', 'a text, a list or an object on the left', value);
  if (!isObject(part)) throw refuse('contains', 'an object in an object', part);
  return objectHolds(value, part, new Walk(), 1);
}

function objectHolds(value: ValueObject, part: ValueObject, walk: Walk, depth: number): boolean {
  const keys = Object.keys(part);
  walk.enter(keys.length, depth);
  return keys.every((key) => Object.hasOwn(value, key) && holds(value[key] ?? null, part[key] ?? null, walk, depth));
}

/** Every item of `part` is somewhere in `value`, in any order and as often as one likes. */
function listHolds(value: ValueList, part: ValueList, walk: Walk, depth: number): boolean {
  return part.every((wanted) => {
    walk.enter(value.length, depth);
    return value.some((item) => holds(item, wanted, walk, depth));
  });
}

function holds(value: Value, part: Value, walk: Walk, depth: number): boolean {
  if (isList(part)) return isList(value) && listHolds(value, part, walk, depth + 1);
  if (isObject(part)) return isObject(value) && objectHolds(value, part, walk, depth + 1);
  return equals(value, part, walk);
}

/** `a overlaps b`: the lists have an item in common (null counts as one). Throws `wrong_type` for anything but lists and null. */
export function overlaps(a: Value, b: Value): boolean {
  if (a === null || b === null) return false;
  if (!isList(a)) throw refuse('overlaps', 'a list on the left', a);
  if (!isList(b)) throw refuse('overlaps', 'a list on the right', b);
  const keyOf = contentKeys();
  const keys = new Set(a.map(keyOf));
  return b.some((item) => keys.has(keyOf(item)));
}

/** `x between [low, high]`: both ends included; false where any of the three is null. Throws `wrong_type`. */
export function between(value: Value, range: Value): boolean {
  if (range === null) return false;
  if (!isList(range) || range.length !== 2) throw refuse('between', 'a list of two values on the right', range);
  const [low = null, high = null] = range;
  return lessOrEqual(low, value) && lessOrEqual(value, high);
}
