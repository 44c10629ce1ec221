/** Values on their way into a column: checked, brought to the column's form, null turned into the default. */
import { errorOf, nullNotAllowed, valueRefused } from '../../errors.ts';
import type { Check } from '../../inputs/check.ts';
import { prepareCheck } from '../../inputs/prepare.ts';
import { Report } from '../../inputs/report.ts';
import type { Column, ColumnType, Input } from '../../model.ts';
import type { Type } from '../../types/type.ts';
import { Decimal } from '../../values/decimal.ts';
import type { Value } from '../../values/value.ts';

/** What a write sends where it has no value: the engine asks for these itself. */
export interface Defaults {
  readonly now: () => Value;
  readonly uuid: (version: 4 | 7) => Value;
}

export interface ColumnWriter {
  readonly column: Column;
  /** The value as the column takes it. Throws `value_refused` or `null_not_allowed`. A password is not yet hashed. */
  readonly write: (value: Value, defaults: Defaults) => Value;
  /** Why a constant is refused; undefined when it fits. */
  readonly flawOf: (value: Value) => string | undefined;
}

/** Prepares the writer of a column, once at publish time. */
export function writerOf(column: Column): ColumnWriter {
  const check = prepareCheck(inputOf(column), { refuseUnknown: false });
  const flawOf = (value: Value): string | undefined => {
    const found = checked(column, check, value);
    return typeof found === 'string' ? found : undefined;
  };
  return {
    column,
    flawOf,
    write: (value, defaults) => {
      if (value === null) return defaultOf(column, defaults);
      const found = checked(column, check, value);
      if (typeof found === 'string') throw errorOf(valueRefused, { column: column.name, reason: found });
      return found.value;
    },
  };
}

/** The value of a column that got null or nothing. Throws `null_not_allowed` where null is not allowed and there is no default. */
function defaultOf(column: Column, defaults: Defaults): Value {
  if (column.nullable) return null;
  const found = column.default;
  if (found === undefined) {
    if (column.primary && column.type === 'uuid') return defaults.uuid(7);
    throw errorOf(nullNotAllowed, { column: column.name });
  }
  return defaultValue(column, defaults);
}

/** The declared default; null without one. */
export function defaultValue(column: Column, defaults: Defaults): Value {
  const found = column.default;
  if (found === undefined) return column.primary && column.type === 'uuid' ? defaults.uuid(7) : null;
  if (found.kind === 'constant') return found.value;
  return found.kind === 'now' ? defaults.now() : defaults.uuid(column.primary ? 7 : 4);
}

/** The value in the column's form, or why it is refused. */
function checked(column: Column, check: Check, value: Value): { readonly value: Value } | string {
  const report = new Report();
  report.path.push(column.name);
  const rounded = column.type === 'decimal' && column.scale !== undefined ? roundedTo(value, column.scale) : value;
  const found = check(rounded, false, report);
  if (found !== undefined) return { value: found };
  const [error] = report.errors;
  return error === undefined ? 'is refused' : error.message.slice(error.field.length + 1, -1);
}

const roundedTo = (value: Value, digits: number): Value => (value instanceof Decimal ? value.round(digits) : value);

/** Columns and inputs have the same types and bounds. */
function inputOf(column: Column): Input {
  const { name, description, span, pointer, type, min, max, values, items } = column;
  const common = { name, description, span, pointer, in: 'body' as const, required: true };
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  const of = values === undefined ? {} : { values };
  if (type !== 'list') return { ...common, ...bounds, ...of, type, nullable: false };
  const item: Input = { ...common, ...of, type: items ?? 'text', nullable: true };
  return { ...common, ...bounds, type, items: item, nullable: false };
}

const kindsOf: Readonly<Record<ColumnType, readonly Type['kind'][]>> = {
  int: ['int', 'decimal', 'float'],
  bigint: ['int', 'decimal', 'text'],
  decimal: ['int', 'decimal', 'float', 'text'],
  float: ['int', 'decimal', 'float'],
  text: ['text'],
  bool: ['bool'],
  timestamp: ['timestamp', 'text', 'int'],
  date: ['date', 'text'],
  uuid: ['text'],
  email: ['text'],
  password: ['text'],
  enum: ['text'],
  json: ['bool', 'int', 'decimal', 'float', 'text', 'list', 'object', 'timestamp', 'date'],
  list: ['list'],
};

/** Whether a value of the static type may fit the column. */
export function mayWrite(column: Column, type: Type): boolean {
  return type.kind === 'any' || type.kind === 'null' || kindsOf[column.type].includes(type.kind);
}
