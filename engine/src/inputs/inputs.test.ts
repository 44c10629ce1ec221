/** What each type of input takes and refuses, from JSON and from text. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../limits.ts';
import type { Input, InputType } from '../model.ts';
import { Bigint } from '../values/bigint.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import { decodeJson } from '../values/json.ts';
import { toPlain, toValue } from '../values/plain.ts';
import { PlainDate, Timestamp } from '../values/time.ts';
import type { Value } from '../values/value.ts';
import { prepareInputs, type RawInputs, validateInputs, validateValue } from './index.ts';

const span = { source: { path: 'x.jsonc', text: '' }, start: 0, end: 0 };

function input(name: string, type: InputType, more: Partial<Input> = {}): Input {
  return { name, description: '', type, required: true, nullable: false, in: 'body', span, pointer: '', ...more };
}
const mapOf = (...inputs: readonly Input[]): ReadonlyMap<string, Input> => new Map(inputs.map((one) => [one.name, one]));
const nothing: RawInputs = { path: {}, query: new Map(), headers: {}, body: undefined, bodyIsText: false };
const ofBody = (body: Value): RawInputs => ({ ...nothing, body });
const ofQuery = (query: Readonly<Record<string, readonly string[]>>): RawInputs => ({
  ...nothing,
  query: new Map(Object.entries(query)),
});
const codes = (errors: readonly { readonly in: string; readonly field: string; readonly code: string }[]): readonly string[] =>
  errors.map((one) => `${one.in} ${one.field} ${one.code}`);

/** What a JSON value becomes: the plain value with its type, or the code. */
function fromJson(type: InputType, json: string, more: Partial<Input> = {}): unknown {
  const { input: found, errors } = validateInputs(
    mapOf(input('x', type, more)),
    ofBody(decodeJson(`{"x": ${json}}`, defaultLimits, 'decimal')),
  );
  return errors[0]?.code ?? shown(found.x);
}
function fromText(type: InputType, text: string, more: Partial<Input> = {}): unknown {
  const { input: found, errors } = validateInputs(mapOf(input('x', type, { in: 'query', ...more })), ofQuery({ x: [text] }));
  return errors[0]?.code ?? (Object.hasOwn(found, 'x') ? shown(found.x) : 'absent');
}
function shown(value: Value | undefined): unknown {
  if (value instanceof Bigint) return `bigint ${value.toText()}`;
  if (value instanceof Decimal) return `decimal ${value.toText()}`;
  if (value instanceof Float) return `float ${value.$value}`;
  if (value instanceof Timestamp || value instanceof PlainDate) return value.toText();
  return toPlain(value ?? null);
}

const uuid = '018f4e2a-7c1b-7d3e-9a55-0242ac120002';

