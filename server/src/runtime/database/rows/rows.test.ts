/** Rows read from the client's bytes are what the general way makes of them: the same values, the same JSON, the same errors. */
import { isDeepStrictEqual } from 'node:util';
import {
  AshlarError,
  type ColumnType,
  defaultLimits,
  type Encoding,
  encodeJson,
  type JsonOptions,
  pgName,
  type ResultColumn,
  type ValueObject,
} from '@ashlar/engine';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../../tests/harness/postgres.ts';
import { writeArray } from '../array-text.ts';
import { decoderOf } from '../decode.ts';
import { rowOf, textOnly } from '../statement.ts';
import { rowShape } from './index.ts';

type Fields = readonly (string | null)[];
type Limits = Parameters<ReturnType<typeof rowShape>['json']>[1];

/** A DataRow's fields among other bytes. */
function dataRow(fields: Fields, before = 7): Buffer {
  const parts = [Buffer.alloc(before, 0x22)];
  for (const field of fields) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(field === null ? -1 : Buffer.byteLength(field));
    parts.push(length, Buffer.from(field ?? ''));
  }
  return Buffer.concat([...parts, Buffer.from('"rest')]);
}

/** Hands rows to a reader as the client does, whose buffer is overwritten after each call. */
function feed(reader: { row(bytes: Buffer, at: number, fieldCount: number): void }, rows: readonly Fields[]): void {
  for (const [index, fields] of rows.entries()) {
    const bytes = dataRow(fields, index);
    reader.row(bytes, index, fields.length);
    bytes.fill(0xff);
  }
}

const generalRows = (columns: readonly ResultColumn[], rows: readonly Fields[], limits: Limits): ValueObject[] => {
  const [names, decoders] = [columns.map(({ name }) => name), columns.map(decoderOf)];
  return rows.map((fields) => rowOf(names, decoders, fields, limits));
};

/** What comes of it, errors included, in a form to compare. */
function outcome<T>(run: () => T): { readonly value: T } | { readonly code: string; readonly message: string } {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof AshlarError) return { code: error.code, message: error.message };
    throw error;
  }
}

function expectSame(columns: readonly ResultColumn[], rows: readonly Fields[], limits: Limits = defaultLimits): void {
  const shape = rowShape(columns);
  const expected = outcome(() => generalRows(columns, rows, limits));
  const objects = outcome(() => {
    const reader = shape.objects(limits);
    feed(reader, rows);
    return reader.rows;
  });
  if (!isDeepStrictEqual(objects, expected)) expect(objects).toStrictEqual(expected);
  for (const decimals of ['number', 'text'] as const)
    for (const encode of [true, ...encodingsOf(columns)] as const) {
      const json = outcome(() => encoded(columns, rows, decimals, limits, encode));
      if (!('value' in expected)) expect(json).toEqual(expected);
      else if ('value' in json) expectRows(json.value, expected.value, decimals, encode);
      else expect(json).toEqual('a value');
    }
}

/** Every other column shown, every third one kept; nothing shown; nothing kept. */
function encodingsOf(columns: readonly ResultColumn[]): readonly Encoding[] {
  const names = columns.map(({ name }) => name);
  const every = (nth: number, from: number) => names.filter((_, i) => i % nth === from);
  return [
    { columns: every(2, 1), values: every(3, 0) },
    { columns: [], values: names },
    { columns: every(2, 0), values: [] },
  ];
}

const partOf = (row: ValueObject, names: readonly string[]): ValueObject =>
  Object.assign(Object.create(null), Object.fromEntries(names.map((name) => [name, row[name] ?? null])));

function encoded(
  columns: readonly ResultColumn[],
  rows: readonly Fields[],
  decimals: JsonOptions['decimals'],
  limits: Limits,
  encode?: true | Encoding,
) {
  const reader = rowShape(columns).json(decimals, limits, encode);
  feed(reader, rows);
  return reader.finish();
}

