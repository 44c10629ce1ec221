/** Values on their way through a stack: bounds, templates, what loops run over. */
import { type AshlarError, errorOf, listTooLarge, textTooLarge, wrongType } from '../../errors.ts';
import type { Run } from '../../run/run.ts';
import { toText, typeName } from '../../values/operators.ts';
import { setPath } from '../../values/path.ts';
import type { Value, ValueList, ValueObject } from '../../values/value.ts';

/** The error of a value of a wrong type. */
export const wrong = (what: string, wanted: string, value: Value): AshlarError =>
  errorOf(wrongType, { what, wanted, found: typeName(value) });

/** The value, if it is not larger than the run's limits allow. */
export function bounded(run: Run, value: Value): Value {
  if (typeof value === 'string') {
    if (value.length > run.limits.textLength) throw errorOf(textTooLarge, { limitCharacters: run.limits.textLength });
  } else if (Array.isArray(value) && value.length > run.limits.listItems)
    throw errorOf(listTooLarge, { limit: run.limits.listItems });
  return value;
}

/** The text of a template. */
export function template(run: Run, ...parts: readonly Value[]): string {
  let text = '';
  for (const part of parts) {
    text += typeof part === 'string' ? part : toText(part, run.limits.textLength);
    if (text.length > run.limits.textLength) throw errorOf(textTooLarge, { limitCharacters: run.limits.textLength });
  }
  return text;
}

/** A range that is looped over; a range that runs against its step has no number. */
export function rangeOf(from: Value, to: Value, step: Value): { from: number; step: number; count: number } {
  if (typeof from !== 'number') throw wrong('"from" of a range', 'int', from);
  if (typeof to !== 'number') throw wrong('"to" of a range', 'int', to);
  if (typeof step !== 'number') throw wrong('"step" of a range', 'int', step);
  if (step === 0) throw errorOf(wrongType, { what: '"step" of a range', wanted: 'an int other than 0', found: '0' });
  return { from, step, count: Math.max(0, Math.floor((to - from) / step) + 1) };
}

/** What for_each loops over; null counts as an empty list. */
export function listOf(value: Value): ValueList {
  if (value === null) return [];
  if (!Array.isArray(value)) throw wrong('"list" of for_each', 'list', value);
  return value as ValueList;
}

/** Members of an object that is looped over; null counts as an empty one. */
export function entriesOf(value: Value): readonly (readonly [string, Value])[] {
  if (value === null) return [];
  if (typeName(value) !== 'object') throw wrong('"object" of for_each', 'object', value);
  return Object.entries(value as ValueObject);
}

/** An index in the path of an assignment. */
export function pathIndex(index: Value): string | number {
  if (typeof index === 'number' || typeof index === 'string') return index;
  throw wrong('An index of a path', 'int or text', index);
}

/** Changes a part of a value; what it grows to is bounded. */
export function changePath(run: Run, value: Value, path: readonly (string | number)[], next: Value): Value {
  return setPath(value, path, bounded(run, next), run.limits.listItems);
}
