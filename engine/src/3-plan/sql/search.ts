/** The expression of full-text indexes: written once, because an index is used only where a query repeats its expression. */
import type { Table, TableIndex } from '../../model.ts';
import { identifier, type Sql, sql, textLiteral } from './tree.ts';

/** The index's text search configuration as a constant. */
export function languageLiteral(index: TableIndex): Sql {
  return sql`${textLiteral(index.language ?? 'simple')}::regconfig`;
}

/** `to_tsvector` over the columns of a search index, each written as `column` says. */
export function searchVector(index: TableIndex, column: (name: string) => Sql): Sql {
  const parts = index.columns.map((c) => sql`coalesce(${column(c.column)}, '')`);
  const joined = parts.reduce((left, right) => sql`${left} || ' ' || ${right}`);
  return sql`to_tsvector(${languageLiteral(index)}, ${joined})`;
}

/**
 * The expression of a `search` index as `create index … using gin (EXPRESSION)` needs it. Conditions with `search` repeat it, so
 * whoever makes the index must take it from here. Throws when the index has no column that the table has.
 */
export function searchExpression(table: Table, index: TableIndex): string {
  const unknown = index.columns.find((c) => !table.columns.has(c.column));
  if (unknown !== undefined || index.columns.length === 0) throw new Error('a search index needs columns of its table');
  return write(searchVector(index, identifier));
}

/** Fixed SQL as text; a search expression has neither binds nor choices. */
function write(part: Sql): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'sequence') return part.parts.map(write).join('');
  throw new Error('fixed SQL holds neither binds nor choices');
}
