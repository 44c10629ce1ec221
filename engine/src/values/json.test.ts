import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { texts, values } from '../../../tests/harness/values.ts';
import { AshlarError } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { Decimal } from './decimal.ts';
import { EncodedJson } from './encoded.ts';
import { Float } from './float.ts';
import { decodeJson, encodeForSending, encodeJson } from './json.ts';
import { equals, typeName } from './operators.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

const encode = (value: Value, limitBytes?: number): string =>
  encodeJson(value, { decimals: 'number', ...(limitBytes === undefined ? {} : { limitBytes }) });

const sendingOf = (value: Value, limitBytes: number): unknown => encodeForSending(value, { decimals: 'number', limitBytes });

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof AshlarError) return error.code;
    throw error;
  }
  return 'no error';
}

/** What a value is once it was JSON: times and bytes are texts, whole floats ints. */
function throughJson(value: Value): Value {
  if (value instanceof Timestamp || value instanceof PlainDate) return value.toText();
  if (value instanceof Uint8Array) return JSON.parse(encode(value));
  if (Array.isArray(value)) return value.map(throughJson);
  return typeName(value) === 'object'
    ? Object.fromEntries(Object.entries(value ?? {}).map(([k, v]) => [k, throughJson(v)]))
    : value;
}

describe('JSON that came ready', () => {
  const ready = (text: string): EncodedJson => {
    const utf8 = Buffer.from(text).toString('latin1');
    return new EncodedJson(utf8, utf8.length === text.length);
  };

  test('stands in an answer as the value would that it was made of', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = encode(value);
        expect(ready(text).$text).toBe(text);
        expect(encode({ a: [ready(text), 1] })).toBe(encode({ a: [value, 1] }));
      }),
    );
  });

  test('holds every character of a text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(ready(encode(text)).$text).toBe(encode(text));
      }),
    );
    for (const text of ['\u0080', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}', '%41 é%é'])
      expect(ready(text).$text).toBe(text);
  });

  test('is sent beside other values as the bytes of their text', () => {
    fc.assert(
      fc.property(values, values, fc.string({ unit: 'binary' }), (value, other, key) => {
        const answer = { [`ü${key}`]: other, rows: ready(encode(value)) };
        const sent = encodeForSending(answer, { decimals: 'number' });
        expect(sent instanceof EncodedJson).toBe(!answer.rows.$ascii);
        const bytes = sent instanceof EncodedJson ? Buffer.from(sent.$utf8, 'latin1') : Buffer.from(sent);
        expect(bytes.toString()).toBe(encode(answer));
        expect(sent instanceof EncodedJson && sent.$ascii).toBe(false);
      }),
    );
  });

  test('counts by its bytes', () => {
    const limit = Buffer.from('["é€"]').length;
    for (const write of [encode, sendingOf]) {
      expect(codeOf(() => write([ready('"é€"')], limit))).toBe('no error');
      expect(codeOf(() => write([ready('"é€"')], limit - 1))).toBe('result_too_large');
      expect(codeOf(() => write([ready('"é€"'), 'ä'], limit + 4))).toBe('result_too_large');
      expect(codeOf(() => write([ready('"é€"'), 'ä'], limit + 5))).toBe('no error');
    }
  });
});

