/** Reading members and items: what isn't there is null, whatever it was asked of. Own members only. */
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { isObject } from './kinds.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

/** `value.name`: null when there is no such member, also of a text, a number, a list or null. */
export function memberOf(value: Value, name: string): Value {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name) || !isObject(value)) return null;
  return value[name] ?? null;
}

/** `value[index]`: an item of a list by int (from 0), a member of an object by text; anything else is null. */
export function indexOf(value: Value, index: Value): Value {
  if (typeof index === 'number') return Array.isArray(value) ? itemAt(value, index) : null;
  return typeof index === 'string' ? memberOf(value, index) : null;
}

function itemAt(list: readonly Value[], index: number): Value {
  return index >= 0 && index < list.length ? (list[index] ?? null) : null;
}

/** Every name that some value inherits, or owns without being a member. */
const builtInNames: ReadonlySet<string> = namesOf([
  {},
  true,
  0,
  '',
  [],
  new Uint8Array(),
  Decimal.of(0),
  Float.of(0),
  Timestamp.of(0),
  PlainDate.parse('2000-01-01'),
]);

function namesOf(samples: readonly unknown[]): Set<string> {
  // `__proto__` stays forbidden where the process deletes the accessor.
  const names = new Set(['length', '__proto__']);
  for (const sample of samples)
    for (let at: object | null = Object(sample); at !== null; at = Object.getPrototypeOf(at))
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  return names;
}

/** Whether generated code may read `.name` straight from any value: an identifier that no value inherits, and not `length`. */
export function isDirectName(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !builtInNames.has(name);
}
