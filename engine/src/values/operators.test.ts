import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimals, floats, ints, numbers, texts, values } from '../../../tests/harness/values.ts';
import { AshlarError } from '../errors.ts';
import { Decimal } from './decimal.ts';
import { contentKey } from './equality.ts';
import { Float } from './float.ts';
import {
  add,
  between,
  contains,
  divide,
  equals,
  isIn,
  joinText,
  less,
  lessOrEqual,
  literalBeside,
  literalFor,
  multiply,
  negate,
  overlaps,
  remainder,
  subtract,
  toText,
  truthy,
  typeName,
} from './operators.ts';
import { compareForSort } from './order.ts';
import { toValue } from './plain.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

const decimal = (text: string): Value => Decimal.parse(text);
const time = (text: string): Value => Timestamp.parse(text);
const day = (text: string): Value => PlainDate.parse(text);

/** Value and type, or the code of the error. */
function outcome(run: () => Value): string {
  try {
    const value = run();
    return `${typeName(value)} ${toText(value)}`;
  } catch (error) {
    if (error instanceof AshlarError) return error.code;
    throw error;
  }
}

describe('arithmetic', () => {
  test.each<[string, () => Value, string]>([
    ['int + int', () => add(1, 2), 'int 3'],
    ['beyond the safe integers', () => add(Number.MAX_SAFE_INTEGER, 1), 'number_out_of_range'],
    ['a product beyond them', () => multiply(3_037_000_500, 3_037_000_500), 'number_out_of_range'],
    ['the largest product', () => multiply(Number.MAX_SAFE_INTEGER, -1), 'int -9007199254740991'],
    ['int / int is a decimal', () => divide(7, 2), 'decimal 3.5'],
    ['also a whole one', () => divide(4, 2), 'decimal 2'],
    ['int % int', () => remainder(-7, 3), 'int -1'],
    ['int * decimal', () => multiply(2, decimal('1.50')), 'decimal 3.00'],
    ['float + int', () => add(Float.of(0.5), 1), 'float 1.5'],
    ['float * decimal is a decimal', () => multiply(Float.of(0.1), decimal('3.0')), 'decimal 0.30'],
    ['float / 0', () => divide(Float.of(1), 0), 'division_by_zero'],
    ['float % 0', () => remainder(Float.of(1), Float.of(0)), 'division_by_zero'],
    ['int / 0', () => divide(1, 0), 'division_by_zero'],
    ['int % 0', () => remainder(1, 0), 'division_by_zero'],
    ['decimal / 0', () => divide(decimal('1.0'), 0), 'division_by_zero'],
    ['float overflow', () => multiply(Float.of(1e300), Float.of(1e300)), 'number_out_of_range'],
    ['texts join', () => add('a', 'b'), 'text ab'],
    ['text + int', () => add('a', 1), 'wrong_type'],
    ['int + null', () => add(1, null), 'wrong_type'],
    ['text * int', () => multiply('a', 2), 'wrong_type'],
    ['timestamps apart', () => subtract(time('2024-01-01T00:00:01.500Z'), time('2024-01-01T00:00:00Z')), 'int 1500'],
    ['dates apart', () => subtract(day('2024-03-01'), day('2024-02-01')), 'int 29'],
    ['timestamp - int', () => subtract(time('2024-01-01T00:00:00Z'), 5), 'wrong_type'],
    ['timestamp + int', () => add(time('2024-01-01T00:00:00Z'), 5), 'wrong_type'],
    ['date - timestamp', () => subtract(day('2024-01-01'), time('2024-01-01T00:00:00Z')), 'wrong_type'],
    ['minus', () => negate(decimal('1.50')), 'decimal -1.50'],
    ['minus a text', () => negate('1'), 'wrong_type'],
    ['a literal beside a float', () => multiply(Float.of(2), literalFor(Decimal.of(15n, 1), 'float')), 'float 3'],
    ['the same at run time', () => multiply(Float.of(2), literalBeside(Decimal.of(15n, 1), Float.of(2))), 'float 3'],
    ['a literal beside an int stays', () => multiply(2, literalBeside(Decimal.of(15n, 1), 2)), 'decimal 3.0'],
  ])('%s', (_name, run, result) => {
    expect(outcome(run)).toBe(result);
  });

  test('there is no negative zero', () => {
    for (const zero of [multiply(0, -5), negate(0), remainder(-4, 2), subtract(0, 0)]) expect(Object.is(zero, 0)).toBe(true);
    expect(toText(negate(Float.of(0)))).toBe('0');
  });

  test('the hint of + names ~', () => {
    expect(() => add('a', 1)).toThrow('+ needs two numbers or two texts (`~` joins anything as text), but got text and int.');
  });

  test('sums and products commute, and undo each other, in every mixture of types', () => {
    const same = (a: () => Value, b: () => Value) => expect(outcome(a)).toBe(outcome(b));
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        same(
          () => add(a, b),
          () => add(b, a),
        );
        same(
          () => multiply(a, b),
          () => multiply(b, a),
        );
      }),
    );
    fc.assert(
      fc.property(decimals, fc.oneof(ints, decimals, floats), (a, b) => {
        expect(equals(subtract(add(a, b), b), a)).toBe(true);
        expect(less(a, b)).toBe(!lessOrEqual(b, a));
      }),
    );
  });
});

