/** Rows as objects. */
import type { Value } from '@ashlar/engine';

const nothing = {};

/**
 * A row without members yet. It has no prototype, so that a column may have any name. A copy of nothing whose prototype is taken
 * away keeps V8's fast kind of object, with one hidden class for the rows of a statement; `Object.create(null)` makes a
 * dictionary, which is three times as slow to make, to read and to write as JSON.
 */
export const emptyRow = (): Record<string, Value> => ({ ...nothing, __proto__: null });