describe('reading', () => {
  test.each([
    ['1', 'int'],
    ['-0', 'int'],
    ['9007199254740991', 'int'],
    ['1.0', 'decimal'],
    ['-0.10', 'decimal'],
    ['1e2', 'float'],
    ['1.5E-2', 'float'],
    ['"1"', 'text'],
    ['null', 'null'],
    ['[1.5]', 'list'],
    ['{"a":1}', 'object'],
  ])('%s is %s', (text, type) => {
    expect(typeName(decodeJson(text))).toBe(type);
  });

  test('digits are kept and zero has no sign', () => {
    expect(encode(decodeJson(' [12345678901234567890.12345678901234567890 , 12.50 ] '))).toBe(
      '[12345678901234567890.12345678901234567890,12.50]',
    );
    expect(Object.is(decodeJson('-0'), 0)).toBe(true);
  });

  test.each([
    ['9007199254740992', 'number_out_of_range'],
    ['[-9007199254740992]', 'number_out_of_range'],
    ['123456789012345678901234567890', 'number_out_of_range'],
    ['1e400', 'number_out_of_range'],
    [`0.${'1'.repeat(2_000)}`, 'number_out_of_range'],
    ['', 'bad_json'],
    ['{', 'bad_json'],
    ['[1,]', 'bad_json'],
    ['{"a":1,}', 'bad_json'],
    ["{'a':1}", 'bad_json'],
    ['01', 'bad_json'],
    ['1.', 'bad_json'],
    ['.5', 'bad_json'],
    ['+1', 'bad_json'],
    ['1.5.5', 'bad_json'],
    ['-', 'bad_json'],
    ['NaN', 'bad_json'],
    ['tru', 'bad_json'],
    ['"a\u0001"', 'bad_json'],
    ['"\\x"', 'bad_json'],
    ['"\\', 'bad_json'],
    ['1 2', 'bad_json'],
    ['\ufeff1', 'bad_json'],
    ['"a" // comment', 'bad_json'],
    ['['.repeat(257) + ']'.repeat(257), 'bad_json'],
    ['['.repeat(1_000_000), 'bad_json'],
    ['{"a":'.repeat(1_000_000), 'bad_json'],
  ])('%.20s… is %s', (text, code) => {
    expect(codeOf(() => decodeJson(text))).toBe(code);
  });

  test('an int beyond its range is a decimal where that is wanted', () => {
    expect(decodeJson('[9007199254740991,9007199254740992]', defaultLimits, 'decimal')).toEqual([
      9007199254740991,
      Decimal.parse('9007199254740992'),
    ]);
  });

  test('256 levels are read', () => {
    expect(typeName(decodeJson('['.repeat(256) + ']'.repeat(256)))).toBe('list');
  });

  test('a fault is named with its place', () => {
    expect(() => decodeJson('{\n  "a": 1,\n  b: 2\n}')).toThrow(
      'The JSON is wrong at line 3, column 3: a key in double quotes is expected.',
    );
  });

  test('a number beyond every range is named with its place', () => {
    expect(() => decodeJson('{\n  "a": 1,\n  "b": 1e400\n}')).toThrow(
      'The number 1e400 at line 3, column 8 of the JSON is out of range.',
    );
  });

  test.each(['1', '1.5'])('__proto__ and constructor are plain names (beside %s)', (number) => {
    const value = decodeJson(`{"__proto__":{"polluted":true},"constructor":${number},"n":${number}}`);
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'n']);
    expect(Object.getPrototypeOf(value)).not.toHaveProperty('polluted');
    expect(encode(value)).toBe(`{"__proto__":{"polluted":true},"constructor":${number},"n":${number}}`);
  });

  test('the last of equal keys counts, lone surrogates and NUL are kept', () => {
    expect(decodeJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(decodeJson('["\\ud800","\\u0000",1.5]')).toEqual(['\ud800', '\u0000', Decimal.parse('1.5')]);
  });

  test('too many items or members are refused', () => {
    const limits = { ...defaultLimits, listItems: 3 };
    expect(codeOf(() => decodeJson('[1,2,3,4]', limits))).toBe('list_too_large');
    expect(codeOf(() => decodeJson('{"a":1,"b":2,"c":3,"d":4}', limits))).toBe('list_too_large');
    expect(decodeJson('[[1,2],[3,4]]', limits)).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('never throws anything but its own errors', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'u',
      '1',
      '-',
      '.',
      'e',
      '0',
      'null',
      'true',
      ' ',
      '\n',
      '"a"',
      '9007199254740993',
    );
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 12 }).map((p) => p.join('')),
        (text) => {
          const code = codeOf(() => decodeJson(text));
          let valid = true;
          try {
            JSON.parse(text);
          } catch {
            valid = false;
          }
          if (valid) expect(code).not.toBe('bad_json');
          else expect(['bad_json', 'number_out_of_range']).toContain(code);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('writing', () => {
  test('what was written reads back the same', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = encode(value);
        const back = decodeJson(text, defaultLimits, 'decimal');
        expect(equals(back, throughJson(value)), text).toBe(true);
        expect(encode(back)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  test('texts are written as JSON.stringify does', () => {
    fc.assert(fc.property(texts, (text) => encode([text]) === JSON.stringify([text])));
  });

  test('boxes', () => {
    const value = {
      price: Decimal.parse('12.50'),
      ratio: Float.of(0.1),
      large: Float.of(1e21),
      at: Timestamp.of(0),
      day: PlainDate.parse('2024-02-29'),
      bytes: new Uint8Array([1, 2, 3]),
    };
    const rest = '"ratio":0.1,"large":1e+21,"at":"1970-01-01T00:00:00.000Z","day":"2024-02-29","bytes":"AQID"}';
    expect(encode(value)).toBe(`{"price":12.50,${rest}`);
    expect(encodeJson(value, { decimals: 'text' })).toBe(`{"price":"12.50",${rest}`);
    expect(encodeJson([Decimal.of(5)], { decimals: 'text' })).toBe('["5"]');
  });

  test('the limit counts bytes of UTF-8', () => {
    expect(encode('é€😀', 11)).toBe('"é€😀"');
    expect(codeOf(() => encode('é€😀', 10))).toBe('result_too_large');
    expect(codeOf(() => encode('\u0001'.repeat(100), 500))).toBe('result_too_large');
    expect(encode([], 2)).toBe('[]');
  });

  test('long decimals and bytes are measured, too', () => {
    const long = Decimal.parse('7'.repeat(900));
    expect(
      codeOf(() =>
        encode(
          Array.from({ length: 1_000 }, () => long),
          100_000,
        ),
      ),
    ).toBe('result_too_large');
    expect(codeOf(() => encode(new Uint8Array(3_000), 4_001))).toBe('result_too_large');
    expect(encode(new Uint8Array(3_000), 4_002)).toHaveLength(4_002);
  });

  test('a small value that looks enormous is refused before it is written', () => {
    let value: Value = 'x'.repeat(1_000);
    for (let i = 0; i < 60; i++) value = { a: value, b: value };
    expect(codeOf(() => encode(value))).toBe('result_too_large');
  });
});
