import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { values } from '../../../tests/harness/values.ts';
import { AshlarError } from '../errors.ts';
import { encodeUtf8, utf8Length } from './base64.ts';
import { Decimal } from './decimal.ts';
import { Float } from './float.ts';
import { indexOf, isDirectName, memberOf } from './member.ts';
import { equals } from './operators.ts';
import { setPath } from './path.ts';
import { toPlain, toValue } from './plain.ts';
import { PlainDate, Timestamp } from './time.ts';
import type { Value } from './value.ts';

describe('members and items', () => {
  const samples: readonly Value[] = [
    null,
    true,
    5,
    'text',
    Decimal.of(1),
    Float.of(1),
    Timestamp.of(0),
    PlainDate.parse('2024-01-01'),
    new Uint8Array(3),
    [1, 2],
    {},
  ];

  test('what is not there is null, of every type', () => {
    for (const value of samples)
      for (const name of [
        'x',
        'length',
        '__proto__',
        'constructor',
        'toString',
        '$ms',
        '$value',
        '0',
        'at',
        'toText',
        'byteLength',
      ])
        expect(memberOf(value, name)).toBeNull();
  });

  test('own members, whatever their name', () => {
    const object: Value = JSON.parse('{"__proto__":1,"constructor":2,"length":3,"0":4}');
    expect(['__proto__', 'constructor', 'length', '0'].map((name) => memberOf(object, name))).toEqual([1, 2, 3, 4]);
  });

  test('items by int, members by text', () => {
    expect([0, 1, 2, -1, '0', 'length', Decimal.of(0), null].map((index) => indexOf([7, 8], index))).toEqual([
      7,
      8,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect([
      indexOf({ a: 1 }, 'a'),
      indexOf({ a: 1 }, 0),
      indexOf('abc', 0),
      indexOf(null, 0),
      indexOf(new Uint8Array([9]), 0),
    ]).toEqual([1, null, null, null, null]);
  });

  test('a name is direct when no value inherits it: reading it straight is the same as asking', () => {
    const direct = ['name', 'id', 'stock', 'created_at', 'items', 'a1', '_x'];
    const inherited = [
      'length',
      'constructor',
      '__proto__',
      'toString',
      'at',
      'map',
      'filter',
      'keys',
      'values',
      'toText',
      'add',
      'toJSON',
      'link',
      'sub',
      'bold',
      'buffer',
      '$ms',
      '0',
      'a-b',
      '',
    ];
    expect(direct.filter(isDirectName)).toEqual(direct);
    expect(inherited.filter(isDirectName)).toEqual([]);
    for (const value of samples)
      for (const name of direct) expect((value as Record<string, Value> | null)?.[name] ?? null).toBe(memberOf(value, name));
  });
});

describe('setPath', () => {
  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof AshlarError) return error.code;
      throw error;
    }
    return 'no error';
  };

  test.each<[Value, (string | number)[], string]>([
    [null, ['a', 'b'], '{"a":{"b":9}}'],
    [{ a: 1 }, ['b'], '{"a":1,"b":9}'],
    [{ a: null }, ['a', 0], '{"a":[9]}'],
    [[1, 2], [0], '[9,2]'],
    [[1, 2], [2], '[1,2,9]'],
    [{ a: [{ b: 1 }] }, ['a', 0, 'b'], '{"a":[{"b":9}]}'],
    [{ a: 1 }, [], '9'],
    [null, ['__proto__', 'constructor'], '{"__proto__":{"constructor":9}}'],
  ])('%j at %j', (value, path, result) => {
    expect(JSON.stringify(setPath(value, path, 9))).toBe(result);
  });

  test.each<[Value, (string | number)[], string]>([
    [[1], [2], 'index_out_of_range'],
    [[1], [-1], 'index_out_of_range'],
    [null, [1], 'index_out_of_range'],
    [{ a: 1 }, [0], 'wrong_type'],
    [{ a: 1 }, ['a', 'b'], 'wrong_type'],
    [[1], ['a'], 'wrong_type'],
    ['abc', [0], 'wrong_type'],
    [new Uint8Array(2), [0], 'wrong_type'],
    [Timestamp.of(0), ['$ms'], 'wrong_type'],
  ])('%j at %j is refused', (value, path, expected) => {
    expect(code(() => setPath(value, path, 9))).toBe(expected);
  });

  test('copies along the path and shares the rest', () => {
    const old = { a: { x: [1] }, b: { y: 1 } };
    const next = setPath(old, ['a', 'x', 1], 2) as typeof old;
    expect(next).toEqual({ a: { x: [1, 2] }, b: { y: 1 } });
    expect(old).toEqual({ a: { x: [1] }, b: { y: 1 } });
    expect(next.b).toBe(old.b);
  });

  test('growth and depth are bounded', () => {
    expect(code(() => setPath([1, 2], [2], 3, 2))).toBe('list_too_large');
    expect(code(() => setPath({ a: 1 }, ['b'], 3, 1))).toBe('list_too_large');
    expect(code(() => setPath([1, 2], [1], 3, 2))).toBe('no error');
    expect(
      code(() =>
        setPath(
          null,
          Array.from({ length: 300 }, () => 'a'),
          1,
        ),
      ),
    ).toBe('value_too_deep');
  });
});

