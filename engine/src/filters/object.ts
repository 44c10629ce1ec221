/** Filters over objects, and paths inside any value. */
import { anyType, holds, listOf, marks, notNull, nullable, nullType, ownMarks, type Type, tainted, type } from '../types/type.ts';
import { setPath } from '../values/path.ts';
import type { Value } from '../values/value.ts';
import { keysOf, parseDataPath, readPath } from './data-path.ts';
import { defineFilter, type FilterParameter } from './define.ts';

const path = {
  name: 'path',
  kind: 'value',
  types: ['text', 'int'],
  description: 'Names with points, indexes in brackets: `lines[0].price`. A number is an index.',
} as const satisfies FilterParameter;

/** The path of a text, or of a number as an index. */
const partsOf = (at: string | number) => (typeof at === 'number' ? [{ index: at }] : parseDataPath(at));

/** The type at a path that is known before the run; anything where it isn't. */
function typeAt(input: Type, at: Value | undefined): Type {
  if (typeof at !== 'string' || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(at)) return tainted(anyType, input);
  let found = input;
  for (const name of at.split('.')) {
    if (found.kind !== 'object' || found.fields === undefined) return tainted(anyType, found);
    const field = found.fields.get(name) ?? nullType;
    found = found.nullable ? nullable(field) : field;
  }
  return found;
}

const get = defineFilter({
  name: 'get',
  family: 'object',
  description: 'What stands at a path inside a value; the default, or null, when nothing (or null) is there.',
  parameters: [path, { name: 'default', kind: 'value', optional: true, description: 'Answered instead of null.' }],
  result: (input, [, otherwise], constants) => {
    const found = typeAt(input, constants?.[0]);
    if (otherwise === undefined) return nullable(found);
    return found.kind === otherwise.kind && !marks.some((mark) => holds(found, mark))
      ? { ...found, nullable: otherwise.nullable }
      : tainted(anyType, found, otherwise);
  },
  ownMark: true,
  run: (_context, value, at, otherwise) => readPath(value, partsOf(at)) ?? otherwise ?? null,
  examples: [
    { expression: '{"a": {"b": [1, 2]}}|get:"a.b[1]"', result: 2 },
    { expression: '{"a": 1}|get:"x":"none"', result: 'none' },
    { expression: '["a", "b"]|get:1', result: 'b' },
    { expression: 'null|get:"a.b"', result: null },
  ],
});

const set = defineFilter({
  name: 'set',
  family: 'object',
  description:
    'A copy of an object or list with another value at a path. Missing objects are made, an index equal to the length appends; null counts as an empty object or list.',
  input: ['object', 'list', 'null'],
  parameters: [path, { name: 'value', kind: 'value', description: 'The new value.' }],
  result: (input, [, value], constants) => {
    const name = constants?.[0];
    const next = value ?? anyType;
    if (typeof name !== 'string' || !/^[A-Za-z_]\w*$/.test(name)) return tainted(anyType, input, next);
    if (input.kind === 'null') return { kind: 'object', nullable: false, fields: new Map([[name, next]]) };
    if (input.kind !== 'object') return tainted(type('object'), input, next);
    return input.fields === undefined
      ? tainted(notNull(input), next)
      : { ...notNull(input), fields: new Map(input.fields).set(name, next) };
  },
  run: (context, value, at, next) => setPath(value, keysOf(value, partsOf(at)), next, context.limits.listItems),
  examples: [
    { expression: '{"a": 1}|set:"b":2', result: { a: 1, b: 2 } },
    { expression: '{"a": {"list": [1]}}|set:"a.list[1]":2', result: { a: { list: [1, 2] } } },
    { expression: 'null|set:"a.b":true', result: { a: { b: true } } },
  ],
});

const keys = defineFilter({
  name: 'keys',
  aliases: ['object_keys'],
  family: 'object',
  description: 'The names of the members of an object, in their order.',
  input: ['object'],
  parameters: [],
  // The names of an object whose members are not known may themselves come from anywhere.
  result: (input) => tainted(listOf(type('text')), { ...anyType, ...ownMarks(input) }),
  ownMark: true,
  run: (_context, object) => Object.keys(object),
  examples: [
    { expression: '{"b": 1, "a": null}|keys', result: ['b', 'a'] },
    { expression: '{}|keys', result: [] },
  ],
});

const names = {
  name: 'names',
  kind: 'value',
  types: ['list', 'text'],
  description: 'A list of names, or one name.',
} as const satisfies FilterParameter;

/** The names of a constant argument, if they are all known. */
function constantNames(value: Value | undefined): ReadonlySet<string> | undefined {
  const list = typeof value === 'string' ? [value] : value;
  return Array.isArray(list) ? new Set(list.filter((name) => typeof name === 'string')) : undefined;
}

/** An object type with the fields that `keep` wants; without known fields, or names, only "an object". */
function withFields(input: Type, known: ReadonlySet<string> | undefined, keep: (name: string) => boolean): Type {
  if (input.kind !== 'object' || input.fields === undefined || known === undefined) return tainted(type('object'), input);
  return { kind: 'object', nullable: false, fields: new Map([...input.fields].filter(([name]) => keep(name))) };
}

const pick = defineFilter({
  name: 'pick',
  family: 'object',
  description: 'An object with the named members only, in the order of the names. What is not there is not made.',
  input: ['object'],
  parameters: [names],
  result: (input, _args, constants) => {
    const known = constantNames(constants?.[0]);
    return withFields(input, known, (name) => known?.has(name) === true);
  },
  ownMark: true,
  run: (_context, object, wanted) => {
    const list = typeof wanted === 'string' ? [wanted] : wanted;
    const entries: [string, Value][] = [];
    for (const name of list)
      if (typeof name === 'string' && Object.hasOwn(object, name)) entries.push([name, object[name] ?? null]);
    return Object.fromEntries(entries);
  },
  examples: [
    { expression: '{"a": 1, "b": 2, "c": null}|pick:["c", "a", "x"]', result: { c: null, a: 1 } },
    { expression: '{"a": 1, "b": 2}|pick:"b"', result: { b: 2 } },
  ],
});

const unpick = defineFilter({
  name: 'unpick',
  aliases: ['omit'],
  family: 'object',
  description: 'An object without the named members.',
  input: ['object'],
  parameters: [names],
  result: (input, _args, constants) => {
    const known = constantNames(constants?.[0]);
    return withFields(input, known, (name) => known?.has(name) !== true);
  },
  ownMark: true,
  run: (_context, object, unwanted) => {
    const refused = new Set<Value>(typeof unwanted === 'string' ? [unwanted] : unwanted);
    return Object.fromEntries(Object.entries(object).filter(([name]) => !refused.has(name)));
  },
  examples: [
    { expression: '{"a": 1, "b": 2}|unpick:["a", "x"]', result: { b: 2 } },
    { expression: '{"a": 1}|unpick:"a"', result: {} },
  ],
});

/** The filters of this file. */
export const objectFilters = [get, set, keys, pick, unpick];
