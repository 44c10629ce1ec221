/** Checks the rows of a seed like inputs of an endpoint, and says how they are inserted. */
import { type CheckedInputs, type Column, type Input, prepareInputs, type Table } from '@ashlar/engine';
import { quoteIdentifier, quoteLiteral } from '../../../base/postgres/index.ts';
import { type ColumnShape, shapeOf, sqlType } from '../shape.ts';
import type { CsvColumns, SeedRow } from './rows.ts';

/** Prepares the check of a table's rows: types, limits, unknown columns. */
export function rowCheck(table: Table): (row: SeedRow) => CheckedInputs {
  const inputs = new Map([...table.columns.values()].map((column) => [column.name, inputOf(column)]));
  const check = prepareInputs(inputs, 'refuse');
  return ({ values, textual }) => check({ path: {}, query: new Map(), headers: {}, body: values, bodyIsText: textual });
}

function inputOf(column: Column): Input {
  const { name, description, type, nullable, span, pointer, values, min, max } = column;
  const base = { description, in: 'body', span, pointer, ...(values === undefined ? {} : { values }) } as const;
  return {
    ...base,
    name,
    type,
    nullable,
    required: !nullable && column.default === undefined && !column.primary,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(column.items === undefined
      ? {}
      : { items: { ...base, name: 'item', type: column.items, nullable: false, required: true } }),
  };
}

/** What the CSV reader has to know of a table. */
export function csvColumns(table: Table): CsvColumns {
  const named = (fits: (column: Column) => boolean): ReadonlySet<string> =>
    new Set([...table.columns.values()].filter(fits).map(({ name }) => name));
  return {
    nullable: named(({ nullable }) => nullable),
    text: named(({ type }) => type === 'text'),
    list: named(({ type }) => type === 'list'),
  };
}

/**
 * Inserts a JSON array of rows. A column that a row doesn't have gets its default; what PostgreSQL's JSON functions turn a value
 * into is the column's type, to the last digit.
 */
export function insertSql(table: Table): string {
  const { columns } = shapeOf(table);
  const names = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const types = columns.map((column) => `${quoteIdentifier(column.name)} ${sqlType(column)}`).join(', ');
  const values = columns.map((column) => {
    const value = `r.${quoteIdentifier(column.name)}`;
    const otherwise = defaultOf(table.name, column);
    return otherwise === null ? value : `case when j.row ? ${quoteLiteral(column.name)} then ${value} else ${otherwise} end`;
  });
  return `insert into ${quoteIdentifier(table.name)} (${names}) select ${values.join(', ')}
    from jsonb_array_elements($1::jsonb) as j (row), jsonb_to_record(j.row) as r (${types})`;
}

function defaultOf(table: string, column: ColumnShape): string | null {
  if (column.primary && column.type === 'int') return `nextval(${sequenceOf(table, column.name)})`;
  return column.default;
}

/** The sequence behind an identity column, as an expression. */
export function sequenceOf(table: string, column: string): string {
  return `pg_get_serial_sequence(${quoteLiteral(`public.${quoteIdentifier(table)}`)}, ${quoteLiteral(column)})`;
}
