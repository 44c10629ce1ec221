import { describe, expect, test } from 'vitest';
import { AshlarError } from '../errors.ts';
import { defaultLimits } from '../limits.ts';
import { holds, listOf, objectOf, type Type, type } from '../types/type.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { toText } from '../values/operators.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value } from '../values/value.ts';
import type { Lambda } from './define.ts';
import { applyFilter, filters, findFilter, lambdaArguments, nearestFilter, prepareFilter } from './index.ts';

const budget = { charged: 0 };
const context = {
  limits: { ...defaultLimits, textLength: 1_000, listItems: 500, filterItems: 100 },
  timezone: 'Europe/Berlin',
  charge: (steps: number) => {
    budget.charged += steps;
  },
};

function filterNamed(name: string) {
  const found = findFilter(name);
  if (found === undefined) throw new Error(`no filter ${name}`);
  return found.filter;
}

const apply = (name: string, value: Value, ...args: (Value | Lambda | undefined)[]): Value =>
  applyFilter(prepareFilter(filterNamed(name)), context, value, args);

/** The code of the error that applying throws. */
function codeOf(name: string, value: Value, ...args: (Value | Lambda)[]): string {
  try {
    apply(name, value, ...args);
  } catch (error) {
    if (error instanceof AshlarError) return error.code;
    throw error;
  }
  return 'no error';
}

const expected = `set get concat push safe_array count unique keys to_int pick unpick first_notnull filter_null replace
  map filter reduce every some find first last sort join split trim to_upper to_lower substr strlen contains round sum avg min max
  to_text to_decimal json_encode json_decode format_timestamp add_secs_to_timestamp sha256 base64_encode`.split(/\s+/);

describe('names', () => {
  test('there are exactly the 44 filters', () => {
    expect(filters.map((f) => f.name)).toEqual([...expected].sort());
    expect(filters).toHaveLength(44);
  });

  test.each([
    ['upper', 'to_upper'],
    ['Lower', 'to_lower'],
    ['length', 'count'],
    ['substring', 'substr'],
    ['to_string', 'to_text'],
    ['to_integer', 'to_int'],
    ['average', 'avg'],
    ['default', 'first_notnull'],
    ['string_replace', 'replace'],
    ['fsort', 'sort'],
    ['First Notnull', 'first_notnull'],
  ])('%s is an alias of %s', (alias, name) => {
    expect(findFilter(alias)).toMatchObject({ filter: { name }, canonical: false });
  });

  test('the declared name is canonical, others are near or unknown', () => {
    expect(findFilter('map')?.canonical).toBe(true);
    expect(findFilter('to_uper')).toBeUndefined();
    expect(nearestFilter('to_uper')).toBe('to_upper');
    expect(findFilter('constructor')).toBeUndefined();
  });

  test('lambdas are known before parsing', () => {
    expect(lambdaArguments('reduce')).toEqual([true, false]);
    expect(lambdaArguments('round')).toEqual([false]);
    expect(lambdaArguments('nothing')).toBeUndefined();
  });
});

describe('what all filters have in common', () => {
  test('null gives null, unless the filter takes null', () => {
    const takesNull = filters.filter((f) => f.input === undefined || f.input.includes('null')).map((f) => f.name);
    expect(takesNull).toEqual(['first_notnull', 'get', 'json_encode', 'push', 'safe_array', 'set']);
    for (const filter of filters)
      if (!takesNull.includes(filter.name)) expect(applyFilter(prepareFilter(filter), context, null, [])).toBeNull();
  });

  test('a wrong type names the filter or its argument', () => {
    expect(() => apply('map', 'x', () => null)).toThrow('The filter map needs list, but got text.');
    expect(() => apply('round', 1, 'two')).toThrow('The argument "digits" of the filter round needs int, but got text.');
    expect(() => apply('split', 'a', null)).toThrow('The argument "separator" of the filter split needs text, but got null.');
    expect(() => apply('sum', [1, 'a'])).toThrow('The filter sum needs a list of numbers, but got one with a text.');
    expect(codeOf('min', 1, 'a')).toBe('wrong_type');
  });

  test('an optional argument that is null counts as absent', () => {
    expect(toText(apply('round', Decimal.of(25n, 1), null))).toBe('3');
    expect(apply('join', ['a', 'b'], null)).toBe('ab');
  });

  test('lists over the limit are refused before work, and work is charged', () => {
    const list = Array.from({ length: 101 }, () => 1);
    for (const name of ['sum', 'unique', 'sort', 'count']) expect(codeOf(name, list)).toBe('list_too_large');
    budget.charged = 0;
    apply('map', [1, 2, 3], (item) => item);
    expect(budget.charged).toBe(3);
    apply('trim', 'x'.repeat(2_500));
    expect(budget.charged).toBe(6);
  });
});

