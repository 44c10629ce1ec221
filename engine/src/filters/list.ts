/** Filters over lists: their size, ends and items. */
import { join as joinTypes, listOf, notNull, nullable, type Type } from '../types/type.ts';
import { type ContentKey, contentKeys } from '../values/equality.ts';
import { isList, isObject } from '../values/kinds.ts';
import type { Value, ValueList } from '../values/value.ts';
import { characterCount } from './characters.ts';
import { parseDataPath, readPath } from './data-path.ts';
import { defineFilter, type FilterParameter } from './define.ts';
import { allowList } from './limits.ts';
import { itemOf, measureOf, sameAsInput } from './result-types.ts';

const path = {
  name: 'path',
  kind: 'value',
  types: ['text'],
  optional: true,
  description: 'A path inside each item to look at (`address.city`); the item itself without it.',
} as const satisfies FilterParameter;

const push = defineFilter({
  name: 'push',
  aliases: ['append', 'array_push'],
  family: 'list',
  description: 'A list with one more item at its end. null counts as an empty list.',
  input: ['list', 'null'],
  parameters: [{ name: 'value', kind: 'value', description: 'The new last item; a list becomes one item.' }],
  result: (input, [value]) => {
    if (value === undefined || input.kind === 'any') return { kind: 'list', nullable: false };
    if (input.kind === 'null') return listOf(value);
    return input.items === undefined ? notNull(input) : listOf(joinTypes(input.items, value));
  },
  run: (context, list, value) => {
    allowList(context, (list ?? []).length + 1);
    return [...(list ?? []), value];
  },
  examples: [
    { expression: '[1, 2]|push:3', result: [1, 2, 3] },
    { expression: 'null|push:"a"', result: ['a'] },
    { expression: '[1]|push:[2]', result: [1, [2]] },
  ],
});

const safeArray = defineFilter({
  name: 'safe_array',
  family: 'list',
  description: 'Always a list: null gives an empty one, a list stays itself, any other value becomes the only item.',
  parameters: [],
  result: (input): Type => {
    if (input.kind === 'list') return notNull(input);
    return input.kind === 'any' || input.kind === 'null' ? { kind: 'list', nullable: false } : listOf(notNull(input));
  },
  run: (_context, value) => (value === null ? [] : isList(value) ? value : [value]),
  examples: [
    { expression: 'null|safe_array', result: [] },
    { expression: '5|safe_array', result: [5] },
    { expression: '[1, 2]|safe_array', result: [1, 2] },
  ],
});

const count = defineFilter({
  name: 'count',
  aliases: ['length', 'size'],
  family: 'list',
  description: 'Number of items of a list, of members of an object, of characters of a text.',
  input: ['list', 'object', 'text'],
  parameters: [],
  result: measureOf('int'),
  run: (_context, value) => {
    if (typeof value === 'string') return characterCount(value);
    return isList(value) ? value.length : Object.keys(value).length;
  },
  examples: [
    { expression: '[1, 2, null]|count', result: 3 },
    { expression: '{"a": 1}|count', result: 1 },
    { expression: '"abc"|count', result: 3 },
    { expression: 'null|count', result: null },
  ],
});

const unique = defineFilter({
  name: 'unique',
  aliases: ['distinct', 'array_unique'],
  family: 'list',
  description:
    'A list without repetitions: of equal items (by content; 1 and 1.0 are equal) the first stays. With a path, of items that are equal there.',
  input: ['list'],
  parameters: [path],
  result: sameAsInput,
  run: (_context, list, at = '') => {
    const parts = parseDataPath(at);
    const keyOf = contentKeys();
    const seen = new Set<ContentKey>();
    return list.filter((item) => {
      const key = keyOf(readPath(item, parts));
      return seen.has(key) ? false : seen.add(key);
    });
  },
  examples: [
    { expression: '[1, 2, 1, 1.0, "1"]|unique', result: [1, 2, '1'] },
    { expression: '[{"a": 1}, {"a": 1}]|unique', result: [{ a: 1 }] },
    { expression: '[{"id": 1, "n": 1}, {"id": 1, "n": 2}]|unique:"id"', result: [{ id: 1, n: 1 }] },
  ],
});

const first = defineFilter({
  name: 'first',
  family: 'list',
  description: 'The first item of a list; null when it is empty.',
  input: ['list'],
  parameters: [],
  result: (input) => nullable(itemOf(input)),
  run: (_context, list) => list[0] ?? null,
  examples: [
    { expression: '[3, 1, 2]|first', result: 3 },
    { expression: '[]|first', result: null },
  ],
});

const last = defineFilter({
  name: 'last',
  family: 'list',
  description: 'The last item of a list; null when it is empty.',
  input: ['list'],
  parameters: [],
  result: (input) => nullable(itemOf(input)),
  run: (_context, list) => list[list.length - 1] ?? null,
  examples: [
    { expression: '[3, 1, 2]|last', result: 2 },
    { expression: '[]|last', result: null },
  ],
});

const filterNull = defineFilter({
  name: 'filter_null',
  aliases: ['remove_null', 'compact'],
  family: 'null',
  description:
    'A list without its null items, or an object without its null members. With a path, a list without the items that are null there.',
  input: ['list', 'object'],
  parameters: [path],
  result: (input) => (input.kind === 'list' && input.items !== undefined ? listOf(notNull(input.items)) : notNull(input)),
  run: (_context, value, at = '') => {
    if (isObject(value)) return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
    return withoutNull(value, at);
  },
  examples: [
    { expression: '[1, null, 2]|filter_null', result: [1, 2] },
    { expression: '{"a": 1, "b": null}|filter_null', result: { a: 1 } },
    { expression: '[{"id": 1}, {"id": null}]|filter_null:"id"', result: [{ id: 1 }] },
  ],
});

function withoutNull(list: ValueList, at: string): Value {
  const parts = parseDataPath(at);
  return list.filter((item) => readPath(item, parts) !== null);
}

/** The filters of this file. */
export const listFilters = [push, safeArray, count, unique, first, last, filterNull];
