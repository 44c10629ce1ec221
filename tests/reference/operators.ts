/** The operators, read off the contract. */
import Big from 'big.js';
import { compareText, matches, toText } from './text.ts';
import {
  decimal,
  digitsAfterPoint,
  exact,
  float,
  int,
  isNumber,
  outOfRange,
  type Ref,
  RefError,
  type RefNumber,
  type RefOf,
  text,
  wrongType,
} from './value.ts';

const halfEven = 2;
const halfUp = 1;

/** null, false, zero and the empty text are false. */
export function truthy(value: Ref): boolean {
  switch (value.type) {
    case 'null':
      return false;
    case 'bool':
      return value.value;
    case 'int':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'decimal':
      return !value.value.eq(0);
    case 'text':
      return value.value !== '';
    default:
      return true;
  }
}

/** By content, never across types; numbers by value. */
export function equals(a: Ref, b: Ref): boolean {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) === 0;
  switch (a.type) {
    case 'null':
      return b.type === 'null';
    case 'bool':
    case 'text':
      return b.type === a.type && a.value === b.value;
    case 'timestamp':
      return b.type === a.type && a.ms === b.ms;
    case 'date':
      return b.type === a.type && a.text === b.text;
    case 'bytes':
      return b.type === a.type && a.bytes.length === b.bytes.length && a.bytes.every((byte, i) => byte === b.bytes[i]);
    case 'list': {
      if (b.type !== 'list' || a.items.length !== b.items.length) return false;
      const others = b.items;
      return a.items.every((item, i) => {
        const other = others[i];
        return other !== undefined && equals(item, other);
      });
    }
    case 'object': {
      if (b.type !== 'object' || a.members.size !== b.members.size) return false;
      for (const [name, member] of a.members) {
        const other = b.members.get(name);
        if (other === undefined || !equals(member, other)) return false;
      }
      return true;
    }
    default:
      return false;
  }
}

