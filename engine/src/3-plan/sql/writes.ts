/** add_record, edit_record, patch_record, add_or_edit_record, delete_record: their statements. */

import type { Expression, ObjectEntry } from '../../1-syntax/ast.ts';
import type { StepCheck } from '../../library/define.ts';
import type { Column, Table } from '../../model.ts';
import { anyType, describeType, objectOf, type Type } from '../../types/type.ts';
import { bindingOf, sqlTypeOf } from './column-types.ts';
import { type ColumnWriter, mayWrite, writerOf } from './column-writer.ts';
import { CompileContext, constantOf, type Phase } from './context.ts';
import { textList } from './names.ts';
import {
  badParameter,
  columnTypeMismatch,
  keyInData,
  literalRefused,
  missingColumn,
  needsUniqueIndex,
  nullableKey,
  unknownRowName,
} from './problems.ts';
import { type DatabasePlan, QueryPlan, type StatementFacts } from './query-plan.ts';
import { type Compiled, type RowCondition, rowCondition } from './record.ts';
import { type SqlSource, tableSource } from './scope.ts';
import { addOwnColumns, fromTable, Selection } from './selection.ts';
import { and, clause, identifier, list, qualified, type Sql, sql } from './tree.ts';
import { isUniqueTogether } from './unique.ts';
import { givenReader, nothing, nullReader, present, type Use } from './uses.ts';

/** One column that a write sends. */
export interface WrittenColumn {
  readonly writer: ColumnWriter;
  /** Argument with the value as the stack gives it; null: the column's default. */
  readonly from: number | null;
  /** Argument that takes the value as it is sent. */
  readonly sent: number;
}

export interface WritePlan extends DatabasePlan {
  readonly table: string;
  readonly query: QueryPlan;
  readonly columns: readonly WrittenColumn[];
  /** By `where`: the statement tells how many rows matched. */
  readonly counted: boolean;
  readonly visible: readonly string[];
}

export interface PatchPlan extends DatabasePlan {
  readonly table: string;
  readonly key: string;
  readonly dataArg: number;
  /** Every column that may be written, by name. */
  readonly columns: ReadonlyMap<string, WrittenColumn>;
  /** The statement that writes these columns, in the table's order. */
  readonly statementFor: (columns: readonly string[]) => QueryPlan;
  readonly counted: boolean;
  readonly visible: readonly string[];
}

/** Which table is written, and what the record's answer holds: all columns but passwords. */
interface WriteTarget {
  readonly table: Table;
  readonly selection: Selection;
}

/** What a step that writes one record has at hand. */
interface WriteStep extends WriteTarget {
  readonly context: CompileContext;
  readonly step: StepCheck;
  readonly source: SqlSource;
}

function writeStep(step: StepCheck, phase: Phase): WriteStep | undefined {
  const table = step.table();
  if (table === undefined) return undefined;
  const source = tableSource(table, table.name);
  const selection = new Selection();
  addOwnColumns(selection, source);
  return { context: new CompileContext(step, phase), step, table, source, selection };
}

const resultOf = (write: WriteStep): Type => objectOf(write.selection.fields());

function facts(write: WriteTarget, byUniqueKey: boolean, counted: boolean): StatementFacts {
  const columns = write.selection.columns();
  const all = counted ? [...columns, { name: '~n', ...bindingOf({ type: 'int' }) }] : columns;
  return { table: write.table.name, columns: all, access: 'write', maxRows: 1, byUniqueKey, locks: false };
}

function planOf(write: WriteStep, tree: Sql, columns: readonly WrittenColumn[], row?: RowCondition): WritePlan {
  const counted = row !== undefined && !row.byKey;
  const query = new QueryPlan(tree, write.context.uses, facts(write, row?.byKey ?? false, counted));
  const { name } = write.table;
  return {
    database: true,
    reads: row === undefined ? [] : [name],
    writes: [name],
    locks: false,
    table: name,
    query,
    columns,
    counted,
    visible: [...write.selection.visible.keys()],
    statements: () => query.mainStatements(),
  };
}

