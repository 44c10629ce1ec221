/** Rows as the database answered them, made objects or left as JSON: the same for whoever asks how many there are, or the first. */
import type { DatabasePlan } from '../3-plan/sql/query-plan.ts';
import type { QueryAnswer } from '../effects.ts';
import type { Run } from '../run/run.ts';
import { EncodedJson } from '../values/encoded.ts';
import type { Value } from '../values/value.ts';

/** Whether the rows of a step may come as JSON. Whoever observes the run sees its values: those are objects then. */
export const mayEncode = (run: Run, plan: DatabasePlan): boolean => plan.form?.as === 'json' && run.observer === undefined;

/** How many rows there are. */
export const rowCount = ({ rows, encoded }: QueryAnswer): number => encoded?.ends.length ?? rows.length;

/** The first row; null where there is none. */
export function firstRow({ rows, encoded }: QueryAnswer): Value {
  if (encoded === undefined) return rows[0] ?? null;
  const [end] = encoded.ends;
  return end === undefined ? null : new EncodedJson(encoded.utf8.slice(0, end), encoded.ascii);
}

/** The first rows of encoded ones as a list: at most so many. */
export function encodedList({ utf8, ends, ascii }: NonNullable<QueryAnswer['encoded']>, most: number): EncodedJson {
  const end = Math.min(most, ends.length) - 1;
  return new EncodedJson(`[${utf8.slice(0, ends[end] ?? 0)}]`, ascii);
}
