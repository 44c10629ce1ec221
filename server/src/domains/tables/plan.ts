/** Plans the way from the tables that are to the tables that should be. */
import type { Problems, Table } from '@ashlar/engine';
import { quoteIdentifier, quoteLiteral } from '../../base/postgres/index.ts';
import { inOrder, type SchemaChange, type SchemaPlan } from './change.ts';
import { add, addColumn, changeColumn } from './columns.ts';
import { matchColumns, matchTables, NamedDrops, type TableMatches, type TablePair } from './match.ts';
import { checksOf, columnSql, type Index, indexesOf, keyName, referenceOf } from './objects.ts';
import { columnNeedsDefault, keyNotChangeableHere, placeOfTable, typeNotChangeable } from './problems.ts';
import { renameTable, underNewNames } from './rename.ts';
import { type ColumnShape, type Definition, definitionOf, schemaVersionOf, shapeOf, type TableShape } from './shape.ts';

export interface PlanOptions {
  /** `table` or `table.column` that may be dropped with their data. */
  readonly drops: readonly string[];
  /** Tables of the current definition that hold rows, by their current names. */
  readonly tablesWithRows: ReadonlySet<string>;
  /** Takes what is asked and refused; with errors in it the plan must not be applied. */
  readonly problems: Problems;
}