describe('growth is refused before it happens', () => {
  const long = 'x'.repeat(600);
  test.each([
    ['join', [long, long], []],
    ['join', Array.from({ length: 50 }, () => ''), [long]],
    ['replace', long, ['x', 'yy']],
    ['concat', long, [long]],
    ['to_text', [long, long], []],
    ['json_encode', [long, long], []],
    ['base64_encode', 'x'.repeat(999), []],
    ['to_upper', 'ß'.repeat(600), []],
    ['format_timestamp', 0, ['r'.repeat(600)]],
  ] as const)('%s', (name, value, args) => {
    expect(codeOf(name, value, ...args)).toBe('text_too_large');
  });

  test.each([
    ['split', 'x'.repeat(600), ['']],
    ['split', ','.repeat(600), [',']],
    ['json_decode', `[${'1,'.repeat(600)}1]`, []],
  ] as const)('%s to a list', (name, value, args) => {
    expect(codeOf(name, value, ...args)).toBe('list_too_large');
  });

  test('an enormous one, too', () => {
    const huge = Array.from({ length: 100 }, () => 'y'.repeat(900));
    expect(codeOf('join', huge, 'z'.repeat(900))).toBe('text_too_large');
    expect(
      codeOf(
        'push',
        Array.from({ length: 100 }, () => 1),
        1,
      ),
    ).toBe('no error');
  });
});

describe('conversions', () => {
  test.each([
    ['12abc', '12'],
    ['  -3.99e1x', '-39'],
    ['.5', '0'],
    ['abc', ''],
    ['', ''],
    ['+7', '7'],
  ])('to_int of %j is %j', (text, result) => {
    expect(toText(apply('to_int', text))).toBe(result);
  });

  test('to_int of the other types', () => {
    expect(apply('to_int', Float.of(-2.9))).toBe(-2);
    expect(Object.is(apply('to_int', Decimal.parse('-0.5')), 0)).toBe(true);
    expect(apply('to_int', Timestamp.of(5))).toBe(5);
    expect(codeOf('to_int', '9007199254740992')).toBe('number_out_of_range');
    expect(codeOf('to_int', Float.of(1e300))).toBe('number_out_of_range');
    expect(codeOf('to_int', [])).toBe('wrong_type');
  });

  test('base64 of every length and bytes', () => {
    expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => apply('base64_encode', text))).toEqual([
      '',
      'Zg==',
      'Zm8=',
      'Zm9v',
      'Zm9vYg==',
      'Zm9vYmE=',
      'Zm9vYmFy',
    ]);
    expect(apply('base64_encode', new Uint8Array([251, 255, 191]))).toBe('+/+/');
    expect(apply('base64_encode', '€😀\ud800')).toBe('4oKs8J+YgO+/vQ==');
  });

  test('json_decode keeps digits and says where it is wrong', () => {
    expect(toText(apply('json_decode', '{"a":12.50}'))).toBe('{"a":12.50}');
    expect(toText(apply('json_decode', '[12345678901234567890]'))).toBe('[12345678901234567890]');
    expect(() => apply('json_decode', '{"a":\n 1,}')).toThrow('line 2, column 4');
  });
});