/** The members of `data`, which must be written out as an object. */
function dataEntries(write: WriteStep): readonly ObjectEntry[] | undefined {
  const data = write.step.expression('data');
  if (data === undefined) return undefined;
  if (data.kind === 'object') return data.entries;
  const message =
    '`data` is written out here: an object with a value for each column. To write whatever an object holds, use patch_record.';
  write.context.report(badParameter, data, { message });
  return undefined;
}

/** Checks one member of `data` against its column. */
function dataColumn(write: WriteStep, entry: ObjectEntry): Column | undefined {
  const { context, table } = write;
  const at = { span: entry.keySpan, pointer: entry.value.pointer };
  const column = table.columns.get(entry.key);
  if (column === undefined) {
    context.report(unknownRowName, at, { name: entry.key, of: table.name, candidates: table.columns.keys() });
    return undefined;
  }
  checkValue(write, column, entry.value);
  return column;
}

function checkValue(write: WriteStep, column: Column, value: Expression): void {
  const { context } = write;
  const constant = constantOf(value);
  const type = context.typeOf(value);
  if (constant === null) {
    if (!column.nullable && column.default === undefined && !column.primary)
      context.report(literalRefused, value, { column: column.name, reason: 'must not be null, and has no default' });
  } else if (constant !== undefined) {
    const flaw = writerOf(column).flawOf(constant);
    if (flaw !== undefined) context.report(literalRefused, value, { column: column.name, reason: flaw });
  } else if (!mayWrite(column, type))
    context.report(columnTypeMismatch, value, {
      operator: `The column ${column.name}`,
      wanted: column.type,
      found: describeType(type),
    });
}

function written(write: WriteStep, column: Column, value: Expression | null): WrittenColumn {
  const { context } = write;
  return { writer: writerOf(column), from: value === null ? null : context.arg(value), sent: context.given() };
}

/** The value of a column in `values (…)` or `set`. A key without a value is numbered by the database. */
function sentValue(write: WriteStep, { writer, sent }: WrittenColumn): Sql {
  const { column } = writer;
  const identity = column.primary && column.type !== 'uuid';
  const use = write.context.givenUse(sent, identity ? keyReader : givenReader);
  const bind: Sql = { kind: 'bind', use, binding: bindingOf(sqlTypeOf(column)) };
  return identity ? { kind: 'choice', use, cases: { [present]: bind, [nothing]: sql`default` } } : bind;
}

const keyReader: typeof givenReader = (value, out, at) => {
  out[at] = value;
  return nullReader(value, out, at);
};

/** The columns of a new record: those of `data`, and those that have a default. */
function newColumns(write: WriteStep, entries: readonly ObjectEntry[]): readonly WrittenColumn[] {
  const given = new Map<string, WrittenColumn>();
  for (const entry of entries) {
    const column = dataColumn(write, entry);
    if (column !== undefined) given.set(column.name, written(write, column, entry.value));
  }
  const all: WrittenColumn[] = [];
  for (const column of write.table.columns.values()) {
    const known = given.get(column.name);
    if (known !== undefined) all.push(known);
    else if (column.default !== undefined || (column.primary && column.type === 'uuid')) all.push(written(write, column, null));
    else if (!column.nullable && !column.primary)
      write.context.report(missingColumn, write.step.param('data') ?? write.step.node, {
        column: column.name,
        table: write.table.name,
      });
  }
  return all;
}

function insertInto(write: WriteStep, columns: readonly WrittenColumn[], conflict: Sql): Sql {
  const { table } = write;
  const returning = sql` returning ${write.selection.sql()}`;
  if (columns.length === 0) return sql`insert into ${identifier(table.name)} default values${returning}`;
  const names = list(columns.map((c) => identifier(c.writer.column.name)));
  const values = list(columns.map((c) => sentValue(write, c)));
  return sql`insert into ${identifier(table.name)} (${names}) values (${values})${conflict}${returning}`;
}

/** Compiles add_record. */
export function compileAdd(step: StepCheck, phase: Phase): Compiled<WritePlan> | undefined {
  const write = writeStep(step, phase);
  const entries = write === undefined ? undefined : dataEntries(write);
  if (write === undefined || entries === undefined) return undefined;
  const columns = newColumns(write, entries);
  return { plan: planOf(write, insertInto(write, columns, sql``), columns), context: write.context, result: resultOf(write) };
}

