/** Filters over lists whose argument is an expression for each item: it sees `item` and `index` (and `result` in reduce). */
import { anyType, join as joinTypes, listOf, marks, marksOf, nullable } from '../types/type.ts';
import { truthy } from '../values/operators.ts';
import type { Value } from '../values/value.ts';
import { defineFilter, type FilterParameter } from './define.ts';
import { itemOf, measureOf, sameAsInput } from './result-types.ts';

const condition = {
  name: 'condition',
  kind: 'lambda',
  description: 'A condition over `item` and `index`.',
} as const satisfies FilterParameter;

const map = defineFilter({
  name: 'map',
  family: 'list',
  description: 'A list of what the expression gives for each item.',
  input: ['list'],
  parameters: [{ name: 'expression', kind: 'lambda', description: 'An expression over `item` and `index`.' }],
  result: (_input, [body]) => (body === undefined ? { kind: 'list', nullable: false } : listOf(body)),
  ownMark: true,
  run: (_context, list, expression) => list.map((item, index) => expression(item, index)),
  examples: [
    { expression: '[1, 2, 3]|map:item * 2', result: [2, 4, 6] },
    { expression: '[{"name": "a"}, {"name": "b"}]|map:item.name ~ index', result: ['a0', 'b1'] },
  ],
});

const filter = defineFilter({
  name: 'filter',
  family: 'list',
  description: 'The items for which the condition holds, in their order.',
  input: ['list'],
  parameters: [condition],
  result: sameAsInput,
  run: (_context, list, holds) => list.filter((item, index) => truthy(holds(item, index))),
  examples: [
    { expression: '[1, 2, 3, 4]|filter:item % 2 == 0', result: [2, 4] },
    { expression: '["a", "b", "c"]|filter:index > 0', result: ['b', 'c'] },
    { expression: '[]|filter:item', result: [] },
  ],
});

const reduce = defineFilter({
  name: 'reduce',
  aliases: ['fold'],
  family: 'list',
  description:
    'Goes through a list and keeps a result: the expression sees `result` (at first `start`), `item` and `index`, and gives the next result.',
  input: ['list'],
  parameters: [
    { name: 'expression', kind: 'lambda', description: 'An expression over `result`, `item` and `index`.' },
    { name: 'start', kind: 'value', description: 'The result before the first item, and of an empty list.' },
  ],
  // What carries a mark after one item may stand anywhere in the result after the next.
  result: (_input, [body = anyType, start = anyType]) => {
    const { kind, nullable: mayBeNull, ...known } = joinTypes(body, start);
    const carried = marksOf(body, start);
    const isMarked = marks.some((mark) => carried[mark] === true);
    return { kind, nullable: mayBeNull, ...(isMarked ? carried : known) };
  },
  ownMark: true,
  run: (_context, list, expression, start) => {
    let result: Value = start;
    for (let index = 0; index < list.length; index++) result = expression(list[index] ?? null, index, result);
    return result;
  },
  examples: [
    { expression: '[1, 2, 3]|reduce:result + item:0', result: 6 },
    { expression: '["a", "b"]|reduce:result ~ item:">"', result: '>ab' },
    { expression: '[]|reduce:result + item:7', result: 7 },
  ],
});

const every = defineFilter({
  name: 'every',
  aliases: ['all'],
  family: 'list',
  description: 'Whether the condition holds for every item; true for an empty list.',
  input: ['list'],
  parameters: [condition],
  result: measureOf('bool'),
  run: (_context, list, holds) => list.every((item, index) => truthy(holds(item, index))),
  examples: [
    { expression: '[2, 4]|every:item % 2 == 0', result: true },
    { expression: '[2, 3]|every:item % 2 == 0', result: false },
    { expression: '[]|every:false', result: true },
  ],
});

const some = defineFilter({
  name: 'some',
  aliases: ['any'],
  family: 'list',
  description: 'Whether the condition holds for at least one item; false for an empty list.',
  input: ['list'],
  parameters: [condition],
  result: measureOf('bool'),
  run: (_context, list, holds) => list.some((item, index) => truthy(holds(item, index))),
  examples: [
    { expression: '[1, 2]|some:item > 1', result: true },
    { expression: '[]|some:true', result: false },
  ],
});

const find = defineFilter({
  name: 'find',
  family: 'list',
  description: 'The first item for which the condition holds; null when there is none.',
  input: ['list'],
  parameters: [condition],
  result: (input) => nullable(itemOf(input)),
  run: (_context, list, holds) => list.find((item, index) => truthy(holds(item, index))) ?? null,
  examples: [
    { expression: '[1, 5, 7]|find:item > 2', result: 5 },
    { expression: '[1]|find:item > 2', result: null },
  ],
});

/** The filters of this file. */
export const lambdaFilters = [map, filter, reduce, every, some, find];
