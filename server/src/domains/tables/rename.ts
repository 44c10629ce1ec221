/** Renames, and whatever carries a name in it: checks, references, indexes. */
import { quoteIdentifier } from '../../base/postgres/index.ts';
import type { SchemaChange } from './change.ts';
import { checksOf, indexesOf, keyName, referenceOf } from './objects.ts';
import type { TableShape } from './shape.ts';

/** The shape of before, with its own and its columns' new names, so that only real differences are left. */
export function underNewNames(
  shape: TableShape,
  table: string,
  columns: ReadonlyMap<string, string>,
  tables: ReadonlyMap<string, string>,
): TableShape {
  const renamed = (name: string): string => columns.get(name) ?? name;
  return {
    name: table,
    columns: shape.columns.map((column) => ({
      ...column,
      name: renamed(column.name),
      references:
        column.references === null
          ? null
          : { ...column.references, table: tables.get(column.references.table) ?? column.references.table },
    })),
    indexes: shape.indexes.map((index) => ({
      ...index,
      columns: index.columns.map((part) => ({ ...part, column: renamed(part.column) })),
    })),
  };
}

/** Renames the table, its columns, and whatever carries their names. */
export function renameTable(before: TableShape, after: TableShape): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  const name = quoteIdentifier(after.name);
  const change = (
    kind: 'rename_table' | 'rename_column',
    column: string | null,
    description: string,
    sql: readonly string[],
  ): void => void changes.push({ kind, table: after.name, column, stage: 'transaction', additive: false, description, sql });
  const constraint = (old: string, next: string): string =>
    `alter table ${name} rename constraint ${quoteIdentifier(old)} to ${quoteIdentifier(next)}`;
  if (before.name !== after.name)
    change('rename_table', null, `${before.name} is called ${after.name} now`, [
      `alter table ${quoteIdentifier(before.name)} rename to ${name}`,
    ]);
  before.columns.forEach((column, position) => {
    const next = after.columns[position]?.name ?? column.name;
    if (next !== column.name)
      change('rename_column', next, `${after.name}.${column.name} is called ${next} now`, [
        `alter table ${name} rename column ${quoteIdentifier(column.name)} to ${quoteIdentifier(next)}`,
      ]);
  });
  const names = changedNames(constraintNames(before), constraintNames(after)).map(([old, next]) => constraint(old, next));
  const indexes = changedNames(indexNames(before), indexNames(after)).map(
    ([old, next]) => `alter index ${quoteIdentifier(old)} rename to ${quoteIdentifier(next)}`,
  );
  if (names.length + indexes.length > 0)
    change('rename_column', null, `checks, references and indexes of ${after.name} follow the new names`, [...names, ...indexes]);
  return changes;
}

const indexNames = (table: TableShape): readonly string[] => indexesOf(table).map(({ name }) => name);

/** Pairs of names at the same place that differ. */
function changedNames(before: readonly string[], after: readonly string[]): readonly (readonly [string, string])[] {
  return before.flatMap((old, position) => {
    const next = after[position] ?? old;
    return old === next ? [] : [[old, next] as const];
  });
}

function constraintNames(table: TableShape): readonly string[] {
  return [
    keyName(table.name),
    ...table.columns.flatMap((column) =>
      [...checksOf(table.name, column), referenceOf(table.name, column)].flatMap((item) => (item === null ? [] : [item.name])),
    ),
  ];
}
