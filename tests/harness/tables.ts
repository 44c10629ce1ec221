/** Tables for tests, written as users write them. */
import { Problems, readWorkspace, type Table, type Workspace } from '@ashlar/engine';

/** What stands in `tables/NAME.jsonc`: only `columns` is needed, and an `id` key is added where none is primary. */
export interface TableText {
  readonly was?: string;
  readonly columns: Readonly<Record<string, unknown>>;
  readonly indexes?: readonly unknown[];
}

/** A workspace of tables and seed files. Throws when the files have errors. */
export function testWorkspace(
  tables: Readonly<Record<string, TableText>>,
  files: Readonly<Record<string, string>> = {},
): Workspace {
  const all = new Map(Object.entries({ 'ashlar.jsonc': '{"name": "test"}', ...files }));
  for (const [name, table] of Object.entries(tables)) {
    const hasKey = Object.values(table.columns).some(
      (column) => typeof column === 'object' && column !== null && 'primary' in column,
    );
    const columns = hasKey ? table.columns : { id: { type: 'int', primary: true }, ...table.columns };
    all.set(`tables/${name}.jsonc`, JSON.stringify({ description: name, ...table, columns }));
  }
  const problems = new Problems();
  const workspace = readWorkspace(all, problems);
  const errors = problems.list.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map(({ file, message }) => `${file}: ${message}`).join('\n'));
  return workspace;
}

/** The tables alone. */
export function testTables(tables: Readonly<Record<string, TableText>>): ReadonlyMap<string, Table> {
  return testWorkspace(tables).tables;
}
