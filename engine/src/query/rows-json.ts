/** Nested rows put into their outer ones as JSON, by text alone. Everywhere UTF-8, one character a byte. */
import type { RowShape } from '../3-plan/sql/children.ts';
import type { EncodedRows } from '../effects.ts';
import { errorOf, resultTooLarge } from '../errors.ts';
import type { Limits } from '../limits.ts';
import { EncodedJson, mostEncodedBytes, utf8Of } from '../values/encoded.ts';
import { encodeJson, type JsonOptions } from '../values/json.ts';
import type { ValueList, ValueObject } from '../values/value.ts';

const emptyList = new EncodedJson('[]', true);

/** Rows with their nested lists as members behind their own. Throws `result_too_large` long before they are too much for one string. */
export function withNestedJson(
  { utf8, ends, ascii }: EncodedRows,
  shape: RowShape,
  lists: readonly ValueList[],
  limits: Pick<Limits, 'resultBytes'>,
): EncodedRows {
  const keys = shape.children.map(({ name }) => `${JSON.stringify(name)}:`);
  const newEnds: number[] = [];
  let text = '';
  let isAscii = ascii;
  let from = 0;
  ends.forEach((end, i) => {
    if (i > 0) text += ',';
    text += utf8.slice(from, end - 1);
    let comma = shape.visible.length > 0;
    lists.forEach((list, child) => {
      const nested = list[i];
      text += `${comma ? ',' : ''}${keys[child]}${nested instanceof EncodedJson ? nested.$utf8 : 'null'}`;
      if (nested instanceof EncodedJson && !nested.$ascii) isAscii = false;
      comma = true;
    });
    text += '}';
    if (text.length > mostEncodedBytes) throw errorOf(resultTooLarge, { limitBytes: limits.resultBytes });
    newEnds.push(text.length);
    from = end + 1;
  });
  return { utf8: text, ends: newEnds, ascii: isAscii };
}

/** The rows of each group as a list, or the first one. */
export function groupedJson(rows: EncodedRows, groups: readonly number[], groupCount: number, single: boolean): ValueList {
  const texts: string[] = Array.from({ length: groupCount }, () => '');
  for (const { group, text } of runsOf(rows, groups, single)) {
    const before = texts[group];
    if (before === '') texts[group] = text;
    else if (before !== undefined && !single) texts[group] = `${before},${text}`;
  }
  return texts.map((text) => {
    if (text === '') return single ? null : emptyList;
    return new EncodedJson(single ? text : `[${text}]`, rows.ascii);
  });
}

/** Rows of one group that follow each other, as one text; where only first rows count, each row. */
function* runsOf(
  { utf8, ends }: EncodedRows,
  groups: readonly number[],
  single: boolean,
): Generator<{ readonly group: number; readonly text: string }> {
  let from = 0;
  for (let i = 0; i < ends.length; i++) {
    const group = groups[i] ?? -1;
    if (!single && groups[i + 1] === group) continue;
    const end = ends[i] ?? 0;
    yield { group, text: utf8.slice(from, end) };
    from = end + 1;
  }
}

/** Whole rows as JSON of these columns. */
export function encodedRows(
  rows: readonly ValueObject[],
  visible: readonly string[],
  decimals: JsonOptions['decimals'],
): EncodedRows {
  const ends: number[] = [];
  let utf8 = '';
  for (const row of rows) {
    const shown = Object.fromEntries(visible.map((name) => [name, row[name] ?? null]));
    utf8 += `${utf8 === '' ? '' : ','}${utf8Of(encodeJson(shown, { decimals, limitBytes: Number.POSITIVE_INFINITY }))}`;
    ends.push(utf8.length);
  }
  return { utf8, ends, ascii: false };
}
