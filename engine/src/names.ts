/** How names of functions and filters are compared. */

/** A name as it is declared: "Query All-Records / Rows " is query_all_records_rows. Case, blanks, slashes and dashes are no difference. */
export function canonicalName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s/-]+/g, '_');
}
