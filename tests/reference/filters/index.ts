/** The 44 filters, from what their descriptions say. */
import { createHash } from 'node:crypto';
import { arithmetic, contains, equals, less, round, sortOrder, truthy } from '../operators.ts';
import { at, characters, toJson, toText } from '../text.ts';
import {
  bool,
  decimal,
  exact,
  int,
  isNumber,
  list,
  nothing,
  object,
  outOfRange,
  parseDecimal,
  type Ref,
  RefError,
  type RefType,
  text,
  timestamp,
  wrongType,
} from '../value.ts';
import { type Argument, given, intOf, itemsOf, lambda, type Parameter, type RefFilter, textOf } from './define.ts';
import { readJson } from './json.ts';
import { parsePath, read, resolvePath, write } from './path.ts';
import { format } from './time.ts';

const texts = (optional = false): Parameter => ({ types: ['text'], optional });
const anything: Parameter = {};
const each: Parameter = { lambda: true };
const path = texts(true);
const plain = { left: false, right: false };
const count = (n: number): Ref => int(n);

function define(
  name: string,
  input: readonly RefType[] | undefined,
  parameters: readonly Parameter[],
  run: (value: Ref, args: readonly Argument[], timezone: string) => Ref,
): RefFilter {
  return { name, parameters, run, ...(input === undefined ? {} : { input }) };
}

/** A filter over a text. */
const onText = (
  name: string,
  parameters: readonly Parameter[],
  run: (value: string, args: readonly Argument[]) => Ref,
): RefFilter => define(name, ['text'], parameters, (value, args) => run(textOf(value), args));

/** A filter over a list. */
const onList = (
  name: string,
  parameters: readonly Parameter[],
  run: (items: readonly Ref[], args: readonly Argument[]) => Ref,
): RefFilter => define(name, ['list'], parameters, (value, args) => run(itemsOf(value), args));

/** A filter over a list whose condition is asked of each item in turn. */
const asking = (name: string, run: (items: readonly Ref[], holds: (item: Ref, index: number) => boolean) => Ref): RefFilter =>
  onList(name, [each], (items, [condition]) => run(items, (item, index) => truthy(lambda(condition)(item, index, nothing))));

function trimmed(value: string, unwanted: string | undefined): string {
  const isUnwanted = (c: string): boolean =>
    unwanted === undefined ? /^[\s\ufeff]$/u.test(c) : characters(unwanted).includes(c);
  const all = characters(value);
  while (all.length > 0 && isUnwanted(all[0] ?? '')) all.shift();
  while (all.length > 0 && isUnwanted(all.at(-1) ?? '')) all.pop();
  return all.join('');
}

function part(value: string, start: number, length: number | undefined): string {
  const all = characters(value);
  const from = start < 0 ? Math.max(0, all.length + start) : start;
  const to = length === undefined ? all.length : length < 0 ? all.length + length : from + length;
  return all.filter((_, i) => i >= from && i < to).join('');
}

/** The number that a text begins with. */
function leading(value: string): Ref {
  const found = /^\s*([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?)/.exec(value)?.[1];
  if (found === undefined) return nothing;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(found) ?? [];
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > 1_000) return nothing;
  const { value: digits } = parseDecimal(
    `${sign === '-' ? '-' : ''}${whole === '' ? '0' : whole}.${fraction === '' ? '0' : fraction}`,
  );
  const moved = parseDecimal(`${digits.toFixed()}e${exponent}`);
  return decimal(moved.value, Math.max(0, scale));
}

function truncated(value: Ref): Ref {
  if (!isNumber(value)) return value;
  return int(BigInt(exact(value).value.round(0, 0).toFixed(0)));
}

function toDecimal(value: Ref): Ref {
  if (value.type === 'text') return leading(value.value);
  if (value.type === 'bool') return parseDecimal(value.value ? '1' : '0');
  if (!isNumber(value)) throw wrongType();
  const { value: number, scale } = exact(value);
  return decimal(number, scale);
}

