/** Conditions in SQL and the same conditions in a stack agree: every operator, every type of column, null on both sides. */
import type { Value } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { Bigint } from '../../engine/src/values/bigint.ts';
import { Decimal } from '../../engine/src/values/decimal.ts';
import { Float } from '../../engine/src/values/float.ts';
import * as operators from '../../engine/src/values/operators.ts';
import { PlainDate, Timestamp } from '../../engine/src/values/time.ts';
import { type TestDatabase, testDatabase } from '../harness/database.ts';

const d = (text: string): Decimal => Decimal.parse(text) ?? Decimal.of(0);
const f = (n: number): Float => Float.of(n);
const at = (text: string): Timestamp => Timestamp.parse(text) ?? Timestamp.of(0);
const day = (text: string): PlainDate => PlainDate.parse(text) as PlainDate;
const id1 = '018f4e2a-7c1b-7d3e-9a55-0242ac120002';
const id2 = '018f4e2a-7c1b-7d3e-9a55-0242ac120003';

/** Values that each type of column holds in the test; null besides. */
const held: Readonly<Record<string, readonly Value[]>> = {
  int: [0, 1, -3, 9007199254740991],
  bigint: [Bigint.of(0), Bigint.of(-3), Bigint.of(10), Bigint.of(9223372036854775807n)],
  decimal: [d('0'), d('1.00'), d('1.5'), d('-3'), d('0.1'), d('123456789012345678901234567890.5')],
  float: [f(0), f(1), f(0.1), f(1.5), f(-3), f(1e22), f(0.1 + 0.2)],
  text: ['', 'a', 'A', 'ab', 'b%', '_', 'a\\', 'é', '\uffff', '😀', "o'x"],
  bool: [true, false],
  timestamp: [at('2026-01-01T00:00:00Z'), at('2026-01-01T00:00:00.001Z'), at('1969-12-31T23:59:59.999Z')],
  date: [day('2026-01-01'), day('1969-12-31')],
  uuid: [id1, id2],
  texts: [[], ['a'], ['a', 'b'], ['b', null], ['A']],
  ints: [[], [1], [1, 2], [null]],
  json: [0, 1, d('1.5'), 'a', '', true, false, [], [1, 'a', null], { a: 1, b: [1, 2] }, { a: d('1.0') }, {}],
};
const types: Readonly<Record<string, unknown>> = { texts: { type: 'list', items: 'text' }, ints: { type: 'list', items: 'int' } };

/** What stands on the other side: everything, so that types differ too. */
const others: readonly Value[] = [
  null,
  ...Object.values(held).flat(),
  d('0.3'),
  f(0.5),
  2,
  ['a', null],
  [1, d('1.5'), 'a'],
  '%a%',
  'a_',
  '\\%',
  '%\\',
];

type Operator = (a: Value, b: Value) => boolean;
const flip =
  (operator: Operator): Operator =>
  (a, b) =>
    operator(b, a);
const not =
  (operator: Operator): Operator =>
  (a, b) =>
    !operator(a, b);
const comparisons: Readonly<Record<string, Operator>> = {
  '==': operators.equals, '!=': not(operators.equals), '<': operators.less, '<=': operators.lessOrEqual, '>': flip(operators.less), '>=': flip(operators.lessOrEqual),
}; // biome-ignore format: a table of operators
const lists: Readonly<Record<string, Operator>> = { in: operators.isIn, 'not in': not(operators.isIn) };
const patterns: Readonly<Record<string, Operator>> = {
  like: operators.like, 'not like': not(operators.like), ilike: operators.ilike, contains: operators.contains, 'not contains': not(operators.contains),
}; // biome-ignore format: a table of operators

function operatorsOf(column: string): Readonly<Record<string, Operator>> {
  if (column === 'text') return { ...comparisons, ...lists, ...patterns };
  if (column === 'texts' || column === 'ints')
    return {
      '==': operators.equals,
      '!=': not(operators.equals),
      contains: operators.contains,
      'not contains': not(operators.contains),
      overlaps: operators.overlaps,
      'not overlaps': not(operators.overlaps),
    };
  if (column === 'json') return { '==': operators.equals, '!=': not(operators.equals), ...lists };
  return { ...comparisons, ...lists };
}