describe('numbers', () => {
  test.each([
    ['2.5', undefined, '3'],
    ['-2.5', undefined, '-3'],
    ['2.344', 2, '2.34'],
    ['1.005', 2, '1.01'],
    ['7.5', 2, '7.50'],
    ['-1250.5', -2, '-1300'],
    ['49', -2, '0'],
  ])('round %s to %s gives %s', (text, digits, result) => {
    expect(toText(apply('round', Decimal.parse(text), digits))).toBe(result);
  });

  test('an int stays an int, a float becomes a decimal', () => {
    expect(apply('round', 1249, -2)).toBe(1200);
    expect(apply('round', 5, 3)).toBe(5);
    expect(toText(apply('round', Float.of(1.005), 2))).toBe('1.01');
    expect(codeOf('round', 9007199254740991, -3)).toBe('number_out_of_range');
    expect(codeOf('round', Decimal.parse('1.5'), 1001)).toBe('number_out_of_range');
  });

  test('sums of ints stay in their range at each step, and a wrong item is told of first', () => {
    const largest = Number.MAX_SAFE_INTEGER;
    expect(apply('sum', [largest, null, -1])).toBe(largest - 1);
    expect(apply('sum', [null])).toBe(0);
    expect(codeOf('sum', [largest, 1, -1])).toBe('number_out_of_range');
    expect(codeOf('sum', [largest, 1, 'a'])).toBe('wrong_type');
    expect(toText(apply('avg', [largest, largest]))).toBe(String(largest));
  });

  test('sums and means of mixtures', () => {
    expect(toText(apply('sum', [1, Decimal.parse('0.10'), null]))).toBe('1.10');
    expect(toText(apply('avg', [1, 2, 2]))).toBe('1.666666666666666666666666666666667');
    expect(apply('max', [Timestamp.of(1), Timestamp.of(2)])).toEqual(Timestamp.of(2));
  });
});

describe('lists and objects', () => {
  test('one large value many times over ends with a code', () => {
    const large = Array.from({ length: 500_000 }, (_, i) => i);
    const copies = Array.from({ length: 40 }, () => [large.slice(), 1]);
    expect(codeOf('unique', copies)).toBe('value_too_large');
    expect(codeOf('sort', copies)).toBe('value_too_large');
    expect(codeOf('contains', copies, [large.slice(), 2])).toBe('value_too_large');
    expect(codeOf('set', {}, 'a', large)).toBe('no error');
  });

  test('unique keeps the first of equal ones, whatever the type of number', () => {
    const list = [Decimal.parse('1.0'), 1, Float.of(1), '1', true, null, null, { a: 1 }, { a: Decimal.parse('1.00') }];
    expect(apply('unique', list)).toEqual([list[0], '1', true, null, { a: 1 }]);
  });

  test('sort is stable in both directions', () => {
    const rows = [
      { k: 1, n: 'a' },
      { k: 0, n: 'b' },
      { k: 1, n: 'c' },
    ];
    const names = (value: Value): string =>
      toText(
        apply(
          'join',
          apply('map', value, (item) => (item as { n: string }).n),
        ),
      );
    expect(names(apply('sort', rows, 'k'))).toBe('bac');
    expect(names(apply('sort', rows, 'k', null, false))).toBe('acb');
    expect(codeOf('sort', [], null, 'colour')).toBe('unknown_sort_type');
  });

  test('pick does not make what is not there, and __proto__ is a plain name', () => {
    const object = JSON.parse('{"__proto__":{"x":1},"a":1}');
    expect(apply('keys', object)).toEqual(['__proto__', 'a']);
    expect(Object.keys(apply('pick', object, ['__proto__', 'toString']) as object)).toEqual(['__proto__']);
    expect(apply('unpick', object, ['__proto__'])).toEqual({ a: 1 });
    expect(Object.keys(apply('filter_null', object) as object)).toEqual(['__proto__', 'a']);
    expect(apply('get', {}, '__proto__')).toBeNull();
    expect(apply('get', {}, 'constructor.name')).toBeNull();
    expect(toText(apply('set', null, '__proto__.a', 1))).toBe('{"__proto__":{"a":1}}');
  });

  test.each([
    ['lines[1].price', 2],
    ['lines.1.price', 2],
    ['["a.b"]', 3],
    ["['a.b']", 3],
    ['lines[9].price', null],
    ['lines.length', null],
  ])('the path %s', (path, result) => {
    expect(apply('get', { lines: [{ price: 1 }, { price: 2 }], 'a.b': 3 }, path)).toBe(result);
  });

  test.each(['a..b', '[', 'a[x]', 'a[-1]', '.a.', '["a'])('%s is no path', (path) => {
    expect(codeOf('get', {}, path)).toBe('bad_path');
  });

  test('set leaves the old value alone', () => {
    const old = { a: { b: 1 }, c: [1, 2] };
    expect(apply('set', old, 'c[2]', 3)).toEqual({ a: { b: 1 }, c: [1, 2, 3] });
    expect(old).toEqual({ a: { b: 1 }, c: [1, 2] });
    expect(codeOf('set', old, 'c[3]', 1)).toBe('index_out_of_range');
    expect(codeOf('set', old, 'a[0]', 1)).toBe('wrong_type');
    expect(codeOf('set', old, 'c.x', 1)).toBe('wrong_type');
  });
});

