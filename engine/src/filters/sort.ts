/** The filter `sort`: stable, over any mixture of values. */
import { defineError, errorOf } from '../errors.ts';
import { isNumber } from '../values/kinds.ts';
import { toText } from '../values/operators.ts';
import { compareForSort } from '../values/order.ts';
import type { Value } from '../values/value.ts';
import { Walk } from '../values/walk.ts';
import { leadingNumber } from './conversion.ts';
import { parseDataPath, readPath } from './data-path.ts';
import { defineFilter } from './define.ts';
import { sameAsInput } from './result-types.ts';

const unknownSortType = defineError<{ type: string }>({
  code: 'unknown_sort_type',
  status: 400,
  title: 'The filter sort does not know the type it was given',
  solve: 'Use "text", "itext" (capitals do not count) or "number"; without a type values are compared as they are.',
  message: (d) => `${JSON.stringify(d.type)} is no type that sort knows.`,
});

/** How each type reads the key of an item. null stays null and so goes last. */
const keyReaders: Readonly<Record<string, (value: Value) => Value>> = {
  any: (value) => value,
  text: (value) => (value === null ? null : toText(value)),
  itext: (value) => (value === null ? null : toText(value).toLowerCase()),
  number: (value) => (typeof value === 'string' ? leadingNumber(value) : isNumber(value) ? value : null),
};

const otherNames: Readonly<Record<string, string>> = {
  '': 'any',
  int: 'number',
  decimal: 'number',
  float: 'number',
  num: 'number',
};

export const sort = defineFilter({
  name: 'sort',
  aliases: ['fsort', 'sort_by'],
  family: 'list',
  description:
    'Sorts a list, by a path inside its items if one is given. Equal items keep their order; texts compare by code point; null goes last, or first when descending, as in PostgreSQL. Different types are kept apart: bools, numbers, texts, timestamps, dates, lists, objects.',
  input: ['list'],
  parameters: [
    {
      name: 'path',
      kind: 'value',
      types: ['text'],
      optional: true,
      description: 'What to sort by: a path inside each item (`customer.name`); "" or null for the item itself.',
    },
    {
      name: 'type',
      kind: 'value',
      types: ['text'],
      optional: true,
      description:
        'Compare as "text", "itext" (capitals do not count) or "number" (also texts that begin with one); as they are without it.',
    },
    {
      name: 'ascending',
      kind: 'value',
      types: ['bool'],
      optional: true,
      description: 'The smallest first (true, the default) or the largest (false).',
    },
  ],
  result: sameAsInput,
  run: (_context, list, path = '', type = '', ascending = true) => {
    const name = otherNames[type] ?? type;
    const reader = Object.hasOwn(keyReaders, name) ? keyReaders[name] : undefined;
    if (reader === undefined) throw errorOf(unknownSortType, { type });
    const parts = parseDataPath(path);
    const walk = new Walk();
    const direction = ascending ? 1 : -1;
    return list
      .map((item) => ({ item, key: reader(readPath(item, parts)) }))
      .sort((a, b) => direction * compareForSort(a.key, b.key, walk))
      .map((entry) => entry.item);
  },
  examples: [
    { expression: '[3, 1.5, 2]|sort', result: [1.5, 2, 3] },
    { expression: '[{"n": 2}, {"n": null}, {"n": 1}]|sort:"n"', result: [{ n: 1 }, { n: 2 }, { n: null }] },
    { expression: '["10", "9", "b"]|sort:"":"number"', result: ['9', '10', 'b'] },
    { expression: '["b", "A", "a"]|sort:null:"itext":false', result: ['b', 'A', 'a'] },
  ],
});
