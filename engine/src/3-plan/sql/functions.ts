/** Filters that the database computes: name -> how. Everything else is done before or after the query. */
import type { Expression, FilterExpression } from '../../1-syntax/ast.ts';
import { decimal, familyOf, int, text } from './column-types.ts';
import { asDecimal } from './comparison.ts';
import type { RowCompiler } from './compiler.ts';
import { alike, firstNotNull, refuseType, refuseValue, textOf } from './scalar.ts';
import type { SqlValue } from './scope.ts';
import { cast, list, type Sql, sql } from './tree.ts';

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
      if (familyOf(input.type) !== 'text') return refuseType(compiler, filter.input, filter.name, 'a text', input.type);
      const values = expressions.map((e) => compiler.value(e, text));
      const nullable = input.nullable || values.some((v) => v.nullable);
      const password = input.type.password === true && result === text ? { ...text, password: true as const } : result;
      return {
        sql: make(
          input.sql,
          values.map((v) => v.sql),
        ),
        type: password,
        nullable,
      };
    },
  };
}

/** A filter on a number that keeps its type. */
function onNumber(make: (input: Sql) => Sql): SqlFilter {
  return {
    args: [0, 0],
    build: (compiler, filter, input) =>
      familyOf(input.type) === 'number'
        ? { ...input, sql: make(input.sql) }
        : refuseType(compiler, filter.input, filter.name, 'a number', input.type),
  };
}

/** The smaller or larger of two; null when one is null, as the filter has it. */
function ofTwo(name: 'least' | 'greatest'): SqlFilter {
  return {
    args: [1, 1],
    build: (compiler, filter, _input, args) => {
      const [a, b] = alike(compiler, [filter.input, ...args]) ?? [];
      if (a === undefined || b === undefined) return refuseValue(compiler, filter, filter.name, 'Both must have one type.');
      const chosen = name === 'least' ? sql`least(${a.sql}, ${b.sql})` : sql`greatest(${a.sql}, ${b.sql})`;
      const nullable = a.nullable || b.nullable;
      return {
        sql: nullable ? sql`case when ${a.sql} is not null and ${b.sql} is not null then ${chosen} end` : chosen,
        type: a.type,
        nullable,
      };
    },
  };
}

const round: SqlFilter = {
  args: [0, 1],
  build: (compiler, filter, input, args) => {
    if (familyOf(input.type) !== 'number') return refuseType(compiler, filter.input, filter.name, 'a number', input.type);
    const digits = args[0] === undefined ? sql`0` : cast(compiler.value(args[0], int).sql, 'int4');
    return { sql: sql`round(${asDecimal(input)}, ${digits})`, type: decimal, nullable: input.nullable };
  },
};

const filters: Readonly<Record<string, SqlFilter>> = {
  to_lower: onText([0, 0], (x) => sql`lower(${x})`),
  to_upper: onText([0, 0], (x) => sql`upper(${x})`),
  trim: onText([0, 0], (x) => sql`btrim(${x}, E' \\t\\n\\r\\f\\v')`),
  strlen: onText([0, 0], (x) => sql`char_length(${x})::int8`, int),
  concat: onText([1, 1], (x, args) => sql`(${x} || ${list(args)})`),
  replace: onText([2, 2], (x, args) => sql`replace(${x}, ${list(args)})`),
  abs: onNumber((x) => sql`abs(${x})`),
  round,
  first_notnull: { args: [1, 8], build: (compiler, filter, _input, args) => firstNotNull(compiler, [filter.input, ...args]) },
  min: ofTwo('least'),
  max: ofTwo('greatest'),
  to_text: { args: [0, 0], build: (compiler, filter, input) => textOf(compiler, input, filter.input) },
  to_decimal: {
    args: [0, 0],
    build: (compiler, filter, input) =>
      familyOf(input.type) === 'number'
        ? { sql: asDecimal(input), type: decimal, nullable: input.nullable }
        : refuseType(compiler, filter.input, filter.name, 'a number', input.type),
  },
  substr: {
    args: [1, 2],
    build: (compiler, filter, input, args) => {
      if (familyOf(input.type) !== 'text') return refuseType(compiler, filter.input, filter.name, 'a text', input.type);
      const [start, length] = args.map((e) => compiler.value(e, int));
      if (start === undefined) return input;
      const from = sql`greatest(${start.sql}, 0)::int4 + 1`;
      const cut =
        length === undefined
          ? sql`substr(${input.sql}, ${from})`
          : sql`substr(${input.sql}, ${from}, greatest(${length.sql}, 0)::int4)`;
      return { sql: cut, type: input.type.password === true ? { ...text, password: true } : text, nullable: true };
    },
  },
};

const aliases: Readonly<Record<string, string>> = {
  lower: 'to_lower',
  upper: 'to_upper',
  length: 'strlen',
  default: 'first_notnull',
};

/** The names of filters that can stand over columns. */
export const sqlFilterNames: readonly string[] = Object.keys(filters);

/** A filter over a column. */
export function filterValue(compiler: RowCompiler, filter: FilterExpression): SqlValue {
  const written = filter.name.toLowerCase();
  const name = aliases[written] ?? written;
  const found = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (found === undefined)
    return refuseValue(
      compiler,
      filter,
      `The filter ${filter.name} over a column`,
      `In conditions there are: ${sqlFilterNames.join(', ')}.`,
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
