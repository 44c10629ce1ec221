/** Rows on their way out: hidden columns are taken out, nested lists are put in. The same walk for objects and for JSON. */
import type { ChildPlan, OuterValue, RowShape } from '../3-plan/sql/children.ts';
import type { EncodedRows } from '../effects.ts';
import { errorOf, tooManyRows } from '../errors.ts';
import type { Run } from '../run/run.ts';
import { type ContentKey, contentKey } from '../values/equality.ts';
import type { Value, ValueList, ValueObject } from '../values/value.ts';
import { rowCount, type ShapedRows } from './answers.ts';
import { encodedRows, groupedJson, withNestedJson } from './rows-json.ts';

/** The rows of one level. */
interface Level {
  /** Whole, or where they are JSON the values that the nested statements are asked with. */
  readonly rows: readonly ValueObject[];
  readonly encoded: EncodedRows | undefined;
  /** What the row's level was itself asked with: nested levels may need it too. */
  readonly tupleOf: (row: number) => ValueList;
}

const noTuple: ValueList = [];

/** Shapes the rows of a statement; asks one statement for each nested list and level. Rows that came as JSON stay JSON. */
export function shapeRows(
  run: Run,
  step: number,
  shape: RowShape,
  { rows, encoded }: ShapedRows,
  args: ValueList,
): ShapedRows | Promise<ShapedRows> {
  if (shape.children.length > 0) return withChildren(run, step, shape, { rows, encoded, tupleOf: () => noTuple }, args);
  if (encoded !== undefined) return { rows, encoded };
  return { rows: shape.hides ? rows.map((row) => visiblePart(row, shape)) : rows };
}

function visiblePart(row: ValueObject, shape: RowShape): Record<string, Value> {
  const shown: Record<string, Value> = Object.create(null);
  for (const name of shape.visible) shown[name] = row[name] ?? null;
  return shown;
}

async function withChildren(run: Run, step: number, shape: RowShape, level: Level, args: ValueList): Promise<ShapedRows> {
  const lists = await Promise.all(shape.children.map((child) => nestedIn(run, step, child, level, args)));
  const { rows, encoded } = level;
  if (encoded !== undefined) return { rows, encoded: withNestedJson(encoded, shape, lists, run.limits) };
  return {
    rows: rows.map((row, i) => {
      const shown = visiblePart(row, shape);
      shape.children.forEach((child, j) => {
        shown[child.name] = lists[j]?.[i] ?? null;
      });
      return shown;
    }),
  };
}

/** What the nested list of each outer row holds, in the order of the outer rows. */
async function nestedIn(run: Run, step: number, child: ChildPlan, outer: Level, args: ValueList): Promise<ValueList> {
  const { tuples, places } = distinctTuples(child, outer);
  if (tuples.length === 0) return [];
  run.charge(places.length);
  const values = [...args];
  child.outer.forEach(({ arg }, i) => {
    values[arg] = tuples.map((tuple) => tuple[i] ?? null);
  });
  const encoding = outer.encoded === undefined ? undefined : child.encoding;
  const answer = await run.effects.query(run, step, child.query.variantOf(values, encoding));
  if (rowCount(answer) > child.maxRows) throw errorOf(tooManyRows, { maxRows: child.maxRows, what: `The with "${child.name}"` });
  const { rows } = answer;
  const groups = groupsOf(child, tuples, rows);
  const tupleOf = (row: number): ValueList => tuples[groups[row] ?? 0] ?? noTuple;
  // JSON goes into JSON alone: where only the outer rows came so, the nested ones are written here.
  const encoded =
    outer.encoded === undefined ? undefined : (answer.encoded ?? encodedRows(rows, child.shape.visible, run.decimals));
  const shaped = await shapeLevel(run, step, child.shape, { rows, encoded, tupleOf }, args);
  const nested =
    shaped.encoded === undefined
      ? groupedObjects(shaped.rows, groups, tuples.length, child.single)
      : groupedJson(shaped.encoded, groups, tuples.length, child.single);
  return places.map((place) => nested[place] ?? null);
}

function shapeLevel(run: Run, step: number, shape: RowShape, level: Level, args: ValueList): ShapedRows | Promise<ShapedRows> {
  if (shape.children.length > 0) return withChildren(run, step, shape, level, args);
  const { rows, encoded } = level;
  if (encoded !== undefined || (!shape.hides && sameNames(rows[0], shape))) return level;
  return { rows: rows.map((row) => visiblePart(row, shape)) };
}

/** A statement over several outer rows gives their number as well, which is not shown. */
const sameNames = (row: ValueObject | undefined, shape: RowShape): boolean =>
  row !== undefined && Object.keys(row).length === shape.visible.length;

/** The rows of each group as a list, or the first one. */
function groupedObjects(rows: readonly ValueObject[], groups: readonly number[], groupCount: number, single: boolean): ValueList {
  const lists: ValueObject[][] = Array.from({ length: groupCount }, () => []);
  rows.forEach((row, i) => {
    lists[groups[i] ?? -1]?.push(row);
  });
  return single ? lists.map(([first]) => first ?? null) : lists;
}

/** The outer values without repetition, and which of them each outer row has. */
function distinctTuples(
  child: ChildPlan,
  { rows, tupleOf }: Level,
): { readonly tuples: readonly ValueList[]; readonly places: readonly number[] } {
  const known = new Map<ContentKey, number>();
  const tuples: ValueList[] = [];
  const places = rows.map((row, i) => {
    const tuple = child.outer.map(({ value }) => outerValue(row, tupleOf(i), value));
    const key = keyOf(tuple);
    const place = known.get(key) ?? tuples.push(tuple) - 1;
    known.set(key, place);
    return place;
  });
  return { tuples, places };
}

const outerValue = (row: ValueObject, tuple: ValueList, value: OuterValue): Value =>
  (value.from === 'row' ? row[value.column] : tuple[value.index]) ?? null;

const keyOf = (tuple: ValueList): ContentKey =>
  tuple.length === 1 ? contentKey(tuple[0] ?? null) : JSON.stringify(tuple.map((value) => contentKey(value)));

/** Which tuple each row belongs to. */
function groupsOf({ place }: ChildPlan, tuples: readonly ValueList[], rows: readonly ValueObject[]): readonly number[] {
  const { column, by } = place;
  if (by === 'number') return rows.map((row) => Number(row[column]) - 1);
  const byValue = new Map(tuples.map((tuple, i) => [keyOf(tuple), i]));
  return rows.map((row) => byValue.get(contentKey(row[column] ?? null)) ?? -1);
}
