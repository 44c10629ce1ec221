/** Aggregates over groups of rows: `db.order|count`, `db.order.total|sum`. */
import type { Expression, FilterExpression } from '../../1-syntax/ast.ts';
import { findFilter } from '../../filters/index.ts';
import { decimal, familyOf, int } from './column-types.ts';
import { asDecimal } from './comparison.ts';
import type { RowCompiler } from './compiler.ts';
import { quotient } from './quotient.ts';
import { refuseType, refuseValue } from './scalar.ts';
import { reach, type SqlSource, type SqlValue } from './scope.ts';
import { type Sql, sql } from './tree.ts';

const aggregateNames: readonly string[] = ['count', 'sum', 'avg', 'min', 'max'];

/** The canonical name: `average` is `avg`. */
const nameOf = (filter: FilterExpression): string => findFilter(filter.name)?.filter.name ?? filter.name;

/** Whether a filter stands for an aggregate here: `min` and `max` with an argument choose of two values instead. */
export function isAggregate(compiler: RowCompiler, filter: FilterExpression): boolean {
  return (
    compiler.options.groupedBy !== undefined && filter.args.length === 0 && aggregateNames.includes(filter.name.toLowerCase())
  );
}

/** An aggregate. count of a row counts rows, of a column those that are not null; sum of nothing is 0, avg, min, max are null. */
export function aggregateValue(compiler: RowCompiler, filter: FilterExpression): SqlValue {
  const name = nameOf(filter);
  const { input } = filter;
  if (name === 'count') return { sql: countOf(compiler, input), type: int, nullable: false };
  const value = compiler.insideAggregate().value(input);
  const family = familyOf(value.type);
  if (name === 'sum' || name === 'avg') {
    if (family !== 'number') return refuseType(compiler, input, `The aggregate ${name} over a column`, 'numbers', value.type);
    return name === 'sum' ? sumOf(value) : averageOf(value);
  }
  if (family === 'json' || family === 'list' || family === 'bool' || family === 'uuid')
    return refuseValue(compiler, filter, `${name} of ${value.type.type}`, 'It takes numbers, texts, timestamps and dates.');
  return { sql: name === 'min' ? sql`min(${value.sql})` : sql`max(${value.sql})`, type: value.type, nullable: true };
}

function countOf(compiler: RowCompiler, input: Expression): Sql {
  const reached = reach(input, compiler.scope);
  if (reached?.kind === 'source') return compiler.options.inQuotient === true ? rowsByKey(reached.source) : sql`count(*)`;
  return sql`count(${compiler.insideAggregate().value(input).sql})`;
}

/** The number of rows, as an aggregate that names a column. `row(…)` is there even where a left join found nothing. */
function rowsByKey(source: SqlSource): Sql {
  const key = source.column(source.table.key.name);
  return key === undefined ? sql`count(*)` : sql`count(row(${key.sql}))`;
}

/** The sum of ints is an int: beyond int's range the run ends with number_out_of_range, as adding in a stack does. */
function sumOf(value: SqlValue): SqlValue {
  const { type } = value.type;
  if (type === 'int') return { sql: sql`coalesce(sum(${value.sql}), 0)::int8`, type: int, nullable: false };
  if (type === 'float') return { sql: sql`coalesce(sum(${value.sql}), 0)`, type: { type: 'float' }, nullable: false };
  return { sql: sql`coalesce(sum(${asDecimal(value)}), 0)`, type: decimal, nullable: false };
}

function averageOf(value: SqlValue): SqlValue {
  if (value.type.type === 'float') return { sql: sql`avg(${value.sql})`, type: { type: 'float' }, nullable: true };
  // As the filter does: the exact sum by the number of values. Nothing has the mean null.
  const number = asDecimal(value);
  return { sql: quotient(sql`sum(${number})`, sql`count(${number})`), type: decimal, nullable: true };
}
