/** `join`: rows of other tables beside those of the main one. */

import type { Expression, JsonNode, JsonObject } from '../../1-syntax/ast.ts';
import { member } from '../../1-syntax/ast.ts';
import type { Table } from '../../model.ts';
import { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { namedMembers, onlyKeys, textList } from './names.ts';
import { badParameter, nameTaken, unknownRowName } from './problems.ts';
import { reach, type SqlScope, type SqlSource, tableSource } from './scope.ts';
import type { SortTerm } from './sorting.ts';
import { identifier, list, type Sql, sql } from './tree.ts';
import { keyTerm } from './unique.ts';

export interface Joins {
  /** Everything after the main table in `from`. */
  readonly sql: Sql;
  readonly scope: SqlScope;
  readonly tables: readonly string[];
  /** Keys of joins that can give several rows for one: they belong to the order, or it would not be total. */
  readonly keys: readonly SortTerm[];
}

/** Compiles the joins of a query; each may speak of the tables before it. */
export function compileJoins(context: CompileContext, node: JsonNode | undefined, scope: SqlScope): Joins {
  const db = new Map(scope.db);
  const parts: Sql[] = [];
  const tables: string[] = [];
  const keys: SortTerm[] = [];
  for (const { key: alias, keySpan, value } of namedMembers(context, node, 'join')) {
    if (value.kind !== 'object') {
      context.report(badParameter, value, { message: 'A join is an object with table, type and on.' });
      continue;
    }
    if (db.has(alias))
      context.report(nameTaken, { span: keySpan, pointer: value.pointer }, { name: alias, by: 'a table of this query' });
    onlyKeys(context, value.members, ['table', 'type', 'on'], 'A join');
    const left = joinType(context, value);
    const source = joinedSource(context, value, alias, left);
    if (source === undefined) continue;
    tables.push(source.table.name);
    db.set(alias, source);
    const inner = { db: new Map(db), names: scope.names };
    const on = member(value, 'on');
    if (on === undefined) {
      context.report(badParameter, value, { message: `The join ${alias} needs "on", the condition that connects its rows.` });
      continue;
    }
    const expression = context.step.parse(on);
    const condition = new RowCompiler(context, inner).root(expression);
    parts.push(
      sql` ${left ? sql`left join` : sql`join`} ${identifier(source.table.name)} as ${identifier(alias)} on ${condition}`,
    );
    if (!isToOne(expression, inner, source)) keys.push(keyTerm(source, alias));
  }
  return { sql: list(parts, sql``), scope: { db, names: scope.names }, tables, keys };
}

function joinType(context: CompileContext, node: JsonObject): boolean {
  const type = member(node, 'type');
  if (type === undefined) return false;
  if (type.kind === 'string' && (type.value === 'inner' || type.value === 'left')) return type.value === 'left';
  context.report(badParameter, type, { message: 'The type of a join is "inner" or "left".' });
  return false;
}

/** The table that a nested `table` names. */
export function tableNamed(context: CompileContext, node: JsonObject): Table | undefined {
  const [written] = textList(context, member(node, 'table'), 'table');
  if (written === undefined) {
    context.report(badParameter, node, { message: 'This needs "table", the name of a table.' });
    return undefined;
  }
  const { tables } = context.step.workspace;
  const table = tables.get(written.name);
  if (table === undefined)
    context.report(unknownRowName, written.node, { name: written.name, of: 'the workspace’s tables', candidates: tables.keys() });
  return table;
}

function joinedSource(context: CompileContext, node: JsonObject, alias: string, optional: boolean): SqlSource | undefined {
  const table = tableNamed(context, node);
  return table === undefined ? undefined : tableSource(table, alias, optional);
}

/** Whether the condition fixes the joined table's key: then each row meets at most one. */
function isToOne(on: Expression, scope: SqlScope, source: SqlSource): boolean {
  if (on.kind === 'logical') return on.operator === '&&' && (isToOne(on.left, scope, source) || isToOne(on.right, scope, source));
  if (on.kind !== 'binary' || on.operator !== '==' || on.optional) return false;
  return [on.left, on.right].some((side, i) => {
    const key = reach(side, scope);
    const other = reach(i === 0 ? on.right : on.left, scope);
    const isKey =
      key?.kind === 'column' && key.source === source && side.kind === 'member' && side.name === source.table.key.name;
    return isKey && !(other?.kind === 'column' && other.source === source);
  });
}