describe('time', () => {
  const berlin = Timestamp.parse('2024-03-31T02:30:05.042+01:00');
  test.each([
    ['Y-m-d\\TH:i:s.vP', '2024-03-31T03:30:05.042+02:00'],
    ['D, d M Y', 'Sun, 31 Mar 2024'],
    ['l jS F y', 'Sunday 31st March 24'],
    ['N w z t L o W', '7 0 90 31 1 2024 13'],
    ['g:i a h A G', '3:30 am 03 AM 3'],
    ['e I O p Z U u', 'Europe/Berlin 1 +0200 +02:00 7200 1711848605 042000'],
    ['c', '2024-03-31T03:30:05+02:00'],
    ['r', 'Sun, 31 Mar 2024 03:30:05 +0200'],
    ['\\Y q \\\\', 'Y q \\'],
  ])('format %s', (format, result) => {
    expect(apply('format_timestamp', berlin, format)).toBe(result);
  });

  test('zones', () => {
    expect(apply('format_timestamp', berlin, 'H:i T', 'America/New_York')).toBe('21:30 EDT');
    expect(apply('format_timestamp', berlin, 'H:i P', '+05:30')).toBe('07:00 +05:30');
    expect(apply('format_timestamp', PlainDate.parse('2024-12-30'), 'o-W N', 'Asia/Tokyo')).toBe('2025-01 1');
    expect(codeOf('format_timestamp', berlin, 'Y', 'Mars/Olympus')).toBe('unknown_timezone');
  });

  test('seconds are added to the millisecond, within the years 1 to 9999', () => {
    expect(apply('add_secs_to_timestamp', Timestamp.of(0), Decimal.parse('1.2345'))).toEqual(Timestamp.of(1235));
    expect(apply('add_secs_to_timestamp', Timestamp.of(0), Float.of(0.1))).toEqual(Timestamp.of(100));
    expect(codeOf('add_secs_to_timestamp', Timestamp.of(0), 1e12)).toBe('number_out_of_range');
  });
});

describe('static types', () => {
  const hash = type('text', { password: true });
  const user = objectOf([
    ['id', type('int')],
    ['password', hash],
  ]);
  const result = (name: string, input: Type, args: readonly Type[] = [], constants?: readonly (Value | undefined)[]): Type =>
    filterNamed(name).result(input, args, constants);

  test('a list keeps its type, map gives its expression, first may be null', () => {
    expect(result('filter', listOf(user))).toEqual(listOf(user));
    expect(result('map', listOf(user), [type('text')])).toEqual(listOf(type('text')));
    expect(result('first', listOf(type('int')))).toEqual({ kind: 'int', nullable: true });
  });

  test("a password's hash stays one until it is hashed or left out", () => {
    expect(holds(result('first', listOf(user)), 'password')).toBe(true);
    expect(holds(result('json_encode', user), 'password')).toBe(true);
    expect(holds(result('base64_encode', hash), 'password')).toBe(true);
    expect(holds(result('sha256', hash), 'password')).toBe(false);
    expect(holds(result('strlen', hash), 'password')).toBe(false);
    expect(holds(result('unpick', user, [listOf(type('text'))], [['password']]), 'password')).toBe(false);
    expect(holds(result('unpick', user, [listOf(type('text'))], [undefined]), 'password')).toBe(true);
    expect(holds(result('pick', user, [listOf(type('text'))], [['id']]), 'password')).toBe(false);
    expect(holds(result('get', user, [type('text')], ['id']), 'password')).toBe(false);
    expect(holds(result('get', user, [type('text')], ['password']), 'password')).toBe(true);
    expect(holds(result('set', type('object'), [type('text'), hash], ['x']), 'password')).toBe(true);
    expect(holds(result('push', listOf(type('text')), [hash]), 'password')).toBe(true);
    expect(holds(result('concat', type('text'), [hash]), 'password')).toBe(true);
  });
});
