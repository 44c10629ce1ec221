import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problems, type SeedFile } from '@ashlar/engine';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../../../../tests/harness/postgres.ts';
import { type TableText, testTables } from '../../../../../tests/harness/tables.ts';
import type { DatabaseRef, Postgres } from '../../../base/postgres/index.ts';
import { applyPlan, planSchema } from '../index.ts';
import { importSeeds, type SeedSource, seedFromPath, seedFromText, seedOrder } from './index.ts';

type Tables = Readonly<Record<string, TableText>>;

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

async function database(tables: Tables): Promise<DatabaseRef> {
  const ref = await postgres.createDatabase();
  const options = { drops: [], tablesWithRows: new Set<string>(), problems: new Problems() };
  await applyPlan(postgres, ref, planSchema(new Map(), testTables(tables), options));
  return ref;
}

function file(name: string): SeedFile {
  const [table = '', format] = name.split('.');
  return { table, format: format === 'csv' ? 'csv' : 'jsonl', path: `seeds/${name}` };
}
const sources = (files: Readonly<Record<string, string>>): SeedSource[] =>
  Object.entries(files).map(([name, text]) => seedFromText(file(name), text));
const hashPassword = async (password: string): Promise<string> => `hashed ${password}`;
const load = (ref: DatabaseRef, tables: Tables, files: Readonly<Record<string, string>>) =>
  importSeeds(postgres, ref, testTables(tables), sources(files), { hashPassword });
const query = async (ref: DatabaseRef, sql: string) => (await postgres.asOwner(ref, (client) => client.query(sql))).rows;

const everything: Tables = {
  item: {
    columns: {
      a: 'int?',
      b: 'bigint?',
      c: 'decimal?',
      d: 'float?',
      e: 'text?',
      f: 'bool?',
      g: 'timestamp?',
      h: 'date?',
      i: 'uuid?',
      j: 'email?',
      k: 'password?',
      l: { type: 'enum', values: ['x', 'y'], nullable: true },
      m: 'json?',
      n: { type: 'list', items: 'text', nullable: true },
      o: { type: 'int', default: 7 },
      p: { type: 'timestamp', default: 'now' },
    },
  },
};
const shown = "id, a, b, c, d, e, f, g::text, h::text, i, j, k, l, m, n, o, p > now() - interval '1 minute' as p"; // every value as it lies there
const uuid = '018f3a5e-7c1d-7a3b-9c4d-0123456789ab';

// biome-ignore format: a row
const expected = {
  id: '5', a: '1', b: '9007199254740993', c: '0.10000000000000000000000000000000001', d: 1.5e300, e: 'he said "hi", é', f: true, g: '2026-01-01 22:00:00.123+00', h: '2026-02-28',
  i: uuid, j: 'ada@example.com', k: 'hashed secret', l: 'x', m: { z: [1, null] }, n: ['a', 'b,c'], o: 7, p: true,
};

test('JSON lines carry every type to the last digit', async () => {
  const ref = await database(everything);
  const row = `{"id": 5, "a": 1, "b": "9007199254740993", "c": 0.10000000000000000000000000000000001, "d": 1.5e300, "e": "he said \\"hi\\", é", "f": true, "g": "2026-01-02T00:00:00.123+02:00", "h": "2026-02-28", "i": "${uuid}", "j": " Ada@Example.com", "k": "secret", "l": "x", "m": {"z": [1, null]}, "n": ["a", "b,c"]}`;
  await load(ref, everything, { 'item.jsonl': `\n${row}\n{"o": 8}\r\n` });
  expect(await query(ref, `select ${shown} from item where id = 5`)).toEqual([{ ...expected, o: '7' }]);
  // The next key comes after the highest: the second row got one before that was known.
  expect(await query(ref, 'insert into item (a) values (null) returning id')).toEqual([{ id: '6' }]);
});