let db: TestDatabase;
const names = Object.keys(held);
beforeAll(async () => {
  const columns = (name: string) => ({
    v: { ...((types[name] ?? { type: name }) as object), nullable: true },
    w: { ...((types[name] ?? { type: name }) as object), nullable: true },
  });
  db = await testDatabase(Object.fromEntries(names.map((name) => [`t_${name}`, { columns: columns(name) }])));
  for (const name of names) {
    const add = db.prepare({
      input: { v: { type: 'json' }, w: { type: 'json' } },
      stack: [{ function: 'add_record', table: `t_${name}`, data: { v: '{{ input.v }}', w: '{{ input.w }}' } }],
    });
    for (const { v, w } of rowsOf(name)) await add({ input: { v, w } });
  }
});

/** Every pair of values; the row's number is its id. */
function rowsOf(name: string): readonly { readonly v: Value; readonly w: Value }[] {
  const all = [null, ...(held[name] ?? [])];
  return all.flatMap((v) => all.map((w) => ({ v, w })));
}

/** Which rows meet the condition, or the code of the error. */
function expected(name: string, test: (v: Value, w: Value) => boolean): readonly number[] | string {
  try {
    return rowsOf(name).flatMap(({ v, w }, i) => (test(v, w) ? [i + 1] : []));
  } catch (error) {
    return (error as { code: string }).code;
  }
}

