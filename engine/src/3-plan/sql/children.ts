/**
 * `with`: the rows of another table that belong to each row. One statement a level, for all outer rows at once: the values of the
 * outer columns that the level speaks of go in as arrays, the rows come back with the place of their outer values.
 */
import type { JsonMember, JsonNode, JsonObject } from '../../1-syntax/ast.ts';
import { member } from '../../1-syntax/ast.ts';
import type { Encoding } from '../../effects.ts';
import { anyType, listOf, nullable, objectOf, type Type } from '../../types/type.ts';
import { childPlan } from './children-sql.ts';
import { splitWhere } from './children-where.ts';
import { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { constantOf } from './context.ts';
import { tableNamed } from './joins.ts';
import { NamesInUse, namedMembers, onlyKeys } from './names.ts';
import { badParameter, withNeedsEquality } from './problems.ts';
import type { QueryPlan } from './query-plan.ts';
import { type SqlScope, type SqlSource, type SqlValue, tableSource } from './scope.ts';
import { readEval, Selection, selectOutput } from './selection.ts';
import { readSort, type SortTerm } from './sorting.ts';
import { identifier, sql } from './tree.ts';
import { isUnique, keyTerm } from './unique.ts';

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
  /** How its rows come where the outer ones are JSON. */
  readonly encoding: true | Encoding;
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
  /** Rows that it can have at most; null: any number. */
  readonly most: number | null;
}

/** The main query's level, of at most so many rows. */
export function mainLevel(context: CompileContext, source: SqlSource, most: number | null): Level {
  const names = new NamesInUse(context, source.table.columns.keys());
  return { source, selection: new Selection(), names, name: source.table.name, outer: undefined, needs: undefined, most };
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
  const before = context.reported;
  const where = splitWhere(context, scope, source, member(node, 'where'));
  if (where.equalities.length === 0) {
    if (context.reported === before) context.report(withNeedsEquality, member(node, 'where') ?? node, { name });
    return undefined;
  }
  const single = booleanOf(context, node, 'single');
  const unique = where.equalities.some((e) => isUnique(table, e.own));
  const perOuter = single ? 1 : limitOf(context, node);
  const level: Level = {
    source,
    selection: new Selection(),
    names: new NamesInUse(context, table.columns.keys()),
    name: table.name,
    outer,
    needs,
    most: mostOf(outer, unique ? 1 : perOuter),
  };
  const computed = readEval(new RowCompiler(context, scope), member(node, 'eval'), level.names);
  selectOutput(context, level.selection, source, member(node, 'output'), [...computed.keys()]);
  for (const [key, value] of computed) level.selection.addComputed(key, value);
  const nested = compileChildren(context, level, member(node, 'with'));
  const sort = childSort(context, node, source, computed);
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

/** The most rows of a level below another, with so many for each outer row. */
const mostOf = (outer: Level, perOuter: number | undefined): number | null =>
  outer.most === null || perOuter === undefined ? null : outer.most * perOuter;

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
