/** Rows as the database answered them, made objects or left as JSON: the same for whoever asks how many there are, or the first. */
import type { DatabasePlan } from '../3-plan/sql/query-plan.ts';
import type { EncodedRows, Encoding, QueryAnswer } from '../effects.ts';
import type { Run } from '../run/run.ts';
import { EncodedJson } from '../values/encoded.ts';
import type { Value, ValueObject } from '../values/value.ts';

/**
 * What of a step's rows may come as JSON, `encoding` where they may at all. Whoever observes the run sees its values: those are
 * objects then.
 */
export const encodingFor = (run: Run, plan: DatabasePlan, encoding: true | Encoding): true | Encoding | undefined =>
  plan.form?.as === 'json' && run.observer === undefined ? encoding : undefined;

/** Rows of an answer, or what was made of them. */
export interface ShapedRows {
  readonly rows: readonly ValueObject[];
  readonly encoded?: EncodedRows | undefined;
}

/** How many rows there are. */
export const rowCount = ({ rows, encoded }: ShapedRows): number => encoded?.ends.length ?? rows.length;

/** The first row; null where there is none. */
export function firstRow({ rows, encoded }: ShapedRows): Value {
  if (encoded === undefined) return rows[0] ?? null;
  const [end] = encoded.ends;
  return end === undefined ? null : new EncodedJson(encoded.utf8.slice(0, end), encoded.ascii);
}

/** The first rows: at most so many. */
export function firstRows({ rows, encoded, count }: QueryAnswer, most: number): QueryAnswer {
  const shown = rows.length > most ? rows.slice(0, most) : rows;
  if (encoded === undefined) return { rows: shown, count };
  return { rows: shown, encoded: encoded.ends.length > most ? cut(encoded, most) : encoded, count };
}

function cut({ utf8, ends, ascii }: EncodedRows, most: number): EncodedRows {
  return { utf8: utf8.slice(0, ends[most - 1] ?? 0), ends: ends.slice(0, most), ascii };
}

/** All rows as a list. */
export function asList({ rows, encoded }: ShapedRows): Value {
  return encoded === undefined ? rows : new EncodedJson(`[${encoded.utf8}]`, encoded.ascii);
}
