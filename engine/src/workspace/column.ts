/** One column of a table file: its shape, and what it says. References are resolved later, when every table is read. */
import type { JsonNode, Span } from '../1-syntax/ast.ts';
import type { Bound, Column, ColumnDefault, ColumnType, Input, InputType } from '../model.ts';
import type { Problems } from '../problems.ts';
import type { Decimal } from '../values/decimal.ts';
import { readDefault } from './constant.ts';
import { identifierPattern } from './names.ts';
import { badDefault, minAboveMax, misplacedKey, missingKey, numberNotAllowed, valueTwice, wrongJsonType } from './problems.ts';
import {
  anyJson,
  choice,
  type Entry,
  exactNumber,
  type Found,
  flag,
  type Keys,
  keyOf,
  list,
  object,
  openingOf,
  shortOrLong,
  text,
  whole,
} from './shape.ts';
import { columnItemTypes, columnTypes, type TypeText, typeText } from './type-text.ts';

const columnKeys = {
  type: typeText('Type; [] makes a list, ? allows null', columnTypes, columnItemTypes),
  items: shortOrLong(
    'Type of the items of a list',
    choice('Type of the items of a list', columnItemTypes),
    object(
      'The items of a list',
      {
        type: choice('Type of the items', columnItemTypes),
        values: list('Texts that an enum can be', text('One of the texts'), { least: 1 }),
      },
      { title: '"items"', required: ['type'] },
    ),
  ),
  primary: flag('The key of the table: of type int (numbered by the database) or uuid'),
  nullable: flag('Whether null is allowed; not null is the default'),
  unique: flag('No two rows have the same value'),
  default: anyJson('Value of a new row that has none: a constant, "now" for times, "uuid" for a uuid'),
  values: list('Texts that an enum can be', text('One of the texts'), { least: 1 }),
  min: exactNumber('Least size of a number, characters of a text, items of a list'),
  max: exactNumber('Greatest size of a number, characters of a text, items of a list'),
  scale: whole('Digits after the point that a decimal keeps', 0, 100),
  references: text('Table whose key this column holds (a foreign key, with an index)', { pattern: identifierPattern }),
  on_delete: choice('What happens when the referenced row is deleted; restrict by default', ['restrict', 'cascade', 'set_null']),
  collate: text('PostgreSQL collation for people’s order, such as de-x-icu', { pattern: '^[A-Za-z0-9_.@-]{1,63}$' }),
  was: text('Name that the column had before: its values are kept', { pattern: identifierPattern }),
  description: text('One line on what the column holds'),
};

export const columnShape = shortOrLong(
  'A column: the short form "text?" or an object',
  columnKeys.type,
  object('A column in its long form', columnKeys, { title: 'A column' }),
);
type ColumnKeys = Keys<typeof columnKeys>;
export type ColumnEntry = Entry<{ short: TypeText<(typeof columnTypes)[number]> } | { long: ColumnKeys }>;

/** A column whose type may still come from the table that it references. */
export interface ColumnDraft {
  readonly column: Column;
  /** `references` without `type`: the type is that of the referenced key. */
  readonly typeImplied: boolean;
  readonly references?: Found<string>;
  readonly keys: ColumnKeys;
}

/** Types with a size that `min` and `max` bound; counted ones are those whose size is a count. (A column is never a file.) */
export const sized: ReadonlySet<InputType> = new Set([
  'int',
  'bigint',
  'decimal',
  'float',
  'text',
  'email',
  'password',
  'list',
  'file',
]);
const counted: ReadonlySet<InputType> = new Set(['text', 'email', 'password', 'list', 'file']);
const collated: ReadonlySet<ColumnType> = new Set(['text', 'email', 'enum']);
const collationForm = /^[A-Za-z0-9_.@-]{1,63}$/;