/** Compiles add_or_edit_record: one statement, decided by a unique index. */
export function compileAddOrEdit(step: StepCheck, phase: Phase): Compiled<WritePlan> | undefined {
  const write = writeStep(step, phase);
  const entries = write === undefined ? undefined : dataEntries(write);
  if (write === undefined || entries === undefined) return undefined;
  const keys = conflictKeys(write, entries);
  const columns = newColumns(write, entries);
  const changed = entries
    .map((e) => e.key)
    .filter((name) => !keys.includes(name) && write.table.columns.get(name)?.primary === false);
  // Something must be set, or the record that is there already would not be answered.
  const set = (changed.length > 0 ? changed : keys).map((name) => sql`${identifier(name)} = excluded.${identifier(name)}`);
  const conflict = sql` on conflict (${list(keys.map(identifier))}) do update set ${list(set)}`;
  return { plan: planOf(write, insertInto(write, columns, conflict), columns), context: write.context, result: resultOf(write) };
}

function conflictKeys(write: WriteStep, entries: readonly ObjectEntry[]): readonly string[] {
  const { context, table, step } = write;
  const node = step.param('key');
  const keys = textList(context, node, 'key');
  for (const { name, node: at } of keys) {
    if (!table.columns.has(name)) context.report(unknownRowName, at, { name, of: table.name, candidates: table.columns.keys() });
    else if (!entries.some((e) => e.key === name))
      context.report(badParameter, at, { message: `data needs a value for ${name}, which finds the record.` });
  }
  const names = keys.map((k) => k.name);
  if (names.every((name) => table.columns.has(name)) && !isUniqueTogether(table, names))
    context.report(needsUniqueIndex, node ?? step.node, { columns: names.join(', ') || 'no columns', table: table.name });
  for (const { name, node: at } of keys)
    if (table.columns.get(name)?.nullable === true) context.report(nullableKey, at, { column: name, table: table.name });
  return names;
}

/** Compiles edit_record. */
export function compileEdit(step: StepCheck, phase: Phase): Compiled<WritePlan> | undefined {
  const write = writeStep(step, phase);
  if (write === undefined) return undefined;
  const entries = dataEntries(write);
  const row = rowCondition(write.context, write.source, 'write');
  if (entries === undefined || row === undefined) return undefined;
  const columns: WrittenColumn[] = [];
  for (const entry of entries) {
    const column = dataColumn(write, entry);
    if (column?.primary === true)
      write.context.report(keyInData, { span: entry.keySpan, pointer: entry.value.pointer }, { column: column.name });
    else if (column !== undefined) columns.push(written(write, column, entry.value));
  }
  if (entries.length === 0)
    write.context.report(badParameter, step.param('data') ?? step.node, {
      message: '`data` is empty: nothing would be changed.',
    });
  return {
    plan: planOf(
      write,
      changeOne(
        write,
        row,
        updateSet(
          write.table,
          columns.map((column) => assignment(write, column)),
        ),
      ),
      columns,
      row,
    ),
    context: write.context,
    result: resultOf(write),
  };
}

function updateSet(table: Table, assignments: readonly Sql[]): Sql {
  return sql`update ${identifier(table.name)} set ${list(assignments)}`;
}

const assignment = (write: WriteStep, column: WrittenColumn): Sql =>
  sql`${identifier(column.writer.column.name)} = ${sentValue(write, column)}`;

/**
 * Changes one row. By key: at once. By condition: up to two matching rows are locked and counted first, and the change is made
 * only when there is one; the answer always has one row, with the number of matches as `~n`.
 */
function changeOne(write: WriteTarget, row: RowCondition, change: Sql): Sql {
  const { table, selection } = write;
  if (row.byKey) return sql`${change}${clause('where', row.condition)} returning ${selection.sql()}`;
  const key = qualified(table.name, table.key.name);
  const matched = sql`select ${key} as "k" from ${fromTable(table)}${clause('where', row.condition)} limit 2 for update`;
  const one = and(sql`${key} in (select "k" from "~m")`, sql`(select count(*) from "~m") = 1`);
  const changed = sql`${change}${clause('where', one)} returning ${selection.sql()}`;
  return sql`with "~m" as materialized (${matched}), "~u" as (${changed}) select ${selection.sqlFrom(sql`"~u"`)}, "~n"."n" as "~n" from (select count(*) as "n" from "~m") as "~n" left join "~u" on true`;
}

