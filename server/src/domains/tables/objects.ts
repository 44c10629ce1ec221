/** Checks, foreign keys and indexes that follow from a table's shape. Their names are made from what they are. */
import { createHash } from 'node:crypto';
import { quoteIdentifier, quoteLiteral } from '../../base/postgres/index.ts';
import { boundOf, type ColumnShape, type IndexShape, sqlType, type TableShape } from './shape.ts';

export interface Constraint {
  readonly kind: 'check' | 'reference';
  readonly name: string;
  readonly column: string;
  /** What follows `add constraint NAME`. */
  readonly sql: string;
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  readonly columns: readonly string[];
  /** What follows `create index NAME`. */
  readonly sql: string;
}

/** Names have at most 63 bytes; a longer one keeps its beginning and gets a hash of the whole. */
function objectName(...parts: readonly string[]): string {
  // Names of tables and columns hold no dot, so that no two objects can have one name.
  const full = parts.join('.');
  if (Buffer.byteLength(full) <= 63) return full;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, 12);
  let start = full;
  while (Buffer.byteLength(start) > 50) start = start.slice(0, -1);
  return `${start}.${hash}`;
}

/** The checks of a column. */
export function checksOf(table: string, column: ColumnShape): readonly Constraint[] {
  const name = quoteIdentifier(column.name);
  const check = (aspect: string, condition: string): Constraint => ({
    kind: 'check',
    name: objectName(table, column.name, aspect),
    column: column.name,
    sql: `check (${condition})`,
  });
  const checks: Constraint[] = [];
  if (column.type === 'list') checks.push(check('list', `coalesce(array_ndims(${name}), 1) = 1`));
  const range = rangeCondition(column, name);
  if (range !== null) checks.push(check('range', range));
  if (column.values !== null) checks.push(check('values', valuesCondition(column, name)));
  const size = sizeOf(column, name);
  if (size !== null && column.min !== null) checks.push(check('min', `${size} >= ${number(column.min)}`));
  if (size !== null && column.max !== null) checks.push(check('max', `${size} <= ${number(column.max)}`));
  return checks;
}

/** int stays within what JavaScript holds exactly; NaN and the infinities can't arise in stacks and stay out of the tables too. */
function rangeCondition(column: ColumnShape, name: string): string | null {
  const item = column.type === 'list' ? column.items : column.type;
  const [all, least, most] = column.type === 'list' ? [`all (${name})`, '<', '>'] : [name, '<', '>'];
  if (item === 'int') return `'-9007199254740991'::int8 ${least}= ${all} and '9007199254740991'::int8 ${most}= ${all}`;
  // NaN is greater than everything, so that the second half refuses it.
  if (item === 'decimal') return `'-Infinity'::numeric ${least} ${all} and 'Infinity'::numeric ${most} ${all}`;
  if (item === 'float') return `'-Infinity'::float8 ${least} ${all} and 'Infinity'::float8 ${most} ${all}`;
  return null;
}

function valuesCondition(column: ColumnShape, name: string): string {
  const values = `array[${(column.values ?? []).map(quoteLiteral).join(', ')}]::text[]`;
  return column.type === 'list' ? `${name} <@ ${values}` : `${name} = any (${values})`;
}

/** What `min` and `max` measure: a number, characters, items. Null: nothing (a hash says nothing about its password). */
function sizeOf(column: ColumnShape, name: string): string | null {
  switch (column.type) {
    case 'int':
    case 'bigint':
    case 'decimal':
    case 'float':
      return name;
    case 'text':
    case 'email':
      return `char_length(${name})`;
    case 'list':
      return `cardinality(${name})`;
    default:
      return null;
  }
}

function number(value: number | string): string {
  const exact = boundOf(value);
  if (exact === null) throw new Error('a limit must be a number');
  return `${quoteLiteral(String(value))}::numeric`;
}

const onDelete = { restrict: 'no action', cascade: 'cascade', set_null: 'set null' } as const;

/**
 * The foreign key of a column. Deferrable, so that seeds may refer forwards; `no action` refuses like `restrict`, only at the
 * statement's end.
 */
export function referenceOf(table: string, column: ColumnShape): Constraint | null {
  if (column.references === null) return null;
  const target = quoteIdentifier(column.references.table);
  return {
    kind: 'reference',
    name: objectName(table, column.name, 'reference'),
    column: column.name,
    sql: `foreign key (${quoteIdentifier(column.name)}) references ${target} on delete ${onDelete[column.references.onDelete]} deferrable initially immediate`,
  };
}

/** All indexes of a table but the key's: of unique columns, declared ones, and one for each reference that has none yet. */
export function indexesOf(table: TableShape): readonly Index[] {
  const plain = (column: string, unique: boolean): IndexShape => ({
    type: 'btree',
    unique,
    columns: [{ column, descending: false }],
    language: null,
    expression: null,
  });
  const shapes = [
    ...table.columns.filter((column) => column.unique && !column.primary).map(({ name }) => plain(name, true)),
    ...table.indexes,
  ];
  for (const { name, references, primary } of table.columns) {
    const served = primary || shapes.some((shape) => shape.type === 'btree' && shape.columns[0]?.column === name);
    if (references !== null && !served) shapes.push(plain(name, false));
  }
  const indexes = new Map<string, Index>();
  for (const shape of shapes) {
    const index = indexOf(table.name, shape);
    indexes.set(index.name, index);
  }
  return [...indexes.values()];
}

function indexOf(table: string, shape: IndexShape): Index {
  const parts = shape.columns.map(({ column, descending }) => (descending ? `-${column}` : column));
  const suffix =
    shape.type === 'btree' ? (shape.unique ? 'unique' : 'index') : shape.type === 'gin' ? 'gin' : `search_${shape.language}`;
  const columns = shape.columns
    .map(({ column, descending }) => `${quoteIdentifier(column)}${descending ? ' desc' : ''}`)
    .join(', ');
  const body =
    shape.type === 'btree'
      ? `(${columns})`
      : shape.type === 'gin'
        ? `using gin (${columns})`
        : `using gin ((${shape.expression}))`;
  return {
    name: objectName(table, ...parts, suffix),
    unique: shape.unique,
    columns: shape.columns.map(({ column }) => column),
    sql: `on ${quoteIdentifier(table)} ${body}`,
  };
}

/** The name of the key's constraint. */
export const keyName = (table: string): string => objectName(table, 'key');

/** A column in `create table` and `add column`. */
export function columnSql(column: ColumnShape): string {
  const parts = [quoteIdentifier(column.name), sqlType(column)];
  if (column.collate !== null) parts.push(`collate ${quoteIdentifier(column.collate)}`);
  if (!column.nullable) parts.push('not null');
  if (column.primary && column.type === 'int') parts.push('generated by default as identity');
  else if (column.default !== null) parts.push(`default ${column.default}`);
  return parts.join(' ');
}
