/** What finds one row: a table's key, its unique columns and indexes. */
import type { Table } from '../../model.ts';
import type { SqlSource } from './scope.ts';
import type { SortTerm } from './sorting.ts';

/** Whether the column alone is declared to be unique. */
export const isUnique = (table: Table, column: string): boolean =>
  table.columns.get(column)?.unique === true || table.key.name === column;

/** Whether the database keeps exactly these columns unique, alone or by an index. */
export function isUniqueTogether(table: Table, names: readonly string[]): boolean {
  const [only] = names;
  if (names.length === 1 && only !== undefined && isUnique(table, only)) return true;
  return table.indexes.some(
    (i) => i.unique && i.columns.length === names.length && i.columns.every((c) => names.includes(c.column)),
  );
}

/** The key as the last term of every order; of a joined table, under the join's name. */
export function keyTerm(source: SqlSource, alias?: string): SortTerm {
  const { name } = source.table.key;
  const value = source.column(name);
  if (value === undefined) throw new Error(`the key ${name} is no column of ${source.table.name}`);
  return { name: alias === undefined ? name : `${alias}.${name}`, value, descending: false };
}
