import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { identifier, type Postgres, quoteIdentifier, quoteLiteral, sql } from './index.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

describe('the sql tag', () => {
  test('numbers values through nested parts', () => {
    const limit = sql`limit ${10} offset ${20}`;
    const query = sql`select * from ${identifier('or"der')} where a = ${'x'} and b = ${null} ${limit}`;
    expect({ text: query.text, values: query.values }).toEqual({
      text: 'select * from "or""der" where a = $1 and b = $2 limit $3 offset $4',
      values: ['x', null, 10, 20],
    });
  });
  test('runs as a query', async () => {
    expect((await postgres.control(sql`select ${'a'}::text as a, ${2}::int as b`)).rows).toEqual([{ a: 'a', b: 2 }]);
  });
});

test('any text without NUL is a constant that means itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
      if (text.includes('\0')) return expect(() => quoteLiteral(text)).toThrow();
      for (const mode of ['on', 'off']) {
        const rows = await postgres.controlTransaction(async (client) => {
          await client.query(`set local standard_conforming_strings = ${mode}`);
          return (await client.query(`select ${quoteLiteral(text)} as text`)).rows;
        });
        expect(rows).toEqual([{ text }]);
      }
    }),
    { numRuns: 50, examples: [["'; drop table x; --"], ['\\'], ["\\'"], ['a\\\\b']] },
  );
});

test('any name is an identifier that means itself', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 15 }), async (name) => {
      if (name.includes('\0') || Buffer.byteLength(name) > 63) return expect(() => quoteIdentifier(name)).toThrow();
      const { fields } = await postgres.control(`select 1 as ${quoteIdentifier(name)}`);
      expect(fields[0]?.name).toBe(name);
    }),
    { numRuns: 50, examples: [['"'], ['a"; drop table x; --']] },
  );
  for (const name of ['', 'x'.repeat(64), 'é'.repeat(32)]) expect(() => quoteIdentifier(name)).toThrow('not a name');
});
