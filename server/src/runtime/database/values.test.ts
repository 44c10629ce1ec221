/** Values go to a real PostgreSQL and come back the same. */
import {
  Bigint,
  type Binding,
  Decimal,
  defaultLimits,
  encodeJson,
  Float,
  PlainDate,
  Timestamp,
  type Value,
} from '@ashlar/engine';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { decoderOf, decoderOfType } from './decode.ts';
import { compileParams, encodeFree } from './encode.ts';
import { queryLimited } from './limited-query.ts';
import { rowOf, textOnly } from './statement.ts';

let client: PoolClient;
beforeAll(async () => {
  const postgres = await testPostgres();
  client = await postgres.lend(await postgres.createDatabase(), 'app', 5_000);
});
afterAll(() => client?.release());

const bindings: Readonly<Record<string, Binding>> = {
  int: { type: 'int', pg: 'int8' },
  bigint: { type: 'bigint', pg: 'int8' },
  decimal: { type: 'decimal', pg: 'numeric' },
  float: { type: 'float', pg: 'float8' },
  text: { type: 'text', pg: 'text' },
  bool: { type: 'bool', pg: 'bool' },
  timestamp: { type: 'timestamp', pg: 'timestamptz' },
  date: { type: 'date', pg: 'date' },
  uuid: { type: 'uuid', pg: 'uuid' },
  json: { type: 'json', pg: 'jsonb' },
  ints: { type: 'list', items: 'int', pg: 'int8[]' },
  texts: { type: 'list', items: 'text', pg: 'text[]' },
  decimals: { type: 'list', items: 'decimal', pg: 'numeric[]' },
  timestamps: { type: 'list', items: 'timestamp', pg: 'timestamptz[]' },
  bools: { type: 'list', items: 'bool', pg: 'bool[]' },
};

const bindingOf = (name: string): Binding => bindings[name] ?? { type: 'text', pg: 'text' };
const encode = (name: string, value: Value) => compileParams([bindingOf(name)])([value]);

/** Sends a value as a parameter and reads what comes back. */
async function echo(name: string, value: Value, limits = defaultLimits): Promise<Value | undefined> {
  const column = { ...bindingOf(name), name: 'value' };
  const { rows } = await client.query<(string | null)[]>({
    text: `select $1::${column.pg}`,
    values: encode(name, value),
    rowMode: 'array',
    types: textOnly,
  });
  return rowOf([column.name], [decoderOf(column)], rows[0] ?? [], limits).value;
}

const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed());
const timestamp = fc
  .integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59Z') })
  .map((ms) => Timestamp.of(ms));
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat(20))
  .map(([n, scale]) => Decimal.of(n, scale));
const arbitraries: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  int: fc.maxSafeInteger(),
  bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => Bigint.of(n)),
  decimal,
  float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => Float.of(n)),
  text,
  bool: fc.boolean(),
  timestamp,
  date: timestamp.map(({ $ms }) => PlainDate.parse(new Date($ms).toISOString().slice(0, 10))),
  uuid: fc.uuid(),
  ints: fc.array(fc.option(fc.maxSafeInteger())),
  texts: fc.array(fc.option(text)),
  decimals: fc.array(fc.option(decimal)),
  timestamps: fc.array(timestamp),
  bools: fc.array(fc.option(fc.boolean())),
};

const shown = (value: Value | undefined): string =>
  JSON.stringify(value, (_key, one: unknown) => (one instanceof Float ? (Object.is(one.$value, -0) ? 0 : one.$value) : one));

describe('a value comes back from PostgreSQL as it went', () => {
  for (const [name, arbitrary] of Object.entries(arbitraries))
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(fc.option(arbitrary), async (value) => {
          expect(shown(await echo(name, value))).toBe(shown(value));
        }),
        { numRuns: 60 },
      );
    });

  it.each<[string, Value]>([
    ['null inside', { a: null, list: [1, 'x', true, null], deep: { er: ['ü', '"', '\\u0000 as text'] } }],
    ['a list', [1, 2]],
    ['a text', 'text'],
    ['digits', { n: Decimal.parse('12345678901234567890.123456789') }],
    ['plain names', JSON.parse('{"__proto__": 1, "constructor": 2}')],
  ])('json: %s', async (_name, value) => {
    expect(JSON.stringify(await echo('json', value)).length).toBe(JSON.stringify(value).length);
  });

  it.each([1e22, 1.5e308, -9007199254740993e3])(
    'json: the float %d comes back as the decimal that jsonb makes of it',
    async (n) => {
      const back = await echo('json', { n: Float.of(n) });
      expect(JSON.parse(encodeJson(back ?? null, { decimals: 'number' }))).toEqual({ n });
    },
  );

  it('json: what is nested so deep that no answer could hold its row is refused', async () => {
    const nested = (depth: number): Value => JSON.parse(`${'['.repeat(depth)}${']'.repeat(depth)}`);
    expect(JSON.stringify(await echo('json', nested(128)))).toBe(JSON.stringify(nested(128)));
    expect(() => encode('json', nested(129))).toThrow(expect.objectContaining({ code: 'value_refused', status: 400 }));
  });

  it.each<[string, Value]>([
    ['text', 'a\0b'],
    ['text', '\ud800'],
    ['json', { a: 'a\0b' }],
    ['json', ['\udfff']],
    ['texts', ['\0']],
  ])('%s that no database of UTF-8 can keep is refused: %j', (name, value) => {
    expect(() => encode(name, value)).toThrow(expect.objectContaining({ code: 'value_refused', status: 400 }));
  });

  it.each<[string, Value]>([
    ['int', '1'],
    ['int', true],
    ['text', 1],
    ['bool', 'true'],
    ['timestamp', '2026-01-01T00:00:00Z'],
    ['date', Timestamp.of(0)],
    ['ints', 1],
    ['ints', ['1']],
    ['decimal', '1.5'],
  ])('%s does not take %j', (name, value) => {
    expect(() => encode(name, value)).toThrow(expect.objectContaining({ code: 'wrong_type' }));
  });

  it.for([
    ['text', 'x'.repeat(11)],
    ['texts', ['', 'x'.repeat(11)]],
    ['json', { a: [{ b: 'x'.repeat(11) }] }],
    ['json', { ['x'.repeat(11)]: 1 }],
  ] as const)('%s longer than texts may be: %j', async ([name, value]) => {
    const limits = { ...defaultLimits, textLength: 10 };
    const read = (one: Value) => echo(name, one, limits);
    await expect(read(value)).rejects.toMatchObject({ code: 'text_too_large', status: 503 });
    const fits = JSON.parse(JSON.stringify(value).replace('xx', 'x')) as Value;
    await expect(read(fits)).resolves.toBeTruthy();
  });

  it('a name that no object should have is a plain column', () => {
    const row = rowOf(['__proto__'], [decoderOf({ type: 'int', pg: 'int8', name: '__proto__' })], ['1'], defaultLimits);
    expect(Object.keys(row)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(row)).toBeNull();
  });
});

