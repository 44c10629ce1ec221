/**
 * A use is one place in a statement where a value from outside the database is looked at. Its reader says how the value stands
 * (its state) and turns it into what is sent; the states of all uses together choose the statement's variant.
 */
import { textFlawWithin } from '../../inputs/text.ts';
import { Bigint } from '../../values/bigint.ts';
import { Decimal } from '../../values/decimal.ts';
import { Float } from '../../values/float.ts';
import { isList, isNumber, isObject } from '../../values/kinds.ts';
import { truthy } from '../../values/operators.ts';
import { toDecimal } from '../../values/order.ts';
import { PlainDate, Timestamp } from '../../values/time.ts';
import type { Value } from '../../values/value.ts';
import { familyOf, itemType, type SqlType } from './column-types.ts';
import { isStorable } from './quote.ts';

/** How a value stands. Numbers, because a variant's key is made of them (three bits each). */
export const present = 0;
/** null, or a condition's falsy value. */
export const nothing = 1;
/** A value that no value of the column equals: another type, text for a uuid that is none, … */
export const mismatch = 2;
/** A number that the column's own type can't hold but compares with: sent as numeric. */
export const asNumeric = 3;
/** A list without items that could match. */
export const emptyList = 4;
/** A list that holds null beside other items. */
export const listWithNull = 5;
/** A text, where the type of the value decides what is compared (members of json columns). */
export const asText = 6;
export type UseState = 0 | 1 | 2 | 3 | 4 | 5 | 6;
export const useStates: readonly UseState[] = [present, nothing, mismatch, asNumeric, emptyList, listWithNull, asText];

/** Writes what is sent to `out[at]` and answers the state. */
export type Reader = (value: Value, out: Value[], at: number) => UseState;

export interface Use {
  /** Which of the step's evaluated arguments. */
  readonly arg: number;
  readonly read: Reader;
  /** For messages: what needs the value, and of which type. */
  readonly what: string;
  readonly wanted: string;
  /** Its value may be left out: that of an optional condition, of a cursor. Such a statement has a usual variant without it. */
  optional?: true;
}

/** The canonical spelling only: a uuid is text in stacks, and texts that differ in case differ. (Inputs of type uuid are brought to it.) */
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads a value that is compared with a column of the type. */
export function scalarReader(of: SqlType): Reader {
  const read = readerOf(of);
  return (value, out, at) => (value === null ? nothing : read(value, out, at));
}

function take(value: Value, out: Value[], at: number): UseState {
  out[at] = value;
  return present;
}

function takeNumeric(value: Decimal, out: Value[], at: number): UseState {
  out[at] = value;
  return asNumeric;
}

/** Reads a value that is not null; `mismatch` where no value of the type equals it. */
function readerOf(of: SqlType): Reader {
  switch (of.type) {
    case 'int':
      return readInt;
    case 'bigint':
      return readBigint;
    case 'decimal':
      return (value, out, at) => {
        const decimal = decimalOf(value);
        return decimal === null ? mismatch : take(decimal, out, at);
      };
    case 'float':
      return readFloat;
    case 'bool':
      return (value, out, at) => (typeof value === 'boolean' ? take(value, out, at) : mismatch);
    case 'timestamp':
      return (value, out, at) => (value instanceof Timestamp ? take(value, out, at) : mismatch);
    case 'date':
      return (value, out, at) => (value instanceof PlainDate ? take(value, out, at) : mismatch);
    case 'uuid':
      return (value, out, at) => (typeof value === 'string' && uuidPattern.test(value) ? take(value, out, at) : mismatch);
    case 'json':
      return (value, out, at) => (isStorableJson(value) ? take(asJsonNumbers(value), out, at) : mismatch);
    case 'list':
      return wholeListReader(readerOf(itemType(of)));
    default:
      return (value, out, at) => (typeof value === 'string' && isStorable(value) ? take(value, out, at) : mismatch);
  }
}

const readInt: Reader = (value, out, at) => {
  if (typeof value === 'number') return take(value, out, at);
  const decimal = decimalOf(value);
  if (decimal === null) return mismatch;
  const number = decimal.toNumber();
  return decimal.isInteger() && Number.isSafeInteger(number) ? take(number, out, at) : takeNumeric(decimal, out, at);
};

const readBigint: Reader = (value, out, at) => {
  if (value instanceof Bigint) return take(value, out, at);
  const decimal = decimalOf(value);
  if (decimal === null) return mismatch;
  const whole = decimal.isInteger() ? decimal.truncate() : null;
  return whole !== null && Bigint.holds(whole) ? take(Bigint.of(whole), out, at) : takeNumeric(decimal, out, at);
};

