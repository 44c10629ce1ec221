/** bigint: a number everywhere but in JSON. */
import { describe, expect, test } from 'vitest';
import { Bigint } from './bigint.ts';
import { Decimal } from './decimal.ts';
import { contentKey } from './equality.ts';
import { encodeJson } from './json.ts';
import { add, divide, equals, isIn, less, multiply, negate, toText, typeName } from './operators.ts';
import { compareForSort } from './order.ts';
import { toPlain } from './plain.ts';
import type { Value } from './value.ts';

const largest = Bigint.of(9223372036854775807n);
const five = Bigint.of(5);
const decimal = (text: string): Decimal => Decimal.parse(text) ?? Decimal.of(0);

describe('a bigint', () => {
  test('is text in JSON, alone and inside, whatever decimals are', () => {
    for (const decimals of ['number', 'text'] as const)
      expect(encodeJson({ a: largest, b: [five] }, { decimals })).toBe('{"a":"9223372036854775807","b":["5"]}');
    expect(JSON.stringify([largest])).toBe('["9223372036854775807"]');
    expect(toPlain([largest])).toEqual(['9223372036854775807']);
  });

  test('is named a decimal, and written with its digits', () => {
    expect(typeName(largest)).toBe('decimal');
    expect(toText(largest)).toBe('9223372036854775807');
  });

  test.each<[Value, boolean]>([
    [5, true],
    [decimal('5.00'), true],
    [Bigint.of(5), true],
    ['5', false],
    [6, false],
    [null, false],
  ])('5 is equal to %j: %j', (other, same) => {
    expect(equals(five, other)).toBe(same);
    expect(equals(other, five)).toBe(same);
    expect(isIn(five, [other])).toBe(same);
    expect(contentKey(five) === contentKey(other)).toBe(same);
  });

  test('compares and sorts by value, not as text', () => {
    expect(less(five, 10)).toBe(true);
    expect(less(largest, decimal('9223372036854775807.5'))).toBe(true);
    expect(() => less(five, '6')).toThrow(expect.objectContaining({ code: 'wrong_type' }));
    expect([largest, Bigint.of(-1), five, 4].sort((a, b) => compareForSort(a, b)).map((v) => toText(v))).toEqual([
      '-1',
      '4',
      '5',
      '9223372036854775807',
    ]);
  });

  test.each<[string, Value]>([
    ['5', add(0, five)],
    ['9223372036854775812', add(largest, five)],
    ['25', multiply(five, five)],
    ['2.5', divide(five, 2)],
    ['-5', negate(five)],
  ])('what is computed from it is a plain decimal: %s', (text, value) => {
    expect(value).not.toBeInstanceOf(Bigint);
    expect(encodeJson(value, { decimals: 'number' })).toBe(text);
  });

  test('has the range of int8', () => {
    expect(Bigint.parse('9223372036854775808')).toBeNull();
    expect(Bigint.parse('-9223372036854775808')?.toText()).toBe('-9223372036854775808');
    expect(Bigint.parse('1.0')).toBeNull();
    expect(() => Bigint.of(2n ** 63n)).toThrow(expect.objectContaining({ code: 'number_out_of_range' }));
  });
});
