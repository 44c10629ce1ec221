/** What SQL comes of which condition, without a database; and that no text of a user's ever stands in it unquoted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tableFiles } from '../../../../tests/harness/database.ts';
import { compileStack } from '../../../../tests/harness/stack.ts';
import { identifier, numberLiteral, type Sql, textLiteral } from './tree.ts';

const tables = {
  customer: { columns: { name: 'text?', email: { type: 'email', unique: true } } },
  order: {
    columns: {
      customer_id: { type: 'int', references: 'customer' },
      rank: 'int?',
      status: { type: 'enum', values: ['open', 'paid'] },
      total: 'decimal',
      note: 'text?',
      tags: 'text[]?',
      data: 'json?',
    },
  },
};

/** The statements of a step, first those with every value there. */
function statements(step: object): readonly string[] {
  const input = { a: { type: 'json', required: false }, b: { type: 'json', required: false } };
  const { stack } = compileStack({ files: tableFiles(tables), input, stack: [{ ...step, return_as: 'r' }], response: 1 });
  return stack.statements.map((s) => s.statement.text);
}
const where = (condition: string): readonly string[] =>
  statements({ function: 'query_records', table: 'order', where: `{{ ${condition} }}`, output: ['id'] }).map(
    (text) => / where (.*) order by /.exec(text)?.[1] ?? '',
  );

describe('conditions', () => {
  test.for<[string, ...string[]]>([
    ['db.order.id == input.a', '"order"."id" = $1::int8', 'false'],
    ['db.order.rank == input.a', '"order"."rank" = $1::int8', '"order"."rank" is null'],
    ['db.order.rank != input.a', '("order"."rank" <> $1::int8 or "order"."rank" is null)', '"order"."rank" is not null'],
    ['input.a < db.order.rank', '"order"."rank" > $1::int8', 'false'],
    ['db.order.status == "open"', `"order"."status" = 'open'::text`],
    ['db.order.note == "o\'x\\\\"', `"order"."note" =  E'o''x\\\\'::text`],
    ['db.order.status ==? input.a && db.order.total >=? input.b', '("order"."status" = $1::text and "order"."total" >= $2::numeric)', ''],
    ['!(db.order.rank > 5)', '("order"."rank" > 5::int8) is not true'],
    ['db.order.rank in input.a', '"order"."rank" = any($1::int8[])', 'false'],
    ['db.order.rank between [1, input.a]', '("order"."rank" >= 1::int8 and "order"."rank" <= $1::int8)', 'false'],
    ['db.order.note contains input.a', 'strpos("order"."note", $1::text) > 0', 'false'],
    ['db.order.tags contains input.a', '"order"."tags" @> array[$1::text]', 'array_position("order"."tags", null) is not null'],
    ['db.order.data.a["b\'c"] == input.a', `nullif("order"."data" #> array['a', 'b''c']::text[], 'null'::jsonb) = $1::jsonb`, `nullif("order"."data" #> array['a', 'b''c']::text[], 'null'::jsonb) is null`],
    ['input.a && db.order.id == 1', '"order"."id" = 1::int8', 'false'],
  ])('%s', ([condition, ...expected]) => {
    expect(where(condition)).toEqual(expected);
  }); // biome-ignore format: a table of conditions
});

test('whole statements', () => {
  expect(statements({ function: 'get_record', table: 'customer', id: '{{ input.a }}' })).toEqual([
    'select "customer"."id" as "id", "customer"."name" as "name", "customer"."email" as "email" from "customer" where "customer"."id" = $1::int8',
    'select "customer"."id" as "id", "customer"."name" as "name", "customer"."email" as "email" from "customer" where false',
  ]);
  expect(statements({ function: 'delete_record', table: 'customer', where: '{{ db.customer.email == input.a }}' })[0]).toBe(
    'delete from "customer" where "customer"."email" = $1::text returning "customer"."id" as "id", "customer"."name" as "name", "customer"."email" as "email"',
  );
  expect(statements({ function: 'edit_record', table: 'customer', id: 1, data: { name: '{{ input.a }}' } })).toEqual([
    'update "customer" set "name" = $1::text where "customer"."id" = 1::int8 returning "customer"."id" as "id", "customer"."name" as "name", "customer"."email" as "email"',
  ]);
  expect(
    statements({
      function: 'query_records',
      table: 'customer',
      output: ['id'],
      with: { orders: { table: 'order', where: '{{ db.order.customer_id == db.customer.id }}', output: ['id'] } },
    }),
  ).toEqual([
    'select "customer"."id" as "id" from "customer" order by "customer"."id" limit 10001',
    'select "order"."id" as "id", "order"."customer_id" as "~0" from "order" where "order"."customer_id" = any($1::int8[]) order by "order"."id" limit 10001',
  ]);
});

describe('nothing of a user stands in SQL unquoted', () => {
  const written = (part: Sql): string => (part.kind === 'text' ? part.text : '');

  test('identifiers', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((name) => !name.includes('\u0000')),
        (name) => {
          const text = written(identifier(name));
          expect(/^"(?:[^"]|"")+"$/.test(text)).toBe(true);
          expect(text.slice(1, -1).replaceAll('""', '"')).toBe(name);
        },
      ),
    );
    expect(() => identifier('a\u0000b')).toThrow();
    expect(() => identifier('')).toThrow();
  });

  test('texts', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\u0000') && value.isWellFormed()),
        (value) => {
          const text = written(textLiteral(value));
          expect(/^'(?:[^']|'')*'$/.test(text)).toBe(true);
          expect(text.slice(1, -1).replaceAll("''", "'")).toBe(value);
        },
      ),
    );
    expect(() => textLiteral('\u0000')).toThrow();
    expect(() => textLiteral('\ud800')).toThrow();
  });

  test('numbers', () => {
    expect(written(numberLiteral('-5'))).toBe('(-5)');
    for (const bad of ['1; drop table x', '', '1e', '--1', 'NaN', '0x10', '1 or 1=1']) expect(() => numberLiteral(bad)).toThrow();
  });

  test('the same text has the same name, whatever is bound', () => {
    const texts = (value: string) =>
      statements({
        function: 'query_records',
        table: 'order',
        where: `{{ db.order.note == input.a && db.order.status == "${value}" }}`,
      });
    expect(texts('open')).toEqual(texts('open'));
    expect(texts('open')).not.toEqual(texts('paid'));
  });
});
