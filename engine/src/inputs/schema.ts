/** JSON Schema (2020-12) of inputs, static types and rows, as the components of OpenAPI 3.1 want them. */
import type { Bound, Column, Input, Table } from '../model.ts';
import { type JsonSchema, orNull, present } from '../types/json-schema.ts';
import type { Type } from '../types/type.ts';
import { Bigint } from '../values/bigint.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value } from '../values/value.ts';
import { plainBound } from './numbers.ts';
import { isList, isPlainObject } from './text.ts';

/** What shows in answers: `decimals` of the workspace. */
export interface SchemaOptions {
  readonly decimals?: 'number' | 'text';
}

const digits = '^-?[0-9]+$';
const decimalDigits = '^-?[0-9]+(\\.[0-9]+)?$';

/** The schema of one input. */
export function inputSchema(input: Input): JsonSchema {
  const schema = { ...inputBase(input), ...described(input.description) };
  const whole = input.nullable ? orNull(schema) : schema;
  return input.default === undefined ? whole : { ...whole, default: plainJson(input.default) };
}

/** The schema of an object of inputs: a body, or the fields of an object. */
export function inputsSchema(inputs: Iterable<Input>, refuseUnknown = false): JsonSchema {
  const list = [...inputs];
  const required = list.filter((input) => input.required && input.default === undefined).map((input) => input.name);
  return present({
    type: 'object',
    properties: record(list.map((input) => [input.name, inputSchema(input)])),
    required: required.length > 0 ? required : undefined,
    additionalProperties: refuseUnknown ? false : undefined,
  });
}

function inputBase(input: Input): JsonSchema {
  const min = input.min === undefined ? undefined : plainBound(input.min);
  const max = input.max === undefined ? undefined : plainBound(input.max);
  switch (input.type) {
    case 'int':
      return present({ type: 'integer', format: 'int64', minimum: min, maximum: max });
    case 'bigint':
      return { type: ['string', 'integer'], pattern: digits };
    case 'decimal':
      return present({ type: 'number', minimum: min, maximum: max });
    case 'float':
      return present({ type: 'number', format: 'double', minimum: min, maximum: max });
    case 'text':
      return present({ type: 'string', minLength: min, maxLength: max });
    case 'password':
      return present({ type: 'string', format: 'password', minLength: min, maxLength: max });
    case 'email':
      return present({ type: 'string', format: 'email', minLength: min, maxLength: max });
    case 'enum':
      return { type: 'string', enum: input.values ?? [] };
    case 'file':
      return { type: 'string', contentMediaType: 'application/octet-stream' };
    case 'list':
      return present({ type: 'array', items: input.items ? inputSchema(input.items) : {}, minItems: min, maxItems: max });
    case 'object':
      return input.fields === undefined ? { type: 'object' } : inputsSchema(input.fields.values());
    default:
      return scalarSchema(input.type);
  }
}

function scalarSchema(name: 'bool' | 'timestamp' | 'date' | 'uuid' | 'json'): JsonSchema {
  switch (name) {
    case 'bool':
      return { type: 'boolean' };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'uuid':
      return { type: 'string', format: 'uuid' };
    case 'json':
      return {};
  }
}

/** The schema of what a value of a static type looks like in an answer. */
export function typeSchema(type: Type, options: SchemaOptions = {}): JsonSchema {
  if (type.kind === 'any') return {};
  if (type.kind === 'null') return { type: 'null' };
  const schema = typeBase(type, options);
  return type.nullable ? orNull(schema) : schema;
}

function typeBase(type: Type, options: SchemaOptions): JsonSchema {
  switch (type.kind) {
    case 'bool':
      return { type: 'boolean' };
    case 'int':
      return { type: 'integer', format: 'int64' };
    case 'decimal':
      if (type.bigint === true) return { type: 'string', pattern: digits };
      return options.decimals === 'text' ? { type: 'string', pattern: decimalDigits } : { type: 'number' };
    case 'float':
      return { type: 'number', format: 'double' };
    case 'timestamp':
      return { type: 'string', format: 'date-time' };
    case 'date':
      return { type: 'string', format: 'date' };
    case 'bytes':
      return { type: 'string', contentEncoding: 'base64' };
    case 'list':
      return { type: 'array', items: type.items === undefined ? {} : typeSchema(type.items, options) };
    case 'object':
      return type.fields === undefined ? { type: 'object' } : fieldsSchema(type.fields, options);
    default:
      return type.values === undefined ? { type: 'string' } : { type: 'string', enum: type.values };
  }
}

/** A field that may be null may also be missing: a stack's object need not have it. */
function fieldsSchema(fields: ReadonlyMap<string, Type>, options: SchemaOptions): JsonSchema {
  const required = [...fields].filter(([, type]) => !type.nullable).map(([name]) => name);
  return present({
    type: 'object',
    properties: record([...fields].map(([name, type]) => [name, typeSchema(type, options)])),
    required: required.length > 0 ? required : undefined,
  });
}

/** The schema of a table's row as endpoints answer it: without password columns. */
export function rowSchema(table: Table, options: SchemaOptions = {}): JsonSchema {
  const columns = [...table.columns.values()].filter((column) => column.type !== 'password');
  return present({
    type: 'object',
    ...described(table.description),
    properties: record(columns.map((column) => [column.name, columnSchema(column, options)])),
    required: columns.length > 0 ? columns.map((column) => column.name) : undefined,
  });
}

function columnSchema(column: Column, options: SchemaOptions): JsonSchema {
  const schema = { ...columnBase(column, options), ...described(column.description) };
  return column.nullable ? orNull(schema) : schema;
}

function columnBase(column: Column, options: SchemaOptions): JsonSchema {
  const { min, max, description, span, pointer } = column;
  if (column.type === 'list') {
    const item = { ...column, type: column.items ?? 'text', nullable: false, description: '' };
    const { min: _least, max: _most, ...unbounded } = item;
    return present({ type: 'array', items: columnBase(unbounded, options), ...countsOf(min, max) });
  }
  if (column.type === 'decimal' && options.decimals === 'text') return { type: 'string', pattern: decimalDigits };
  if (column.type === 'bigint') return { type: 'string', pattern: digits };
  return inputBase({
    name: column.name,
    type: column.type,
    required: true,
    nullable: false,
    in: 'body',
    description,
    span,
    pointer,
    ...(column.values === undefined ? {} : { values: column.values }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  });
}

const countsOf = (min: Bound | undefined, max: Bound | undefined): JsonSchema =>
  present({
    minItems: min === undefined ? undefined : plainBound(min),
    maxItems: max === undefined ? undefined : plainBound(max),
  });

const described = (description: string): JsonSchema => (description === '' ? {} : { description });

/** An object of entries whose names may be anything, `__proto__` too. */
function record(entries: readonly (readonly [string, unknown])[]): JsonSchema {
  return Object.fromEntries(entries);
}

/** A constant as plain JSON data: exact numbers become doubles, times their texts. */
function plainJson(value: Value): unknown {
  if (value instanceof Bigint) return value.toText();
  if (value instanceof Decimal) return value.toNumber();
  if (value instanceof Float) return value.$value;
  if (value instanceof Timestamp || value instanceof PlainDate) return value.toText();
  if (isList(value)) return value.map(plainJson);
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainJson(member)]));
  return value;
}
