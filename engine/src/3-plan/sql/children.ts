/**
 * `with`: the rows of another table that belong to each row. One statement a level, for all outer rows at once: the values of the
 * outer columns that the level speaks of go in as arrays, the rows come back with the place of their outer values.
 */

import type { Expression, JsonMember, JsonNode, JsonObject } from '../../1-syntax/ast.ts';
import { member } from '../../1-syntax/ast.ts';
import type { Table } from '../../model.ts';
import { anyType, listOf, nullable, objectOf, type Type } from '../../types/type.ts';
import { bindingOf, familyOf, type SqlType } from './column-types.ts';
import { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { constantOf } from './context.ts';
import { tableNamed } from './joins.ts';
import { NamesInUse, namedMembers, onlyKeys } from './names.ts';
import { badParameter, notInSql, withNeedsEquality } from './problems.ts';
import { QueryPlan, reading } from './query-plan.ts';
import { reach, type SqlScope, type SqlSource, type SqlValue, tableSource } from './scope.ts';
import { fromTable, readEval, Selection, selectOutput } from './selection.ts';
import { orderBy, readSort, type SortTerm } from './sorting.ts';
import { and, clause, identifier, list, numberLiteral, or, type Sql, sql } from './tree.ts';
import { isUnique, keyTerm } from './unique.ts';
import { emptyList, listReader, listWithNull, present } from './uses.ts';

/** How rows leave a statement: what is taken out again, and what is put in. */
export interface RowShape {
  readonly visible: readonly string[];
  /** Whether the statement gives columns that are not shown. */
  readonly hides: boolean;
  readonly children: readonly ChildPlan[];
}

/** Where the value of an outer column comes from: the outer row's own column, or what that row's level was itself asked with. */
export type OuterValue = { readonly from: 'row'; readonly column: string } | { readonly from: 'tuple'; readonly index: number };

export interface ChildPlan {
  readonly name: string;
  readonly single: boolean;
  readonly query: QueryPlan;
  /** Makes the tuple of each outer row; `arg` takes the column of all tuples. */
  readonly outer: readonly { readonly value: OuterValue; readonly arg: number }[];
  /** Column of the rows that says which tuple they belong to: its number (from 1), or the value of the only one. */
  readonly place: { readonly column: string; readonly by: 'number' | 'value' };
  /** More rows than this for all outer rows together are an error. */
  readonly maxRows: number;
  readonly shape: RowShape;
}

/** Outer columns that a level speaks of, in the order of its tuple. */
class OuterNeeds {
  readonly list: { readonly depth: number; readonly name: string; readonly value: SqlValue }[] = [];

  /** The column as the level's statement writes it. */
  ref(depth: number, name: string, value: SqlValue): SqlValue {
    const known = this.list.findIndex((need) => need.depth === depth && need.name === name);
    const index = known === -1 ? this.list.push({ depth, name, value }) - 1 : known;
    return { sql: sql`"~p".${identifier(`c${index}`)}`, type: value.type, nullable: value.nullable };
  }
}

/** One level of rows: the main query's, or a `with`'s. */
export interface Level {
  readonly source: SqlSource;
  readonly selection: Selection;
  readonly names: NamesInUse;
  /** Name in expressions (`db.NAME`). */
  readonly name: string;
  readonly outer: Level | undefined;
  readonly needs: OuterNeeds | undefined;
}

/** The main query's level. */
export function mainLevel(context: CompileContext, source: SqlSource): Level {
  const names = new NamesInUse(context, source.table.columns.keys());
  return { source, selection: new Selection(), names, name: source.table.name, outer: undefined, needs: undefined };
}

/** The outer rows as a level sees them. */
function outerSource(level: Level, depth: number, needs: OuterNeeds): SqlSource {
  return {
    table: level.source.table,
    outer: true,
    names: () => level.source.names(),
    column: (name) => {
      const value = level.source.column(name);
      return value === undefined ? undefined : needs.ref(depth, name, value);
    },
    ...(level.outer === undefined ? {} : { parent: outerSource(level.outer, depth + 1, needs) }),
  };
}

function scopeOf(level: Level, needs: OuterNeeds, own: SqlSource): SqlScope {
  const db = new Map<string, SqlSource>();
  const parent = outerSource(level, 1, needs);
  for (
    let at: SqlSource | undefined = parent, outer: Level | undefined = level;
    at !== undefined && outer !== undefined;
    at = at.parent, outer = outer.outer
  )
    if (!db.has(outer.name)) db.set(outer.name, at);
  db.set(own.table.name, own);
  return { db, names: new Map([['parent', parent]]) };
}

/** Compiles the `with` of a level. Adds to the level's selection what the nested statements need of its rows. */
export function compileChildren(
  context: CompileContext,
  level: Level,
  node: JsonNode | undefined,
): { readonly plans: readonly ChildPlan[]; readonly fields: ReadonlyMap<string, Type>; readonly tables: readonly string[] } {
  const plans: ChildPlan[] = [];
  const fields = new Map<string, Type>();
  const tables: string[] = [];
  for (const written of namedMembers(context, node, 'with')) {
    level.names.take(written, 'a nested list');
    const child = compileChild(context, level, written);
    if (child === undefined) {
      fields.set(written.key, anyType);
      continue;
    }
    plans.push(child.plan);
    fields.set(written.key, child.type);
    tables.push(...child.tables);
  }
  return { plans, fields, tables };
}

const childKeys = ['table', 'where', 'sort', 'limit', 'output', 'eval', 'single', 'with'];

interface Child {
  readonly plan: ChildPlan;
  readonly type: Type;
  readonly tables: readonly string[];
}

function compileChild(context: CompileContext, outer: Level, { key: name, value: node }: JsonMember): Child | undefined {
  if (node.kind !== 'object') {
    context.report(badParameter, node, { message: `${name} is an object with table and where.` });
    return undefined;
  }
  onlyKeys(context, node.members, childKeys, name);
  const table = tableNamed(context, node);
  if (table === undefined) return undefined;
  const needs = new OuterNeeds();
  const source = tableSource(table, table.name);
  const scope = scopeOf(outer, needs, source);
  const level: Level = {
    source,
    selection: new Selection(),
    names: new NamesInUse(context, table.columns.keys()),
    name: table.name,
    outer,
    needs,
  };
  const before = context.reported;
  const where = splitWhere(context, scope, source, member(node, 'where'));
  if (where.equalities.length === 0) {
    if (context.reported === before) context.report(withNeedsEquality, member(node, 'where') ?? node, { name });
    return undefined;
  }
  const computed = readEval(new RowCompiler(context, scope), member(node, 'eval'), level.names);
  selectOutput(context, level.selection, source, member(node, 'output'), [...computed.keys()]);
  for (const [key, value] of computed) level.selection.addComputed(key, value);
  const nested = compileChildren(context, level, member(node, 'with'));
  const sort = childSort(context, node, source, computed);
  const single = booleanOf(context, node, 'single');
  const perOuter = single ? 1 : limitOf(context, node);
  const unique = where.equalities.some((e) => isUnique(table, e.own));
  const plan = childPlan(context, {
    at: node,
    name,
    single,
    table,
    level,
    where,
    sort,
    perOuter: unique ? undefined : perOuter,
    shape: shapeOf(level.selection, nested.plans),
  });
  const row = objectOf([...level.selection.fields(), ...nested.fields]);
  return { plan, type: single ? nullable(row) : listOf(row), tables: [table.name, ...nested.tables] };
}

/** What a selection with children gives. */
export function shapeOf(selection: Selection, children: readonly ChildPlan[]): RowShape {
  return { visible: [...selection.visible.keys()], hides: selection.hidden.size > 0, children };
}

function childSort(
  context: CompileContext,
  node: JsonObject,
  source: SqlSource,
  computed: ReadonlyMap<string, SqlValue>,
): readonly SortTerm[] {
  const sortable = {
    find: (name: string) => source.column(name) ?? computed.get(name),
    names: () => [...source.names(), ...computed.keys()],
    of: source.table.name,
  };
  return readSort(context, member(node, 'sort'), sortable, [keyTerm(source)]);
}

function booleanOf(context: CompileContext, node: JsonObject, key: string): boolean {
  const found = member(node, key);
  if (found === undefined) return false;
  if (found.kind === 'boolean') return found.value;
  context.report(badParameter, found, { message: `${key} is true or false.` });
  return false;
}

function limitOf(context: CompileContext, node: JsonObject): number | undefined {
  const found = member(node, 'limit');
  if (found === undefined) return undefined;
  const value = constantOf(context.step.parse(found));
  if (typeof value === 'number' && value >= 1 && value <= 10_000) return value;
  context.report(badParameter, found, { message: 'limit in `with` is a whole number from 1 to 10000, written out.' });
  return undefined;
}

interface Equality {
  readonly own: string;
  readonly ownValue: SqlValue;
  /** Place of the outer column in the tuple. */
  readonly outerType: SqlType;
  readonly outerNullable: boolean;
}
interface SplitWhere {
  readonly equalities: readonly Equality[];
  /** The conditions that are no equality between an own and an outer column. */
  readonly rest: Sql;
  /** All of it, with the outer columns as columns. */
  readonly whole: Sql;
}

function splitWhere(context: CompileContext, scope: SqlScope, own: SqlSource, node: JsonNode | undefined): SplitWhere {
  const equalities: Equality[] = [];
  const rest: Sql[] = [];
  const whole: Sql[] = [];
  const compiler = new RowCompiler(context, scope, { optional: 'allowed' });
  for (const part of node === undefined ? [] : conjuncts(context.step.parse(node))) {
    const equality = equalityOf(part, scope, own);
    const condition = equality === undefined ? compiler.condition(part) : joinCondition(compiler, part, equality);
    if (equality === undefined) rest.push(condition);
    else equalities.push(equality);
    whole.push(condition);
  }
  return { equalities, rest: and(...rest), whole: and(...whole) };
}

function conjuncts(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'logical' || expression.operator !== '&&') return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

function equalityOf(part: Expression, scope: SqlScope, own: SqlSource): Equality | undefined {
  if (part.kind !== 'binary' || part.operator !== '==' || part.optional) return undefined;
  const left = reach(part.left, scope);
  const right = reach(part.right, scope);
  if (left?.kind !== 'column' || right?.kind !== 'column') return undefined;
  const [mine, mineSide, other] = left.source === own ? [left, part.left, right] : [right, part.right, left];
  if (mine.source !== own || !other.source.outer || mineSide.kind !== 'member') return undefined;
  return { own: mineSide.name, ownValue: mine.value, outerType: other.value.type, outerNullable: other.value.nullable };
}

/** An equality as an index can serve it: two nulls are equal, but `is not distinct from` uses no index. */
function joinCondition(compiler: RowCompiler, part: Expression, equality: Equality): Sql {
  const condition = compiler.condition(part);
  if (part.kind !== 'binary' || !equality.ownValue.nullable || !equality.outerNullable) return condition;
  const left = compiler.value(part.left).sql;
  const right = compiler.value(part.right).sql;
  return or(sql`${left} = ${right}`, and(sql`${left} is null`, sql`${right} is null`));
}

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

function childPlan(context: CompileContext, parts: ChildParts): ChildPlan {
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
  const facts = reading(parts.table.name, built.columns, { maxRows: maxRows + 1, beside: 'nested' });
  const query = new QueryPlan(built.tree, context.uses, facts);
  return { name: parts.name, single: parts.single, query, outer, place: built.place, maxRows, shape: parts.shape };
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
