/**
 * A table as its DDL sees it: plain JSON, so that the definition in force can be kept in the workspace's database and compared
 * with the next one.
 */
import { createHash } from 'node:crypto';
import {
  type Column,
  type ColumnType,
  Decimal,
  encodeJson,
  pgName,
  searchExpression,
  type Table,
  type TableIndex,
  toText,
  type Value,
} from '@ashlar/engine';
import { quoteLiteral } from '../../base/postgres/index.ts';

export interface ColumnShape {
  readonly name: string;
  readonly type: ColumnType;
  readonly items: ColumnType | null;
  readonly primary: boolean;
  readonly nullable: boolean;
  readonly unique: boolean;
  /** A SQL expression; null for none. */
  readonly default: string | null;
  readonly values: readonly string[] | null;
  /** Digits as text where a number would lose some. */
  readonly min: number | string | null;
  readonly max: number | string | null;
  readonly scale: number | null;
  readonly references: { readonly table: string; readonly onDelete: 'restrict' | 'cascade' | 'set_null' } | null;
  readonly collate: string | null;
}

export interface IndexShape {
  readonly type: 'btree' | 'gin' | 'search';
  readonly unique: boolean;
  readonly columns: readonly { readonly column: string; readonly descending: boolean }[];
  readonly language: string | null;
  /** Of `search`: the SQL expression that conditions repeat; null otherwise. */
  readonly expression: string | null;
}

export interface TableShape {
  readonly name: string;
  readonly columns: readonly ColumnShape[];
  readonly indexes: readonly IndexShape[];
}

/** Tables by name: what a workspace's database has, or should have. */
export type Definition = ReadonlyMap<string, TableShape>;

/** The shape of a table in a workspace's files. */
export function shapeOf(table: Table): TableShape {
  return {
    name: table.name,
    columns: [...table.columns.values()].map(columnShape),
    indexes: table.indexes.map((index) => indexShape(table, index)),
  };
}

/** The shapes of all tables. */
export function definitionOf(tables: ReadonlyMap<string, Table>): Definition {
  return new Map([...tables].map(([name, table]) => [name, shapeOf(table)]));
}

/** A mark of a definition: equal for equal tables, whatever the order of files and columns. */
export function schemaVersionOf(definition: Definition): string {
  const tables = [...definition.values()].map((table) => ({
    ...table,
    columns: [...table.columns].sort(byName),
    indexes: table.indexes.map(canonical).sort(),
  }));
  return createHash('sha256')
    .update(canonical(tables.sort(byName)))
    .digest('hex')
    .slice(0, 32);
}

/** JSON with sorted keys: what comes back out of jsonb has another order of keys than what went in. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : a.name > b.name ? 1 : 0;

function columnShape(column: Column): ColumnShape {
  return {
    name: column.name,
    type: column.type,
    items: column.items ?? null,
    primary: column.primary,
    nullable: column.nullable,
    unique: column.unique,
    default: defaultSql(column),
    values: column.values ?? null,
    min: boundShape(column.min),
    max: boundShape(column.max),
    scale: column.scale ?? null,
    references: column.references === undefined ? null : { table: column.references.table, onDelete: column.references.onDelete },
    collate: column.collate ?? null,
  };
}

function boundShape(bound: Column['min']): number | string | null {
  if (bound === undefined || typeof bound === 'number') return bound ?? null;
  const number = bound.toNumber();
  return Decimal.parse(String(number))?.equals(bound) === true ? number : bound.toText();
}

/** The exact value of a bound; null where there is none. */
export const boundOf = (bound: number | string | null): Decimal | null => (bound === null ? null : Decimal.parse(String(bound)));

function indexShape(table: Table, index: TableIndex): IndexShape {
  return {
    type: index.type,
    unique: index.unique,
    columns: index.columns.map(({ column, descending }) => ({ column, descending })),
    language: index.type === 'search' ? (index.language ?? 'simple') : null,
    expression: index.type === 'search' ? searchExpression(table, index) : null,
  };
}

/**
 * The default as SQL. The engine sends `now` and `uuid` itself; the database has them too, for rows that are there already when
 * a column is added, and for versions that don't know the column yet.
 */
function defaultSql(column: Column): string | null {
  if (column.default === undefined) return column.primary && column.type === 'uuid' ? 'gen_random_uuid()' : null;
  if (column.default.kind === 'now') return column.type === 'date' ? "(now() at time zone 'UTC')::date" : 'now()';
  if (column.default.kind === 'uuid') return column.type === 'uuid' ? 'gen_random_uuid()' : 'gen_random_uuid()::text';
  return constantSql(column.type, column.items ?? null, column.default.value);
}

function constantSql(type: ColumnType, items: ColumnType | null, value: Value): string | null {
  if (value === null) return null;
  if (type === 'json') return `${quoteLiteral(encodeJson(value, { decimals: 'number' }))}::jsonb`;
  if (type === 'list' && isList(value)) {
    const itemType = items ?? 'text';
    const parts = value.map((item) => (item === null ? 'null' : quoteLiteral(toText(item))));
    return `array[${parts.join(', ')}]::${baseType(itemType)}[]`;
  }
  return `${quoteLiteral(toText(value))}::${baseType(type)}`;
}

const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

/** Timestamps are kept in milliseconds; else a type is the one in which values are sent. */
function baseType(type: ColumnType): string {
  return type === 'timestamp' ? 'timestamptz(3)' : pgName({ type });
}

/** Longest number that a `scale` allows, in digits: PostgreSQL's limit for numeric(p, s). */
const numericDigits = 1_000;

/** The column's type in DDL, without collation. */
export function sqlType(column: Pick<ColumnShape, 'type' | 'items' | 'scale'>): string {
  const item = column.type === 'list' ? (column.items ?? 'text') : column.type;
  const base = item === 'decimal' && column.scale !== null ? `numeric(${numericDigits}, ${column.scale})` : baseType(item);
  return column.type === 'list' ? `${base}[]` : base;
}