function expectRows(
  { rows: values, encoded: made }: ReturnType<typeof encoded>,
  rows: readonly ValueObject[],
  decimals: JsonOptions['decimals'],
  encode: true | Encoding,
): void {
  const shown = encode === true ? rows : rows.map((row) => partOf(row, encode.columns));
  const kept = encode === true || encode.values.length === 0 ? [] : rows.map((row) => partOf(row, encode.values));
  if (!isDeepStrictEqual(values, kept)) expect(values).toStrictEqual(kept);
  const texts = shown.map((row) => encodeJson(row, { decimals }));
  expect(Buffer.from(made.utf8, 'latin1').toString()).toBe(texts.join(','));
  expect(made.ascii).toBe(texts.every((text) => Buffer.byteLength(text) === text.length));
  expect(made.ends).toHaveLength(rows.length);
  for (const [index, text] of texts.entries()) {
    const start = index === 0 ? 0 : (made.ends[index - 1] ?? 0) + 1;
    expect(Buffer.from(made.utf8.slice(start, made.ends[index]), 'latin1').toString()).toBe(text);
  }
}

const scalarTypes = [
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
] as const satisfies readonly ColumnType[];
type ScalarType = (typeof scalarTypes)[number] | 'bytes';

const column = (type: ScalarType, name = 'value'): ResultColumn =>
  type === 'bytes' ? { name, type: 'text', pg: 'bytea' } : { name, type, pg: pgName({ type }) };
const listColumn = (items: (typeof scalarTypes)[number], name = 'value'): ResultColumn => ({
  name,
  type: 'list',
  items,
  pg: pgName({ type: 'list', items }),
});

/** Texts with all that JSON escapes, all lengths of UTF-8, and some that are long. */
const plainText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.oneof(fc.constantFrom('"', '\\', '\n', '\u0001', '\u001f', '\u007f', 'é', '\u2028', '€', '\uffff', '😀'), fc.string()),
    )
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('x', '"', 'é', '😀'), fc.constantFrom(127, 128, 129, 2_048, 2_049, 40_000))
    .map(([one, n]) => one.repeat(n)),
);
const text = plainText.map((one) => one.replaceAll('\0', ''));

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
const day = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 12_000 }), fc.integer({ min: 1_900, max: 2_100 })), fc.nat(11), fc.nat(27))
  .map(([year, month, date]) => `${pad(year, 4)}-${pad(month + 1)}-${pad(date + 1)}`);
const clockTime = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.oneof(fc.constant(''), fc.stringMatching(/^\.[0-9]{0,5}[1-9]$/)))
  .map(([hour, minute, second, digits]) => `${pad(hour)}:${pad(minute)}:${pad(second)}${digits}`);
const digits = fc.stringMatching(/^[1-9][0-9]{0,24}$/);

/** What PostgreSQL may write for each type, beyond what the language can hold as well. */
const fieldsOf: Readonly<Record<ScalarType, fc.Arbitrary<string>>> = {
  int: fc.oneof(
    fc.maxSafeInteger().map(String),
    fc.integer({ min: -100, max: 100 }).map(String),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    fc.constantFrom('9007199254740991', '9007199254740992', '-9007199254740991', '-9007199254740992', '999999999999999'),
  ),
  bigint: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    fc.integer().map(String),
    fc.constantFrom('0', '9223372036854775807', '9223372036854775808', '-9223372036854775808'),
  ),
  decimal: fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-'), fc.oneof(digits, fc.constant('0')), fc.stringMatching(/^(\.[0-9]{1,20})?$/))
      .map(([sign, whole, rest]) => (/[1-9]/.test(whole + rest) ? sign : '') + whole + rest),
    fc.constantFrom(
      '0',
      '0.00',
      '-0.5',
      'NaN',
      'Infinity',
      '-Infinity',
      '9'.repeat(1_000),
      '9'.repeat(1_001),
      `0.${'1'.repeat(1_001)}`,
    ),
  ),
  float: fc.oneof(
    fc.double().map(String),
    fc.double().map((n) => n.toExponential()),
    fc.tuple(fc.integer(), fc.nat(12)).map(([n, scale]) => String(n / 10 ** scale)),
    fc.constantFrom(
      '-0',
      '0',
      '0.1',
      '0.05',
      '0.0000001',
      '0.00001',
      '1e-07',
      '1e+15',
      '1e+21',
      '123456789012345',
      '1234567890123456',
      'NaN',
      '-Infinity',
    ),
  ),
  text,
  bool: fc.constantFrom('t', 'f'),
  timestamp: fc.oneof(
    fc.tuple(day, clockTime).map(([date, time]) => `${date} ${time}+00`),
    fc.constantFrom(
      '2026-11-24 21:17:00+00',
      '0001-01-01 00:00:00+00',
      '0099-12-31 23:59:59.999+00',
      '9999-12-31 23:59:59.9999+00',
      '2026-11-24 21:17:00.5+01',
      '2026-11-24 21:17:00+05:30',
      '0044-03-15 12:00:00+00 BC',
      'infinity',
      '-infinity',
    ),
  ),
  date: fc.oneof(day, fc.constantFrom('0001-01-01', '9999-12-31', '10000-01-01', '0044-03-15 BC', 'infinity', '-infinity')),
  uuid: fc.uuid(),
  email: fc.emailAddress(),
  password: text,
  enum: fc.constantFrom('new', 'sent', 'zurück'),
  json: fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value, null, 1)),
    fc.constantFrom(
      '{"b": 1, "1": 2, "b": 3}',
      '{"__proto__": [1.50, 1e3]}',
      '[12345678901234567890]',
      '"\\ud800 \\u0007"',
      'null',
    ),
  ),
  bytes: fc.uint8Array().map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
};

