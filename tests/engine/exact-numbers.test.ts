/** Numbers keep their digits and types on ways where a double would lose them. */
import { Decimal, Float } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';
import { problemsOf } from '../harness/stack.ts';
import { testTables } from '../harness/tables.ts';

const bound = Decimal.parse('0.12345678901234567891');
const columns = { exact: { type: 'decimal', max: bound, nullable: true }, f: 'float?', n: 'int?' };
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ t: { columns } });
  await db.sql('insert into t (f, n) values (0.1, 9007199254740991), (1e22, 9007199254740991)');
});

describe('min and max', () => {
  test('of a decimal column are exact, in the check and in the table', async () => {
    expect(testTables({ t: { columns } }).get('t')?.columns.get('exact')?.max).toEqual(bound);
    const add = (exact: string) =>
      db.answer({ stack: [{ function: 'add_record', table: 't', data: { exact: `{{ ${exact} }}` }, return_as: 'r' }] });
    await add('0.12345678901234567891');
    await db.sql('delete from t where exact is not null');
    await expect(add('("0.12345678901234567892"|to_decimal)')).rejects.toMatchObject({ code: 'value_refused' });
    await expect(db.sql('insert into t (exact) values (0.12345678901234567892)')).rejects.toThrow(/check constraint/);
    await db.sql('insert into t (exact) values (0.12345678901234567891)');
    await db.sql('delete from t where exact is not null');
  });
});

describe('avg', () => {
  test('of ints is their mean, however large their sum', async () => {
    const stack = [{ function: 'query_records', table: 't', aggregate: { a: '{{ db.t.n|avg }}' }, return_as: 'r' }];
    expect(plain(await db.answer({ stack, response: '{{ r.a }}' }))).toBe('9007199254740991');
    const response = '{{ [9007199254740991, 9007199254740991, null]|avg }}';
    expect(plain(await db.answer({ stack: [], response }))).toBe('9007199254740991');
  });
});

describe('a float column', () => {
  test.each([
    ['db.t.f + 0.2 == 0.3', 'item.f + 0.2 == 0.3'],
    ['0.2 + db.t.f == 0.30000000000000004', '0.2 + item.f == 0.30000000000000004'],
    ['db.t.f * -0.1 < 0', 'item.f * -0.1 < 0'],
    ['db.t.f / 3 > 0.03333333333333334', 'item.f / 3 > 0.03333333333333334'],
    ['db.t.f * 0.1234567890123456789 > 1', 'item.f * 0.1234567890123456789 > 1'],
  ])('is computed with literals as in a stack: %s', async (inSql, inStack) => {
    const ids = async (where: object, response: string) =>
      plain(await db.answer({ stack: [{ function: 'query_records', table: 't', ...where, return_as: 'r' }], response }));
    const filtered = await ids({}, `{{ r|filter:${inStack}|map:item.id }}`);
    expect(await ids({ where: `{{ ${inSql} }}` }, '{{ r|map:item.id }}')).toEqual(filtered);
  });

  test('stays a float beside a literal with a fraction', async () => {
    const evaluated = { x: '{{ db.t.f + 0.2 }}' };
    const stack = [{ function: 'query_records', table: 't', where: '{{ db.t.f < 1 }}', eval: evaluated, return_as: 'r' }];
    expect(await db.answer({ stack, response: '{{ r[0].x }}' })).toEqual(Float.of(0.1 + 0.2));
  });

  test.each(['db.t.f ~ "" == "1e22"', '(db.t.f|to_text) == "1"'])('is no text in SQL: %s', (where) => {
    const files = { 'tables/t.jsonc': { columns: { id: { type: 'int', primary: true }, ...columns } } };
    const found = problemsOf({
      stack: [{ function: 'query_records', table: 't', where: `{{ ${where} }}`, return_as: 'r' }],
      files,
    });
    expect(found.map(({ code }) => code)).toContain('not_in_sql');
  });
});
