/** What the writing database functions do at run time. */
import { type Defaults, defaultValue } from '../3-plan/sql/column-writer.ts';
import { maxVariants, type QueryPlan } from '../3-plan/sql/query-plan.ts';
import type { PatchPlan, WritePlan, WrittenColumn } from '../3-plan/sql/writes/step.ts';
import type { QueryAnswer } from '../effects.ts';
import { errorOf, keyNotChangeable, moreThanOne, notFound, unknownColumn, wrongType } from '../errors.ts';
import type { Invoke } from '../ir.ts';
import type { Run } from '../run/run.ts';
import { isObject } from '../values/kinds.ts';
import { typeName } from '../values/operators.ts';
import type { Value, ValueObject } from '../values/value.ts';
import { encodingFor, firstRow } from './answers.ts';

/** add_record and add_or_edit_record: the record as it stands then. */
export const invokeAdd: Invoke<WritePlan, Value[]> = (run, step, plan, args) => {
  const sent = sendValues(run, step, plan.columns, args, (column) =>
    column.from === null ? undefined : (args[column.from] ?? null),
  );
  const ask = () => run.effects.query(run, step, plan.query.variantOf(args, encodingFor(run, plan, true))).then(firstRow);
  return sent === undefined ? ask() : sent.then(ask);
};

/** edit_record and delete_record: the record as it stands (or stood) then. */
export const invokeChange: Invoke<WritePlan, Value[]> = async (run, step, plan, args) => {
  await sendValues(run, step, plan.columns, args, (column) => (column.from === null ? null : (args[column.from] ?? null)));
  return changedRow(plan, await run.effects.query(run, step, plan.query.variantOf(args, encodingFor(run, plan, true))));
};

/** Statements of patch_record by their columns; shared by all runs of a step. */
const patchStatements = new WeakMap<PatchPlan, Map<string, QueryPlan>>();

/** patch_record: writes what the object holds. */
export const invokePatch: Invoke<PatchPlan, Value[]> = async (run, step, plan, args) => {
  const data = args[plan.dataArg] ?? null;
  if (!isObject(data)) throw errorOf(wrongType, { what: 'data', wanted: 'an object', found: typeName(data) });
  const names = patchedNames(plan, data);
  const columns = names.flatMap((name) => plan.columns.get(name) ?? []);
  await sendValues(run, step, columns, args, (column) => data[column.writer.column.name] ?? null);
  return changedRow(
    plan,
    await run.effects.query(run, step, patchStatement(plan, names).variantOf(args, encodingFor(run, plan, true))),
  );
};

/** The columns that the object holds, in the table's order: the same columns are always the same statement. */
function patchedNames(plan: PatchPlan, data: ValueObject): readonly string[] {
  for (const name of Object.keys(data)) {
    if (name === plan.key) throw errorOf(keyNotChangeable, { column: name });
    if (!plan.columns.has(name)) throw errorOf(unknownColumn, { column: name, table: plan.table });
  }
  return [...plan.columns.keys()].filter((name) => Object.hasOwn(data, name));
}

function patchStatement(plan: PatchPlan, names: readonly string[]): QueryPlan {
  let statements = patchStatements.get(plan);
  if (statements === undefined) {
    statements = new Map();
    patchStatements.set(plan, statements);
  }
  const key = names.join('\u0000');
  const statement = statements.get(key) ?? plan.statementFor(names);
  // A map keeps the order of insertion: what is used moves to the end, the first is the least used.
  statements.delete(key);
  statements.set(key, statement);
  const [oldest] = statements.keys();
  if (statements.size > maxVariants && oldest !== undefined) statements.delete(oldest);
  return statement;
}

function changedRow(
  plan: { readonly table: string; readonly counted: boolean; readonly visible: readonly string[] },
  answer: QueryAnswer,
): Value {
  const first = firstRow(answer);
  const [row] = answer.rows;
  if (first === null) throw errorOf(notFound, { what: `The record of ${plan.table}` });
  if (!plan.counted || row === undefined) return first;
  const matches = Number(row['~n']);
  if (matches === 0) throw errorOf(notFound, { what: `The record of ${plan.table}` });
  if (matches > 1) throw errorOf(moreThanOne, { table: plan.table });
  const shown: Record<string, Value> = Object.create(null);
  for (const name of plan.visible) shown[name] = row[name] ?? null;
  return shown;
}

/**
 * Fills the values of the columns in among the step's arguments: checked, defaults taken, passwords hashed.
 * @returns what to wait for; undefined where there is no password
 */
function sendValues(
  run: Run,
  step: number,
  columns: readonly WrittenColumn[],
  values: Value[],
  given: (column: WrittenColumn) => Value | undefined,
): Promise<void> | undefined {
  const defaults = defaultsOf(run, step);
  for (const column of columns) {
    const { writer, sent } = column;
    const value = given(column);
    const identity = writer.column.primary && writer.column.type !== 'uuid';
    if (value === undefined) values[sent] = defaultValue(writer.column, defaults);
    else if (value === null && identity) values[sent] = null;
    else values[sent] = writer.write(value, defaults);
  }
  return columns.some(({ writer }) => writer.column.type === 'password') ? hashPasswords(run, step, columns, values) : undefined;
}

/** After all checks: hashing is slow, and a refused write needs none. */
async function hashPasswords(run: Run, step: number, columns: readonly WrittenColumn[], values: Value[]): Promise<void> {
  for (const { writer, sent } of columns) {
    const password = values[sent];
    if (writer.column.type === 'password' && typeof password === 'string')
      values[sent] = await run.effects.hash_password(run, step, { password });
  }
}

/** `now` is read once a step: columns written together agree. */
function defaultsOf(run: Run, step: number): Defaults {
  let now: Value = null;
  return {
    now: () => (now ??= run.effects.now(run, step, null)),
    uuid: (version) => run.effects.uuid(run, step, { version }),
  };
}
