/** Which parts of a statement's rows are shown, and which are needed as values beside, where a stack only passes the rows on. */
import type { Encoding } from '../../effects.ts';
import type { ResultColumn } from '../../run/statement.ts';
import type { RowShape } from './children.ts';

/**
 * What the rows of a statement with these columns are needed for: to be shown, to ask for the rows nested in them, and the columns
 * that are needed besides.
 */
export function encodingOf(
  { visible, children }: RowShape,
  columns: readonly ResultColumn[],
  besides: readonly string[] = [],
): true | Encoding {
  const needed = new Set(besides);
  for (const { outer } of children) for (const { value } of outer) if (value.from === 'row') needed.add(value.column);
  if (needed.size === 0 && columns.length === visible.length) return true;
  return { columns: visible, values: columns.flatMap(({ name }) => (needed.has(name) ? [name] : [])) };
}
