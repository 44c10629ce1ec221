/**
 * Reads of one row by its key, many at once: the same select for a list of keys, each row with its key. What many requests ask
 * for at the same time can be one statement then; who asked for which row is told by the key.
 */
import type { ColumnType } from '../../model.ts';
import type { CombinedRead } from '../../run/statement.ts';
import { bindingOf, pgName, type SqlType, sqlTypeOf } from './column-types.ts';
import { type RenderedParam, render } from './render.ts';
import type { SqlSource } from './scope.ts';
import { fromTable, type Selection } from './selection.ts';
import { type Sql, sql } from './tree.ts';
import { present, type UseState } from './uses.ts';

/** What the statement for many keys is rendered from. */
export interface CombinedTree {
  readonly tree: Sql;
  readonly key: SqlType;
  /** Place of the key among the columns: behind all others. */
  readonly keyColumn: number;
}

/**
 * Types whose values are equal in SQL exactly when their texts are, as PostgreSQL writes them: a row finds its request by the text
 * of its key. Not so decimals (1.0 and 1.00), floats, times.
 */
const sameText: ReadonlySet<ColumnType> = new Set(['int', 'bigint', 'uuid', 'text', 'email', 'enum']);

/** The read of rows by a unique column, for many keys; undefined where equality is more than that of texts. */
export function combinedTree(source: SqlSource, name: string, selection: Selection): CombinedTree | undefined {
  const { table } = source;
  const column = table.columns.get(name);
  const value = source.column(name);
  // A collation of its own may count different texts as equal.
  if (column === undefined || value === undefined || !sameText.has(column.type) || column.collate !== undefined) return undefined;
  const key = sqlTypeOf(column);
  const keys: Sql = { kind: 'bind', use: 0, binding: bindingOf(listOf(key)) };
  return {
    tree: sql`select ${selection.sql()}, ${value.sql} as "~k" from ${fromTable(table)} where ${value.sql} = any(${keys})`,
    key,
    keyColumn: selection.columns().length,
  };
}

const listOf = (key: SqlType): SqlType => ({ type: 'list', items: key.type });

/** The combined form of a variant; undefined where it does not compare the key with its one parameter. */
export function combinedText(
  { tree, key, keyColumn }: CombinedTree,
  states: readonly UseState[],
  params: readonly RenderedParam[],
): Omit<CombinedRead, 'name'> | undefined {
  const [state, ...others] = states;
  const [param, ...more] = params;
  const byKey = state === present && others.length === 0 && param?.binding.pg === pgName(key) && more.length === 0;
  if (!byKey) return undefined;
  const { text } = render(tree, states, () => {
    throw new Error('a list of keys has one case');
  });
  return { text, param: bindingOf(listOf(key)), keyColumn };
}
