/** edit_record and patch_record: compiles the step to an update of one row. */
import type { Expression } from '../../../1-syntax/ast.ts';
import type { StepCheck } from '../../../library/define.ts';
import type { Table } from '../../../model.ts';
import { describeType } from '../../../types/type.ts';
import type { Phase } from '../context.ts';
import { badParameter, keyInData, unknownRowName } from '../problems.ts';
import { QueryPlan } from '../query-plan.ts';
import { type Compiled, type RowCondition, rowCondition } from '../record.ts';
import { fromTable } from '../selection.ts';
import { clause, identifier, list, type Sql, sql } from '../tree.ts';
import type { Use } from '../uses.ts';
import {
  changeOne,
  countedRows,
  dataColumn,
  dataEntries,
  facts,
  type PatchPlan,
  planOf,
  resultOf,
  sentValue,
  type WritePlan,
  type WriteStep,
  type WriteTarget,
  type WrittenColumn,
  writeStep,
  written,
} from './step.ts';

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
    answers: row.byKey ? 'row' : countedRows,
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
