/** What a prepared check of one value is. */
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
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
  if (typeof value === 'number' || value instanceof Decimal || value instanceof Float) return 'a number';
  if (value instanceof Timestamp || value instanceof PlainDate) return 'a time';
  if (value instanceof Uint8Array) return 'bytes';
  return Array.isArray(value) ? 'a list' : 'an object';
}