interface Context extends PlanOptions {
  readonly named: NamedDrops;
  /** Old names of renamed tables -> new ones. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly changes: SchemaChange[];
}

/** Makes the plan. Equal tables make an empty one. */
export function planSchema(current: Definition, next: ReadonlyMap<string, Table>, options: PlanOptions): SchemaPlan {
  const named = new NamedDrops(options.drops);
  const matches = matchTables(current, next, named, options.problems);
  const renamed = new Map(matches.pairs.map(({ before, after }) => [before.name, after.name]));
  const context: Context = { ...options, named, renamed, changes: [] };
  for (const table of matches.created) createTable(shapeOf(table), context);
  for (const pair of matches.pairs) changeTable(pair, context);
  dropTables(matches, context);
  named.reportUnused(current, options.problems);
  const definition = definitionOf(next);
  const changes = inOrder(context.changes);
  return {
    changes,
    definition,
    fromVersion: schemaVersionOf(current),
    schemaVersion: schemaVersionOf(definition),
    additive: changes.every(({ additive, stage }) => additive || stage === 'drop'),
  };
}

function createTable(table: TableShape, { changes }: Context): void {
  const name = quoteIdentifier(table.name);
  const key = table.columns.find(({ primary }) => primary);
  const parts = [
    ...table.columns.map(columnSql),
    ...(key === undefined
      ? []
      : [`constraint ${quoteIdentifier(keyName(table.name))} primary key (${quoteIdentifier(key.name)})`]),
    ...table.columns.flatMap((column) =>
      checksOf(table.name, column).map((check) => `constraint ${quoteIdentifier(check.name)} ${check.sql}`),
    ),
  ];
  const indexes = indexesOf(table).map((index) => createIndex(index));
  changes.push({
    kind: 'create_table',
    table: table.name,
    column: null,
    stage: 'transaction',
    additive: true,
    description: `${table.name} is new: ${table.columns.map((column) => column.name).join(', ')}`,
    sql: [`create table ${name} (\n  ${parts.join(',\n  ')}\n)`, ...indexes],
  });
  for (const column of table.columns) {
    const reference = referenceOf(table.name, column);
    if (reference === null) continue;
    changes.push({
      kind: 'add_reference',
      table: table.name,
      column: column.name,
      stage: 'transaction',
      additive: true,
      description: `${table.name}.${column.name} refers to ${column.references?.table}`,
      sql: [`alter table ${name} ${add(reference)}`],
    });
  }
}

function createIndex(index: Index, concurrently = false): string {
  return `create ${index.unique ? 'unique ' : ''}index ${concurrently ? 'concurrently ' : ''}${quoteIdentifier(index.name)} ${index.sql}`;
}

function changeTable(pair: TablePair, context: Context): void {
  const { changes, problems, named } = context;
  const table = pair.after.name;
  const after = shapeOf(pair.after);
  const columns = matchColumns(pair, named, problems);
  const oldNames = new Map(columns.pairs.map((column) => [column.before.name, column.after.name]));
  const before = underNewNames(pair.before, table, oldNames, context.renamed);
  changes.push(...renameTable(pair.before, before));
  const shapes = new Map(after.columns.map((column) => [column.name, column]));
  const empty = !context.tablesWithRows.has(pair.before.name);
  if (!sameKey(before, after))
    problems.add(keyNotChangeableHere, placeOfTable(pair.after), {
      table,
      reason: 'it would be another column, or of another type',
    });
  for (const { before: old, after: column } of columns.pairs) {
    const [was, is] = [before.columns.find(({ name }) => name === column.name), shapes.get(column.name)];
    if (was === undefined || is === undefined) continue;
    const made = changeColumn(table, was, is);
    if (made !== null) changes.push(...made);
    else if (is.primary) continue;
    else if (empty || named.take(`${table}.${column.name}`)) replaceColumn(table, was, is, empty, context, pair.after);
    else
      problems.add(typeNotChangeable, column, {
        column: `${table}.${column.name}`,
        from: old.type,
        to: column.type,
        drop: `${table}.${column.name}`,
      });
  }
  for (const column of columns.added) {
    const shape = shapes.get(column.name);
    if (shape === undefined) continue;
    if (!empty && needsValue(shape)) {
      if (!columns.asked) problems.add(columnNeedsDefault, column, { column: `${table}.${column.name}` });
    } else changes.push(...addColumn(table, shape));
  }
  for (const column of columns.dropped) dropColumn(table, column, context);
  changeIndexes(before, after, empty, context);
}

const needsValue = (column: ColumnShape): boolean => !column.nullable && column.default === null;

/** int and bigint are one type in the database; everything else about a key stays as it is. */
function sameKey(before: TableShape, after: TableShape): boolean {
  const [old, next] = [before, after].map((shape) => shape.columns.find(({ primary }) => primary));
  return old?.name === next?.name && old?.type === next?.type;
}

/** Gives a column up with its values and makes it anew: named by a person, or in an empty table. */
function replaceColumn(
  table: string,
  before: ColumnShape,
  after: ColumnShape,
  empty: boolean,
  context: Context,
  place: Table,
): void {
  if (!empty && needsValue(after)) {
    context.problems.add(columnNeedsDefault, placeOfTable(place), { column: `${table}.${after.name}` });
    return;
  }
  const name = quoteIdentifier(table);
  const [added, ...rest] = addColumn(table, after);
  context.changes.push(
    {
      kind: 'replace_column',
      table,
      column: after.name,
      stage: 'transaction',
      additive: false,
      description: `${table}.${after.name} is made anew as ${after.type} (was ${before.type})${empty ? '' : '; its values are lost'}`,
      sql: [
        ...(empty ? [`lock table ${name} in access exclusive mode`, refuseRows(table)] : []),
        `alter table ${name} drop column ${quoteIdentifier(after.name)}`,
        ...(added?.sql ?? []),
      ],
    },
    ...rest,
  );
}

/** What was planned for an empty table must not meet rows that came meanwhile. */
function refuseRows(table: string): string {
  const body = `begin if exists (select from ${quoteIdentifier(table)}) then raise exception 'rows' using errcode = '55000'; end if; end`;
  return `do ${quoteLiteral(body)}`;
}

/** Dropping is the last thing; until then the column must not be in the way of rows that don't have it. */
function dropColumn(table: string, column: ColumnShape, { changes }: Context): void {
  const [name, quoted] = [quoteIdentifier(table), quoteIdentifier(column.name)];
  const base = { table, column: column.name } as const;
  if (!column.nullable && column.default === null)
    changes.push({
      ...base,
      kind: 'change_nullable',
      stage: 'transaction',
      additive: true,
      description: `${table}.${column.name} may be null until it is dropped`,
      sql: [`alter table ${name} alter column ${quoted} drop not null`],
    });
  changes.push({
    ...base,
    kind: 'drop_column',
    stage: 'drop',
    additive: false,
    description: `${table}.${column.name} is dropped with its values`,
    sql: [`alter table ${name} drop column if exists ${quoted}`],
  });
}

function dropTables({ dropped }: TableMatches, { changes, renamed }: Context): void {
  for (const table of dropped) {
    const name = quoteIdentifier(table.name);
    // References between dropped tables would decide the order; references to others would refuse their rows' deletion.
    const references = table.columns.flatMap((column) => {
      const reference = referenceOf(table.name, column);
      return reference === null ? [] : [`alter table ${name} drop constraint ${quoteIdentifier(reference.name)}`];
    });
    const base = { table: table.name, column: null } as const;
    if (references.length > 0)
      changes.push({
        ...base,
        kind: 'drop_reference',
        stage: 'transaction',
        additive: true,
        description: `${table.name} refers to nothing until it is dropped`,
        sql: references,
      });
    changes.push({
      ...base,
      kind: 'drop_table',
      stage: 'drop',
      additive: false,
      description: `${renamed.get(table.name) ?? table.name} is dropped with its rows`,
      sql: [`drop table if exists ${name}`],
    });
  }
}

/** New indexes of a table with rows are made while requests go on; unique ones at once, for logic counts on them. */
function changeIndexes(before: TableShape, after: TableShape, empty: boolean, { changes }: Context): void {
  const known = new Map(indexesOf(before).map((index) => [index.name, index]));
  const replaced = new Set(
    changes.filter(({ kind, table }) => kind === 'replace_column' && table === after.name).map(({ column }) => column),
  );
  for (const index of indexesOf(after)) {
    // Dropping a column took its indexes along.
    const lost = index.columns.some((column) => replaced.has(column));
    const there = known.delete(index.name) && !lost;
    if (there) continue;
    const later = !empty && !index.unique;
    changes.push({
      kind: 'add_index',
      table: after.name,
      column: null,
      stage: later ? 'index' : 'transaction',
      additive: true,
      description: `${index.unique ? 'unique index' : 'index'} ${index.name}`,
      sql: [createIndex(index, later)],
      index: index.name,
    });
  }
  for (const index of known.values())
    changes.push({
      kind: 'drop_index',
      table: after.name,
      column: null,
      stage: 'drop',
      additive: false,
      description: `index ${index.name} is dropped`,
      sql: [`drop index if exists ${quoteIdentifier(index.name)}`],
    });
}