describe('a value in JSON', () => {
  test.each<[InputType, string, unknown]>([
    ['int', '5', 5],
    ['int', '-0', 0],
    ['int', '1.0', 1],
    ['int', '1e3', 1000],
    ['int', '1.5', 'wrong_type'],
    ['int', '1e300', 'number_out_of_range'],
    ['int', '9007199254740991', 9007199254740991],
    ['int', '9007199254740992', 'number_out_of_range'],
    ['int', '"5"', 'wrong_type'],
    ['int', 'true', 'wrong_type'],
    ['int', '[5]', 'wrong_type'],
    ['int', '{}', 'wrong_type'],
    ['bigint', '5', 'bigint 5'],
    ['bigint', '"9223372036854775807"', 'bigint 9223372036854775807'],
    ['bigint', '"-9223372036854775808"', 'bigint -9223372036854775808'],
    ['bigint', '"9223372036854775808"', 'number_out_of_range'],
    ['bigint', '"007"', 'bigint 7'],
    ['bigint', '"-0"', 'bigint 0'],
    ['bigint', '9223372036854775807', 'bigint 9223372036854775807'],
    ['bigint', '-9223372036854775809', 'number_out_of_range'],
    ['bigint', '"0x10"', 'wrong_type'],
    ['bigint', '""', 'wrong_type'],
    ['bigint', '1.5', 'wrong_type'],
    ['decimal', '12.50', 'decimal 12.50'],
    ['decimal', '5', 'decimal 5'],
    ['decimal', '12345678901234567890', 'decimal 12345678901234567890'],
    ['decimal', '"12.50"', 'decimal 12.50'],
    ['decimal', '"1e5"', 'wrong_type'],
    ['decimal', '"NaN"', 'wrong_type'],
    ['decimal', '"Infinity"', 'wrong_type'],
    ['decimal', '""', 'wrong_type'],
    ['decimal', '0.1234567890123456789012345678901234567890', 'decimal 0.1234567890123456789012345678901234567890'],
    ['float', '1.5', 'float 1.5'],
    ['float', '5', 'float 5'],
    ['float', '1e300', 'float 1e+300'],
    ['float', '9007199254740993', 'float 9007199254740992'],
    ['float', '"1.5"', 'wrong_type'],
    ['text', '"a"', 'a'],
    ['text', '""', ''],
    ['text', '"  a "', '  a '],
    ['text', '5', 'wrong_type'],
    ['text', '["a"]', 'wrong_type'],
    ['text', '"a\\u0000b"', 'bad_text'],
    ['text', '"\\ud800"', 'bad_text'],
    ['text', '"\\ud83d\\ude00"', '😀'],
    ['password', '"secret"', 'secret'],
    ['bool', 'true', true],
    ['bool', '1', 'wrong_type'],
    ['bool', '"true"', 'wrong_type'],
    ['timestamp', '"2026-01-31T12:00:00Z"', '2026-01-31T12:00:00.000Z'],
    ['timestamp', '"2026-01-31T12:00:00.5+02:00"', '2026-01-31T10:00:00.500Z'],
    ['timestamp', '1000', '1970-01-01T00:00:01.000Z'],
    ['timestamp', '-0', '1970-01-01T00:00:00.000Z'],
    ['timestamp', '"2026-01-31T12:00:00"', 'offset_missing'],
    ['timestamp', '"2026-01-31"', 'offset_missing'],
    ['timestamp', '"1000"', 'wrong_type'],
    ['timestamp', '9007199254740991', 'number_out_of_range'],
    ['timestamp', '99999999999999999999', 'number_out_of_range'],
    ['timestamp', '1.5', 'wrong_type'],
    ['timestamp', '"2026-02-30T12:00:00Z"', 'wrong_type'],
    ['date', '"2026-01-31"', '2026-01-31'],
    ['date', '"2026-02-30"', 'wrong_type'],
    ['date', '"2026-01-31T00:00:00Z"', 'wrong_type'],
    ['uuid', `"${uuid.toUpperCase()}"`, uuid],
    ['uuid', `"{${uuid}}"`, 'wrong_type'],
    ['uuid', '"x"', 'wrong_type'],
    ['email', '"  Ada@Example.COM "', 'ada@example.com'],
    ['email', '"ada"', 'wrong_type'],
    ['email', '"a@b"', 'wrong_type'],
    ['email', '"a@b..c"', 'wrong_type'],
    ['email', '"a b@example.com"', 'wrong_type'],
    ['email', '"a@b@example.com"', 'wrong_type'],
    ['email', '"a@example.com\\u0000"', 'wrong_type'],
    ['json', '{"a": [1, {"__proto__": "x"}]}', decodeJson('{"a": [1, {"__proto__": "x"}]}')],
    ['json', '{"a": ["\\u0000"]}', 'bad_text'],
    ['json', '{"\\u0000": 1}', 'bad_text'],
    ['json', '5', 5],
    ['json', '12345678901234567890', 'decimal 12345678901234567890'],
    ['file', '{"name": "a", "type": "b", "size": 1, "bytes": "x"}', 'wrong_type'],
    ['list', '5', 'wrong_type'],
    ['object', '[1]', 'wrong_type'],
    ['object', '{"any": "thing"}', { any: 'thing' }],
    ['int', 'null', 'null_not_allowed'],
    ['json', 'null', 'null_not_allowed'],
  ])('%s of %s is %j', (type, json, expected) => {
    expect(fromJson(type, json)).toEqual(expected);
  });

  test('of an enum is one of its values, exactly', () => {
    expect(fromJson('enum', '"open"', { values: ['open', 'paid'] })).toBe('open');
    expect(fromJson('enum', '"Open"', { values: ['open', 'paid'] })).toBe('not_allowed');
    expect(fromJson('enum', '"constructor"', { values: ['open'] })).toBe('not_allowed');
    expect(fromJson('enum', '1', { values: ['open'] })).toBe('wrong_type');
  });

  test('is null only where that is allowed', () => {
    expect(fromJson('int', 'null', { nullable: true })).toBeNull();
    expect(fromJson('text', 'null', { nullable: true, default: 'x' })).toBeNull();
    expect(fromJson('text', 'null', { default: 'x' })).toBe('null_not_allowed');
  });
});