test('CSV carries every type, an empty field is nothing and a quoted one the empty text', async () => {
  const ref = await database(everything);
  const text = `id,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o\r\n5,1,9007199254740993,0.10000000000000000000000000000000001,1.5e300,"he said ""hi"", é",true,2026-01-02T00:00:00.123+02:00,2026-02-28,${uuid}, Ada@Example.com,secret,x,"{""z"": [1, null]}","[""a"", ""b,c""]",\r\n6,,,,,"",,,,,,,,,,9\r\n7,,,,,,,,,,,,,,,9\r\n`;
  await load(ref, everything, { 'item.csv': `\ufeff${text}` });
  expect(await query(ref, `select ${shown} from item where id = 5`)).toEqual([{ ...expected, o: '7' }]);
  expect(await query(ref, 'select id, a, e, n, o from item where id > 5 order by id')).toEqual([
    { id: '6', a: null, e: '', n: null, o: '9' },
    { id: '7', a: null, e: null, n: null, o: '9' },
  ]);
});

describe('a row that can not be stored stops the file with its line', () => {
  const tables: Tables = {
    item: {
      columns: { n: { type: 'int', min: 0, unique: true }, t: 'text?', l: { type: 'list', items: 'int', nullable: true } },
    },
    line: { columns: { item_id: { type: 'int', references: 'item' } } },
  };
  // biome-ignore format: a table of cases
  const rows: readonly [string, string, string, RegExp][] = [
    ['a wrong type', 'item.jsonl', '{"n": 1}\n{"n": "x"}\n', /^seeds\/item\.jsonl:2: n must be a whole number/],
    ['an unknown column', 'item.jsonl', '{"n": 1}\n\n{"n": 2, "x": 1}\n', /^seeds\/item\.jsonl:3: there is no column x/],
    ['a missing value', 'item.jsonl', '{"t": "a"}\n', /^seeds\/item\.jsonl:1: n /],
    ['a limit', 'item.jsonl', '{"n": -1}\n', /^seeds\/item\.jsonl:1: n must be at least 0/],
    ['no JSON', 'item.jsonl', '{"n": 1}\n{"n": 2\n', /^seeds\/item\.jsonl:2: it is not JSON/],
    ['no object', 'item.jsonl', '[1]\n', /^seeds\/item\.jsonl:1: a row must be a JSON object/],
    ['a bare NUL', 'item.jsonl', '\u0000', /^seeds\/item\.jsonl:1: it is not JSON/],
    ['a number that is none of a decimal', 'item.jsonl', `{"n": 1}\n{"n": ${'9'.repeat(1001)}}\n`, /^seeds\/item\.jsonl:2: a number of 1001 digits at line 1, column 7 of the JSON is out of range/],
    ['a repeated value', 'item.jsonl', '{"n": 1}\n{"n": 2}\n{"n": 1}\n', /^seeds\/item\.jsonl:3: item already has a row with this n/],
    ['a reference to nothing', 'line.jsonl', '{"item_id": 1}\n{"item_id": 77}\n', /^seeds\/line\.jsonl:1: it refers to a row that is not there/],
    ['too few fields', 'item.csv', 'n,t\n1,a\n2\n', /^seeds\/item\.csv:3: Invalid Record Length/],
    ['a list that is no JSON', 'item.csv', 'n,l\n1,"[1]"\n2,1;2\n', /^seeds\/item\.csv:3: l must be a list written as JSON/],
    ['a wrong type in CSV', 'item.csv', 'n,t\n1,a\nx,b\n', /^seeds\/item\.csv:3: n must be a whole number/],
  ];
  test.for(rows)('%s', async ([, name, text, message]) => {
    const ref = await database(tables);
    await expect(load(ref, tables, { [name]: text })).rejects.toThrow(
      expect.objectContaining({ code: 'seed_invalid', message: expect.stringMatching(message) }),
    );
    expect(await query(ref, 'select (select count(*) from item) + (select count(*) from line) as n')).toEqual([{ n: '0' }]);
  });
});

test('bytes that are no UTF-8 are refused with their line', async () => {
  const tables: Tables = { item: { columns: { t: 'text' } } };
  const ref = await database(tables);
  const bytes = Buffer.concat([Buffer.from('{"t": "a"}\n{"t": "'), Buffer.from([0xff]), Buffer.from('"}\n')]);
  const open = async function* () {
    yield bytes.subarray(0, 12);
    yield bytes.subarray(12);
  };
  await expect(
    importSeeds(postgres, ref, testTables(tables), [{ ...file('item.jsonl'), bytes: bytes.length, open }], { hashPassword }),
  ).rejects.toThrow('seeds/item.jsonl:2: it is not UTF-8.');
});

