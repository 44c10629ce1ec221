/** What a prepared check of one value is. */
import type { Value } from '../values/value.ts';
import type { Report } from './report.ts';

/**
 * Checks a value that is there and not null, and answers it in the form that stacks see; `undefined` when it was refused (and
 * reported). `textual`: the value came as text (path, query, header, form), so `"5"` is a number.
 */
export type Check = (value: Value, textual: boolean, report: Report) => Value | undefined;

/** How a value's type reads in a message: `a text`, `a list`. Never shows the value itself, which may be secret or huge. */
export function describe(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'boolean') return 'true or false';
  if (typeof value === 'number') return 'a number';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Uint8Array) return 'bytes';
  return '$value' in value || 'compare' in value ? 'a number' : '$ms' in value || '$text' in value ? 'a time' : 'an object';
}
