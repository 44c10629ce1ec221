const nothing = {};

/**
 * An object without members and without prototype, so that whatever a caller sends may be a name in it. A copy of nothing whose
 * prototype is taken away keeps V8's fast kind of object; `Object.create(null)` makes a dictionary, slower to make and to read.
 */
export function emptyRecord<T>(): Record<string, T> {
  const empty: object = { ...nothing, __proto__: null };
  return empty as Record<string, T>;
}
