/** Checks what a request brings against an endpoint's inputs, and arguments against a function's. */
import type { FieldError } from '../errors.ts';
import type { Input } from '../model.ts';
import { emptyObject } from '../values/empty-object.ts';
import type { Value, ValueObject } from '../values/value.ts';
import { type Field, prepareCheck, prepareFields, refuseUnknownNames, takeField, takeMembers } from './prepare.ts';
import { Report } from './report.ts';
import { isPlainObject } from './text.ts';

/** What a request brings, still unchecked. */
export interface RawInputs {
  /** Decoded parameters of the route. */
  readonly path: Readonly<Record<string, string>>;
  /** Decoded query, every key with its values in order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded body; undefined when there is none. */
  readonly body: Value | undefined;
  /** The body is a form: its values are texts (a repeated name is a list of them) and files. */
  readonly bodyIsText: boolean;
}

/** The checked inputs. With errors, `input` holds only what was right and must not be used. */
export interface CheckedInputs {
  /** A null-prototype object; an optional field that wasn't sent has no key. */
  readonly input: ValueObject;
  /** Every refused field, at most 100. Empty: all is well. */
  readonly errors: readonly FieldError[];
}

export type UnknownInputs = 'ignore' | 'refuse';

/** The name of the header that holds an input: `x_request_id` is sent as `x-request-id`. */
export function headerName(input: string): string {
  return input.toLowerCase().replaceAll('_', '-');
}

/** Prepares the check of an endpoint's inputs: once, when it is published. The answered function never throws. */
export function prepareInputs(
  inputs: ReadonlyMap<string, Input>,
  unknownInputs: UnknownInputs = 'ignore',
): (raw: RawInputs) => CheckedInputs {
  const refuseUnknown = unknownInputs === 'refuse';
  const place = (where: Input['in']): ReadonlyMap<string, Field> =>
    prepareFields(
      [...inputs.values()].filter((input) => input.in === where),
      { refuseUnknown },
    );
  const [path, query, header, body] = [place('path'), place('query'), place('header'), place('body')];
  return (raw) => {
    const report = new Report();
    const input = emptyObject();
    if (path.size > 0) takePath(path, raw, report, input);
    if (query.size > 0) takeQuery(query, raw, report, input);
    if (header.size > 0) takeHeaders(header, raw, report, input);
    if (refuseUnknown && raw.query.size > 0) {
      report.in = 'query';
      refuseUnknownNames(raw.query.keys(), query, report);
    }
    takeBody(body, raw, refuseUnknown, report, input);
    return { input, errors: report.errors };
  };
}

function takePath(fields: ReadonlyMap<string, Field>, raw: RawInputs, report: Report, input: Record<string, Value>): void {
  report.in = 'path';
  for (const [name, field] of fields)
    takeField(field, Object.hasOwn(raw.path, name) ? raw.path[name] : undefined, true, report, input);
}

function takeQuery(fields: ReadonlyMap<string, Field>, raw: RawInputs, report: Report, input: Record<string, Value>): void {
  report.in = 'query';
  for (const [name, field] of fields) {
    const sent = raw.query.get(name);
    if (field.input.type === 'list') {
      const more = raw.query.get(`${name}[]`);
      takeField(field, sent === undefined ? more : more === undefined ? sent : [...sent, ...more], true, report, input);
    } else if (sent !== undefined && sent.length > 1) {
      report.path.push(name);
      report.refuse('repeated', 'takes one value, but was sent more than once');
      report.path.pop();
    } else takeField(field, sent?.[0], true, report, input);
  }
}

function takeHeaders(fields: ReadonlyMap<string, Field>, raw: RawInputs, report: Report, input: Record<string, Value>): void {
  report.in = 'header';
  for (const [name, field] of fields) {
    const key = headerName(name);
    takeField(field, Object.hasOwn(raw.headers, key) ? raw.headers[key] : undefined, true, report, input);
  }
}

const noMembers: ValueObject = emptyObject();

function takeBody(
  fields: ReadonlyMap<string, Field>,
  raw: RawInputs,
  refuseUnknown: boolean,
  report: Report,
  input: Record<string, Value>,
): void {
  report.in = 'body';
  const members = raw.body === undefined ? noMembers : raw.body;
  if (isPlainObject(members)) {
    takeMembers(fields, members, raw.bodyIsText, report, input);
    if (refuseUnknown) refuseUnknownNames(Object.keys(members), fields, report);
  } else if (fields.size > 0) report.refuse('wrong_type', 'must be a JSON object');
}

/** Prepares the check of a function's arguments. Values are those of a stack (times and decimals are what they are already). */
export function prepareArguments(
  inputs: ReadonlyMap<string, Input>,
  unknownInputs: UnknownInputs = 'ignore',
): (args: ValueObject) => CheckedInputs {
  const refuseUnknown = unknownInputs === 'refuse';
  const fields = prepareFields(inputs.values(), { refuseUnknown });
  return (args) => {
    const report = new Report();
    const input = emptyObject();
    takeMembers(fields, args, false, report, input);
    if (refuseUnknown) refuseUnknownNames(Object.keys(args), fields, report);
    return { input, errors: report.errors };
  };
}

const preparedInputs = new WeakMap<ReadonlyMap<string, Input>, Map<UnknownInputs, (raw: RawInputs) => CheckedInputs>>();

/** Checks a request against inputs. What was prepared for the same map of inputs is used again. */
export function validateInputs(
  inputs: ReadonlyMap<string, Input>,
  raw: RawInputs,
  unknownInputs: UnknownInputs = 'ignore',
): CheckedInputs {
  const known = preparedInputs.get(inputs) ?? new Map<UnknownInputs, (raw: RawInputs) => CheckedInputs>();
  preparedInputs.set(inputs, known);
  const check = known.get(unknownInputs) ?? prepareInputs(inputs, unknownInputs);
  known.set(unknownInputs, check);
  return check(raw);
}

/** Checks one value of a stack against one input: null (and errors) when it was refused. `field` is its name in the errors. */
export function validateValue(
  input: Input,
  value: Value,
  field: string = input.name,
): { readonly value: Value; readonly errors: readonly FieldError[] } {
  const report = new Report(field);
  report.in = input.in;
  const checked = prepareCheck(input, { refuseUnknown: false })(value, false, report);
  return { value: checked ?? null, errors: report.errors };
}