/** Reads one column of a table. */
export function readColumn(entry: ColumnEntry, problems: Problems): ColumnDraft {
  const keys: ColumnKeys = 'long' in entry.value ? entry.value.long : {};
  const spelled = 'short' in entry.value ? entry.value.short : keys.type?.value;
  // A type that does not exist is taken as what it means; beside a reference, as that of the key.
  const typeImplied = (spelled === undefined || spelled.unknown === true) && keys.references !== undefined;
  if (spelled === undefined && !typeImplied) missType(entry, problems);
  const isList = spelled?.list === true || spelled?.type === 'list';
  const type: ColumnType = typeImplied ? 'int' : isList ? 'list' : (spelled?.type ?? 'json');
  const items = type === 'list' ? readItems(entry, keys, spelled, problems) : undefined;
  const primary = keys.primary?.value ?? false;
  const nullable = keys.nullable?.value ?? spelled?.nullable ?? false;
  const values = readValues(entry, keys, items ?? type, problems);
  if (spelled !== undefined || typeImplied) checkKeys(entry, keys, type, problems);
  if (primary && nullable)
    problems.add(misplacedKey, keys.nullable?.node ?? keys.type?.node ?? entry.at, {
      key: 'nullable',
      reason: 'a key is never null',
    });
  const bare: Column = {
    name: entry.key,
    description: keys.description?.value ?? '',
    type,
    primary,
    nullable: nullable && !primary,
    unique: keys.unique?.value ?? false,
    span: entry.at.span,
    pointer: entry.at.pointer,
    ...(items === undefined ? {} : { items }),
    ...(values === undefined ? {} : { values }),
    ...readBounds(keys, type, problems),
    ...(keys.scale === undefined || type !== 'decimal' ? {} : { scale: keys.scale.value }),
    ...readCollation(keys, type, problems),
    ...(keys.was === undefined ? {} : { was: keys.was.value }),
  };
  return {
    column: typeImplied ? bare : withDefault(bare, keys, problems),
    typeImplied,
    keys,
    ...(keys.references === undefined ? {} : { references: keys.references }),
  };
}

/** A `type` that is there but wrong was reported as such; only one that is missing is missed. */
function missType(entry: ColumnEntry, problems: Problems): void {
  if (entry.node.kind !== 'object' || entry.node.members.some((one) => one.key === 'type')) return;
  problems.add(missingKey, openingOf(entry.node), {
    key: 'type',
    what: `The column ${entry.key}`,
    description: columnKeys.type.description,
  });
}

function readItems(
  entry: ColumnEntry,
  keys: ColumnKeys,
  spelled: TypeText<ColumnType> | undefined,
  problems: Problems,
): ColumnType {
  if (spelled?.list === true) {
    if (keys.items !== undefined) misplace(entry, 'items', 'the type says what the list holds already', problems);
    return spelled.type;
  }
  if (keys.items === undefined && entry.node.kind === 'string')
    problems.add(missingKey, entry.node, { key: 'items', what: 'A list', description: 'write text[], int[] …' });
  else if (keys.items === undefined && entry.node.kind === 'object' && !entry.node.members.some((one) => one.key === 'items'))
    problems.add(missingKey, openingOf(entry.node), { key: 'items', what: 'A list', description: columnKeys.items.description });
  return itemsOf(keys).type ?? 'text';
}

/** `items` in its short or long form. */
function itemsOf(keys: ColumnKeys): { readonly type?: ColumnType; readonly values?: Found<readonly Found<string>[]> } {
  const items = keys.items?.value;
  if (items === undefined) return {};
  if ('short' in items) return { type: items.short };
  const { type, values } = items.long;
  return { ...(type === undefined ? {} : { type: type.value }), ...(values === undefined ? {} : { values }) };
}

function readValues(entry: ColumnEntry, keys: ColumnKeys, type: ColumnType, problems: Problems): readonly string[] | undefined {
  if (type !== 'enum') return undefined;
  const values = keys.values ?? itemsOf(keys).values;
  if (values === undefined) {
    const tried = entry.node.kind === 'object' && entry.node.members.some((one) => one.key === 'values');
    if (!tried)
      problems.add(missingKey, openingOf(entry.node), {
        key: 'values',
        what: 'An enum',
        description: columnKeys.values.description,
      });
    return [];
  }
  return distinct(values.value, '"values"', problems);
}

/** The texts of a list, each once; a repeated one is reported. */
export function distinct(found: readonly Found<string>[], what: string, problems: Problems): readonly string[] {
  const seen = new Set<string>();
  for (const { value, node } of found) {
    if (seen.has(value)) problems.add(valueTwice, node, { value, what });
    seen.add(value);
  }
  return [...seen];
}

/** Keys that mean nothing for the column's type. */
function checkKeys(entry: ColumnEntry, keys: ColumnKeys, type: ColumnType, problems: Problems): void {
  const holdsEnum = type === 'enum' || (type === 'list' && (itemsOf(keys).type === 'enum' || keys.type?.value.type === 'enum'));
  const rules: readonly [keyof ColumnKeys & string, boolean, string][] = [
    ['items', type === 'list', 'only a list has items'],
    ['values', holdsEnum, 'only an enum has values'],
    ['scale', type === 'decimal', 'only a decimal has a scale'],
    ['min', sized.has(type), `${type} has no size`],
    ['max', sized.has(type), `${type} has no size`],
    ['collate', collated.has(type), 'only texts have a collation'],
    ['on_delete', keys.references !== undefined, 'the column references no table'],
    ['references', type === 'int' || type === 'uuid', 'keys are of type int or uuid'],
    ['unique', type !== 'json' && type !== 'password', `values of type ${type} can't be unique`],
  ];
  for (const [key, allowed, reason] of rules) if (keys[key] !== undefined && !allowed) misplace(entry, key, reason, problems);
}

