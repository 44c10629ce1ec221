/** What the reading database functions do at run time: choose the variant, ask once, shape the answer. */
import type { ListPlan } from '../3-plan/sql/list.ts';
import type { Paging } from '../3-plan/sql/paging.ts';
import type { ExistsPlan, RecordPlan } from '../3-plan/sql/record.ts';
import type { QueryAnswer } from '../effects.ts';
import { badPaging, errorOf, tooManyRows, wrongType } from '../errors.ts';
import type { Invoke } from '../ir.ts';
import { maxPerPage } from '../limits.ts';
import type { Run } from '../run/run.ts';
import { typeName } from '../values/operators.ts';
import type { Value, ValueList } from '../values/value.ts';
import { asList, encodingFor, firstRow, firstRows, rowCount } from './answers.ts';
import { type CursorBinding, openCursor, sealCursor } from './cursor.ts';
import { shapeRows } from './rows.ts';

/** get_record: the record or null. */
export const invokeGet: Invoke<RecordPlan, ValueList> = (run, step, plan, args) => {
  const asked = run.effects.query(run, step, plan.query.variantOf(args, encodingFor(run, plan, plan.encoding)));
  return plan.shape.children.length === 0
    ? asked.then(firstRow)
    : asked.then(async (answer) => firstRow(await shapeRows(run, step, plan.shape, answer, args)));
};

/** has_record: whether there is one. */
export const invokeHas: Invoke<ExistsPlan, ValueList> = (run, step, plan, args) =>
  run.effects.query(run, step, plan.query.variantOf(args)).then(({ rows }) => rows[0]?.found === true);

/** query_records: a list, a page, or one object of aggregates. */
export const invokeList: Invoke<ListPlan, Value[]> = (run, step, plan, args) => {
  const { paging } = plan;
  switch (paging.kind) {
    case 'all':
      return plainList(run, step, plan, args, paging.maxRows);
    case 'cut':
      return cutList(run, step, plan, paging, args);
    case 'page':
      return pageOf(run, step, plan, paging, args);
    case 'cursor':
      return cursorPage(run, step, plan, paging, args);
  }
};

async function plainList(run: Run, step: number, plan: ListPlan, args: ValueList, maxRows: number): Promise<Value> {
  const answer = await run.effects.query(run, step, plan.rows.variantOf(args, encodingFor(run, plan, plan.encoding)));
  if (rowCount(answer) > maxRows) throw errorOf(tooManyRows, { maxRows });
  return plan.single ? firstRow(answer) : listed(run, step, plan, answer, maxRows, args);
}

/** The first rows of an answer as a list: at most so many. */
function listed(
  run: Run,
  step: number,
  plan: ListPlan,
  answer: QueryAnswer,
  most: number,
  args: ValueList,
): Value | Promise<Value> {
  const shaped = shapeRows(run, step, plan.shape, firstRows(answer, most), args);
  return shaped instanceof Promise ? shaped.then(asList) : asList(shaped);
}

function cutList(run: Run, step: number, plan: ListPlan, paging: Paging & { kind: 'cut' }, args: Value[]): Promise<Value> {
  const limit = paging.limitArg === null ? null : numberArg(args, paging.limitArg, 'limit', 0, paging.maxRows);
  args[paging.sentLimit] = limit ?? paging.maxRows + 1;
  if (paging.offsetArg !== null)
    args[paging.offsetArg] = numberArg(args, paging.offsetArg, 'offset', 0, Number.MAX_SAFE_INTEGER) ?? 0;
  return plainList(run, step, plan, args, paging.maxRows);
}

/** An int argument within its bounds; null where it is null. */
function numberArg(args: ValueList, arg: number, name: string, least: number, most: number): number | null {
  const value = args[arg] ?? null;
  if (value === null) return null;
  if (typeof value !== 'number') throw errorOf(wrongType, { what: name, wanted: 'an int', found: typeName(value) });
  if (value < least || value > most) throw errorOf(badPaging, { name, least, most });
  return value;
}

/** Rows and their number, asked for at the same time. */
function rowsAndCount(
  run: Run,
  step: number,
  plan: ListPlan,
  args: ValueList,
): Promise<readonly [rows: QueryAnswer, count: QueryAnswer | null]> {
  const rows = plan.rows.variantOf(args, encodingFor(run, plan, plan.encoding));
  const count = plan.count?.variantOf(args);
  const asked = run.effects.query(run, step, rows);
  return count === undefined
    ? asked.then((answer) => [answer, null] as const)
    : Promise.all([asked, run.effects.query(run, step, count)]);
}

/** The `total` of a page; nothing where it was not asked for. */
const totalOf = (count: QueryAnswer | null): { readonly total?: Value } =>
  count === null ? {} : { total: count.rows[0]?.n ?? 0 };

function perPageOf(paging: Paging & { kind: 'page' | 'cursor' }, args: ValueList): number {
  return (paging.perPageArg === null ? null : numberArg(args, paging.perPageArg, 'per_page', 1, maxPerPage)) ?? paging.perPage;
}

function pageOf(run: Run, step: number, plan: ListPlan, paging: Paging & { kind: 'page' }, args: Value[]): Promise<Value> {
  const perPage = perPageOf(paging, args);
  const page = numberArg(args, paging.pageArg, 'page', 1, Math.floor(Number.MAX_SAFE_INTEGER / maxPerPage)) ?? 1;
  // One more row than shown tells whether there is a next page.
  args[paging.sentLimit] = perPage + 1;
  args[paging.sentOffset] = (page - 1) * perPage;
  return rowsAndCount(run, step, plan, args).then(([rows, count]) => {
    const answer = (items: Value): Value => ({
      items,
      page,
      per_page: perPage,
      next_page: rowCount(rows) > perPage ? page + 1 : null,
      previous_page: page > 1 ? page - 1 : null,
      ...totalOf(count),
    });
    const items = listed(run, step, plan, rows, perPage, args);
    return items instanceof Promise ? items.then(answer) : answer(items);
  });
}

async function cursorPage(
  run: Run,
  step: number,
  plan: ListPlan,
  paging: Paging & { kind: 'cursor' },
  args: Value[],
): Promise<Value> {
  const perPage = perPageOf(paging, args);
  const binding: CursorBinding = { key: run.sealKey, seal: paging.seal, bound: paging.boundArgs.map((arg) => args[arg] ?? null) };
  const cursor = args[paging.cursorArg] ?? null;
  args[paging.sentLimit] = perPage + 1;
  args[paging.keyset.flagArg] = cursor === null ? null : true;
  if (cursor !== null) {
    const last = openCursor(binding, paging.keyset.types, cursor);
    paging.keyset.args.forEach((arg, i) => {
      args[arg] = last[i] ?? null;
    });
  }
  const [rows, count] = await rowsAndCount(run, step, plan, args);
  const last = rows.rows[perPage - 1];
  const sortValues = paging.columns.map((column) => last?.[column] ?? null);
  return {
    items: await listed(run, step, plan, rows, perPage, args),
    per_page: perPage,
    next_cursor: rowCount(rows) > perPage ? sealCursor(binding, sortValues) : null,
    ...totalOf(count),
  };
}