test('a table with rows is left alone', async () => {
  const tables: Tables = { item: { columns: { n: 'int' } } };
  const ref = await database(tables);
  await query(ref, 'insert into item (n) values (1)');
  expect(await load(ref, tables, { 'item.jsonl': '{"n": 2}' })).toEqual([
    { file: 'seeds/item.jsonl', table: 'item', rows: 0, skipped: true },
  ]);
  expect(await query(ref, 'select n from item')).toEqual([{ n: '1' }]);
});

describe('order', () => {
  const tables: Tables = {
    a: { columns: { b_id: { type: 'int', references: 'b' } } },
    b: { columns: { c_id: { type: 'int?', references: 'c' }, parent_id: { type: 'int?', references: 'b' } } },
    c: { columns: { b_id: { type: 'int', references: 'b' } } },
  };
  test('tables that others refer to come first, circles together', () => {
    expect(seedOrder(testTables(tables), ['a', 'b', 'c'])).toEqual([['b', 'c'], ['a']]);
    expect(seedOrder(testTables(tables), ['c', 'a'])).toEqual([['c'], ['a']]);
  });
  test('rows may refer to rows further down, and in a circle to the other file', async () => {
    const ref = await database(tables);
    const files = {
      'a.jsonl': '{"b_id": 2}',
      'b.jsonl': '{"id": 1, "parent_id": 2, "c_id": 9}\n{"id": 2, "parent_id": null, "c_id": null}',
      'c.jsonl': '{"id": 9, "b_id": 1}',
    };
    expect((await load(ref, tables, files)).map(({ table, rows }) => [table, rows])).toEqual([
      ['b', 2],
      ['c', 1],
      ['a', 1],
    ]);
  });
});

test('a large file from disk is stored in batches, and can be cancelled between them', async () => {
  const tables: Tables = { item: { columns: { n: 'int', t: 'text' } } };
  const folder = mkdtempSync(join(tmpdir(), 'ashlar-seed-'));
  try {
    const path = join(folder, 'item.csv');
    const rows = Array.from({ length: 25_000 }, (_, i) => `${i},"é${'x'.repeat(i % 50)}"`);
    writeFileSync(path, `n,t\n${rows.join('\n')}\n`);
    const source = await seedFromPath(file('item.csv'), path);
    const ref = await database(tables);
    const stop = new AbortController();
    const cancelled = importSeeds(postgres, ref, testTables(tables), [source], {
      hashPassword,
      signal: stop.signal,
      onProgress: ({ rows }) => rows >= 3_000 && stop.abort(),
    });
    await expect(cancelled).rejects.toThrow(expect.objectContaining({ code: 'cancelled' }));
    expect(await query(ref, 'select count(*)::int as n from item')).toEqual([{ n: 0 }]);
    const seen: number[] = [];
    await importSeeds(postgres, ref, testTables(tables), [source], {
      hashPassword,
      onProgress: ({ bytes, totalBytes }) => seen.push(bytes / totalBytes),
    });
    expect(
      await query(ref, 'select count(*)::int as n, sum(n)::int as sum, sum(length(t))::int as characters from item'),
    ).toEqual([{ n: 25_000, sum: 312_487_500, characters: 25_000 + 25_000 * 24.5 }]);
    expect(seen.length).toBeGreaterThan(20);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('any text comes through, whatever the chunks', async () => {
  const tables: Tables = { item: { columns: { t: 'text', j: 'json' } } };
  const ref = await database(tables);
  const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 7 }),
      async (values, size) => {
        await query(ref, 'truncate item restart identity');
        const bytes = Buffer.from(values.map(([t, j]) => JSON.stringify({ t, j: { value: j } })).join('\n'));
        const open = async function* () {
          for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
        };
        await importSeeds(postgres, ref, testTables(tables), [{ ...file('item.jsonl'), bytes: bytes.length, open }], {
          hashPassword,
        });
        expect(await query(ref, 'select t, j from item order by id')).toEqual(values.map(([t, j]) => ({ t, j: { value: j } })));
      },
    ),
    { numRuns: 25 },
  );
});
