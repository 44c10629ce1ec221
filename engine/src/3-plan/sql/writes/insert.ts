/** add_record and add_or_edit_record: compiles the step to an insert. */
import type { ObjectEntry } from '../../../1-syntax/ast.ts';
import type { StepCheck } from '../../../library/define.ts';
import type { Phase } from '../context.ts';
import { textList } from '../names.ts';
import { badParameter, missingColumn, needsUniqueIndex, nullableKey, unknownRowName } from '../problems.ts';
import type { Compiled } from '../record.ts';
import { identifier, list, type Sql, sql } from '../tree.ts';
import { isUniqueTogether } from '../unique.ts';
import {
  dataColumn,
  dataEntries,
  planOf,
  resultOf,
  sentValue,
  type WritePlan,
  type WriteStep,
  type WrittenColumn,
  writeStep,
  written,
} from './step.ts';

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
  const plan = planOf(write, insertInto(write, columns, sql``), columns, undefined, { insertsOne: true });
  return { plan, context: write.context, result: resultOf(write) };
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
