/** Turns the declaration of an input into a closure that checks a value: once per endpoint, because this is the hot path. */
import { defaultLimits } from '../limits.ts';
import type { Bound, Input } from '../model.ts';
import { nearest } from '../nearest.ts';
import { emptyObject } from '../values/empty-object.ts';
import { decodeJson } from '../values/json.ts';
import type { Value, ValueObject } from '../values/value.ts';
import { type Check, describe } from './check.ts';
import { checkBigint, checkDecimal, checkFloat, checkInt, plainBound, sizeCheck } from './numbers.ts';
import type { Report } from './report.ts';
import {
  checkBool,
  checkDate,
  checkEmail,
  checkFile,
  checkText,
  checkTimestamp,
  checkUuid,
  enumCheck,
  isFile,
} from './scalars.ts';
import { characters, isList, isPlainObject, textFlawWithin } from './text.ts';

export interface PrepareOptions {
  /** Whether fields that are not declared are refused; otherwise they are dropped. */
  readonly refuseUnknown: boolean;
}

type SizeCheck = (value: Value, report: Report) => boolean;

/** The whole check of a value that is there: null, type, size. */
export function prepareCheck(input: Input, options: PrepareOptions): Check {
  const ofType = typeCheck(input, options);
  const size = prepareSize(input);
  const { nullable } = input;
  const emptyIsNull = !keepsEmptyText(input);
  const takesList = input.type === 'list' || input.type === 'json';
  return (value, textual, report) => {
    if (value === null || (textual && value === '' && emptyIsNull))
      return nullable ? null : report.refuse('null_not_allowed', value === null ? 'must not be null' : 'must not be empty');
    if (textual && !takesList && isList(value)) return report.refuse('repeated', 'takes one value, but was sent more than once');
    const checked = ofType(value, textual, report);
    return checked === undefined || size === null || size(checked, report) ? checked : undefined;
  };
}

/** For text the empty text is a value like another; for every other type it means that nothing was entered. */
function keepsEmptyText(input: Input): boolean {
  return input.type === 'text';
}

function typeCheck(input: Input, options: PrepareOptions): Check {
  switch (input.type) {
    case 'int':
      return checkInt;
    case 'bigint':
      return checkBigint;
    case 'decimal':
      return checkDecimal;
    case 'float':
      return checkFloat;
    case 'text':
    case 'password':
      return checkText;
    case 'bool':
      return checkBool;
    case 'timestamp':
      return checkTimestamp;
    case 'date':
      return checkDate;
    case 'uuid':
      return checkUuid;
    case 'email':
      return checkEmail;
    case 'enum':
      return enumCheck(input.values ?? []);
    case 'file':
      return checkFile;
    case 'json':
      return checkJson;
    case 'list':
      return listCheck(input, options);
    case 'object':
      return objectCheck(input, options);
  }
}

function prepareSize(input: Input): SizeCheck | null {
  const { min, max } = input;
  if (min === undefined && max === undefined) return null;
  switch (input.type) {
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'float':
      return sizeCheck(min, max);
    // The items of a list are counted before they are looked at (listCheck).
    case 'list':
      return null;
    case 'file':
      return (value, report) => !isFile(value) || within(value.size, 'bytes', min, max, report);
    default:
      return (value, report) => typeof value !== 'string' || within(characters(value), 'characters', min, max, report);
  }
}

function within(count: number, unit: string, min: Bound | undefined, max: Bound | undefined, report: Report): boolean {
  if (min !== undefined && count < plainBound(min)) {
    report.refuse('too_small', `must have at least ${plainBound(min)} ${unit}`);
    return false;
  }
  if (max !== undefined && count > plainBound(max)) {
    report.refuse('too_large', `must have at most ${plainBound(max)} ${unit}`);
    return false;
  }
  return true;
}

/** What a text of a query or form holds as JSON; undefined (and reported) when it holds none. */
function fromJsonText(value: Value, textual: boolean, report: Report): Value | undefined {
  if (!textual || typeof value !== 'string') return value;
  try {
    return decodeJson(value, defaultLimits, 'decimal');
  } catch {
    return report.refuse('wrong_type', 'must be JSON');
  }
}

/** json: any value, as long as jsonb can hold its texts. */
const checkJson: Check = (value, textual, report) => {
  const decoded = fromJsonText(value, textual, report);
  if (decoded === undefined) return undefined;
  const flaw = textFlawWithin(decoded);
  return flaw === null ? decoded : report.refuse('bad_text', flaw);
};

