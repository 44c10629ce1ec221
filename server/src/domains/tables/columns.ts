/** The changes from one shape of a column to the next. Names of before are already those of after. */
import { quoteIdentifier } from '../../base/postgres/index.ts';
import type { ChangeKind, SchemaChange } from './change.ts';
import { conversion } from './convert.ts';
import { type Constraint, checksOf, columnSql, referenceOf } from './objects.ts';
import { boundOf, type ColumnShape, sqlType } from './shape.ts';

/** Makes changes of one column in the transaction. */
function changer(table: string, column: string) {
  return (kind: ChangeKind, additive: boolean, description: string, ...sql: readonly string[]): SchemaChange => ({
    kind,
    table,
    column,
    stage: 'transaction',
    additive,
    description,
    sql: sql.map((action) => (action.startsWith('update ') ? action : `alter table ${quoteIdentifier(table)} ${action}`)),
  });
}

/** Everything that differs in a column but its type's being impossible; null for that. */
export function changeColumn(table: string, before: ColumnShape, after: ColumnShape): readonly SchemaChange[] | null {
  const converted = conversion(before, after);
  if (converted === null) return null;
  const retyped = converted.using !== null;
  return [
    ...changeType(table, before, after, converted),
    ...changeCollation(table, before, after, retyped),
    ...changeDefault(table, before, after, retyped),
    ...changeNullable(table, before, after),
    ...changeChecks(table, before, after, retyped),
    ...changeReference(table, before, after),
  ];
}

function changeType(
  table: string,
  before: ColumnShape,
  after: ColumnShape,
  { using, additive }: { using: string | null; additive: boolean },
): SchemaChange[] {
  const from = before.type === 'list' ? `${before.items}[]` : before.type;
  const to = after.type === 'list' ? `${after.items}[]` : after.type;
  const description = `${table}.${after.name} becomes ${to}${from === to ? '' : ` (was ${from})`}`;
  if (using === null) return from === to ? [] : [changer(table, after.name)('change_type', additive, description)];
  const name = quoteIdentifier(after.name);
  const collate = after.collate === null ? '' : ` collate ${quoteIdentifier(after.collate)}`;
  const dropDefault = before.default === null ? [] : [`alter column ${name} drop default`];
  return [
    changer(table, after.name)(
      'change_type',
      additive,
      description,
      ...dropDefault,
      `alter column ${name} type ${sqlType(after)}${collate} using ${using}`,
    ),
  ];
}

function changeCollation(table: string, before: ColumnShape, after: ColumnShape, retyped: boolean): SchemaChange[] {
  if (retyped || before.collate === after.collate) return [];
  const sql = `alter column ${quoteIdentifier(after.name)} type ${sqlType(after)} collate ${quoteIdentifier(after.collate ?? 'default')}`;
  return [
    changer(table, after.name)('change_collation', true, `${table}.${after.name} sorts by ${after.collate ?? 'code point'}`, sql),
  ];
}

function changeDefault(table: string, before: ColumnShape, after: ColumnShape, retyped: boolean): SchemaChange[] {
  // An identity column brings its own.
  if (after.primary && after.type === 'int') return [];
  if (before.default === after.default && !(retyped && before.default !== null)) return [];
  const name = quoteIdentifier(after.name);
  const sql = after.default === null ? `alter column ${name} drop default` : `alter column ${name} set default ${after.default}`;
  const description =
    after.default === null
      ? `${table}.${after.name} loses its default`
      : `${table}.${after.name} gets the default ${after.default}`;
  return [changer(table, after.name)('change_default', after.default !== null || after.nullable, description, sql)];
}

