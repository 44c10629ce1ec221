/** Which parameters a statement in SQL speaks of. */

/** Everything in which a `$1` is no parameter: quoted texts and names, comments, dollar-quoted texts. Never backtracks far: each part ends at the first end. */
const skipped = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$([A-Za-z_][A-Za-z0-9_]*)?\$[\s\S]*?\$\1\$/g;

/**
 * The largest `$n` of a statement, 0 without any. An estimate for the check, not a parser: escaped strings (E'…') and nested
 * comments may mislead it, and PostgreSQL itself decides in the run.
 */
export function placeholdersOf(sql: string): number {
  let largest = 0;
  for (const match of sql.replace(skipped, ' ').matchAll(/(?<![A-Za-z0-9_$])\$(\d{1,5})/g))
    largest = Math.max(largest, Number(match[1]));
  return largest;
}
