/** What all writing steps share: their table, condition and data, and how data becomes columns. */
import type { Expression, ObjectEntry } from '../../../1-syntax/ast.ts';
import type { StepCheck } from '../../../library/define.ts';
import type { Column, Table } from '../../../model.ts';
import { describeType, objectOf, type Type } from '../../../types/type.ts';
import { bindingOf, sqlTypeOf } from '../column-types.ts';
import { type ColumnWriter, mayWrite, writerOf } from '../column-writer.ts';
import { CompileContext, constantOf, type Phase } from '../context.ts';
import { badParameter, columnTypeMismatch, literalRefused, unknownRowName } from '../problems.ts';
import { type DatabasePlan, QueryPlan, type StatementFacts } from '../query-plan.ts';
import type { RowCondition } from '../record.ts';
import { type SqlSource, tableSource } from '../scope.ts';
import { addOwnColumns, fromTable, Selection } from '../selection.ts';
import { and, clause, qualified, type Sql, sql } from '../tree.ts';
import { givenReader, nothing, nullReader, present } from '../uses.ts';

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
export interface WriteTarget {
  readonly table: Table;
  readonly selection: Selection;
}

/** What a step that writes one record has at hand. */
export interface WriteStep extends WriteTarget {
  readonly context: CompileContext;
  readonly step: StepCheck;
  readonly source: SqlSource;
}

/** Reads what all writing steps have; undefined where the table is unknown (reported by the check of parameters). */
export function writeStep(step: StepCheck, phase: Phase): WriteStep | undefined {
  const table = step.table();
  if (table === undefined) return undefined;
  const source = tableSource(table, table.name);
  const selection = new Selection();
  addOwnColumns(selection, source);
  return { context: new CompileContext(step, phase), step, table, source, selection };
}

/** The type of the row that a write answers. */
export const resultOf = (write: WriteStep): Type => objectOf(write.selection.fields());

/** What is known of a statement that writes. */
export function facts(write: WriteTarget, byUniqueKey: boolean, counted: boolean): StatementFacts {
  const columns = write.selection.columns();
  const all = counted ? [...columns, { name: '~n', ...bindingOf({ type: 'int' }) }] : columns;
  return { table: write.table.name, columns: all, access: 'write', maxRows: 1, byUniqueKey, locks: false };
}

/** The plan of one statement that writes; `more` is what else is known of it. */
export function planOf(
  write: WriteStep,
  tree: Sql,
  columns: readonly WrittenColumn[],
  row?: RowCondition,
  more: Pick<StatementFacts, 'insertsOne'> = {},
): WritePlan {
  const counted = row !== undefined && !row.byKey;
  const query = new QueryPlan(tree, write.context.uses, { ...facts(write, row?.byKey ?? false, counted), ...more });
  const { name } = write.table;
  return {
    database: true,
    reads: row === undefined ? [] : [name],
    writes: [name],
    locks: false,
    answers: counted ? countedRows : 'row',
    table: name,
    query,
    columns,
    counted,
    visible: [...write.selection.visible.keys()],
    statements: () => query.mainStatements(),
  };
}

/** The form of a row that comes with the number of rows that matched. */
export const countedRows = { because: 'the rows that match are counted in them' } as const;

/** The members of `data`, which must be written out as an object. */
export function dataEntries(write: WriteStep): readonly ObjectEntry[] | undefined {
  const data = write.step.expression('data');
  if (data === undefined) return undefined;
  if (data.kind === 'object') return data.entries;
  const message =
    '`data` is written out here: an object with a value for each column. To write whatever an object holds, use patch_record.';
  write.context.report(badParameter, data, { message });
  return undefined;
}

/** Checks one member of `data` against its column. */
export function dataColumn(write: WriteStep, entry: ObjectEntry): Column | undefined {
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

/** A column of the statement with what is sent for it; null: its default. */
export function written(write: WriteStep, column: Column, value: Expression | null): WrittenColumn {
  const { context } = write;
  return { writer: writerOf(column), from: value === null ? null : context.arg(value), sent: context.given() };
}

/** The value of a column in `values (…)` or `set`. A key without a value is numbered by the database. */
export function sentValue(write: WriteStep, { writer, sent }: WrittenColumn): Sql {
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

/**
 * Changes one row. By key: at once. By condition: up to two matching rows are locked and counted first, and the change is made
 * only when there is one; the answer always has one row, with the number of matches as `~n`.
 */
export function changeOne(write: WriteTarget, row: RowCondition, change: Sql): Sql {
  const { table, selection } = write;
  if (row.byKey) return sql`${change}${clause('where', row.condition)} returning ${selection.sql()}`;
  const key = qualified(table.name, table.key.name);
  const matched = sql`select ${key} as "k" from ${fromTable(table)}${clause('where', row.condition)} limit 2 for update`;
  const one = and(sql`${key} in (select "k" from "~m")`, sql`(select count(*) from "~m") = 1`);
  const changed = sql`${change}${clause('where', one)} returning ${selection.sql()}`;
  return sql`with "~m" as materialized (${matched}), "~u" as (${changed}) select ${selection.sqlFrom(sql`"~u"`)}, "~n"."n" as "~n" from (select count(*) as "n" from "~m") as "~n" left join "~u" on true`;
}
