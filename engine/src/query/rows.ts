/** Rows on their way out: hidden columns are taken out, nested lists are put in. */
import type { ChildPlan, OuterValue, RowShape } from '../3-plan/sql/children.ts';
import { errorOf, tooManyRows } from '../errors.ts';
import type { Run } from '../run/run.ts';
import { contentKey } from '../values/equality.ts';
import type { Value, ValueList, ValueObject } from '../values/value.ts';

/** A row with what its level was asked with: nested levels may need both. */
interface LevelRow {
  readonly row: ValueObject;
  readonly tuple: ValueList;
}

/** Shapes the rows of a statement; asks one statement for each nested list and level. */
export function shapeRows(
  run: Run,
  step: number,
  shape: RowShape,
  rows: readonly ValueObject[],
  args: ValueList,
): readonly ValueObject[] | Promise<readonly ValueObject[]> {
  if (shape.children.length === 0) return shape.hides ? rows.map((row) => visiblePart(row, shape)) : rows;
  return withChildren(
    run,
    step,
    shape,
    rows.map((row) => ({ row, tuple: [] })),
    args,
  );
}

function visiblePart(row: ValueObject, shape: RowShape): Record<string, Value> {
  const shown: Record<string, Value> = Object.create(null);
  for (const name of shape.visible) shown[name] = row[name] ?? null;
  return shown;
}

async function withChildren(
  run: Run,
  step: number,
  shape: RowShape,
  rows: readonly LevelRow[],
  args: ValueList,
): Promise<readonly ValueObject[]> {
  const lists = await Promise.all(shape.children.map((child) => childRows(run, step, child, rows, args)));
  return rows.map(({ row }, i) => {
    const shown = visiblePart(row, shape);
    shape.children.forEach((child, j) => {
      shown[child.name] = lists[j]?.[i] ?? null;
    });
    return shown;
  });
}

/** What the nested list of each outer row holds, in the order of the outer rows. */
async function childRows(
  run: Run,
  step: number,
  child: ChildPlan,
  outer: readonly LevelRow[],
  args: ValueList,
): Promise<readonly Value[]> {
  const { tuples, places } = distinctTuples(child, outer);
  if (tuples.length === 0) return [];
  run.charge(outer.length);
  const values = [...args];
  child.outer.forEach(({ arg }, i) => {
    values[arg] = tuples.map((tuple) => tuple[i] ?? null);
  });
  const { rows } = await run.effects.query(run, step, child.query.variantOf(values));
  if (rows.length > child.maxRows) throw errorOf(tooManyRows, { maxRows: child.maxRows, what: `The with "${child.name}"` });
  const indexes = placesOf(child, tuples, rows);
  const shaped = await shapeLevel(
    run,
    step,
    child.shape,
    rows.map((row, i) => ({ row, tuple: tuples[indexes[i] ?? 0] ?? [] })),
    args,
  );
  const groups: ValueObject[][] = tuples.map(() => []);
  shaped.forEach((row, i) => {
    groups[indexes[i] ?? -1]?.push(row);
  });
  return places.map((place) => (child.single ? (groups[place]?.[0] ?? null) : (groups[place] ?? [])));
}

async function shapeLevel(
  run: Run,
  step: number,
  shape: RowShape,
  rows: readonly LevelRow[],
  args: ValueList,
): Promise<readonly ValueObject[]> {
  if (shape.children.length > 0) return withChildren(run, step, shape, rows, args);
  return shape.hides || rows.length === 0 || !sameNames(rows[0]?.row, shape)
    ? rows.map(({ row }) => visiblePart(row, shape))
    : rows.map(({ row }) => row);
}

/** A statement over several outer rows gives their number as well, which is not shown. */
const sameNames = (row: ValueObject | undefined, shape: RowShape): boolean =>
  row !== undefined && Object.keys(row).length === shape.visible.length;

/** The outer values without repetition, and which of them each outer row has. */
function distinctTuples(
  child: ChildPlan,
  outer: readonly LevelRow[],
): { readonly tuples: readonly ValueList[]; readonly places: readonly number[] } {
  const known = new Map<string, number>();
  const tuples: ValueList[] = [];
  const places = outer.map((row) => {
    const tuple = child.outer.map(({ value }) => outerValue(row, value));
    const key = keyOf(tuple);
    const place = known.get(key) ?? tuples.push(tuple) - 1;
    known.set(key, place);
    return place;
  });
  return { tuples, places };
}

const outerValue = ({ row, tuple }: LevelRow, value: OuterValue): Value =>
  (value.from === 'row' ? row[value.column] : tuple[value.index]) ?? null;

const keyOf = (tuple: ValueList): string => JSON.stringify(tuple.map((value) => contentKey(value)));

/** Which tuple each row belongs to. */
function placesOf(child: ChildPlan, tuples: readonly ValueList[], rows: readonly ValueObject[]): readonly number[] {
  const { column, by } = child.place;
  if (by === 'number') return rows.map((row) => Number(row[column]) - 1);
  const byValue = new Map(tuples.map((tuple, i) => [keyOf(tuple), i]));
  return rows.map((row) => byValue.get(keyOf([row[column] ?? null])) ?? -1);
}