function misplace(entry: ColumnEntry, key: string, reason: string, problems: Problems): void {
  const at = entry.node.kind === 'object' ? keyOf(entry.node, key) : entry.node;
  problems.add(misplacedKey, at, { key, reason });
}

function readBounds(keys: ColumnKeys, type: ColumnType, problems: Problems): Bounds {
  return checkedBounds(keys.min, keys.max, type, problems);
}

interface Bounds {
  readonly min?: Bound;
  readonly max?: Bound;
}

/** `min` and `max` of a type that has a size, where they make sense together; counts are whole and not negative. */
export function checkedBounds(
  min: Found<Decimal> | undefined,
  max: Found<Decimal> | undefined,
  type: InputType,
  problems: Problems,
): Bounds {
  if (!sized.has(type)) return {};
  for (const [what, bound] of [['"min"', min] as const, ['"max"', max] as const])
    if (counted.has(type) && bound !== undefined && !isCount(bound.value)) {
      problems.add(numberNotAllowed, bound.node, { what, wanted: 'a count: a whole number from 0' });
      return {};
    }
  if (min !== undefined && max !== undefined && min.value.compare(max.value) > 0) {
    problems.add(minAboveMax, max.node, { min: min.value.toText(), max: max.value.toText() });
    return {};
  }
  const exact = type === 'decimal' || type === 'bigint';
  const bound = (found: Found<Decimal>): Bound => (exact ? found.value : found.value.toNumber());
  return { ...(min === undefined ? {} : { min: bound(min) }), ...(max === undefined ? {} : { max: bound(max) }) };
}

const isCount = (bound: Decimal): boolean => bound.isInteger() && Number.isSafeInteger(bound.toNumber()) && bound.toNumber() >= 0;

function readCollation(keys: ColumnKeys, type: ColumnType, problems: Problems): { readonly collate?: string } {
  const { collate } = keys;
  if (collate === undefined || !collated.has(type)) return {};
  if (collationForm.test(collate.value)) return { collate: collate.value };
  problems.add(wrongJsonType, collate.node, { what: '"collate"', wanted: 'the name of a collation', found: 'another text' });
  return {};
}

/** The column with its default, which is held against the column's type: so this comes last. */
export function withDefault(column: Column, keys: ColumnKeys, problems: Problems): Column {
  const value = keys.default === undefined ? undefined : readColumnDefault(column, keys.default.value, problems);
  return value === undefined ? column : { ...column, default: value };
}

/** Instead of a default that doesn't fit (reported): rows without a value for the column are no second mistake. */
const refused: ColumnDefault = { kind: 'constant', value: null };

function readColumnDefault(column: Column, node: JsonNode, problems: Problems): ColumnDefault | undefined {
  const what = column.name;
  const refuse = (reason: string, hint?: string): ColumnDefault => {
    problems.add(badDefault, node, { what, reason, hint });
    return refused;
  };
  const isUuid = node.kind === 'string' && node.value === 'uuid' && column.type === 'uuid';
  // For a key of type uuid this only says what happens anyway.
  if (column.primary && isUuid) return undefined;
  if (column.primary) return refuse('keys are made by Ashlar and take no default.', 'Leave the default out.');
  if (column.type === 'password') return refuse('a password in a file is known to everyone who reads it.');
  if (node.kind === 'string' && node.value === 'now' && (column.type === 'timestamp' || column.type === 'date'))
    return { kind: 'now' };
  if (isUuid) return { kind: 'uuid' };
  const value = readDefault(inputOf(column, node.span), node, what, problems);
  if (value === undefined) return refused;
  // A default of null is what a nullable column has anyway.
  return value === null ? undefined : { kind: 'constant', value };
}

/** A column as an input, to hold constants against its type and limits. */
function inputOf(column: Column, span: Span): Input {
  const { name, nullable, min, max, values, pointer } = column;
  const more = { description: '', required: true, in: 'body' as const, span, pointer };
  const listed = values === undefined ? {} : { values };
  const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
  if (column.type !== 'list') return { name, type: column.type, nullable, ...more, ...listed, ...bounds };
  const items: Input = { name: '', type: column.items ?? 'text', nullable: false, ...more, ...listed };
  return { name, type: 'list', items, nullable, ...more, ...bounds };
}
