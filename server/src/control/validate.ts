/** Checks what was sent against a call's schemas, and says everything that is wrong at once. */
import { errorOf, type FieldError, inputInvalid } from '@ashlar/engine';
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { type AnyCall, querySchema } from './define.ts';

/** What was sent, still unchecked. */
export interface RawCall {
  readonly params: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Plain JSON data; undefined: no body. */
  readonly body: unknown;
}

export interface CallSchemas {
  /** Defaults filled in. Throws `input_invalid`. */
  check(raw: RawCall): { readonly params: unknown; readonly query: unknown; readonly body: unknown };
}

type Schema = TSchema & {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly items?: TSchema;
  readonly additionalProperties?: unknown;
  readonly default?: unknown;
};

/** Objects are closed at the top whether or not the declaration says so: unknown fields are refused, never ignored. */
function closed(schema: TSchema): TSchema {
  const { type, additionalProperties } = schema as Schema;
  return type === 'object' && additionalProperties === undefined ? { ...schema, additionalProperties: false } : schema;
}

/** Fills in the defaults of absent properties, however deep; what has another shape is left to the check. */
function withDefaults(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value))
    return schema.items === undefined ? value : value.map((item) => withDefaults(schema.items ?? {}, item));
  if (typeof value !== 'object' || value === null || schema.properties === undefined) return value;
  const filled: Record<string, unknown> = Object.assign(Object.create(null), value);
  for (const [name, property] of Object.entries(schema.properties)) {
    const declared = property as Schema;
    if (Object.hasOwn(filled, name)) filled[name] = withDefaults(declared, filled[name]);
    else if ('default' in declared) filled[name] = structuredClone(declared.default);
  }
  return filled;
}

/** A text of the query as what its schema wants; unchanged where it is not that, so that the check reports it. */
function converted(text: string, schema: Schema): unknown {
  if (schema.type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (schema.type === 'number' && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function queryValues(
  query: ReadonlyMap<string, readonly string[]>,
  schema: TSchema,
  errors: FieldError[],
): Record<string, unknown> {
  const properties = (schema as Schema).properties ?? {};
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, texts] of query) {
    const property = Object.hasOwn(properties, name) ? (properties[name] as Schema) : undefined;
    if (property?.type === 'array') values[name] = texts.map((text) => converted(text, (property.items ?? {}) as Schema));
    else if (texts.length > 1) errors.push({ in: 'query', field: name, code: 'repeated', message: `${name} takes one value.` });
    else values[name] = converted(texts[0] ?? '', property ?? {});
  }
  return values;
}

const codes: Readonly<Record<string, string>> = {
  required: 'required',
  additionalProperties: 'unknown_input',
  unevaluatedProperties: 'unknown_input',
  type: 'wrong_type',
  minimum: 'too_small',
  exclusiveMinimum: 'too_small',
  minLength: 'too_small',
  minItems: 'too_small',
  maximum: 'too_large',
  exclusiveMaximum: 'too_large',
  maxLength: 'too_large',
  maxItems: 'too_large',
};

/** `/lines/0/count` as `lines[0].count`. */
function fieldOf(pointer: string, last?: string): string {
  const parts = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (last !== undefined) parts.push(last);
  return parts.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** One error of the validator as field errors: one for each missing or unknown field. */
function fieldErrors(where: FieldError['in'], error: TLocalizedValidationError): readonly FieldError[] {
  // The schema `false` of an unknown property says the same once more.
  if (error.keyword === 'boolean') return [];
  const code = codes[error.keyword] ?? 'not_allowed';
  const names =
    error.keyword === 'required'
      ? error.params.requiredProperties
      : error.keyword === 'additionalProperties'
        ? error.params.additionalProperties
        : [undefined];
  return names.map((name) => {
    const field = fieldOf(error.instancePath, name);
    const text = code === 'required' ? 'is required' : code === 'unknown_input' ? 'is not known here' : error.message;
    return { in: where, field, code, message: `${field === '' ? 'The body' : field} ${text}.` };
  });
}

function collect(where: FieldError['in'], validator: Validator, value: unknown, errors: FieldError[]): unknown {
  const filled = withDefaults(validator.Type(), value);
  if (!validator.Check(filled)) for (const error of validator.Errors(filled)) errors.push(...fieldErrors(where, error));
  return filled;
}

/** Prepares the checks of a call: once, when it is mounted. */
export function compileSchemas(call: AnyCall): CallSchemas {
  const query = querySchema(call) ?? Type.Object({});
  const checks = {
    params: Compile(call.params ?? Type.Object({})),
    query: Compile(closed(query)),
    body: call.body === undefined ? null : Compile(closed(call.body)),
  };
  return {
    check(raw) {
      const errors: FieldError[] = [];
      const checkedQuery = collect('query', checks.query, queryValues(raw.query, query, errors), errors);
      const params = collect('path', checks.params, raw.params, errors);
      const body = checks.body === null ? undefined : collect('body', checks.body, raw.body ?? {}, errors);
      if (errors.length > 0) throw errorOf(inputInvalid, {}, { fields: errors.slice(0, 100) });
      return { params, query: checkedQuery, body };
    },
  };
}