const scalar = fc.constantFrom(...scalarTypes, 'bytes' as const);
const anyColumn: fc.Arbitrary<{ readonly column: ResultColumn; readonly field: fc.Arbitrary<string> }> = fc.oneof(
  { weight: 4, arbitrary: scalar.map((type) => ({ column: column(type), field: fieldsOf[type] })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...scalarTypes).map((type) => ({
      column: listColumn(type),
      field: fc.array(fc.option(fieldsOf[type]), { maxLength: 4 }).map(writeArray),
    })),
  },
);
const names = fc.uniqueArray(fc.oneof(fc.constantFrom('id', '__proto__', 'constructor', 'toJSON', 'größe', 'a"b'), fc.string()), {
  minLength: 8,
  maxLength: 8,
});
/** Names that numbers would be are no names of columns, and an object puts them first. */
const columnNames = names.map((list) => list.map((name) => (/^\d+$/.test(name) ? `c${name}` : name)));

const table = fc.tuple(columnNames, fc.array(anyColumn, { maxLength: 8 })).chain(([known, columns]) =>
  fc.record({
    columns: fc.constant(columns.map((one, index) => ({ ...one.column, name: `${known[index] ?? ''}_${index}` }))),
    rows: fc.array(fc.tuple(...columns.map(({ field }) => fc.option(field, { freq: 6 }))), { maxLength: 4 }),
    limits: fc.constantFrom(10, 100, 2_048, defaultLimits.textLength).map((textLength) => ({ ...defaultLimits, textLength })),
  }),
);

