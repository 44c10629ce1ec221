/** Quotients in SQL have the digits that stacks give: 34, half to even, whatever stands on the two sides. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { Decimal } from '../../engine/src/values/decimal.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';
import { plain } from '../harness/plain.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({
    pair: { columns: { a: 'decimal', b: 'decimal', q: 'decimal?' } },
    customer: { columns: { name: 'text?' } },
    order: { columns: { customer_id: { type: 'int', references: 'customer' }, status: 'text', count: 'int', total: 'decimal?' } },
  });
  await db.sql('insert into customer (name) values ($1), ($2), (null)', ['a', 'b']);
  await db.sql(`insert into "order" (customer_id, status, count, total) values
    (1, 'open', 3, 10), (1, 'open', 7, 20.5), (2, 'open', 9, null), (2, 'paid', 11, 1)`);
});

const decimal = (text: string): Decimal => Decimal.parse(text) ?? Decimal.of(0);
const divided = (a: string, b: string): string => decimal(a).divide(decimal(b)).toText();

/** Coefficients with runs of nines, fives and zeros (where digits carry, lie halfway or are missing), and long scales. */
const digits = fc.array(
  fc.oneof(
    fc.stringMatching(/^[0-9]{1,12}$/),
    fc.constantFrom('9', '5', '0', '3').map((d) => d.repeat(17)),
  ),
  { minLength: 1, maxLength: 5 },
);
const number = fc
  .tuple(fc.boolean(), digits, fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(0, 1, 2, 300)))
  .map(([negative, parts, scale]) => {
    const text = parts.join('').padStart(scale + 1, '0');
    const whole = text.slice(0, text.length - scale);
    return `${negative ? '-' : ''}${whole}${scale === 0 ? '' : `.${text.slice(text.length - scale)}`}`;
  });

/** The 35th digit of the quotient is 5 and the last one: a tie. */
const tie = fc
  .tuple(
    fc.bigInt({ min: 10n ** 33n, max: 10n ** 34n - 1n }),
    fc.bigInt({ min: 1n, max: 10n ** 12n }),
    fc.integer({ min: 0, max: 20 }),
  )
  .map(([quotient, b, scale]) => ({ a: `${(quotient * 10n + 5n) * b}e-${scale}`, b: String(b) }));
const pairs = fc.oneof(
  { weight: 3, arbitrary: fc.record({ a: number, b: number.filter((text) => !decimal(text).isZero()) }) },
  { weight: 1, arbitrary: tie },
);

test('random pairs, thousands at a time', async () => {
  const ask = db.prepare({
    stack: [
      {
        function: 'query_records',
        table: 'pair',
        output: ['a', 'b'],
        eval: { quotient: '{{ db.pair.a / db.pair.b }}' },
        return_as: 'r',
      },
    ],
    response: '{{ r }}',
  });
  const check = async (some: readonly { readonly a: string; readonly b: string }[]): Promise<void> => {
    await db.sql('truncate pair');
    await db.sql('insert into pair (a, b) select a, b from unnest($1::text[]::numeric[], $2::text[]::numeric[]) as p (a, b)', [
      some.map((p) => p.a),
      some.map((p) => p.b),
    ]);
    const rows = plain(await ask()) as readonly { readonly a: string; readonly b: string; readonly quotient: string }[];
    expect(rows).toHaveLength(some.length);
    for (const { a, b, quotient } of rows) expect(`${a} / ${b} = ${quotient}`).toBe(`${a} / ${b} = ${divided(a, b)}`);
  };
  const thousands = fc.array(pairs, { minLength: 2000, maxLength: 2000, size: 'max' });
  await fc.assert(fc.asyncProperty(thousands, check), { numRuns: 3, endOnFailure: true });
});

test.for<[string, string, string]>([
  ['1', '3', '0.3333333333333333333333333333333333'],
  ['2', '3', '0.6666666666666666666666666666666667'],
  ['0', '7', '0'],
  ['10.00', '4', '2.5'],
  ['100', '0.1', '1000'],
  ['1', '9999999999999999999999999999999999', '0.0000000000000000000000000000000001'],
  ['5e-600', '1e401', `0.${'0'.repeat(999)}1`],
  ['99999999999999999999999999999999995', '10', '10000000000000000000000000000000000'],
])('%s / %s', async ([a, b, wanted]) => {
  expect(divided(a, b)).toBe(wanted);
  await db.sql('truncate pair');
  await db.sql('insert into pair (a, b) values ($1, $2)', [a, b]);
  const rows = await db.answer({
    stack: [{ function: 'query_records', table: 'pair', where: '{{ db.pair.a / db.pair.b == input.q }}', return_as: 'r' }],
    input: { q: { type: 'json' } },
    response: '{{ r|count }}',
  }, { input: { q: decimal(wanted) } }); // biome-ignore format: one call
  expect(rows).toBe(1);
});

test('division by zero is an error, null has no quotient', async () => {
  await db.sql('truncate pair');
  await db.sql('insert into pair (a, b) values (1, 0)');
  const by = async (column: string): Promise<unknown> =>
    plain(
      await db.answer({
        stack: [
          {
            function: 'query_records',
            table: 'pair',
            output: [],
            eval: { quotient: `{{ db.pair.b / db.pair.${column} }}` },
            return_as: 'r',
          },
        ],
        response: '{{ r }}',
      }),
    );
  await expect(by('b')).rejects.toMatchObject({ code: 'division_by_zero' });
  expect(await by('q')).toEqual([{ quotient: null }]);
  expect(await by('a')).toEqual([{ quotient: '0' }]);
});

test('aggregates, groups, joins and quotients of quotients', async () => {
  const answer = await db.answer({
    stack: [
      {
        function: 'query_records',
        table: 'order',
        group_by: ['status'],
        aggregate: {
          third: '{{ (db.order|count) / 3 }}',
          mean: '{{ (db.order.count|sum) / (db.order|count) }}',
          avg: '{{ db.order.count|avg }}',
          none: '{{ db.order.total|avg }}',
          nested: '{{ (db.order.count|sum) / ((db.order|count) / 3) }}',
          inside: '{{ (db.order.count / 7)|sum }}',
        },
        having: '{{ (db.order.count|sum) / (db.order|count) > 0 }}',
        sort: 'mean',
        return_as: 'groups',
      },
      {
        function: 'query_records',
        table: 'customer',
        join: { o: { table: 'order', type: 'left', on: '{{ db.o.customer_id == db.customer.id }}' } },
        aggregate: { rows: '{{ (db.o|count) / 2 }}' },
        return_as: 'joined',
      },
    ],
    response: '{{ [groups, joined] }}',
  });
  const q = (a: string, b: string): Decimal => decimal(divided(a, b));
  const sum = (...all: Decimal[]): Decimal => all.reduce((total, one) => total.add(one));
  expect(plain(answer)).toEqual(
    plain([
      [
        { status: 'open', third: q('3', '3'), mean: q('19', '3'), avg: q('19', '3'), none: q('30.5', '2'), nested: q('19', '1'), inside: sum(q('3', '7'), q('7', '7'), q('9', '7')) },
        { status: 'paid', third: q('1', '3'), mean: q('11', '1'), avg: q('11', '1'), none: q('1', '1'), nested: q('11', divided('1', '3')), inside: q('11', '7') },
      ],
      { rows: q('5', '2') },
    ]),
  ); // biome-ignore format: two rows
});
