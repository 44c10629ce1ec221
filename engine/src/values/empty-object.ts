/** Objects that members are put into one by one: rows, inputs, headers. */
import type { Value } from './value.ts';

const nothing = {};

/**
 * An object without members and without prototype, so that whatever a caller sends or a column is called may be a name in it,
 * `__proto__` and `constructor` too. A copy of nothing whose prototype is taken away keeps V8's fast kind of object, with one
 * hidden class for all that get the same members; `Object.create(null)` makes a dictionary, which is three times as slow to make,
 * to read and to write as JSON.
 */
export function emptyObject<T = Value>(): Record<string, T> {
  const empty: object = { ...nothing, __proto__: null };
  return empty as Record<string, T>;
}
