import Big from 'big.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimals } from '../../../tests/harness/values.ts';
import { Decimal } from './decimal.ts';

const read = (text: string): Decimal => {
  const decimal = Decimal.parse(text);
  if (decimal === null) throw new Error(`no decimal: ${text}`);
  return decimal;
};
const big = (decimal: Decimal) => new Big(decimal.toText());
/** big.js rounds quotients by places; this one by significant digits, by dividing with many places first. */
function quotient(a: Decimal, b: Decimal) {
  const Precise = Big();
  Precise.DP = 200;
  Precise.RM = 0;
  const exact = new Precise(a.toText()).div(b.toText());
  return exact.prec(34, 2);
}

describe('reading and writing', () => {
  test.each([
    ['12.50', '12.50'],
    ['-0.5', '-0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+1', '1'],
    ['1e3', '1000'],
    ['1.5e-3', '0.0015'],
    ['0.00', '0.00'],
    ['-0', '0'],
  ])('%s is %s', (text, written) => {
    expect(read(text).toText()).toBe(written);
  });

  test.each(['', '.', '-', '1e', 'e1', '1.2.3', ' 1', '1 ', '0x1', 'NaN', 'Infinity', '1_0', '1e2000', '1e-2000', '1e999999999'])(
    '%j is none',
    (text) => {
      expect(Decimal.parse(text)).toBeNull();
    },
  );

  test('so many digits and no more', () => {
    expect(Decimal.parse('9'.repeat(1000))).not.toBeNull();
    expect(Decimal.parse('9'.repeat(1001))).toBeNull();
    expect(Decimal.parse(`0.${'0'.repeat(999)}1`)).not.toBeNull();
    expect(Decimal.parse(`0.${'0'.repeat(1000)}1`)).toBeNull();
    expect(Decimal.parse('9'.repeat(1_000_000))).toBeNull();
  });

  test('repeated squaring ends with a code, not with the memory', () => {
    const square = () => {
      let n = read('1.1');
      for (let i = 0; i < 100; i++) n = n.multiply(n);
    };
    expect(square).toThrow(expect.objectContaining({ code: 'number_out_of_range' }));
  });

  test('the text reads back to the same digits', () => {
    fc.assert(fc.property(decimals, (a) => read(a.toText()).toText() === a.toText()));
  });

  test('JSON.stringify writes a bare number', () => {
    expect(JSON.stringify({ price: read('12.50') })).toBe('{"price":12.50}');
  });
});

describe('arithmetic agrees with big.js', () => {
  test('sums, differences and products are exact', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(big(a.add(b)).eq(big(a).plus(big(b)))).toBe(true);
        expect(big(a.subtract(b)).eq(big(a).minus(big(b)))).toBe(true);
        expect(big(a.multiply(b)).eq(big(a).times(big(b)))).toBe(true);
      }),
    );
  });

  test('quotients have 34 significant digits, half to even', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(!b.isZero());
        expect(a.divide(b).toText()).toBe(quotient(a, b).toFixed());
      }),
      { numRuns: 1_000 },
    );
  });

  test('remainders have the sign of the dividend', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(!b.isZero());
        expect(big(a.remainder(b)).eq(big(a).mod(big(b)))).toBe(true);
      }),
    );
  });

  test('order and rounding', () => {
    fc.assert(
      fc.property(decimals, decimals, fc.integer({ min: -5, max: 35 }), (a, b, digits) => {
        expect(a.compare(b)).toBe(big(a).cmp(big(b)));
        expect(big(a.round(digits)).eq(big(a).round(digits, 1))).toBe(true);
        expect(a.round(digits).toText().split('.')[1]?.length ?? 0).toBe(Math.max(0, digits));
      }),
    );
  });
});

test.each([
  ['1', '3', '0.3333333333333333333333333333333333'],
  ['2', '3', '0.6666666666666666666666666666666667'],
  ['7', '2', '3.5'],
  ['10.00', '4', '2.5'],
  ['4', '2', '2'],
  ['-1', '8', '-0.125'],
  // Exactly half a unit in the 34th digit: to the even neighbour.
  ['10000000000000000000000000000000005', '10', '1000000000000000000000000000000000'],
  ['10000000000000000000000000000000015', '10', '1000000000000000000000000000000002'],
  ['10000000000000000000000000000000025', '-10', '-1000000000000000000000000000000002'],
])('%s / %s is %s', (a, b, result) => {
  expect(read(a).divide(read(b)).toText()).toBe(result);
});

test('division by zero has its code', () => {
  expect(() => read('1').divide(read('0.0'))).toThrow(expect.objectContaining({ code: 'division_by_zero' }));
  expect(() => read('1').remainder(read('0'))).toThrow(expect.objectContaining({ code: 'division_by_zero' }));
});