describe('a value in the query', () => {
  test.each<[InputType, string, unknown]>([
    ['int', '5', 5],
    ['int', '+5', 5],
    ['int', '5.0', 'wrong_type'],
    ['int', ' 5', 'wrong_type'],
    ['int', '0x5', 'wrong_type'],
    ['int', '99999999999999999999', 'number_out_of_range'],
    ['int', '1'.repeat(1_000_000), 'wrong_type'],
    ['int', '٣', 'wrong_type'],
    ['decimal', '1.50', 'decimal 1.50'],
    ['decimal', '.5', 'decimal 0.5'],
    ['decimal', '1e400', 'wrong_type'],
    ['float', '1e400', 'number_out_of_range'],
    ['float', '1e3', 'float 1000'],
    ['float', 'NaN', 'wrong_type'],
    ['bool', 'true', true],
    ['bool', '0', false],
    ['bool', 'yes', 'wrong_type'],
    ['timestamp', '1000', '1970-01-01T00:00:01.000Z'],
    ['timestamp', '2026-01-31T12:00:00 02:00', 'offset_missing'],
    ['text', '', ''],
    ['text', 'a\u0000', 'bad_text'],
    ['json', '{"a": 1.50}', { a: 1.5 }],
    ['json', '{a}', 'wrong_type'],
    ['object', '{"a": 1}', { a: 1 }],
    ['object', '[]', 'wrong_type'],
  ])('%s of %s is %j', (type, text, expected) => {
    expect(fromText(type, text)).toEqual(expected);
  });

  test.each<InputType>(['int', 'decimal', 'bool', 'timestamp', 'uuid', 'email', 'enum', 'json', 'list', 'password'])(
    'that is empty is no %s: null where allowed, else absent',
    (type) => {
      const items = input('', 'text');
      expect(fromText(type, '', { items, required: false })).toBe('absent');
      expect(fromText(type, '', { items, nullable: true })).toBeNull();
      expect(fromText(type, '', { items })).toBe('required');
    },
  );

  test('is given once, unless it is a list', () => {
    const inputs = mapOf(input('a', 'int', { in: 'query' }), input('b', 'list', { in: 'query', items: input('', 'int') }));
    const checked = validateInputs(inputs, ofQuery({ a: ['1', '2'], b: ['1', 'x'], 'b[]': ['3'] }));
    expect(codes(checked.errors)).toEqual(['query a repeated', 'query b[1] wrong_type']);
    expect(validateInputs(inputs, ofQuery({ a: ['1'], b: ['1,2'] })).errors).toHaveLength(1);
    expect({ ...validateInputs(inputs, ofQuery({ a: ['1'], b: ['1'], 'b[]': ['2'] })).input }).toEqual({ a: 1, b: [1, 2] });
  });
});

describe('min and max', () => {
  test.each<[InputType, string, Partial<Input>, unknown]>([
    ['int', '4', { min: 5 }, 'too_small'],
    ['int', '5', { min: 5, max: 5 }, 5],
    ['int', '6', { max: 5 }, 'too_large'],
    ['bigint', '"9223372036854775807"', { max: 9007199254740991 }, 'too_large'],
    ['bigint', '9223372036854775807', { max: Decimal.of(9223372036854775806n) }, 'too_large'],
    ['bigint', '9223372036854775806', { max: Decimal.of(9223372036854775806n) }, 'bigint 9223372036854775806'],
    ['decimal', '0.12345678901234567891', { max: Decimal.parse('0.1234567890123456789') ?? 0 }, 'too_large'],
    ['decimal', '0.1234567890123456789', { max: Decimal.parse('0.1234567890123456789') ?? 0 }, 'decimal 0.1234567890123456789'],
    ['decimal', '0.1', { min: 0.1 }, 'decimal 0.1'],
    ['decimal', '0.09999999999999999999', { min: 0.1 }, 'too_small'],
    ['float', '0.5', { max: 0.25 }, 'too_large'],
    ['text', '"😀😀"', { max: 2 }, '😀😀'],
    ['text', '"😀😀"', { max: 1 }, 'too_large'],
    ['text', '""', { min: 1 }, 'too_small'],
    ['password', '"short"', { min: 8 }, 'too_small'],
    ['list', '[1, 2]', { max: 1, items: input('', 'int') }, 'too_large'],
    ['list', '[]', { min: 1, items: input('', 'int') }, 'too_small'],
  ])('of %s %s within %j: %j', (type, json, more, expected) => {
    expect(fromJson(type, json, more)).toEqual(expected);
  });

  test('of a file are bytes', () => {
    const file = { name: 'a.txt', type: 'text/plain', size: 3, bytes: new Uint8Array(3) };
    const check = (more: Partial<Input>) => validateValue(input('f', 'file', more), file);
    expect(check({ max: 3 }).value).toBe(file);
    expect(codes(check({ max: 2 }).errors)).toEqual(['body f too_large']);
  });
});

