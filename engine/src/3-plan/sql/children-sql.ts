/** The statements of one nested level: rows of all outer ones at once. */
import type { JsonNode } from '../../1-syntax/ast.ts';
import type { Table } from '../../model.ts';
import type { Statement } from '../../run/statement.ts';
import type { ChildPlan, Level, OuterValue, RowShape } from './children.ts';
import type { Equality, SplitWhere } from './children-where.ts';
import { bindingOf, familyOf, type SqlType } from './column-types.ts';
import type { CompileContext } from './context.ts';
import { encodingOf } from './encoding.ts';
import { notInSql } from './problems.ts';
import { QueryPlan, reading } from './query-plan.ts';
import type { SqlValue } from './scope.ts';
import { fromTable, type Selection } from './selection.ts';
import { orderBy, type SortTerm } from './sorting.ts';
import { and, clause, identifier, list, numberLiteral, or, type Sql, sql } from './tree.ts';
import { emptyList, listReader, listWithNull, present } from './uses.ts';

interface ChildParts {
  readonly at: JsonNode;
  readonly name: string;
  readonly single: boolean;
  readonly table: Table;
  readonly level: Level;
  readonly where: SplitWhere;
  readonly sort: readonly SortTerm[];
  readonly perOuter: number | undefined;
  readonly shape: RowShape;
}

/** The plan of a nested level: its statement and how its rows find their outer ones. */
export function childPlan(context: CompileContext, parts: ChildParts): ChildPlan {
  const { level, where } = parts;
  const needs = level.needs?.list ?? [];
  const [only] = where.equalities;
  const simple =
    where.equalities.length === 1 &&
    needs.length === 1 &&
    parts.perOuter === undefined &&
    only !== undefined &&
    sameType(only.ownValue.type, only.outerType);
  if (needs.some((need) => need.value.type.type === 'list'))
    context.report(notInSql, parts.at, { what: 'A list column of an outer row', hint: 'Connect the rows by plain columns.' });
  const outer = needs.map((need) => ({ value: outerValue(level, need), arg: context.given() }));
  const { maxRows } = context.step.workspace.settings;
  const limit = sql` limit ${numberLiteral(String(maxRows + 1))}`;
  const built = simple
    ? anyStatement(context, parts, only, outer[0]?.arg ?? 0, limit)
    : lateralStatement(
        context,
        parts,
        needs.map((need) => need.value.type),
        outer.map((o) => o.arg),
        limit,
      );
  const facts = reading(parts.table.name, built.columns, { maxRows: maxRows + 1, beside: 'nested', ...outerRowsOf(level) });
  const query = new QueryPlan(built.tree, context.uses, facts);
  const { name, single, shape } = parts;
  const encoding = encodingOf(shape, built.columns, [built.place.column]);
  return { name, single, query, outer, place: built.place, maxRows, shape, encoding };
}

/** How many outer rows there can be, where something bounds them. */
function outerRowsOf({ outer }: Level): Pick<Statement, 'outerRows'> {
  return outer === undefined || outer.most === null ? {} : { outerRows: outer.most };
}

const sameType = (a: SqlType, b: SqlType): boolean => a.type === b.type || (familyOf(a) === 'text' && familyOf(b) === 'text');

function outerValue(level: Level, need: { readonly depth: number; readonly name: string; readonly value: SqlValue }): OuterValue {
  const outer = level.outer;
  if (outer === undefined) throw new Error('only nested levels speak of outer rows');
  if (need.depth === 1) return { from: 'row', column: outer.selection.need(need.name, need.value) };
  if (outer.needs === undefined) throw new Error('the main level has no outer rows');
  outer.needs.ref(need.depth - 1, need.name, need.value);
  const index = outer.needs.list.findIndex((n) => n.depth === need.depth - 1 && n.name === need.name);
  return { from: 'tuple', index };
}

interface BuiltChild {
  readonly tree: Sql;
  readonly columns: ReturnType<Selection['columns']>;
  readonly place: ChildPlan['place'];
}

/** The usual case, one equality and no limit: all rows whose column is any of the outer values. */
function anyStatement(context: CompileContext, parts: ChildParts, equality: Equality, arg: number, limit: Sql): BuiltChild {
  const { selection } = parts.level;
  const column = selection.need(equality.own, equality.ownValue);
  const of: SqlType = { type: 'list', items: equality.ownValue.type.type };
  const use = context.givenUse(arg, listReader(equality.ownValue.type));
  const any = sql`${equality.ownValue.sql} = any(${{ kind: 'bind', use, binding: bindingOf(of) }})`;
  const withNull = equality.ownValue.nullable ? or(any, sql`${equality.ownValue.sql} is null`) : any;
  const condition: Sql = { kind: 'choice', use, cases: { [present]: any, [listWithNull]: withNull, [emptyList]: any } };
  const where = clause('where', and(condition, parts.where.rest));
  const tree = sql`select ${selection.sql()} from ${fromTable(parts.table)}${where}${orderBy(parts.sort)}${limit}`;
  return { tree, columns: selection.columns(), place: { column, by: 'value' } };
}

/** The general case: a subquery for each tuple of outer values, within one statement. */
function lateralStatement(
  context: CompileContext,
  parts: ChildParts,
  types: readonly SqlType[],
  args: readonly number[],
  limit: Sql,
): BuiltChild {
  const { selection } = parts.level;
  const sorted = parts.sort.map((term) => ({ term, hidden: selection.hide(term.value) }));
  const arrays = types.map((type, i): Sql => {
    const use = context.givenUse(args[i] ?? 0);
    return { kind: 'bind', use, binding: bindingOf({ type: 'list', items: type.type }) };
  });
  const names = list([...types.map((_type, i) => identifier(`c${i}`)), identifier('~n')]);
  const each = parts.perOuter === undefined ? sql`` : sql` limit ${numberLiteral(String(parts.perOuter))}`;
  const inner = sql`select ${selection.sql()} from ${fromTable(parts.table)}${clause('where', parts.where.whole)}${orderBy(parts.sort)}${each}`;
  const order = list([
    sql`"~p"."~n"`,
    ...sorted.map(({ term, hidden }) =>
      term.descending ? sql`"~c".${identifier(hidden)} desc` : sql`"~c".${identifier(hidden)}`,
    ),
  ]);
  const tree = sql`select ${selection.sqlFrom(sql`"~c"`)}, "~p"."~n" as "~n" from unnest(${list(arrays)}) with ordinality as "~p"(${names}) cross join lateral (${inner}) as "~c" order by ${order}${limit}`;
  const columns = [...selection.columns(), { name: '~n', ...bindingOf({ type: 'int' }) }];
  return { tree, columns, place: { column: '~n', by: 'number' } };
}