/** The numbers of a list; null counts as nothing. */
function numbers(items: readonly Ref[]): readonly Ref[] {
  const found = items.filter((item) => item.type !== 'null');
  if (!found.every(isNumber)) throw wrongType();
  return found;
}

/** Ints whose sum is no int are added up exactly: their mean is a decimal anyway. */
function wideSum(sum: Ref, item: Ref): Ref {
  if (sum.type !== 'int' || item.type !== 'int') return arithmetic('+', sum, item, plain);
  const exactly = sum.value + item.value;
  const fits = exactly >= -Number.MAX_SAFE_INTEGER && exactly <= Number.MAX_SAFE_INTEGER;
  return fits ? int(exactly) : decimal(exact({ type: 'int', value: exactly }).value, 0);
}

const total = (items: readonly Ref[]): Ref => numbers(items).reduce((sum, item) => arithmetic('+', sum, item, plain), int(0));

function extreme(items: readonly Ref[], wins: (challenger: Ref, best: Ref) => boolean): Ref {
  let best: Ref = nothing;
  for (const item of items) if (item.type !== 'null' && (best.type === 'null' || wins(item, best))) best = item;
  return best;
}

const ordered: readonly RefType[] = ['list', 'int', 'decimal', 'float', 'text', 'timestamp', 'date', 'bool'];

const extremeOf = (name: string, wins: (challenger: Ref, best: Ref) => boolean): RefFilter =>
  define(name, ordered, [{ optional: true }], (value, [other]) => {
    const second = given(other);
    if (second !== undefined) return extreme([value, second], wins);
    return value.type === 'list' ? extreme(value.items, wins) : value;
  });

function sorted(items: readonly Ref[], at: string, type: string, ascending: boolean): Ref {
  const kind =
    new Map([
      ['', 'any'],
      ['int', 'number'],
      ['decimal', 'number'],
      ['float', 'number'],
      ['num', 'number'],
    ]).get(type) ?? type;
  if (!['any', 'text', 'itext', 'number'].includes(kind)) throw new RefError('unknown_sort_type');
  parsePath(at);
  const keyOf = (item: Ref): Ref => {
    const key = read(item, at);
    if (kind === 'any' || key.type === 'null') return key;
    if (kind === 'number') return key.type === 'text' ? leading(key.value) : isNumber(key) ? key : nothing;
    return text(kind === 'text' ? toText(key) : toText(key).toLowerCase());
  };
  // By insertion: each item goes behind those that it does not come before.
  const done: { readonly item: Ref; readonly key: Ref }[] = [];
  for (const item of items) {
    const key = keyOf(item);
    let place = done.length;
    while (place > 0) {
      const before = done[place - 1];
      const difference = before === undefined ? 0 : sortOrder(key, before.key);
      if (ascending ? difference < 0 : difference > 0) place--;
      else break;
    }
    done.splice(place, 0, { item, key });
  }
  return list(done.map(({ item }) => item));
}

const names = (value: Argument): readonly string[] => {
  const wanted = given(value);
  if (wanted?.type === 'text') return [wanted.value];
  return wanted?.type === 'list' ? wanted.items.flatMap((item) => (item.type === 'text' ? [item.value] : [])) : [];
};
const namesParameter: Parameter = { types: ['list', 'text'] };
const membersOf = (value: Ref): ReadonlyMap<string, Ref> => (value.type === 'object' ? value.members : new Map());

const pathParameter: Parameter = { types: ['text', 'int'] };
const partsOf = (argument: Argument): ReturnType<typeof parsePath> => {
  const index = intOf(argument);
  return index === undefined ? parsePath(textOf(argument)) : [index];
};

function uniqueBy(items: readonly Ref[], at: string): Ref {
  parsePath(at);
  const kept: { readonly item: Ref; readonly key: Ref }[] = [];
  for (const item of items) {
    const key = read(item, at);
    if (!kept.some((known) => equals(known.key, key))) kept.push({ item, key });
  }
  return list(kept.map(({ item }) => item));
}