/** Compiles delete_record. */
export function compileDelete(step: StepCheck, phase: Phase): Compiled<WritePlan> | undefined {
  const write = writeStep(step, phase);
  const row = write === undefined ? undefined : rowCondition(write.context, write.source, 'write');
  if (write === undefined || row === undefined) return undefined;
  const tree = changeOne(write, row, sql`delete from ${identifier(write.table.name)}`);
  return { plan: planOf(write, tree, [], row), context: write.context, result: resultOf(write) };
}

/** Compiles patch_record: a statement for each set of columns, made when it is first needed. */
export function compilePatch(step: StepCheck, phase: Phase): Compiled<PatchPlan> | undefined {
  const write = writeStep(step, phase);
  if (write === undefined) return undefined;
  const { context, table } = write;
  const row = rowCondition(context, write.source, 'write');
  const data = step.expression('data');
  if (row === undefined || data === undefined) return undefined;
  checkPatch(write, data);
  const dataArg = context.arg(data);
  const columns = new Map<string, WrittenColumn>();
  const assignments = new Map<string, Sql>();
  for (const column of table.columns.values()) {
    if (column.primary) continue;
    const sent = written(write, column, null);
    columns.set(column.name, sent);
    assignments.set(column.name, assignment(write, sent));
  }
  const statementFor = patchStatements({ table, selection: write.selection }, row, assignments, context.uses);
  const shown = knownKeys(data) ?? [...columns.keys()];
  const plan: PatchPlan = {
    database: true,
    reads: [table.name],
    writes: [table.name],
    locks: false,
    table: table.name,
    key: table.key.name,
    dataArg,
    columns,
    statementFor,
    counted: !row.byKey,
    visible: [...write.selection.visible.keys()],
    statements: () => statementFor(shown).mainStatements(),
  };
  return { plan, context, result: resultOf(write) };
}

/** Makes the statement for a set of columns. Keeps what it needs and no more: it lives as long as the plan. */
function patchStatements(
  target: WriteTarget,
  row: RowCondition,
  assignments: ReadonlyMap<string, Sql>,
  uses: readonly Use[],
): PatchPlan['statementFor'] {
  return (names) => {
    const chosen = names.flatMap((name) => assignments.get(name) ?? []);
    const tree = chosen.length === 0 ? readOne(target, row) : changeOne(target, row, updateSet(target.table, chosen));
    return new QueryPlan(tree, uses, facts(target, row.byKey, !row.byKey));
  };
}

/** A patch without any key changes nothing and answers the record. */
function readOne(write: WriteTarget, row: RowCondition): Sql {
  const { table, selection } = write;
  const where = clause('where', row.condition);
  if (row.byKey) return sql`select ${selection.sql()} from ${fromTable(table)}${where}`;
  const found = sql`select ${selection.sql()} from ${fromTable(table)}${where} limit 2`;
  return sql`with "~u" as materialized (${found}) select ${selection.sqlFrom(sql`"~u"`)}, "~n"."n" as "~n" from (select count(*) as "n" from "~u") as "~n" left join "~u" on true limit 1`;
}

const knownKeys = (data: Expression): readonly string[] | undefined =>
  data.kind === 'object' ? data.entries.map((e) => e.key) : undefined;

/** What is known of the object before the run. */
function checkPatch(write: WriteStep, data: Expression): void {
  const { context, table } = write;
  const type = context.typeOf(data);
  if (type.kind !== 'object' && type.kind !== 'any')
    context.report(badParameter, data, { message: `data must be an object, not ${describeType(type)}.` });
  if (data.kind === 'object') {
    for (const entry of data.entries)
      if (dataColumn(write, entry)?.primary === true)
        context.report(keyInData, { span: entry.keySpan, pointer: entry.value.pointer }, { column: entry.key });
    return;
  }
  for (const name of type.fields?.keys() ?? []) {
    if (name === table.key.name) context.report(keyInData, data, { column: name });
    else if (!table.columns.has(name))
      context.report(unknownRowName, data, { name, of: table.name, candidates: table.columns.keys() });
  }
}

/** The result of a step that could not be compiled. */
export const unknownRecord: Type = anyType;
