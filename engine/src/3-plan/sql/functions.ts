import type { Expression, FilterExpression } from '../../1-syntax/ast.ts';
/** Filters that the database computes: name -> how. Everything else is done before or after the query. */
import { findFilter } from '../../filters/index.ts';
import { decimal, familyOf, int, text, textOfTypes } from './column-types.ts';
import { asDecimal } from './comparison.ts';
import type { RowCompiler } from './compiler.ts';
import { alike, firstNotNull, refuseType, refuseValue, textOf } from './scalar.ts';
import type { SqlValue } from './scope.ts';
import { cast, type Sql, sql, textLiteral } from './tree.ts';

type Build = (compiler: RowCompiler, filter: FilterExpression, input: SqlValue, args: readonly Expression[]) => SqlValue;

interface SqlFilter {
  /** Least and most arguments. */
  readonly args: readonly [number, number];
  readonly build: Build;
}

/** A filter on a text with arguments of given types. */
function onText(
  args: readonly [number, number],
  make: (input: Sql, args: readonly Sql[]) => Sql,
  result: typeof text | typeof int = text,
): SqlFilter {
  return {
    args,
    build: (compiler, filter, input, expressions) => {
      if (familyOf(input.type) !== 'text') return refuseType(compiler, filter.input, overColumn(filter), 'a text', input.type);
      const values = expressions.map((e) => compiler.value(e, text));
      const nullable = input.nullable || values.some((v) => v.nullable);
      return {
        sql: make(
          input.sql,
          values.map((v) => v.sql),
        ),
        type: result === text ? textOfTypes(input.type, ...values.map((v) => v.type)) : result,
        nullable,
      };
    },
  };
}

/** The smaller or larger of two: null when the piped value is null, the piped value when the other one is. */
function ofTwo(name: 'least' | 'greatest'): SqlFilter {
  return {
    args: [1, 1],
    build: (compiler, filter, _input, args) => {
      const [a, b] = alike(compiler, [filter.input, ...args]) ?? [];
      if (a === undefined || b === undefined) return refuseValue(compiler, filter, filter.name, 'Both must have one type.');
      const chosen = name === 'least' ? sql`least(${a.sql}, ${b.sql})` : sql`greatest(${a.sql}, ${b.sql})`;
      return {
        sql: a.nullable ? sql`case when ${a.sql} is not null then ${chosen} end` : chosen,
        type: a.type,
        nullable: a.nullable,
      };
    },
  };
}

const overColumn = (filter: FilterExpression): string => `The filter ${filter.name} over a column`;

/** An int stays an int, others become decimals. */
const round: SqlFilter = {
  args: [0, 1],
  build: (compiler, filter, input, args) => {
    if (familyOf(input.type) !== 'number') return refuseType(compiler, filter.input, overColumn(filter), 'a number', input.type);
    const digits = args[0] === undefined ? sql`0` : cast(compiler.value(args[0], int).sql, 'int4');
    const rounded = sql`round(${asDecimal(input)}, ${digits})`;
    const { nullable } = input;
    return input.type.type === 'int'
      ? { sql: cast(rounded, 'int8'), type: int, nullable }
      : { sql: rounded, type: decimal, nullable };
  },
};

/** A part of a text by code points; negative numbers count from the end. */
const substr: SqlFilter = {
  args: [1, 2],
  build: (compiler, filter, input, args) => {
    if (familyOf(input.type) !== 'text') return refuseType(compiler, filter.input, overColumn(filter), 'a text', input.type);
    const [start, length] = args.map((e) => compiler.value(e, int));
    if (start === undefined) return input;
    const count = sql`char_length(${input.sql})`;
    const from = sql`least(${count}, case when ${start.sql} < 0 then greatest(0, ${count} + ${start.sql}) else ${start.sql} end)`;
    const to =
      length === undefined
        ? count
        : sql`case when ${length.sql} < 0 then ${count} + ${length.sql} else least(${count}, ${from} + ${length.sql}) end`;
    return {
      sql: sql`substr(${input.sql}, (${from})::int4 + 1, greatest(0, (${to}) - (${from}))::int4)`,
      type: textOfTypes(input.type),
      nullable: input.nullable || start.nullable || length?.nullable === true,
    };
  },
};

/** What `trim` takes off without an argument: blanks and line ends, as JavaScript has them. */
const blanks = textLiteral(
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
);

/** Filters of numbers that convert them. */
function toNumber(make: (input: SqlValue) => Sql, type: typeof int | typeof decimal): SqlFilter {
  return {
    args: [0, 0],
    build: (compiler, filter, input) =>
      familyOf(input.type) === 'number'
        ? { sql: make(input), type, nullable: input.nullable }
        : refuseType(compiler, filter.input, overColumn(filter), 'a number', input.type),
  };
}

const filters: Readonly<Record<string, SqlFilter>> = {
  to_lower: onText([0, 0], (x) => sql`lower(${x})`),
  to_upper: onText([0, 0], (x) => sql`upper(${x})`),
  trim: onText([0, 1], (x, [characters]) => sql`btrim(${x}, ${characters ?? blanks})`),
  strlen: onText([0, 0], (x) => sql`char_length(${x})::int8`, int),
  replace: onText([2, 2], (x, [find, replacement]) => sql`replace(${x}, ${find ?? sql`''`}, ${replacement ?? sql`''`})`),
  substr,
  round,
  first_notnull: { args: [1, 1], build: (compiler, filter, _input, args) => firstNotNull(compiler, [filter.input, ...args]) },
  min: ofTwo('least'),
  max: ofTwo('greatest'),
  to_text: { args: [0, 0], build: (compiler, filter, input) => textOf(compiler, input, filter.input) },
  to_int: toNumber((x) => cast(sql`trunc(${asDecimal(x)})`, 'int8'), int),
  to_decimal: toNumber(asDecimal, decimal),
};

/** The names of filters that can stand over columns. */
const sqlFilterNames: readonly string[] = Object.keys(filters);

/** A filter over a column. */
export function filterValue(compiler: RowCompiler, filter: FilterExpression): SqlValue {
  const name = findFilter(filter.name)?.filter.name ?? filter.name;
  const found = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (found === undefined)
    return refuseValue(
      compiler,
      filter,
      `The filter ${filter.name} over a column`,
      `Over columns there are: ${sqlFilterNames.join(', ')}.`,
    );
  const [least, most] = found.args;
  if (filter.args.length < least || filter.args.length > most)
    return refuseValue(
      compiler,
      filter,
      `The filter ${filter.name} with ${filter.args.length} arguments over columns`,
      `It takes ${least === most ? least : `${least} to ${most}`}.`,
    );
  return found.build(compiler, filter, compiler.value(filter.input), filter.args);
}