describe("types of a user's own SQL", () => {
  async function read(sql: string, ...params: Value[]): Promise<string> {
    const result = await queryLimited(client, sql, params.map(encodeFree), defaultLimits, 10);
    const field = result.rows[0]?.[0] ?? null;
    const value = field === null ? null : decoderOfType(result.fields[0]?.dataTypeID ?? 0)(field);
    const kind =
      value === null
        ? 'null'
        : Array.isArray(value)
          ? 'list'
          : typeof value === 'object'
            ? value.constructor?.name
            : typeof value;
    return `${kind} ${JSON.stringify(value)}`;
  }
  it.each([
    ['select 1::int2', 'number 1'],
    ['select 9007199254740991', 'number 9007199254740991'],
    ['select 1.50', 'Decimal 1.50'],
    ['select 1.5::float4', 'Float 1.5'],
    ['select true', 'boolean true'],
    ["select '2026-11-24 12:00:00.123456+01'::timestamptz", 'Timestamp "2026-11-24T11:00:00.123Z"'],
    ["select '2026-11-24 12:00:00.1239+01'::timestamptz", 'Timestamp "2026-11-24T11:00:00.124Z"'],
    ["select '2026-11-24 12:00:00.0005+01'::timestamptz", 'Timestamp "2026-11-24T11:00:00.001Z"'],
    ["select '2026-12-31 23:59:59.9996Z'::timestamptz", 'Timestamp "2027-01-01T00:00:00.000Z"'],
    ["select '1969-12-31 23:59:59.9994Z'::timestamptz", 'Timestamp "1969-12-31T23:59:59.999Z"'],
    ["select '0042-01-02 03:04:05Z'::timestamptz", 'Timestamp "0042-01-02T03:04:05.000Z"'],
    ["select '2026-11-24 12:00:00'::timestamp", 'string "2026-11-24 12:00:00"'],
    ["select '2026-02-28'::date", 'PlainDate "2026-02-28"'],
    [`select '{"a": [1, 2.50]}'::jsonb`, 'Object {"a":[1,2.50]}'],
    [`select '[1]'::json`, 'list [1]'],
    ["select '\\x00ff'::bytea", 'Uint8Array {"0":0,"1":255}'],
    ["select interval '1 day'", 'string "P1D"'],
    ["select '{1,NULL}'::int4[]", 'list [1,null]'],
    ["select array[array['a','b'],array['c','d']]", 'list [["a","b"],["c","d"]]'],
    ["select '2b1c3b9e-0000-4000-8000-000000000000'::uuid", 'string "2b1c3b9e-0000-4000-8000-000000000000"'],
    ['select null', 'null null'],
  ])('%s is %s', async (sql, expected) => {
    expect(await read(sql)).toBe(expected);
  });
  it.each([["select 'infinity'::timestamptz"], ["select 'infinity'::date"], ["select 'NaN'::float8"], ["select 'NaN'::numeric"]])(
    '%s has no value of the language',
    async (sql) => {
      await expect(read(sql)).rejects.toMatchObject({ code: 'number_out_of_range' });
    },
  );
  it.each<[string, Value, string]>([
    ['select $1::int + 1', 1, 'number 2'],
    ['select $1', "'; drop table x; --", `string "'; drop table x; --"`],
    ['select $1::numeric', Decimal.parse('0.10'), 'Decimal 0.10'],
    ['select $1::bool', true, 'boolean true'],
    ['select $1::text[]', ['a,b', '"', null], 'list ["a,b","\\"",null]'],
    ['select $1::jsonb', { a: [1] }, 'Object {"a":[1]}'],
    ['select 2 = any($1::int[])', [1, 2], 'boolean true'],
  ])('%s with %j gives %s', async (sql, param, expected) => {
    expect(await read(sql, param)).toBe(expected);
  });
});
