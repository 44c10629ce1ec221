/** Reads `input` of endpoints and functions. */
import type { Span } from '../1-syntax/ast.ts';
import type { Input, InputType } from '../model.ts';
import type { Problems } from '../problems.ts';
import { checkedBounds, distinct, sized } from './column.ts';
import { readDefault } from './constant.ts';
import { checkPlace, type InputOwner, placeOf } from './input-place.ts';
import type { InputKeys, InputValue } from './input-shape.ts';
import { checkInputName } from './names.ts';
import { badName, misplacedKey, missingKey } from './problems.ts';
import { type Entry, keyOf, openingOf } from './shape.ts';
import type { TypeText } from './type-text.ts';

interface Place {
  readonly span: Span;
  readonly pointer: string;
}

/** Reads all inputs; a name in the path that isn't declared is a required text. */
export function readInputs(
  entries: readonly Entry<InputValue>[],
  owner: InputOwner,
  problems: Problems,
): ReadonlyMap<string, Input> {
  const inputs = new Map<string, Input>();
  for (const name of owner.pathNames)
    if (!entries.some((entry) => entry.key === name)) inputs.set(name, pathInput(name, owner.at));
  for (const entry of entries) {
    const good = checkInputName(entry.key, entry.at, problems);
    const keys = keysOf(entry);
    const input = readInput(entry, placeOf(entry, keys, owner, problems), 'input', problems);
    if (spelledOf(entry)?.unknown !== true) checkPlace(input, keys, entry, owner, problems);
    if (good) inputs.set(entry.key, input);
  }
  return inputs;
}

function pathInput(name: string, { span, pointer }: Place): Input {
  return { name, description: '', type: 'text', required: true, nullable: false, in: 'path', span, pointer };
}

function keysOf(entry: Entry<InputValue>): InputKeys {
  return 'long' in entry.value ? entry.value.long : {};
}

function spelledOf(entry: Entry<InputValue>): TypeText<InputType> | undefined {
  return 'short' in entry.value ? entry.value.short : entry.value.long.type?.value;
}

/** An input whose type does not exist: it may hold anything, so that the one mistake stays one. */
function readUnknown(entry: Entry<InputValue>, where: Input['in']): Input {
  const { key: name, at } = entry;
  return { name, description: '', type: 'json', required: true, nullable: true, in: where, span: at.span, pointer: at.pointer };
}

/** Reads an input, a field of an object, or the items of a list. */
function readInput(entry: Entry<InputValue>, where: Input['in'], role: 'input' | 'field' | 'items', problems: Problems): Input {
  const keys = keysOf(entry);
  const spelled = spelledOf(entry);
  if (spelled?.unknown === true) return readUnknown(entry, where);
  if (spelled === undefined) missKey(entry, 'type', 'An input', problems);
  const isList = spelled?.list === true || spelled?.type === 'list';
  const type: InputType = isList ? 'list' : (spelled?.type ?? 'json');
  checkKeys(entry, keys, spelled?.list === true ? spelled.type : undefined, type, role, problems);
  const optional = role === 'items' ? undefined : keys.required?.value;
  const bare: Input = {
    name: entry.key,
    description: keys.description?.value ?? '',
    type,
    required: optional ?? keys.default === undefined,
    nullable: keys.nullable?.value ?? spelled?.nullable ?? false,
    in: where,
    span: entry.at.span,
    pointer: entry.at.pointer,
    ...readContent(entry, keys, spelled?.list === true ? spelled.type : undefined, type, where, problems),
    ...checkedBounds(keys.min, keys.max, type, problems),
  };
  if (keys.default === undefined || role === 'items') return bare;
  const value = readDefault(bare, keys.default.value, entry.key, problems);
  // A default that doesn't fit (reported) is one all the same.
  return { ...bare, default: value ?? null };
}

/** `values`, `items` or `fields`, whichever the type has. */
function readContent(
  entry: Entry<InputValue>,
  keys: InputKeys,
  listed: InputType | undefined,
  type: InputType,
  where: Input['in'],
  problems: Problems,
): Pick<Input, 'values' | 'items' | 'fields'> {
  if (type === 'enum') return { values: readValues(entry, keys, problems) };
  if (type === 'object') return readFields(keys, where, problems);
  if (type !== 'list') return {};
  if (listed === undefined) {
    if (keys.items === undefined) missKey(entry, 'items', 'A list', problems);
    const { node, value } = keys.items ?? {
      node: entry.node,
      value: { short: { type: 'json' as const, list: false, nullable: true } },
    };
    return { items: readInput({ key: '', at: node, node, value }, where, 'items', problems) };
  }
  const { span, pointer } = entry.node;
  const item: Input = { name: '', description: '', type: listed, required: true, nullable: false, in: where, span, pointer };
  if (listed === 'enum') return { items: { ...item, values: readValues(entry, keys, problems) } };
  return { items: listed === 'object' ? { ...item, ...readFields(keys, where, problems) } : item };
}

function readValues(entry: Entry<InputValue>, keys: InputKeys, problems: Problems): readonly string[] {
  if (keys.values === undefined) missKey(entry, 'values', 'An enum', problems);
  return distinct(keys.values?.value ?? [], '"values"', problems);
}

function readFields(keys: InputKeys, where: Input['in'], problems: Problems): Pick<Input, 'fields'> {
  if (keys.fields === undefined) return {};
  const fields = new Map<string, Input>();
  for (const entry of keys.fields.value) {
    if (entry.key === '')
      problems.add(badName, entry.at, { what: 'a field', name: '', rule: 'A name has at least one character.' });
    else fields.set(entry.key, readInput(entry, where, 'field', problems));
  }
  return { fields };
}

/** Reports a missing key, unless it is there and was reported as wrong. */
function missKey(entry: Entry<InputValue>, key: string, what: string, problems: Problems): void {
  if (entry.node.kind === 'object' && entry.node.members.some((one) => one.key === key)) return;
  problems.add(missingKey, openingOf(entry.node), { key, what, description: descriptions[key] ?? '' });
}

const descriptions: Readonly<Record<string, string>> = {
  type: 'text, int, bool …',
  items: 'the type of the items; or write text[], int[] …',
  values: 'the texts that it can be',
};

/** Keys that mean nothing for the type or in this place. */
function checkKeys(
  entry: Entry<InputValue>,
  keys: InputKeys,
  listed: InputType | undefined,
  type: InputType,
  role: 'input' | 'field' | 'items',
  problems: Problems,
): void {
  if (entry.node.kind !== 'object') return;
  const holds = listed ?? type;
  const rules: readonly [keyof InputKeys, boolean, string][] = [
    [
      'items',
      type === 'list' && listed === undefined,
      listed === undefined ? 'only a list has items' : 'the type says what the list holds already',
    ],
    ['fields', holds === 'object', 'only an object has fields'],
    ['values', holds === 'enum', 'only an enum has values'],
    ['min', sized.has(type), `${type} has no size`],
    ['max', sized.has(type), `${type} has no size`],
    ['in', role === 'input', 'it comes from where the whole input comes from'],
    ['required', role !== 'items', 'an item of a list is always there'],
    ['default', role !== 'items', 'an item of a list is always there'],
  ];
  for (const [key, allowed, reason] of rules)
    if (keys[key] !== undefined && !allowed) problems.add(misplacedKey, keyOf(entry.node, key), { key, reason });
}