export function compareNumbers(a: RefNumber, b: RefNumber): number {
  // An int and a float meet as doubles, everything else exactly.
  if (a.type !== 'decimal' && b.type !== 'decimal') {
    const [x, y] = [Number(a.value), Number(b.value)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return exact(a).value.cmp(exact(b).value);
}

/** The order of two values of one type; undefined with null. */
function order(a: Ref, b: Ref): number | undefined {
  if (a.type === 'null' || b.type === 'null') return undefined;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b);
  if (a.type === 'text' && b.type === 'text') return compareText(a.value, b.value);
  if (a.type === 'timestamp' && b.type === 'timestamp') return a.ms - b.ms;
  if (a.type === 'date' && b.type === 'date') return a.text < b.text ? -1 : a.text > b.text ? 1 : 0;
  if (a.type === 'bool' && b.type === 'bool') return Number(a.value) - Number(b.value);
  throw wrongType();
}

export function less(a: Ref, b: Ref): boolean {
  const found = order(a, b);
  return found !== undefined && found < 0;
}

export function lessOrEqual(a: Ref, b: Ref): boolean {
  const found = order(a, b);
  return found !== undefined && found <= 0;
}

type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** Which operand was written as a number: a literal takes the type of the other side. */
export interface Literals {
  readonly left: boolean;
  readonly right: boolean;
}

/** `+ - * / %` over numbers, texts (`+`) and times (`-`). */
export function arithmetic(operator: Arithmetic, left: Ref, right: Ref, literal: Literals): Ref {
  if (operator === '+' && left.type === 'text' && right.type === 'text') return text(left.value + right.value);
  if (operator === '-' && left.type === 'timestamp' && right.type === 'timestamp') return int(left.ms - right.ms);
  if (operator === '-' && left.type === 'date' && right.type === 'date') return int(dayNumber(left) - dayNumber(right));
  if (!isNumber(left) || !isNumber(right)) throw wrongType();
  const a = literal.left && !literal.right ? beside(left, right) : left;
  const b = literal.right && !literal.left ? beside(right, left) : right;
  if (a.type === 'decimal' || b.type === 'decimal') return exactArithmetic(operator, a, b);
  if (a.type === 'int' && b.type === 'int')
    return operator === '/' ? exactArithmetic(operator, a, b) : ints(operator, a.value, b.value);
  return floats(operator, Number(a.value), Number(b.value));
}

/** A written number beside a value: a float beside a float, a decimal beside a decimal. */
function beside(literal: RefNumber, other: RefNumber): RefNumber {
  if (other.type === 'float') return float(literal.type === 'decimal' ? literal.value.toNumber() : Number(literal.value));
  if (other.type === 'decimal') {
    const { value, scale } = exact(literal);
    return decimal(value, scale);
  }
  return literal;
}

export const dayNumber = (date: RefOf<'date'>): number => Date.parse(`${date.text}T00:00:00Z`) / 86_400_000;

function ints(operator: Arithmetic, a: bigint, b: bigint): Ref {
  // The remainder has the sign of the dividend, as BigInt's has.
  if (operator === '%') {
    if (b === 0n) throw new RefError('division_by_zero');
    return int(a % b);
  }
  return int(operator === '+' ? a + b : operator === '-' ? a - b : a * b);
}

function floats(operator: Arithmetic, a: number, b: number): Ref {
  if ((operator === '/' || operator === '%') && b === 0) throw new RefError('division_by_zero');
  return float(operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : operator === '/' ? a / b : a % b);
}

function exactArithmetic(operator: Arithmetic, left: RefNumber, right: RefNumber): Ref {
  const [a, b] = [exact(left), exact(right)];
  const scale = Math.max(a.scale, b.scale);
  switch (operator) {
    case '+':
      return decimal(a.value.plus(b.value), scale);
    case '-':
      return decimal(a.value.minus(b.value), scale);
    case '*':
      return decimal(a.value.times(b.value), a.scale + b.scale);
    case '/':
      if (b.value.eq(0)) throw new RefError('division_by_zero');
      return quotient(a.value, b.value);
    case '%': {
      if (b.value.eq(0)) throw new RefError('division_by_zero');
      // By whole numbers: big.js would divide.
      const ten = new Big(10).pow(scale);
      const whole = (value: Big): bigint => BigInt(value.times(ten).toFixed(0));
      return decimal(scaledDown(new Big((whole(a.value) % whole(b.value)).toString()), scale), scale);
    }
  }
}

/** 34 significant digits, half to even, without zeros at the end. */
function quotient(a: Big, b: Big): Ref {
  if (a.eq(0)) return decimal(new Big(0), 0);
  const one = (value: Big): Big => {
    const copy = new Big(value);
    copy.e = 0;
    return copy;
  };
  // Both between 1 and 10: their quotient is between 0.1 and 10.
  const [x, y] = [one(a), one(b)];
  const below = x.abs().lt(y.abs());
  const [places, mode] = [Big.DP, Big.RM];
  Big.DP = below ? 34 : 33;
  Big.RM = halfEven;
  const found = x.div(y);
  Big.DP = places;
  Big.RM = mode;
  found.e += a.e - b.e;
  return decimal(found, digitsAfterPoint(found));
}

/** `-a`. */
export function negate(value: Ref): Ref {
  if (value.type === 'int') return int(-value.value);
  if (value.type === 'decimal') return decimal(value.value.times(-1), value.scale);
  if (value.type === 'float') return float(-value.value);
  throw wrongType();
}

/** To so many digits after the point, half away from zero. */
export function round(value: { readonly value: Big; readonly scale: number }, digits: number): RefOf<'decimal'> {
  if (digits > 1_000) throw outOfRange();
  if (digits >= value.scale) return decimal(value.value, digits);
  // Nothing is left of any number.
  if (digits < -2_000) return decimal(new Big(0), 0);
  const whole = scaledDown(value.value, -digits).round(0, halfUp);
  return decimal(scaledDown(whole, digits), Math.max(0, digits));
}

/** Divided by a power of ten, exactly; multiplied for negative digits. */
function scaledDown(value: Big, digits: number): Big {
  const copy = new Big(value);
  if (!copy.eq(0)) copy.e -= digits;
  return copy;
}

/** Word operators; all but `in` are false with null on either side. */
export function word(operator: string, a: Ref, b: Ref): boolean {
  switch (operator) {
    case 'in':
      if (b.type === 'null') return false;
      if (b.type !== 'list') throw wrongType();
      return b.items.some((item) => equals(item, a));
    case 'like':
    case 'ilike':
      if (a.type === 'null' || b.type === 'null') return false;
      if (a.type !== 'text' || b.type !== 'text') throw wrongType();
      return matches(a.value, b.value, operator === 'ilike');
    case 'contains':
      return contains(a, b);
    case 'overlaps':
      if (a.type === 'null' || b.type === 'null') return false;
      if (a.type !== 'list' || b.type !== 'list') throw wrongType();
      return a.items.some((item) => b.items.some((other) => equals(item, other)));
    default: {
      if (b.type === 'null') return false;
      if (b.type !== 'list' || b.items.length !== 2) throw wrongType();
      const [low, high] = b.items;
      return low !== undefined && high !== undefined && lessOrEqual(low, a) && lessOrEqual(a, high);
    }
  }
}

export function contains(a: Ref, b: Ref): boolean {
  if (a.type === 'null') return false;
  if (a.type === 'list') return a.items.some((item) => equals(item, b));
  if (b.type === 'null') return false;
  if (a.type === 'text' && b.type === 'text') return characterAt(a.value, b.value);
  if (a.type === 'object' && b.type === 'object') return holds(a, b);
  throw wrongType();
}

const characterAt = (whole: string, part: string): boolean =>
  part === '' || Array.from({ length: whole.length }, (_, i) => whole.slice(i, i + part.length)).includes(part);

/** PostgreSQL's `@>`: every member, nested objects too, of lists every item somewhere. */
function holds(a: Ref, b: Ref): boolean {
  if (b.type === 'object')
    return (
      a.type === 'object' &&
      [...b.members].every(([name, member]) => {
        const own = a.members.get(name);
        return own !== undefined && holds(own, member);
      })
    );
  if (b.type === 'list') return a.type === 'list' && b.items.every((item) => a.items.some((one) => holds(one, item)));
  return equals(a, b);
}

/** `a ~ b`. */
export const joinText = (a: Ref, b: Ref): Ref => text(toText(a) + toText(b));

const ranks: Readonly<Record<Ref['type'], number>> = {
  bool: 0,
  int: 1,
  decimal: 1,
  float: 1,
  text: 2,
  timestamp: 3,
  date: 4,
  bytes: 5,
  list: 6,
  object: 7,
  null: 8,
};

/** The order of sorting: by type, then by value; null last. */
export function sortOrder(a: Ref, b: Ref): number {
  if (ranks[a.type] !== ranks[b.type]) return ranks[a.type] - ranks[b.type];
  if (a.type === 'list' && b.type === 'list') return listOrder(a.items, b.items);
  if (a.type === 'bytes' && b.type === 'bytes') return listOrder([...a.bytes].map(int), [...b.bytes].map(int));
  if (a.type === 'object' && b.type === 'object') {
    const names = (value: RefOf<'object'>): string[] => [...value.members.keys()].sort(compareText);
    const byNames = listOrder(names(a).map(text), names(b).map(text));
    if (byNames !== 0) return byNames;
    return listOrder(
      names(a).map((name) => a.members.get(name) ?? { type: 'null' }),
      names(b).map((name) => b.members.get(name) ?? { type: 'null' }),
    );
  }
  return order(a, b) ?? 0;
}

function listOrder(a: readonly Ref[], b: readonly Ref[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    const found = x === undefined || y === undefined ? 0 : sortOrder(x, y);
    if (found !== 0) return found;
  }
  return a.length - b.length;
}
