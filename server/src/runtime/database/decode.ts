/** PostgreSQL's text form to values: what a query gives back. Sessions run with TimeZone UTC and DateStyle ISO. */
import {
  Bigint,
  type ColumnType,
  Decimal,
  decodeJson,
  defaultLimits,
  errorOf,
  Float,
  numberOutOfRange,
  PlainDate,
  type ResultColumn,
  Timestamp,
  type Value,
} from '@ashlar/engine';
import { type ArrayText, readArray } from './array-text.ts';

/** Reads one field; null is handled before. */
export type Decode = (text: string) => Value;

const text: Decode = (field) => field;
const bool: Decode = (field) => field === 't';
const int: Decode = (field) => {
  const value = Number(field);
  if (!Number.isSafeInteger(value)) throw outOfRange('An int of the database');
  return value;
};
const bigint: Decode = (field) => Bigint.parse(field) ?? outOf('A bigint of the database');
/** Whose range is not known to be that of ints. */
const anyInt: Decode = (field) => {
  const value = Number(field);
  return Number.isSafeInteger(value) ? value : bigint(field);
};
const float: Decode = (field) => Float.of(Number(field));
const numeric: Decode = (field) => Decimal.parse(field) ?? outOf('A decimal of the database');
// jsonb writes a large float with all its digits: 1e22 comes back as an int beyond the range of ints, and must not make its row unreadable.
const json: Decode = (field) => decodeJson(field, defaultLimits, 'decimal');
const bytes: Decode = (field) => new Uint8Array(Buffer.from(field.slice(2), 'hex'));
const date: Decode = (field) => PlainDate.parse(field) ?? outOf('A date of the database');

const plainTime = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/;

/** `2026-11-24 21:17:00.5+00`. Digits beyond milliseconds (only possible in a user's own SQL) are rounded, as inputs are. */
const timestamp: Decode = (field) => {
  const match = plainTime.exec(field);
  if (match === null) return Timestamp.parse(field) ?? outOf('A timestamp of the database');
  const [, year, month, day, hour, minute, second, fraction] = match;
  const ms = fraction === undefined ? 0 : Math.round(Number(fraction.padEnd(6, '0')) / 1_000);
  const at = new Date(0);
  // setUTCFullYear, for Date.UTC takes the years 0 to 99 for 1900 to 1999.
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  at.setUTCHours(Number(hour), Number(minute), Number(second), ms);
  return Timestamp.of(at.getTime());
};

function outOfRange(what: string): Error {
  return errorOf(numberOutOfRange, { what });
}

function outOf(what: string): never {
  throw outOfRange(what);
}

/** A list, nested where the array has more dimensions. */
function arrayOf(item: Decode): Decode {
  const convert = (array: ArrayText): Value =>
    array.map((one) => (one === null ? null : typeof one === 'string' ? item(one) : convert(one)));
  return (field) => convert(readArray(field));
}

const scalars = { text, bool, int, bigint, float, numeric, timestamp, date, json, bytes } satisfies Record<string, Decode>;
type ScalarKind = keyof typeof scalars;

/** How the fields of a column are read. */
export type FieldKind = ScalarKind | 'list';

/** By PostgreSQL's name of the type; types without a reader of their own are text. */
const kinds: Readonly<Record<string, ScalarKind>> = {
  int2: 'int',
  int4: 'int',
  int8: 'int',
  numeric: 'numeric',
  float4: 'float',
  float8: 'float',
  bool: 'bool',
  timestamptz: 'timestamp',
  date: 'date',
  json: 'json',
  jsonb: 'json',
  bytea: 'bytes',
};

// A bigint column has the full range.
const scalarKind = (type: ColumnType, name: string): ScalarKind => (type === 'bigint' ? 'bigint' : (kinds[name] ?? 'text'));

/** How a column of a compiled statement is read: what a fast way goes by. */
export function kindOf(column: ResultColumn): FieldKind {
  return column.pg.endsWith('[]') ? 'list' : scalarKind(column.type, column.pg);
}

/** Reads the fields of a column of a compiled statement. */
export function decoderOf(column: ResultColumn): Decode {
  const kind = kindOf(column);
  return kind === 'list' ? arrayOf(scalars[scalarKind(column.items ?? column.type, column.pg.slice(0, -2))]) : scalars[kind];
}

/** PostgreSQL's type numbers (pg_type.dat): the type, and the array of it. */
const typeNumbers: readonly (readonly [number, number, Decode])[] = [
  [16, 1000, bool],
  [17, 1001, bytes],
  [20, 1016, anyInt],
  [21, 1005, int],
  [23, 1007, int],
  [26, 1028, int],
  [114, 199, json],
  [700, 1021, float],
  [701, 1022, float],
  [1082, 1182, date],
  [1184, 1185, timestamp],
  [1700, 1231, numeric],
  [3802, 3807, json],
  // Types that stay text are named for their arrays' sake.
  [18, 1002, text],
  [19, 1003, text],
  [25, 1009, text],
  [1042, 1014, text],
  [1043, 1015, text],
  [1083, 1183, text],
  [1114, 1115, text],
  [1186, 1187, text],
  [1266, 1270, text],
  [2950, 2951, text],
];

const byNumber: ReadonlyMap<number, Decode> = new Map(
  typeNumbers.flatMap(([scalar, array, decode]) => [[scalar, decode] as const, [array, arrayOf(decode)] as const]),
);

/** How a column of a user's own SQL is read; types not known are text. */
export function decoderOfType(typeNumber: number): Decode {
  return byNumber.get(typeNumber) ?? text;
}
