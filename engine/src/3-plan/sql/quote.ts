/** Names and constants in SQL text: the one place that quotes them, for statements of stacks and for those of the server alike. */
import { utf8Length } from '../../values/base64.ts';

/** PostgreSQL cuts longer names: two of them could become one. */
const longestNameBytes = 63;

/** A name as SQL. Throws for the empty name, NUL, a lone surrogate, and names that PostgreSQL would cut (over 63 bytes). */
export function quoteIdentifier(name: string): string {
  if (name === '' || !isStorable(name) || utf8Length(name) > longestNameBytes)
    throw new Error(`not a name for PostgreSQL: ${JSON.stringify(name)}`);
  return `"${name.replaceAll('"', '""')}"`;
}

/** Whether PostgreSQL's texts can hold it (no NUL, no lone surrogate). */
export const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed();

/**
 * A text constant as SQL. Throws for what PostgreSQL's texts can't hold. Backslashes are written in the E form, which means the
 * same whatever a server's standard_conforming_strings says; the blank keeps it apart from a word before it.
 */
export function quoteLiteral(text: string): string {
  if (!isStorable(text)) throw new Error('a text with NUL or a lone surrogate can not stand in SQL');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}