describe('rows read from bytes are those of the general way', () => {
  it('whatever the columns, the fields and the limit of texts', () => {
    fc.assert(
      fc.property(table, ({ columns, rows, limits }) => expectSame(columns, rows, limits)),
      { numRuns: 1_500 },
    );
  });

  it.each([...scalarTypes, 'bytes' as const])('for many fields of the type %s', (type) => {
    fc.assert(
      fc.property(fieldsOf[type], (field) => expectSame([column(type)], [[field]])),
      { numRuns: 800 },
    );
  });

  it('with names that objects treat specially', () => {
    const columns = ['__proto__', 'constructor', 'toJSON', 'größe', 'a"b'].map((name) => column('text', name));
    expectSame(columns, [
      ['1', '2', '3', '4', '5'],
      [null, null, null, null, null],
    ]);
  });

  it('with fewer fields than columns, more, or none at all', () => {
    expectSame([column('int', 'a'), column('text', 'b')], [['1'], ['1', 'x', 'more'], []]);
    expectSame([], [[], ['1']]);
    expectSame([column('int')], []);
  });

  it.each<[ScalarType, string, string]>([
    ['int', '9007199254740992', 'number_out_of_range'],
    ['int', '-9007199254740992', 'number_out_of_range'],
    ['decimal', 'NaN', 'number_out_of_range'],
    ['decimal', '-Infinity', 'number_out_of_range'],
    ['float', 'NaN', 'number_out_of_range'],
    ['float', 'Infinity', 'number_out_of_range'],
    ['timestamp', 'infinity', 'number_out_of_range'],
    ['timestamp', '10000-01-01 00:00:00+00', 'number_out_of_range'],
    ['timestamp', '0044-03-15 12:00:00+00 BC', 'number_out_of_range'],
    ['date', '-infinity', 'number_out_of_range'],
    ['text', 'x'.repeat(101), 'text_too_large'],
    ['json', `["${'x'.repeat(101)}"]`, 'text_too_large'],
    ['json', `${'['.repeat(256)}${']'.repeat(256)}`, 'value_too_deep'],
  ])('%s: %.30s is %s as JSON', (type, field, code) => {
    const limits = { ...defaultLimits, textLength: 100 };
    expect(outcome(() => encoded([column(type)], [[field]], 'number', limits))).toMatchObject({ code });
  });

  it('texts of the longest length allowed, counted in UTF-16 units', () => {
    const limits = { ...defaultLimits, textLength: 10 };
    expectSame([column('text')], [['é'.repeat(10)], ['😀'.repeat(5)]], limits);
    expect(outcome(() => encoded([column('text')], [['😀'.repeat(6)]], 'number', limits))).toMatchObject({
      code: 'text_too_large',
    });
  });

  it('where fields are far longer than any buffer was before, and where they are very many', () => {
    expectSame([column('text')], [['\u0001'.repeat(200_000)], ['é'.repeat(600_000)], ['x'.repeat(2_500_000)]]);
    expectSame([column('json')], [[`["${'é'.repeat(1_500_000)}"]`]]);
    for (const field of ['\u0001'.repeat(128), '\u0001'.repeat(2_048), 'x'.repeat(129), '2026-11-24 21:17:00+00'])
      expectSame([column('text')], Array<Fields>(1_500).fill([field]));
  });

  it('while other rows are read, too: readers share nothing', () => {
    const columns = [column('int', 'id'), column('text', 'name')];
    const readers = Array.from({ length: 20 }, () => rowShape(columns).json('number', defaultLimits));
    for (let row = 0; row < 200; row++)
      for (const [index, reader] of readers.entries()) feed(reader, [[String(index), `row ${row} `.repeat(index)]]);
    for (const [index, reader] of readers.entries()) {
      const rows: { readonly id: number; readonly name: string }[] = JSON.parse(`[${reader.finish().encoded.utf8}]`);
      expect(rows.map(({ id, name }) => [id, name])).toEqual(
        Array.from({ length: 200 }, (_, row) => [index, `row ${row} `.repeat(index)]),
      );
    }
  });
});

describe('in the text form that PostgreSQL itself gives', () => {
  let client: PoolClient;
  beforeAll(async () => {
    const postgres = await testPostgres();
    client = await postgres.lend(await postgres.createDatabase(), 'app', 5_000);
  });
  afterAll(() => client?.release());

  const jsonValue = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value).replaceAll(/\\u(0000|d[89a-f]..)/gi, ''));
  /** What PostgreSQL takes for each type. */
  const taken: Readonly<Record<ScalarType, fc.Arbitrary<string>>> = {
    ...fieldsOf,
    json: jsonValue,
    bigint: fieldsOf.bigint.filter((one) => one !== '9223372036854775808'),
    decimal: fieldsOf.decimal.filter((one) => one.length < 1_000),
    float: fieldsOf.float.filter((one) => !/e-3[12]/.test(one)),
    text: text.filter((one) => one.isWellFormed()),
    password: text.filter((one) => one.isWellFormed()),
  };

  async function formsOf(pg: string, texts: readonly string[]): Promise<readonly string[]> {
    const result = await client.query<[string]>({
      text: `select one::${pg} from unnest($1::text[]) with ordinality as t(one, n) order by n`,
      values: [writeArray(texts)],
      rowMode: 'array',
      types: textOnly,
    });
    return result.rows.map(([one]) => one);
  }

  it.each([...scalarTypes, 'bytes' as const])('%s', async (type) => {
    const sample = fc.sample(taken[type], { numRuns: 300, seed: 5 });
    for (const form of await formsOf(column(type).pg, sample)) expectSame([column(type)], [[form]]);
  });

  it.each(scalarTypes)('a list of %s', async (type) => {
    const lists = fc.sample(fc.array(fc.option(taken[type]), { maxLength: 4 }).map(writeArray), { numRuns: 100, seed: 5 });
    for (const form of await formsOf(listColumn(type).pg, lists)) expectSame([listColumn(type)], [[form]]);
  });

  it('a list with bounds of its own, and one of more dimensions', async () => {
    for (const form of await formsOf('int8[]', ['[0:1]={1,2}', '{{1,2},{3,NULL}}'])) expectSame([listColumn('int')], [[form]]);
  });
});