function changeNullable(table: string, before: ColumnShape, after: ColumnShape): SchemaChange[] {
  if (before.nullable === after.nullable) return [];
  const name = quoteIdentifier(after.name);
  const make = changer(table, after.name);
  if (after.nullable)
    return [make('change_nullable', true, `${table}.${after.name} may be null`, `alter column ${name} drop not null`)];
  const fill =
    after.default === null ? [] : [`update ${quoteIdentifier(table)} set ${name} = ${after.default} where ${name} is null`];
  const description = `${table}.${after.name} must have a value${fill.length > 0 ? '; rows without one get the default' : ''}`;
  return [make('change_nullable', false, description, ...fill, `alter column ${name} set not null`)];
}

function changeChecks(table: string, before: ColumnShape, after: ColumnShape, retyped: boolean): SchemaChange[] {
  const make = changer(table, after.name);
  const old = new Map(checksOf(table, before).map((check) => [check.name, check]));
  const changes: SchemaChange[] = [];
  for (const check of checksOf(table, after)) {
    const known = old.get(check.name);
    old.delete(check.name);
    if (known?.sql === check.sql && !retyped) continue;
    const drop = `drop constraint ${quoteIdentifier(check.name)}`;
    const words = `${table}.${after.name}: ${wordsOf(check)}`;
    if (known === undefined) changes.push(make('add_check', false, words, add(check)));
    // Checks hold the column's type in their text: around a change of type they are taken off and made anew.
    else if (retyped)
      changes.push(make('drop_check', true, `${words} (made anew)`, drop), make('add_check', true, words, add(check)));
    else changes.push(make('change_check', loosened(before, after), words, drop, add(check)));
  }
  for (const check of old.values())
    changes.push(
      make(
        'drop_check',
        true,
        `${table}.${after.name}: no longer ${wordsOf(check)}`,
        `drop constraint ${quoteIdentifier(check.name)}`,
      ),
    );
  return changes;
}

/** Whether every value of before is allowed after. */
function loosened(before: ColumnShape, after: ColumnShape): boolean {
  const values = after.values === null || (before.values?.every((value) => after.values?.includes(value)) ?? false);
  const [min, max] = [atMost(after.min, before.min), atMost(before.max, after.max)];
  return values && (after.min === null || min) && (after.max === null || max);
}

/** Whether both bounds are there, the first not above the second. */
function atMost(low: ColumnShape['min'], high: ColumnShape['max']): boolean {
  const [a, b] = [boundOf(low), boundOf(high)];
  return a !== null && b !== null && a.compare(b) <= 0;
}

function changeReference(table: string, before: ColumnShape, after: ColumnShape): SchemaChange[] {
  const [old, next] = [referenceOf(table, before), referenceOf(table, after)];
  if (old?.sql === next?.sql) return [];
  const make = changer(table, after.name);
  const drop = old === null ? [] : [`drop constraint ${quoteIdentifier(old.name)}`];
  if (next === null) return [make('drop_reference', true, `${table}.${after.name} refers to nothing any more`, ...drop)];
  const description = `${table}.${after.name} refers to ${after.references?.table} (on delete: ${after.references?.onDelete})`;
  const sameTarget = before.references?.table === after.references?.table;
  return [make(old === null ? 'add_reference' : 'change_reference', sameTarget, description, ...drop, add(next))];
}

/** A column that is new in a table: itself, its checks, its reference. */
export function addColumn(table: string, column: ColumnShape): readonly SchemaChange[] {
  const make = changer(table, column.name);
  const reference = referenceOf(table, column);
  const checks = checksOf(table, column).map(add);
  return [
    make(
      'add_column',
      true,
      `${table}.${column.name} is new (${column.type}${column.nullable ? ', may be null' : ''})`,
      `add column ${columnSql(column)}`,
      ...checks,
    ),
    ...(reference === null
      ? []
      : [make('add_reference', true, `${table}.${column.name} refers to ${column.references?.table}`, add(reference))]),
  ];
}

/** `add constraint …` of a check or a reference. */
export const add = (constraint: Constraint): string => `add constraint ${quoteIdentifier(constraint.name)} ${constraint.sql}`;

function wordsOf(check: Constraint): string {
  return check.sql.replace(/^check \((.*)\)$/s, '$1');
}
