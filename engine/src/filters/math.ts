/** Filters over numbers. */
import { errorOf, numberOutOfRange, wrongType } from '../errors.ts';
import { join as joinTypes, nullable, type Type, type } from '../types/type.ts';
import { Decimal } from '../values/decimal.ts';
import { isList, isNumber, typeName } from '../values/kinds.ts';
import { add, divide, less } from '../values/operators.ts';
import { toDecimal } from '../values/order.ts';
import type { Value, ValueList } from '../values/value.ts';
import { defineFilter } from './define.ts';
import { itemOf } from './result-types.ts';

const round = defineFilter({
  name: 'round',
  family: 'math',
  description:
    'Rounds to so many digits after the point, half away from zero as PostgreSQL does. An int stays an int; decimals and floats give a decimal with exactly these digits. Negative digits round to tens, hundreds and so on.',
  input: ['int', 'decimal', 'float'],
  parameters: [
    {
      name: 'digits',
      kind: 'value',
      types: ['int'],
      optional: true,
      description: 'Digits after the point, 0 by default; at most 1,000.',
    },
  ],
  result: (input) => type(input.kind === 'int' || input.kind === 'any' ? input.kind : 'decimal'),
  run: (_context, value, digits = 0) => {
    if (typeof value !== 'number') return toDecimal(value).round(digits);
    if (digits >= 0) return value;
    const rounded = Number(Decimal.of(value).round(digits).truncate());
    if (!Number.isSafeInteger(rounded)) throw errorOf(numberOutOfRange, { what: 'The rounded number' });
    return rounded;
  },
  examples: [
    { expression: '2.345|round:2', result: 2.35 },
    { expression: '-2.5|round', result: -3 },
    { expression: '7|round:2', result: 7 },
    { expression: '1250|round:-2', result: 1300 },
  ],
});

/** The numbers of a list; null items are left out. */
function numbersOf(filter: string, list: ValueList): Value[] {
  const numbers = list.filter((item) => item !== null);
  const wrong = numbers.find((item) => !isNumber(item));
  if (wrong !== undefined)
    throw errorOf(wrongType, {
      what: `The filter ${filter}`,
      wanted: 'a list of numbers',
      found: `one with a ${typeName(wrong)}`,
    });
  return numbers;
}

/** Sum and number of the ints of a list, null items left out; null where something else is in it, or the sum is no int. */
function sumOfInts(list: ValueList): { readonly sum: number; readonly count: number } | null {
  let sum = 0;
  let count = 0;
  for (const item of list) {
    if (item === null) continue;
    if (typeof item !== 'number') return null;
    sum += item;
    if (!Number.isSafeInteger(sum)) return null;
    count += 1;
  }
  return { sum, count };
}

/** Kind of a sum over items of a type: null items do not count. */
function numberKind(list: Type): Type {
  const { kind } = itemOf(list);
  return kind === 'int' || kind === 'decimal' || kind === 'float' ? type(kind) : { kind: 'any', nullable: true };
}

const sum = defineFilter({
  name: 'sum',
  aliases: ['array_sum'],
  family: 'math',
  description: 'The sum of a list of numbers; null items are left out, and the sum of nothing is 0.',
  input: ['list'],
  parameters: [],
  // The sum of nothing is the int 0, also of a list of decimals.
  result: (input) => (numberKind(input).kind === 'int' ? type('int') : { kind: 'any', nullable: true }),
  run: (_context, list) => sumOfInts(list)?.sum ?? numbersOf('sum', list).reduce((total, item) => add(total, item), 0),
  examples: [
    { expression: '[1, 2, 3.5]|sum', result: 6.5 },
    { expression: '[1, null, 2]|sum', result: 3 },
    { expression: '[]|sum', result: 0 },
  ],
});

/** Adds; ints whose sum is no int any more go on as a decimal: their mean is one anyway. */
function addWidening(total: Value, item: Value): Value {
  if (typeof total !== 'number' || typeof item !== 'number' || Number.isSafeInteger(total + item)) return add(total, item);
  return Decimal.of(total).add(Decimal.of(item));
}

const avg = defineFilter({
  name: 'avg',
  aliases: ['average', 'mean', 'array_avg'],
  family: 'math',
  description:
    'The mean of a list of numbers: a decimal, or a float of floats. null items are left out; the mean of nothing is null.',
  input: ['list'],
  parameters: [],
  result: (input) => nullable(numberKind(input).kind === 'int' ? type('decimal') : numberKind(input)),
  run: (_context, list) => {
    const ints = sumOfInts(list);
    if (ints !== null) return ints.count === 0 ? null : divide(ints.sum, ints.count);
    const numbers = numbersOf('avg', list);
    if (numbers.length === 0) return null;
    return divide(numbers.reduce(addWidening, 0), numbers.length);
  },
  examples: [
    { expression: '[1, 2]|avg', result: 1.5 },
    { expression: '[1, null, 3]|avg', result: 2 },
    { expression: '[]|avg', result: null },
  ],
});

/** The smallest or largest of a list; null items are left out, of equal ones the first counts. */
function extreme(values: ValueList, wanted: 'smallest' | 'largest'): Value {
  let best: Value = null;
  for (const value of values) {
    if (value === null) continue;
    if (best === null || (wanted === 'smallest' ? less(value, best) : less(best, value))) best = value;
  }
  return best;
}

function extremeType(input: Type, [other]: readonly Type[]): Type {
  return other === undefined ? nullable(itemOf(input)) : joinTypes(input, other);
}

function extremeOf(value: Value, other: Value | undefined, wanted: 'smallest' | 'largest'): Value {
  if (other !== undefined) return extreme([value, other], wanted);
  return isList(value) ? extreme(value, wanted) : value;
}

const min = defineFilter({
  name: 'min',
  aliases: ['minimum', 'num_min', 'array_min'],
  family: 'math',
  description:
    'With an argument the smaller of two values, without one the smallest item of a list. null is left out; the smallest of nothing is null.',
  input: ['list', 'int', 'decimal', 'float', 'text', 'timestamp', 'date', 'bool'],
  parameters: [{ name: 'other', kind: 'value', optional: true, description: 'The value to compare with, of the same type.' }],
  result: extremeType,
  run: (_context, value, other) => extremeOf(value, other, 'smallest'),
  examples: [
    { expression: '[3, 1.5, null]|min', result: 1.5 },
    { expression: '7|min:5', result: 5 },
    { expression: '"b"|min:"a"', result: 'a' },
    { expression: '[]|min', result: null },
  ],
});

const max = defineFilter({
  name: 'max',
  aliases: ['maximum', 'num_max', 'array_max'],
  family: 'math',
  description:
    'With an argument the larger of two values, without one the largest item of a list. null is left out; the largest of nothing is null.',
  input: ['list', 'int', 'decimal', 'float', 'text', 'timestamp', 'date', 'bool'],
  parameters: [{ name: 'other', kind: 'value', optional: true, description: 'The value to compare with, of the same type.' }],
  result: extremeType,
  run: (_context, value, other) => extremeOf(value, other, 'largest'),
  examples: [
    { expression: '[3, 10, null]|max', result: 10 },
    { expression: '0|max:-1.5', result: 0 },
    { expression: '[]|max', result: null },
  ],
});

/** The filters of this file. */
export const mathFilters = [round, sum, avg, min, max];