describe('comparison', () => {
  test.each<[string, () => Value, string]>([
    ['null < 1', () => less(null, 1), 'bool false'],
    ['null <= null', () => lessOrEqual(null, null), 'bool false'],
    ['int < decimal', () => less(1, decimal('1.1')), 'bool true'],
    ['float <= decimal, by value', () => lessOrEqual(Float.of(0.1), decimal('0.10')), 'bool true'],
    ['decimal <= float, by value', () => lessOrEqual(decimal('0.10'), Float.of(0.1)), 'bool true'],
    ['false < true', () => less(false, true), 'bool true'],
    ['text < int', () => less('1', 2), 'wrong_type'],
    ['date < timestamp', () => less(day('2024-01-01'), time('2024-01-01T00:00:00Z')), 'wrong_type'],
    ['list < list', () => less([1], [2]), 'wrong_type'],
    ['by code point, not by UTF-16 unit', () => less('\uffff', '\u{10000}'), 'bool true'],
    ['1 == 1.0', () => equals(1, decimal('1.00')), 'bool true'],
    ['1 == 1e0', () => equals(1, Float.of(1)), 'bool true'],
    ['0.1 == 1e-1', () => equals(decimal('0.1'), Float.of(0.1)), 'bool true'],
    ['1 == "1"', () => equals(1, '1'), 'bool false'],
    ['0 == false', () => equals(0, false), 'bool false'],
    ['null == null', () => equals(null, null), 'bool true'],
    ['null == ""', () => equals(null, ''), 'bool false'],
    ['one instant, two offsets', () => equals(time('2024-01-01T01:00:00+01:00'), time('2024-01-01T00:00:00Z')), 'bool true'],
    ['content', () => equals({ a: [1, { b: null }] }, { a: [decimal('1.0'), { b: null }] }), 'bool true'],
    ['missing is not null in objects', () => equals({ a: null }, {}), 'bool false'],
    ['no inherited members', () => equals(toValue(JSON.parse('{"toString":1}')), { a: 1 }), 'bool false'],
    ['list and object', () => equals([], {}), 'bool false'],
    ['bytes', () => equals(new Uint8Array([1]), new Uint8Array([1])), 'bool true'],
  ])('%s', (_name, run, result) => {
    expect(outcome(run)).toBe(result);
  });

  test('texts order as arrays of code points do', () => {
    const byPoints = (a: string, b: string): number => {
      const x = Array.from(a, (c) => c.codePointAt(0) ?? 0);
      const y = Array.from(b, (c) => c.codePointAt(0) ?? 0);
      for (let i = 0; i < Math.min(x.length, y.length); i++) if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
      return x.length - y.length;
    };
    fc.assert(
      fc.property(texts, texts, (a, b) => Math.sign(compareForSort(a, b)) === Math.sign(byPoints(a, b))),
      { numRuns: 2_000 },
    );
  });

  test('equality is symmetric, agrees with the content key and with the order', () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(equals(a, a)).toBe(true);
        expect(equals(a, b)).toBe(equals(b, a));
        expect(contentKey(a) === contentKey(b)).toBe(equals(a, b));
        expect(compareForSort(a, b) === 0).toBe(equals(a, b));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        expect(contentKey(a) === contentKey(b)).toBe(equals(a, b));
      }),
    );
  });

  test('the order is total and transitive', () => {
    fc.assert(
      fc.property(values, values, values, (a, b, c) => {
        expect(Math.sign(compareForSort(a, b))).toBe(-Math.sign(compareForSort(b, a)) + 0);
        const [x = null, y = null, z = null] = [a, b, c].sort(compareForSort);
        expect(compareForSort(x, y)).toBeLessThanOrEqual(0);
        expect(compareForSort(y, z)).toBeLessThanOrEqual(0);
        expect(compareForSort(x, z)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a value that holds itself many times over, or too deep, ends with a code', () => {
    const wrap = (times: number, how: (value: Value) => Value): Value => {
      let value: Value = 'x';
      for (let i = 0; i < times; i++) value = how(value);
      return value;
    };
    const wide = () => wrap(40, (value) => [value, value]);
    const deep = () => wrap(100_000, (value) => [value]);
    for (const [a, b, code] of [
      [wide(), wide(), 'value_too_large'],
      [deep(), deep(), 'value_too_deep'],
    ] as const)
      for (const run of [() => equals(a, b), () => compareForSort(a, b), () => contentKey(a)])
        expect(run).toThrow(expect.objectContaining({ code, uncatchable: true }));
    expect(outcome(() => toText(wide()))).toBe('text_too_large');
    expect(outcome(() => toText(deep()))).toBe('value_too_deep');
    expect(outcome(() => joinText('x'.repeat(6_000_000), 'x'.repeat(6_000_000)))).toBe('text_too_large');
  });
});

describe('truth and text', () => {
  test.each<Value>([null, false, 0, '', decimal('0.00'), Float.of(0)])('%s is false', (value) => {
    expect(truthy(value)).toBe(false);
  });
  test.each<Value>([true, 1, -1, '0', ' ', [], {}, decimal('0.01'), Float.of(1e-9), new Uint8Array(), Timestamp.of(0)])(
    '%s is true',
    (value) => {
      expect(truthy(value)).toBe(true);
    },
  );
  test.each<[Value, string]>([
    [null, ''],
    [true, 'true'],
    [-5, '-5'],
    [decimal('12.50'), '12.50'],
    [Float.of(1e21), '1e+21'],
    [time('2024-01-01T01:00:00+01:00'), '2024-01-01T00:00:00.000Z'],
    [day('2024-02-29'), '2024-02-29'],
    [new Uint8Array([1, 2]), 'AQI='],
    [[1, 'a', null], '[1,"a",null]'],
    [{ a: decimal('1.0') }, '{"a":1.0}'],
  ])('as text: %s', (value, text) => {
    expect(toText(value)).toBe(text);
    expect(joinText(value, '!')).toBe(`${text}!`);
  });
});

describe('word operators', () => {
  test.each<[string, () => Value, string]>([
    ['in null', () => isIn(1, null), 'bool false'],
    ['in []', () => isIn(null, []), 'bool false'],
    ['null in a list with null', () => isIn(null, [1, null]), 'bool true'],
    ['1.0 in [1]', () => isIn(decimal('1.0'), [1]), 'bool true'],
    ['"1" in [1]', () => isIn('1', [1]), 'bool false'],
    ['in a text', () => isIn('a', 'abc'), 'wrong_type'],
    ['text contains', () => contains('a%b', '%'), 'bool true'],
    ['text contains int', () => contains('a1', 1), 'wrong_type'],
    ['null contains', () => contains(null, 'a'), 'bool false'],
    ['contains null', () => contains('a', null), 'bool false'],
    ['list contains null', () => contains([null], null), 'bool true'],
    ['object contains', () => contains({ a: 1, b: { c: [1, 2, 3] } }, { b: { c: [3, 1] } }), 'bool true'],
    ['object contains not', () => contains({ a: 1 }, { a: 1, b: null }), 'bool false'],
    ['a scalar is not in a nested list', () => contains({ a: [1] }, { a: 1 }), 'bool false'],
    ['lists of lists', () => contains({ a: [[1, 2], [3]] }, { a: [[2]] }), 'bool true'],
    ['int contains', () => contains(1, 1), 'wrong_type'],
    ['overlaps', () => overlaps([1, null], [null]), 'bool true'],
    ['overlaps not', () => overlaps([1, 'a'], ['1', 2]), 'bool false'],
    ['overlaps by value', () => overlaps([{ a: 1 }], [{ a: decimal('1.0') }]), 'bool true'],
    ['overlaps null', () => overlaps(null, [1]), 'bool false'],
    ['overlaps a text', () => overlaps('a', ['a']), 'wrong_type'],
    ['between, low end', () => between(1, [1, 2]), 'bool true'],
    ['between, high end', () => between(decimal('2.0'), [1, 2]), 'bool true'],
    ['between, outside', () => between(3, [1, 2]), 'bool false'],
    ['between with null', () => between(1, [null, 2]), 'bool false'],
    ['null between', () => between(null, [1, 2]), 'bool false'],
    ['between one', () => between(1, [1]), 'wrong_type'],
  ])('%s', (_name, run, result) => {
    expect(outcome(run)).toBe(result);
  });
});
