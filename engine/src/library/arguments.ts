/**
 * Reading the arguments of a function at run time: what the check could not know (a value of type any) is tested here.
 * Every reader throws `wrong_type` or `argument_refused` with the function's and the parameter's name.
 */
import { defineError, errorOf, wrongType } from '../errors.ts';
import { typeName } from '../values/operators.ts';
import type { Value, ValueObject } from '../values/value.ts';

const argumentRefused = defineError<{ what: string; reason: string }>({
  code: 'argument_refused',
  status: 400,
  title: "A step's parameter has a value that the function can't use",
  solve: 'The message names the function, the parameter and what it accepts.',
  message: (d) => `${d.what} ${d.reason}.`,
});

/** Refuses an argument of the right type whose value can't be used. */
export function refuse(what: string, reason: string): never {
  throw errorOf(argumentRefused, { what, reason });
}

function wrong(what: string, value: Value | undefined, wanted: string): never {
  throw errorOf(wrongType, { what, found: typeName(value ?? null), wanted });
}

/** True when the parameter was left out or is null. */
export const absent = (value: Value | undefined): value is null | undefined => value === undefined || value === null;

/** A text of `min` to `max` characters (UTF-16 units). */
export function textArgument(what: string, value: Value | undefined, min: number, max: number): string {
  if (typeof value !== 'string') return wrong(what, value, 'text');
  if (value.length < min || value.length > max) return refuse(what, `needs ${min} to ${max} characters, but has ${value.length}`);
  return value;
}

/** An int from `min` to `max`. */
export function intArgument(what: string, value: Value | undefined, min: number, max: number): number {
  if (typeof value !== 'number') return wrong(what, value, 'int');
  if (value < min || value > max) return refuse(what, `must be from ${min} to ${max}, but is ${value}`);
  return value;
}

/** true or false; `otherwise` when left out. */
export function boolArgument(what: string, value: Value | undefined, otherwise: boolean): boolean {
  if (absent(value)) return otherwise;
  if (typeof value !== 'boolean') return wrong(what, value, 'bool');
  return value;
}

/** A plain object (no list, no boxed number or time). */
export function objectArgument(what: string, value: Value | undefined): ValueObject {
  if (!isObject(value)) return wrong(what, value, 'object');
  return value;
}

/** Whether a value is of type object. */
export function isObject(value: Value | undefined): value is ValueObject {
  return value !== undefined && typeName(value) === 'object';
}

/** Whether a value is of type list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}
