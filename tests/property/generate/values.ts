/** Values for inputs: of each type, with the cases that break things. */
import { bool, float, int, list, nothing, object, parseDecimal, type Ref, text, timestamp } from '../../reference/value.ts';
import type { Choices } from './choices.ts';

export const largest = 9_007_199_254_740_991;
export const intDigits = ['0', '1', '2', '3', '7', '10', '100', '1000000', String(largest)];
export const decimalDigits = [
  '0.0',
  '1.0',
  '1.5',
  '0.1',
  '2.50',
  '0.333',
  '12345678901234567890.123',
  '0.000000000000000000001',
  '100.00',
];
export const floatDigits = ['0e0', '1e0', '1.5e0', '1e-1', '2.5e3', '1e21', '1e300', '3e-7'];
export const textValues = [
  '',
  'a',
  'b',
  'Ab',
  'abc',
  ' a ',
  '5',
  '12.50 EUR',
  '-1e2x',
  'a,b,,c',
  '\ud83d\ude00x',
  '\ud800',
  '\ue000',
  '\uffff',
  'é',
  'Straße',
  'a%b_c\\d',
  '{"a":[1,2.50,null]}',
  '[1e1,"x"]',
  '[1,]',
  'a.b',
  '\u2028`${x}',
];
const names = ['a', 'b', 'n', 'id', '1', '__proto__', 'constructor', 'length', 'toString', 'a.b'];

/** A value of a type; with `any` of every type. */
export function madeOf(type: string, c: Choices, depth = 2): Ref {
  switch (type) {
    case 'int':
      return int((c.often(30) ? -1n : 1n) * BigInt(c.pick(intDigits)));
    case 'decimal':
      return parseDecimal(`${c.often(30) ? '-' : ''}${c.pick(decimalDigits)}`);
    case 'float':
      return float((c.often(30) ? -1 : 1) * Number(c.pick(floatDigits)));
    case 'text':
      return text(c.pick(textValues));
    case 'bool':
      return bool(c.below(2) === 1);
    case 'timestamp':
      return timestamp(
        c.pick([
          0,
          1,
          1_719_835_200_000,
          -1,
          951_782_399_999,
          1_774_746_000_250,
          1_793_000_000_000,
          253_402_300_799_999 - 40_000_000,
        ]),
      );
    case 'date':
      return { type: 'date', text: c.pick(['2024-02-29', '1970-01-01', '2026-03-29', '2025-12-31', '2027-01-01']) };
    case 'bytes':
      return { type: 'bytes', bytes: c.many(0, 3, () => c.below(256)) };
    case 'list':
      return list(c.many(0, 4, () => anyValue(c, depth - 1)));
    case 'int[]':
      return list(c.many(0, 4, () => madeOf('int', c)));
    case 'text[]':
      return list(c.many(0, 4, () => madeOf('text', c)));
    case 'object':
      return object(c.many(0, 4, () => [c.pick(names), anyValue(c, depth - 1)] as const));
    default:
      return anyValue(c, depth);
  }
}

const scalars = ['int', 'text', 'decimal', 'float', 'bool', 'timestamp', 'date', 'bytes'];

/** Any value, null included. */
export function anyValue(c: Choices, depth = 2): Ref {
  if (c.below(10) === 9) return nothing;
  return madeOf(c.pick(depth > 0 ? [...scalars, 'list', 'object'] : scalars), c, depth);
}

/** The inputs of the endpoint under test: types as its file declares them. */
export const inputTypes: Readonly<Record<string, { readonly type: string; readonly nullable?: boolean }>> = {
  i: { type: 'int', nullable: true },
  i2: { type: 'int' },
  d: { type: 'decimal', nullable: true },
  d2: { type: 'decimal' },
  f: { type: 'float', nullable: true },
  f2: { type: 'float' },
  t: { type: 'text', nullable: true },
  t2: { type: 'text' },
  b: { type: 'bool', nullable: true },
  b2: { type: 'bool' },
  at: { type: 'timestamp', nullable: true },
  at2: { type: 'timestamp' },
  day: { type: 'date', nullable: true },
  day2: { type: 'date' },
  xs: { type: 'int[]', nullable: true },
  xs2: { type: 'int[]' },
  ts: { type: 'text[]', nullable: true },
  o: { type: 'object', nullable: true },
  o2: { type: 'object' },
  a: { type: 'json', nullable: true },
  a2: { type: 'json', nullable: true },
  a3: { type: 'json', nullable: true },
  by: { type: 'json' },
  none: { type: 'json', nullable: true },
};

/** Values for all inputs but `none`, which is never there. An optional one is absent, null or there. */
export function inputValues(c: Choices): Ref {
  const members: [string, Ref][] = [];
  for (const [name, { type, nullable }] of Object.entries(inputTypes)) {
    if (name === 'none') continue;
    const there = nullable === true ? c.below(4) : 2;
    if (there !== 1) members.push([name, there === 0 ? nothing : madeOf(name === 'by' ? 'bytes' : type, c)]);
  }
  return object(members);
}