function asking(name: string, where: string): (b?: Value) => Promise<readonly number[] | string> {
  const run = db.prepare({
    input: { b: { type: 'json', required: false } },
    stack: [{ function: 'query_records', table: `t_${name}`, where, output: ['id'], return_as: 'r' }],
    response: '{{ r|map:item.id }}',
  });
  return async (b = null) => {
    try {
      return (await run({ input: { b } })) as number[];
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
}

const cases = names.flatMap((name) => Object.entries(operatorsOf(name)).map(([word, operator]) => ({ name, word, operator })));

describe('a column and a value', () => {
  test.for(cases)('$name $word value', async ({ name, word, operator }) => {
    const plain = asking(name, `{{ db.t_${name}.v ${word} input.b }}`);
    const denied = asking(name, `{{ !(db.t_${name}.v ${word} input.b) }}`);
    for (const b of others) {
      const wanted = expected(name, (v) => operator(v, b));
      expect([b, await plain(b)]).toEqual([b, wanted]);
      if (typeof wanted !== 'string') expect([b, await denied(b)]).toEqual([b, expected(name, (v) => !operator(v, b))]);
    }
  });
});

describe('a value and a column', () => {
  test.for(cases.filter((c) => c.word in comparisons))('value $word $name', async ({ name, word, operator }) => {
    const plain = asking(name, `{{ input.b ${word} db.t_${name}.v }}`);
    for (const b of others) expect([b, await plain(b)]).toEqual([b, expected(name, (v) => operator(b, v))]);
  });
});

describe('two columns', () => {
  test.for(cases.filter((c) => c.word in comparisons || (c.word in patterns && c.name === 'text') || c.word === 'overlaps'))(
    '$name $word $name',
    async ({ name, word, operator }) => {
      const plain = asking(name, `{{ db.t_${name}.v ${word} db.t_${name}.w }}`);
      const denied = asking(name, `{{ !(db.t_${name}.v ${word} db.t_${name}.w) }}`);
      expect(await plain()).toEqual(expected(name, operator));
      expect(await denied()).toEqual(expected(name, not(operator)));
    },
  );
});

describe('truth, null, between, choices', () => {
  test.for(names)('a %s column', async (name) => {
    const v = `db.t_${name}.v`;
    const w = `db.t_${name}.w`;
    expect(await asking(name, `{{ ${v} }}`)()).toEqual(expected(name, (x) => operators.truthy(x)));
    expect(await asking(name, `{{ !${v} || ${w} }}`)()).toEqual(
      expected(name, (x, y) => !operators.truthy(x) || operators.truthy(y)),
    );
    expect(await asking(name, `{{ ${v} is null && ${w} is not null }}`)()).toEqual(
      expected(name, (x, y) => x === null && y !== null),
    );
    expect(await asking(name, `{{ (${v} ?? ${w}) is null }}`)()).toEqual(expected(name, (x, y) => x === null && y === null));
    expect(await asking(name, `{{ (${v} is null ? ${w} : ${v}) == ${w} }}`)()).toEqual(
      expected(name, (x, y) => x === null || operators.equals(x, y)),
    );
    expect(await asking(name, `{{ ${v} ==? input.b || ${w} !=? input.b }}`)()).toEqual(expected(name, () => true));
    if (name === 'texts' || name === 'ints' || name === 'json') return;
    const between = asking(name, `{{ ${v} between input.b }}`);
    for (const low of [null, ...(held[name] ?? [])])
      for (const high of [null, ...(held[name] ?? [])])
        expect(await between([low, high])).toEqual(expected(name, (x) => operators.between(x, [low, high])));
  });
});

describe('arithmetic', () => {
  const numbers: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
    '+': operators.add,
    '-': operators.subtract,
    '*': operators.multiply,
    '/': operators.divide,
    '%': operators.remainder,
  };
  // PostgreSQL has no % of floats: a problem at publish.
  const pairs = ['int', 'decimal', 'float']
    .flatMap((name) => Object.entries(numbers).map(([word, operator]) => ({ name, word, operator })))
    .filter((p) => p.name !== 'float' || p.word !== '%');

  test.for(pairs)('$name $word $name', async ({ name, word, operator }) => {
    const rows = rowsOf(name)
      .map((row, i) => ({ ...row, id: i + 1 }))
      .filter(({ v, w }) => v !== null && w !== null && computes(operator, v, w));
    const run = db.prepare({
      input: { ids: { type: 'json' } },
      stack: [
        {
          function: 'query_records',
          table: `t_${name}`,
          where: `{{ db.t_${name}.id in input.ids }}`,
          eval: { x: `{{ db.t_${name}.v ${word} db.t_${name}.w }}` },
          output: ['id'],
          return_as: 'r',
        },
      ],
      response: '{{ r|map:item.x }}',
    });
    const found = (await run({ input: { ids: rows.map((r) => r.id) } })) as Value[];
    rows.forEach(({ v, w }, i) => {
      const wanted = operator(v, w);
      // A quotient has 34 digits in a stack, 34 after the point in SQL.
      if (word === '/')
        expect(
          Math.abs(Number(String(JSON.parse(JSON.stringify(found[i])))) - Number(JSON.parse(JSON.stringify(wanted)))),
        ).toBeLessThanOrEqual(1e-12 * Math.abs(Number(JSON.parse(JSON.stringify(wanted)))));
      else
        expect([v, w, operators.equals(found[i] ?? null, wanted), operators.typeName(found[i] ?? null)]).toEqual([
          v,
          w,
          true,
          operators.typeName(wanted),
        ]);
    });
  });

  const computes = (operator: (a: Value, b: Value) => Value, v: Value, w: Value): boolean => {
    try {
      operator(v, w);
      return true;
    } catch {
      return false;
    }
  };

  test('by zero is division_by_zero, as in a stack', async () => {
    await expect(asking('int', '{{ db.t_int.v / db.t_int.w > 0 }}')()).resolves.toBe('division_by_zero');
  });
});

describe('|| and && as values give the side that decides', () => {
  const some: Readonly<Record<string, string>> = { int: '7', decimal: '1.5', text: '"x"', bool: '(1 == 1)', json: 'null' };
  const cases = names.flatMap((name) => {
    const [v, w] = [`db.t_${name}.v`, `db.t_${name}.w`];
    const constant = some[name];
    const own = [`${v} || ${w}`, `${v} && ${w}`, `!!${v} && ${w} == ${v} || ${w} == null`];
    return [...own, ...(constant === undefined ? [] : [`${v} || ${constant}`, `${constant} && ${v}`])].map(
      (e) => [name, e] as const,
    );
  });

  test.for(cases)('%s: %s', async ([name, expression]) => {
    const run = db.prepare({
      stack: [
        { function: 'query_records', table: `t_${name}`, eval: { x: `{{ ${expression} }}` }, output: ['v', 'w'], return_as: 'r' },
      ],
      response: `{{ [r|map:item.x, r|map:(${expression.replaceAll(`db.t_${name}`, 'item')})] }}`,
    });
    const [found, wanted] = (await run()) as [Value[], Value[]];
    expect(found.length).toBeGreaterThan(1);
    expect(found.filter((x, i) => !operators.equals(x, wanted[i] ?? null))).toEqual([]);
    expect(found).toHaveLength(wanted.length);
  });

  test('in a sort and in an aggregate too, and two types are a problem', async () => {
    const rows = await db.answer({
      stack: [
        {
          function: 'query_records',
          table: 't_int',
          aggregate: { s: '{{ (db.t_int.w && db.t_int.id || -1)|min }}' },
          return_as: 'r',
        },
      ],
      response: '{{ r.s }}',
    });
    expect(rows).toBe(-1);
    const mixed = {
      function: 'query_records',
      table: 't_int',
      eval: { x: '{{ db.t_int.v > 1 && db.t_int.w }}' },
      return_as: 'r',
    };
    expect(() => db.prepare({ stack: [mixed], response: 1 })).toThrow(/not_in_sql: && of two types can't be computed/);
  });
});

describe('filters', () => {
  const texts = [
    'to_lower',
    'trim',
    'trim:"b%"',
    'strlen',
    'substr:1',
    'substr:-2',
    'substr:0:1',
    'substr:-3:2',
    'substr:1:-1',
    'substr:9:9',
    'replace:"a":"x%"',
    'replace:"":"x"',
    'to_text',
    'min:"b"',
    'max:"b"',
    'first_notnull:"none"',
  ];
  const numbers = ['round', 'round:1', 'round:-1', 'min:1', 'max:0.5', 'to_decimal', 'first_notnull:1', 'to_text'];
  const rows: readonly (readonly [string, string])[] = [
    ...texts.map((filter) => ['text', filter] as const),
    ...numbers.flatMap((filter) => [['int', filter] as const, ['decimal', filter] as const]),
    ...['round:2', 'to_decimal', 'min:1', 'to_decimal|to_text'].map((filter) => ['float', filter] as const),
    ['decimal', 'to_int'], ['timestamp', 'to_text'], ['date', 'to_text'], ['uuid', 'to_text'], ['bool', 'to_text'],
  ]; // biome-ignore format: a table of filters

  test.for(rows)('%s|%s', async ([name, filter]) => {
    const step = {
      function: 'query_records',
      table: `t_${name}`,
      where: `{{ db.t_${name}.id in input.ids }}`,
      eval: { x: `{{ db.t_${name}.v|${filter} }}` },
      output: ['v'],
      return_as: 'r',
    };
    const run = db.prepare({
      input: { ids: { type: 'json' } },
      stack: [step],
      response: `{{ [r|map:item.x, r|map:(item.v|${filter})] }}`,
    });
    const ids = rowsOf(name).flatMap(({ w }, i) => (w === null && rowsOf(name)[i]?.v !== 9007199254740991 ? [i + 1] : []));
    const huge = (v: Value): boolean =>
      filter === 'to_int' && v instanceof Decimal && !Number.isSafeInteger(Math.trunc(v.toNumber()));
    const [found, wanted] = (await run({ input: { ids: ids.filter((id) => !huge(rowsOf(name)[id - 1]?.v ?? null)) } })) as [
      Value[],
      Value[],
    ];
    expect(found.length).toBeGreaterThan(1);
    // Of an int and a decimal SQL makes a decimal whichever it takes: equal by value is what counts.
    expect(found.map((x, i) => [x, wanted[i], operators.equals(x, wanted[i] ?? null)])).toEqual(
      found.map((x, i) => [x, wanted[i], true]),
    );
  });
});