describe('times', () => {
  test.each([
    ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00.000Z'],
    ['2024-01-01T00:00:00.5+01:00', '2023-12-31T23:00:00.500Z'],
    ['2024-01-01 00:00:00.123456-0530', '2024-01-01T05:30:00.123Z'],
    ['2024-02-29T23:59:59.9996Z', '2024-03-01T00:00:00.000Z'],
    ['2024-01-01T12:30+02', '2024-01-01T10:30:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, written) => {
    expect(Timestamp.parse(text)?.toText()).toBe(written);
  });

  test.each([
    '2024-01-01',
    '2024-01-01T00:00:00',
    '2023-02-29T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T00:60:00Z',
    '2024-13-01T00:00:00Z',
    '24-01-01T00:00:00Z',
    '0001-01-01T00:00:00+01:00',
    '9999-12-31T23:59:59.9999Z',
    'now',
    '',
  ])('%s is no timestamp', (text) => {
    expect(Timestamp.parse(text)).toBeNull();
  });

  test.each(['2023-02-29', '2024-1-1', '0000-01-01', '2024-04-31', '2024-01-01T00:00:00Z', ''])('%s is no date', (text) => {
    expect(PlainDate.parse(text)).toBeNull();
  });

  test('of every day is written as the calendar has it', () => {
    const last = Date.parse('9999-12-31T23:59:59.999Z');
    // A step that is no whole number of days goes through all times of day as well.
    for (let ms = Date.parse('0001-01-01T00:00:00.000Z'); ms <= last; ms += 5 * 86_400_123) {
      const iso = new Date(ms).toISOString();
      if (Timestamp.of(ms).toText() !== iso) expect(Timestamp.of(ms).toText()).toBe(iso);
    }
    expect(Timestamp.of(last).toText()).toBe('9999-12-31T23:59:59.999Z');
    for (const day of [
      '2000-02-29',
      '1900-02-28',
      '1900-03-01',
      '0004-02-29',
      '1969-12-31',
      '2023-12-31',
      '2024-12-31',
      '2100-03-01',
    ])
      expect(Timestamp.parse(`${day}T23:59:59.999Z`)?.toText()).toBe(`${day}T23:59:59.999Z`);
  });

  test('a timestamp reads back from its text', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
        (ms) => Timestamp.parse(Timestamp.of(ms).toText())?.$ms === ms,
      ),
    );
    expect(PlainDate.parse('1970-01-02')?.dayNumber()).toBe(1);
    expect(() => Timestamp.of(1e15)).toThrow(expect.objectContaining({ code: 'number_out_of_range' }));
  });
});

test('UTF-8 is as TextEncoder has it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'é', '€', '😀', '\ud800', '\udc00', '\uffff')).map((parts) => parts.join('')),
      (text) => {
        const bytes = encodeUtf8(text);
        expect(utf8Length(text)).toBe(bytes.length);
        expect(decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))).toBe(
          text.toWellFormed(),
        );
      },
    ),
  );
});

test('plain JavaScript becomes a value and back', () => {
  expect(toValue({ a: 1, b: 1.5, c: undefined, d: [undefined] })).toEqual({ a: 1, b: Decimal.parse('1.5'), d: [null] });
  expect(toPlain(toValue({ a: [1.5, 'x', null] }))).toEqual({ a: [1.5, 'x', null] });
  expect(() => toValue(() => 1)).toThrow(TypeError);
  expect(() => toValue(Number.NaN)).toThrow(TypeError);
  fc.assert(fc.property(values, (value) => equals(toValue(value), value)));
});
