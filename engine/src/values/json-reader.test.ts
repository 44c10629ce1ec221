import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { readJsonExactly } from './json-reader.ts';
import type { Value } from './value.ts';

const read = (text: string): Value => readJsonExactly(text, { jsonDepth: 8, listItems: 100, largeInts: 'decimal' });

/** The number by the words of semantics: an exponent makes a float, a fraction or too many digits a decimal, the rest is an int. */
function expected(text: string): Value {
  if (/[eE]/.test(text)) return Float.of(Number(text));
  return !text.includes('.') && Number.isSafeInteger(Number(text)) ? Number(text) + 0 : Decimal.parse(text);
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('a number', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0', Decimal.parse('0.0')],
    ['12.50', Decimal.parse('12.50')],
    ['-0.05', Decimal.parse('-0.05')],
    ['999999999999999', 999_999_999_999_999],
    ['9007199254740993', Decimal.parse('9007199254740993')],
    ['0.1234567890123456', Decimal.parse('0.1234567890123456')],
    ['1e2', Float.of(100)],
    ['1.5E-1', Float.of(0.15)],
  ])('%s is exactly what is written', (text, value) => {
    expect(read(text)).toEqual(value);
    expect(read(`[${text},{"a":${text}} , ${text} ]`)).toEqual([value, { a: value }, value]);
  });

  it.each(['-', '01', '-01', '1.', '.5', '1.e2', '1e', '1.5.5', '--1', '+1', '00.5', '1 2'])('is none: %s', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad_json' }));
  });

  test('is read or refused whatever digits, signs, points and exponents it is made of', () => {
    const pieces = fc.constantFrom('0', '7', '12', '305', '123456789', '000', '-', '.', 'e', 'E', '+');
    fc.assert(
      fc.property(
        fc.array(pieces, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('')),
        (text) => {
          // Beyond the range of a float or decimal it is refused by another rule.
          fc.pre(!/[eE][+-]?\d{3}/.test(text));
          if (isJson(text)) expect(read(text)).toEqual(expected(text));
          else expect(() => read(text)).toThrow(expect.objectContaining({ code: 'bad_json' }));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