describe('a body', () => {
  const line = input('', 'object', { fields: mapOf(input('sku', 'text'), input('count', 'int', { min: 1 })) });
  const inputs = mapOf(
    input('customer', 'object', { fields: mapOf(input('email', 'email'), input('note', 'text', { required: false })) }),
    input('lines', 'list', { items: line, max: 1_000 }),
    input('limit', 'int', { default: 25, required: false }),
  );

  test('has every wrong field named', () => {
    const body = decodeJson(
      '{"customer": {"note": 5}, "lines": [{"sku": "a", "count": 1}, {"sku": null, "count": 0}, 7], "limit": "x"}',
    );
    const { errors } = validateInputs(inputs, ofBody(body));
    expect(codes(errors)).toEqual([
      'body customer.email required',
      'body customer.note wrong_type',
      'body lines[1].sku null_not_allowed',
      'body lines[1].count too_small',
      'body lines[2] wrong_type',
      'body limit wrong_type',
    ]);
    expect(errors[3]?.message).toBe('lines[1].count must be at least 1.');
  });

  test('names at most 100 fields', () => {
    const body = { customer: { email: 'a@example.com' }, lines: Array.from({ length: 1_000 }, () => ({})) };
    expect(validateInputs(inputs, ofBody(body)).errors).toHaveLength(100);
  });

  test('leaves no key for what was not sent, and takes defaults', () => {
    const { input: checked, errors } = validateInputs(inputs, ofBody({ customer: { email: 'a@example.com' }, lines: [] }));
    expect(errors).toEqual([]);
    expect(Object.getPrototypeOf(checked)).toBeNull();
    expect(Object.keys(checked)).toEqual(['customer', 'lines', 'limit']);
    expect(checked.limit).toBe(25);
    expect(Object.keys((checked.customer as Record<string, Value>) ?? {})).toEqual(['email']);
  });

  test.each([['[]'], ['5'], ['"x"'], ['null']])('that is %s is refused as a whole', (json) => {
    expect(codes(validateInputs(inputs, ofBody(decodeJson(json))).errors)).toContain('body  wrong_type');
  });

  test('ignores unknown fields, or refuses them, nested ones too', () => {
    const body = decodeJson('{"customer": {"email": "a@example.com", "nte": 1}, "lines": [], "limt": 1, "__proto__": 1}');
    expect(validateInputs(inputs, ofBody(body)).errors).toEqual([]);
    const { errors } = validateInputs(inputs, { ...ofBody(body), query: new Map([['page', ['1']]]) }, 'refuse');
    expect(codes(errors)).toEqual([
      'query page unknown_input',
      'body customer.nte unknown_input',
      'body limt unknown_input',
      'body __proto__ unknown_input',
    ]);
    expect(errors[2]?.message).toBe('limt is not known here (did you mean limit?).');
  });

  test('may have fields named like members of every object', () => {
    const odd = mapOf(
      input('__proto__', 'text'),
      input('constructor', 'text', { required: false }),
      input('toString', 'text', { required: false }),
    );
    const { input: checked, errors } = validateInputs(odd, ofBody(decodeJson('{"__proto__": "x"}')));
    expect(errors).toEqual([]);
    expect(Object.keys(checked)).toEqual(['__proto__']);
    expect(codes(validateInputs(odd, ofBody({})).errors)).toEqual(['body __proto__ required']);
  });

  test('that is a form has texts converted, repeated names as lists', () => {
    const form = mapOf(
      input('n', 'int'),
      input('tags', 'list', { items: input('', 'text') }),
      input('ids', 'list', { items: input('', 'int') }),
      input('done', 'bool', { required: false }),
      input('meta', 'json'),
      input('note', 'text'),
    );
    const body = { n: '5', tags: 'one', 'ids[]': ['1', '2'], done: '', meta: '{"a":1}', note: '' };
    const { input: checked, errors } = validateInputs(form, { ...ofBody(body), bodyIsText: true });
    expect(errors).toEqual([]);
    expect({ ...checked }).toEqual({ n: 5, tags: ['one'], ids: [1, 2], meta: { a: 1 }, note: '' });
    const twice = validateInputs(form, { ...ofBody({ ...body, n: ['1', '2'] }), bodyIsText: true });
    expect(codes(twice.errors)).toEqual(['body n repeated']);
  });
});