const readFloat: Reader = (value, out, at) => {
  if (value instanceof Float) return take(value, out, at);
  if (typeof value === 'number') return take(Float.of(value), out, at);
  if (!(value instanceof Decimal)) return mismatch;
  const number = value.toNumber();
  const exact = Number.isFinite(number) && Float.of(number).toDecimal().equals(value);
  return exact ? take(Float.of(number), out, at) : takeNumeric(value, out, at);
};

/** A whole list as a value: one item of another type, and no list of the column equals it. */
function wholeListReader(read: Reader): Reader {
  return (value, out, at) => {
    if (!isList(value)) return mismatch;
    const items: Value[] = [];
    for (let i = 0; i < value.length; i++) {
      const item = value[i] ?? null;
      if (item === null) items[i] = null;
      else if (read(item, items, i) !== present) return mismatch;
    }
    return take(items, out, at);
  };
}

/** Any number as a decimal; null for what is no number. */
const decimalOf = (value: Value): Decimal | null => (isNumber(value) ? toDecimal(value) : null);

/** What jsonb can hold: no bytes, and no NUL or lone surrogate in any text or name. */
const isStorableJson = (value: Value): boolean => !(value instanceof Uint8Array) && textFlawWithin(value) === null;

/** A value as it is compared with json: a bigint is a number, which its JSON alone would not be. */
function asJsonNumbers(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Bigint) return value.toDecimal();
  if (isList(value)) return value.map(asJsonNumbers);
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asJsonNumbers(member)])) : value;
}

/**
 * Reads the list of `in`: items of another type never match and are dropped, null matches null rows. Something that is no list
 * and not null is `mismatch`.
 */
export function listReader(of: SqlType): Reader {
  const read = readerOf(of);
  return (value, out, at) => {
    if (value === null) return nothing;
    if (!isList(value)) return mismatch;
    const items: Value[] = [];
    let count = 0;
    let holdsNull = false;
    for (const item of value) {
      if (item === null) holdsNull = true;
      else if (read(item, items, count) === present) count += 1;
    }
    items.length = count;
    out[at] = items;
    if (holdsNull) return listWithNull;
    return items.length === 0 ? emptyList : present;
  };
}

/** Reads one end of `between` out of a bound list of two. */
export function endReader(of: SqlType, end: 0 | 1): Reader {
  const read = scalarReader(of);
  return (value, out, at) => {
    if (value === null) return nothing;
    return isList(value) && value.length === 2 ? read(value[end] ?? null, out, at) : mismatch;
  };
}

/** Reads a value that is sent as it is, null included; what the type can't hold is `mismatch`. */
export function valueReader(of: SqlType): Reader {
  const read = readerOf(of);
  return (value, out, at) => {
    out[at] = null;
    if (value === null) return present;
    return read(value, out, at) === present ? present : mismatch;
  };
}

/** Reads what the engine itself computed for the statement: always present, not converted. */
export const givenReader: Reader = (value, out, at) => {
  out[at] = value;
  return present;
};

/** Reads only whether the value is there: for conditions that are left out. */
export const nullReader: Reader = (value) => (value === null ? nothing : present);

/** Reads a value for its order against members of json: numbers with numbers, texts with texts. */
export const jsonOrderReader: Reader = (value, out, at) => {
  if (value === null) return nothing;
  if (typeof value === 'string' && isStorable(value)) {
    out[at] = value;
    return asText;
  }
  const decimal = decimalOf(value);
  if (decimal === null) return mismatch;
  out[at] = decimal;
  return present;
};

/** Reads a text that is compared with a uuid by order: as a uuid, or as text when it is none. Both orders are the same. */
export const uuidOrderReader: Reader = (value, out, at) => {
  if (value === null) return nothing;
  if (typeof value !== 'string' || !isStorable(value)) return mismatch;
  out[at] = value;
  return uuidPattern.test(value) ? present : asText;
};

/** Reads a condition's truth. */
export const truthReader: Reader = (value) => (truthy(value) ? present : nothing);

/** Reads the pattern of `like`. A backslash at the very end stands for itself, which PostgreSQL would refuse. */
export const patternReader: Reader = (value, out, at) => {
  if (value === null) return nothing;
  if (typeof value !== 'string') return mismatch;
  if (!isStorable(value)) return emptyList;
  const backslashes = /\\*$/.exec(value)?.[0].length ?? 0;
  out[at] = backslashes % 2 === 1 ? `${value}\\` : value;
  return present;
};

/** How types are named in messages. */
export function wantedName(of: SqlType): string {
  const family = familyOf(of);
  if (family === 'number') return 'a number';
  if (family === 'list') return 'a list';
  return family === 'uuid' ? 'a uuid' : of.type === 'json' ? 'json' : `a ${of.type}`;
}