function listCheck(input: Input, options: PrepareOptions): Check {
  const item = input.items === undefined ? checkJson : prepareCheck(input.items, options);
  return (value, textual, report) => {
    // A form or query with one value can't tell a list of one from a single value.
    const list = textual && !isList(value) ? [value] : value;
    if (!isList(list)) return report.refuse('wrong_type', `must be a list, not ${describe(value)}`);
    if (!within(list.length, 'items', input.min, input.max, report)) return undefined;
    const checked: Value[] = [];
    const depth = report.path.push(0) - 1;
    for (let i = 0; i < list.length && !report.full; i++) {
      report.path[depth] = i;
      const one = item(list[i] ?? null, textual, report);
      if (one !== undefined) checked.push(one);
    }
    report.path.pop();
    return checked.length === list.length ? checked : undefined;
  };
}

function objectCheck(input: Input, options: PrepareOptions): Check {
  if (input.fields === undefined) return anyObject;
  const fields = prepareFields(input.fields.values(), options);
  return (value, textual, report) => {
    const decoded = fromJsonText(value, textual, report);
    if (decoded === undefined) return undefined;
    if (!isPlainObject(decoded)) return report.refuse('wrong_type', `must be an object, not ${describe(decoded)}`);
    const before = report.errors.length;
    const into = emptyObject();
    takeMembers(fields, decoded, false, report, into);
    if (options.refuseUnknown) refuseUnknownMembers(fields, decoded, report);
    return report.errors.length === before ? into : undefined;
  };
}

/** An object without declared fields: any members. */
const anyObject: Check = (value, textual, report) => {
  const decoded = fromJsonText(value, textual, report);
  if (decoded === undefined) return undefined;
  if (!isPlainObject(decoded)) return report.refuse('wrong_type', `must be an object, not ${describe(decoded)}`);
  const flaw = textFlawWithin(decoded);
  return flaw === null ? decoded : report.refuse('bad_text', flaw);
};

/** One declared field with its check. */
export interface Field {
  readonly input: Input;
  readonly check: Check;
  readonly emptyIsAbsent: boolean;
}

/** Fields of an object, a body or a function's arguments, ready to check. */
export function prepareFields(inputs: Iterable<Input>, options: PrepareOptions): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (const input of inputs)
    fields.set(input.name, { input, check: prepareCheck(input, options), emptyIsAbsent: !keepsEmptyText(input) });
  return fields;
}

/** Takes every declared field out of `members`. In a form, `name[]` is another spelling of a list's name. */
export function takeMembers(
  fields: ReadonlyMap<string, Field>,
  members: ValueObject,
  textual: boolean,
  report: Report,
  into: Record<string, Value>,
): void {
  for (const [name, field] of fields) {
    if (report.full) return;
    let value = Object.hasOwn(members, name) ? members[name] : undefined;
    if (textual && field.input.type === 'list') value = joined(value, members, `${name}[]`);
    takeField(field, value, textual, report, into);
  }
}

function joined(value: Value | undefined, members: ValueObject, key: string): Value | undefined {
  if (!Object.hasOwn(members, key)) return value;
  return [value ?? [], members[key] ?? []].flatMap((part) => (isList(part) ? part : [part]));
}

/** Takes one field: absent, empty, or checked. */
export function takeField(
  field: Field,
  sent: Value | undefined,
  textual: boolean,
  report: Report,
  into: Record<string, Value>,
): void {
  const { input } = field;
  const value =
    textual && field.emptyIsAbsent && sent !== undefined && isEmptyText(sent) ? (input.nullable ? null : undefined) : sent;
  if (value === undefined) {
    if (input.default !== undefined) into[input.name] = input.default;
    else if (input.required) {
      report.path.push(input.name);
      report.refuse('required', 'is required');
      report.path.pop();
    }
    return;
  }
  report.path.push(input.name);
  const checked = field.check(value, textual, report);
  if (checked !== undefined) into[input.name] = checked;
  report.path.pop();
}

/** `?status=`, and `?tags=` for a list. */
function isEmptyText(value: Value): boolean {
  return value === '' || (isList(value) && value.length === 1 && value[0] === '');
}

/** Reports every member that no field declares. */
function refuseUnknownMembers(fields: ReadonlyMap<string, Field>, members: ValueObject, report: Report): void {
  refuseUnknownNames(Object.keys(members), fields, report);
}

/** Reports every name that no field declares, with the nearest one. */
export function refuseUnknownNames(names: Iterable<string>, fields: ReadonlyMap<string, Field>, report: Report): void {
  for (const name of names) {
    if (report.full) return;
    if (fields.has(name)) continue;
    if (name.endsWith('[]') && fields.get(name.slice(0, -2))?.input.type === 'list') continue;
    const near = nearest(name, fields.keys());
    report.path.push(name);
    report.refuse('unknown_input', near === undefined ? 'is not known here' : `is not known here (did you mean ${near}?)`);
    report.path.pop();
  }
}