describe('inputs of path and header', () => {
  test('are texts, found by their names', () => {
    const inputs = mapOf(input('id', 'int', { in: 'path' }), input('x_request_id', 'uuid', { in: 'header', required: false }));
    const raw = { ...nothing, path: { id: '7' }, headers: { 'x-request-id': uuid } };
    expect({ ...validateInputs(inputs, raw).input }).toEqual({ id: 7, x_request_id: uuid });
    expect(codes(validateInputs(inputs, { ...raw, path: { id: 'x' }, headers: { 'x-request-id': '1' } }).errors)).toEqual([
      'path id wrong_type',
      'header x_request_id wrong_type',
    ]);
    expect({ ...validateInputs(inputs, { ...raw, headers: {} }).input }).toEqual({ id: 7 });
  });
});

describe('arguments of a function', () => {
  test('may be times and decimals already', () => {
    const now = Timestamp.of(0);
    expect(validateValue(input('at', 'timestamp'), now).value).toBe(now);
    expect(shown(validateValue(input('d', 'date'), PlainDate.parse('2026-01-31')).value)).toBe('2026-01-31');
    expect(shown(validateValue(input('d', 'decimal'), Decimal.parse('1.50')).value)).toBe('decimal 1.50');
    expect(codes(validateValue(input('at', 'timestamp'), Decimal.parse('1.5'), 'input.at').errors)).toEqual([
      'body input.at wrong_type',
    ]);
  });
});

describe('hostile input', () => {
  const json: fc.Arbitrary<Value> = fc.jsonValue().map(toValue);
  const types: readonly InputType[] = [
    'int',
    'bigint',
    'decimal',
    'float',
    'text',
    'bool',
    'timestamp',
    'date',
    'uuid',
    'email',
    'password',
    'enum',
    'json',
    'file',
    'object',
    'list',
  ];
  const fields = (name: string): readonly Input[] =>
    types.map((type) =>
      input(`${name}_${type}`, type, { nullable: false, min: 1, max: 3, values: ['a'], items: input('', 'int') }),
    );

  test('never makes a check throw, and either is refused or of the type', () => {
    const check = prepareInputs(mapOf(...fields('b')), 'refuse');
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...fields('b').map((one) => one.name), '__proto__', 'x'), json),
        fc.boolean(),
        (body, text) => {
          const { errors } = check({ ...ofBody(body), bodyIsText: text });
          expect(errors.length).toBeLessThanOrEqual(100);
          for (const { message } of errors) expect(message.length).toBeLessThan(300);
        },
      ),
    );
  });

  test('as text never makes a check throw', () => {
    const check = prepareInputs(mapOf(...fields('q').map((one) => ({ ...one, in: 'query' as const }))));
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('1e400', '-0', '9'.repeat(500), 'NaN', '[[', '{"__proto__":1}', '2026-01-01'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...fields('q').map((one) => one.name)), fc.array(words, { maxLength: 3 })),
        (query) => {
          check(ofQuery(query));
        },
      ),
    );
  });

  test('is read in linear time', () => {
    const long = 'a'.repeat(2_000_000);
    const started = performance.now();
    for (const type of types) {
      fromText(type, long);
      fromText(type, '1'.repeat(2_000_000));
      fromText(type, `${long}@${'a.'.repeat(100_000)}`);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('nested deeply inside json is walked without recursion', () => {
    let deep: Value = 'x\u0000';
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(codes(validateValue(input('j', 'json'), deep).errors)).toEqual(['body j bad_text']);
  });
});