function moved(value: Ref, seconds: Ref): Ref {
  if (!isNumber(seconds)) throw wrongType();
  const { value: number, scale } = exact(seconds);
  const ms = BigInt(round({ value: number.times(1_000), scale }, 0).value.toFixed(0));
  if (ms > BigInt(Number.MAX_SAFE_INTEGER) || ms < -BigInt(Number.MAX_SAFE_INTEGER)) throw outOfRange();
  const start = value.type === 'timestamp' ? value.ms : value.type === 'int' ? Number(value.value) : 0;
  return timestamp(start + Number(ms));
}

const all: readonly RefFilter[] = [
  onText('trim', [texts(true)], (value, [unwanted]) =>
    text(trimmed(value, given(unwanted) === undefined ? undefined : textOf(unwanted))),
  ),
  onText('to_upper', [], (value) => text(value.toUpperCase())),
  onText('to_lower', [], (value) => text(value.toLowerCase())),
  onText('substr', [{ types: ['int'] }, { types: ['int'], optional: true }], (value, [start, length]) =>
    text(part(value, intOf(start) ?? 0, intOf(length))),
  ),
  onText('strlen', [], (value) => count(characters(value).length)),
  define('contains', ['text', 'list', 'object'], [anything], (value, [other]) => bool(contains(value, given(other) ?? nothing))),
  onText('split', [texts()], (value, [separator]) =>
    list((textOf(separator) === '' ? characters(value) : value.split(textOf(separator))).map(text)),
  ),
  onList('join', [texts(true)], (items, [separator]) => text(items.map(toText).join(textOf(separator)))),
  onText('replace', [texts(), texts()], (value, [find, other]) =>
    text(textOf(find) === '' ? value : value.split(textOf(find)).join(textOf(other))),
  ),
  define(
    'concat',
    ['text', 'int', 'decimal', 'float', 'bool', 'timestamp', 'date'],
    [anything, texts(true)],
    (value, [other, separator]) => text(toText(value) + textOf(separator) + toText(given(other) ?? nothing)),
  ),
  define('round', ['int', 'decimal', 'float'], [{ types: ['int'], optional: true }], (value, [digits]) => {
    if (!isNumber(value)) throw wrongType();
    const places = intOf(digits) ?? 0;
    if (value.type === 'int') return places >= 0 ? value : truncated(round(exact(value), places));
    return round(exact(value), places);
  }),
  onList('sum', [], total),
  onList('avg', [], (items) => {
    const found = numbers(items);
    return found.length === 0 ? nothing : arithmetic('/', found.reduce(wideSum, int(0)), int(found.length), plain);
  }),
  extremeOf('min', (challenger, best) => less(challenger, best)),
  extremeOf('max', (challenger, best) => less(best, challenger)),
  define('push', ['list', 'null'], [anything], (value, [item]) => list([...itemsOf(value), given(item) ?? nothing])),
  define('safe_array', undefined, [], (value) =>
    value.type === 'null' ? list([]) : value.type === 'list' ? value : list([value]),
  ),
  define('count', ['list', 'object', 'text'], [], (value) => {
    if (value.type === 'text') return count(characters(value.value).length);
    return count(value.type === 'object' ? value.members.size : itemsOf(value).length);
  }),
  onList('unique', [path], (items, [where]) => uniqueBy(items, textOf(where))),
  onList('first', [], (items) => items[0] ?? nothing),
  onList('last', [], (items) => items.at(-1) ?? nothing),
  define('filter_null', ['list', 'object'], [path], (value, [where]) => {
    if (value.type === 'object') return object([...value.members].filter(([, member]) => member.type !== 'null'));
    parsePath(textOf(where));
    return list(itemsOf(value).filter((item) => read(item, textOf(where)).type !== 'null'));
  }),
  onList('map', [each], (items, [body]) => list(items.map((item, index) => lambda(body)(item, index, nothing)))),
  asking('filter', (items, holds) => list(items.filter(holds))),
  onList('reduce', [each, anything], (items, [body, start]) =>
    items.reduce((result, item, index) => lambda(body)(item, index, result), given(start) ?? nothing),
  ),
  asking('every', (items, holds) => bool(items.every(holds))),
  asking('some', (items, holds) => bool(items.some(holds))),
  asking('find', (items, holds) => items.find(holds) ?? nothing),
  onList('sort', [path, texts(true), { types: ['bool'], optional: true }], (items, [where, type, ascending]) => {
    const direction = given(ascending);
    return sorted(items, textOf(where), textOf(type), direction === undefined || truthy(direction));
  }),
  define('get', undefined, [pathParameter, { optional: true }], (value, [where, otherwise]) => {
    const found = resolvePath(value, partsOf(where)).reduce((here: Ref, key) => at(here, key), value);
    return found.type === 'null' ? (given(otherwise) ?? nothing) : found;
  }),
  define('set', ['object', 'list', 'null'], [pathParameter, anything], (value, [where, next]) =>
    write(value, resolvePath(value, partsOf(where)), given(next) ?? nothing),
  ),
  define('keys', ['object'], [], (value) => list([...membersOf(value).keys()].map(text))),
  define('pick', ['object'], [namesParameter], (value, [wanted]) =>
    object(
      names(wanted).flatMap((name) => {
        const member = membersOf(value).get(name);
        return member === undefined ? [] : [[name, member] as const];
      }),
    ),
  ),
  define('unpick', ['object'], [namesParameter], (value, [unwanted]) =>
    object([...membersOf(value)].filter(([name]) => !names(unwanted).includes(name))),
  ),
  define('to_int', ['int', 'decimal', 'float', 'text', 'bool', 'timestamp'], [], (value) => {
    if (value.type === 'bool') return int(value.value ? 1 : 0);
    if (value.type === 'timestamp') return int(value.ms);
    return truncated(value.type === 'text' ? leading(value.value) : value);
  }),
  define('to_decimal', ['int', 'decimal', 'float', 'text', 'bool'], [], toDecimal),
  define('to_text', ['text', 'bool', 'int', 'decimal', 'float', 'timestamp', 'date', 'bytes', 'list', 'object'], [], (value) =>
    text(toText(value)),
  ),
  define('json_encode', undefined, [], (value) => text(toJson(value))),
  onText('json_decode', [], readJson),
  define('base64_encode', ['text', 'bytes'], [], (value) => text(Buffer.from(bytesOf(value)).toString('base64'))),
  define('sha256', ['text', 'bytes'], [], (value) =>
    text(
      createHash('sha256')
        .update(Buffer.from(bytesOf(value)))
        .digest('hex'),
    ),
  ),
  define('format_timestamp', ['timestamp', 'date', 'int'], [texts(), texts(true)], (value, [letters, zone], timezone) => {
    if (value.type === 'date') return text(format(Date.parse(`${value.text}T00:00:00Z`), textOf(letters), 'UTC'));
    const ms = value.type === 'timestamp' ? value.ms : value.type === 'int' ? timestamp(Number(value.value)).ms : 0;
    return text(format(ms, textOf(letters), textOf(zone, timezone)));
  }),
  define('add_secs_to_timestamp', ['timestamp', 'int'], [{ types: ['int', 'decimal', 'float'] }], (value, [seconds]) =>
    moved(value, given(seconds) ?? nothing),
  ),
  define('first_notnull', undefined, [anything], (value, [other]) => (value.type === 'null' ? (given(other) ?? nothing) : value)),
];

/** UTF-8 by TextEncoder: half a surrogate pair becomes U+FFFD. */
function bytesOf(value: Ref): readonly number[] {
  return value.type === 'bytes' ? value.bytes : [...new TextEncoder().encode(textOf(value))];
}

/** By name. */
export const filters: ReadonlyMap<string, RefFilter> = new Map(all.map((filter) => [filter.name, filter]));

/** Other names that the generators use. */
export const otherNames: ReadonlyMap<string, string> = new Map([
  ['upper', 'to_upper'],
  ['lower', 'to_lower'],
  ['length', 'count'],
  ['default', 'first_notnull'],
  ['append', 'push'],
]);
