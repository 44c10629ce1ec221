/** Which rows an expression in SQL may speak of, and how their columns are written. */
import type { Expression } from '../../1-syntax/ast.ts';
import { childrenOf } from '../../1-syntax/children.ts';
import type { Table } from '../../model.ts';
import { type SqlType, sqlTypeOf } from './column-types.ts';
import { qualified, type Sql } from './tree.ts';

/** A value in SQL. */
export interface SqlValue {
  readonly sql: Sql;
  readonly type: SqlType;
  readonly nullable: boolean;
}

/** The rows that a name stands for. */
export interface SqlSource {
  readonly table: Table;
  /** A column by its name; asking for it may note that it is needed. */
  readonly column: (name: string) => SqlValue | undefined;
  readonly names: () => Iterable<string>;
  readonly parent?: SqlSource;
  /** The rows are those of an enclosing level. */
  readonly outer: boolean;
}

export interface SqlScope {
  /** After `db.`. */
  readonly db: ReadonlyMap<string, SqlSource>;
  /** Bare names, such as `parent`. */
  readonly names: ReadonlyMap<string, SqlSource>;
}

/** The rows of a table under an alias; `optional` for the far side of a left join. */
export function tableSource(table: Table, alias: string, optional = false): SqlSource {
  return {
    table,
    outer: false,
    names: () => table.columns.keys(),
    column: (name) => {
      const column = table.columns.get(name);
      if (column === undefined) return undefined;
      return { sql: qualified(alias, name), type: sqlTypeOf(column), nullable: column.nullable || optional };
    },
  };
}

/** What a chain of names leads to. */
export type Reached =
  | { readonly kind: 'source'; readonly name: string; readonly source: SqlSource }
  | { readonly kind: 'column'; readonly name: string; readonly source: SqlSource; readonly value: SqlValue }
  | { readonly kind: 'unknown'; readonly name: string; readonly of: string; readonly candidates: Iterable<string> };

/** Follows `db.order.total` or `parent.id`; undefined for what is no such chain. */
export function reach(expression: Expression, scope: SqlScope): Reached | undefined {
  if (expression.kind === 'name') {
    const source = scope.names.get(expression.name);
    return source === undefined ? undefined : { kind: 'source', name: expression.name, source };
  }
  if (expression.kind !== 'member') return undefined;
  const { object, name } = expression;
  if (object.kind === 'name' && object.name === 'db') {
    const source = scope.db.get(name);
    if (source === undefined) return { kind: 'unknown', name, of: 'db here', candidates: scope.db.keys() };
    return { kind: 'source', name: `db.${name}`, source };
  }
  const outer = reach(object, scope);
  if (outer?.kind !== 'source') return undefined;
  const value = outer.source.column(name);
  if (value !== undefined) return { kind: 'column', name: `${outer.name}.${name}`, source: outer.source, value };
  if (name === 'parent' && outer.source.parent !== undefined)
    return { kind: 'source', name: `${outer.name}.parent`, source: outer.source.parent };
  return { kind: 'unknown', name, of: outer.name, candidates: outer.source.names() };
}

/** Whether an expression speaks of rows anywhere. */
export function touchesRows(expression: Expression, scope: SqlScope): boolean {
  if (expression.kind === 'name') return expression.name === 'db' || scope.names.has(expression.name);
  return childrenOf(expression).some((child) => touchesRows(child, scope));
}
