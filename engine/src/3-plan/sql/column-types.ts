/** How types of columns stand in PostgreSQL, and which of them compare with each other. */
import type { Column, ColumnType } from '../../model.ts';
import type { Binding } from '../../run/statement.ts';
import { anyType, bigintType, listOf, type Marks, nullable, ownMarks, type Type, type } from '../../types/type.ts';

/** The type of a value in SQL: of a column, or of what is computed from columns. */
export interface SqlType extends Marks {
  readonly type: ColumnType;
  readonly items?: ColumnType;
  readonly values?: readonly string[];
}

const names: Readonly<Record<Exclude<ColumnType, 'list'>, string>> = {
  int: 'int8',
  bigint: 'int8',
  decimal: 'numeric',
  float: 'float8',
  text: 'text',
  bool: 'bool',
  timestamp: 'timestamptz',
  date: 'date',
  uuid: 'uuid',
  email: 'text',
  password: 'text',
  enum: 'text',
  json: 'jsonb',
};

/** PostgreSQL's name of a type. */
export function pgName(of: SqlType): string {
  if (of.type !== 'list') return names[of.type];
  const items = of.items ?? 'text';
  return `${items === 'list' ? 'text' : names[items]}[]`;
}

/** What a value of the type is sent or read as. */
export function bindingOf(of: SqlType): Binding {
  return { type: of.type, ...(of.items === undefined ? {} : { items: of.items }), pg: pgName(of) };
}

export function sqlTypeOf(column: Column): SqlType {
  return {
    type: column.type,
    ...(column.items === undefined ? {} : { items: column.items }),
    ...(column.values === undefined ? {} : { values: column.values }),
    ...(column.type === 'password' ? { password: true as const } : {}),
  };
}

/** Types of one family compare with each other; those of different families are never equal. */
export type Family = 'number' | 'text' | 'bool' | 'timestamp' | 'date' | 'uuid' | 'json' | 'list';

const families: Readonly<Record<ColumnType, Family>> = {
  int: 'number',
  bigint: 'number',
  decimal: 'number',
  float: 'number',
  text: 'text',
  bool: 'bool',
  timestamp: 'timestamp',
  date: 'date',
  uuid: 'uuid',
  email: 'text',
  password: 'text',
  enum: 'text',
  json: 'json',
  list: 'list',
};
export const familyOf = (of: SqlType): Family => families[of.type];

/** The type of a list's items. */
export const itemType = (of: SqlType): SqlType => ({
  type: of.items ?? 'text',
  ...(of.values === undefined ? {} : { values: of.values }),
});

/** The static type that a value of this type has in a stack. */
export function stackType(of: SqlType, mayBeNull: boolean): Type {
  const plain = plainType(of);
  return mayBeNull ? nullable(plain) : plain;
}

function plainType(of: SqlType): Type {
  switch (of.type) {
    case 'int':
    case 'decimal':
    case 'float':
    case 'bool':
    case 'timestamp':
    case 'date':
      return type(of.type);
    case 'bigint':
      return bigintType;
    case 'json':
      return anyType;
    case 'list':
      return listOf(plainType(itemType(of)));
    case 'enum':
      return type('text', { ...(of.values === undefined ? {} : { values: of.values }), ...ownMarks(of) });
    case 'password':
      return type('text', { password: true });
    default:
      return type('text', ownMarks(of));
  }
}

/** Types of what the database computes. They stand here because this file imports nothing that computes. */
export const bool: SqlType = { type: 'bool' };
export const int: SqlType = { type: 'int' };
export const decimal: SqlType = { type: 'decimal' };
export const text: SqlType = { type: 'text' };

/** A text made of these: what is made of a password or a secret is one, however little of it. */
export const textOfTypes = (...of: readonly SqlType[]): SqlType => ({ ...text, ...ownMarks(...of) });
