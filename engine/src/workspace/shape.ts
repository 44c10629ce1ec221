/**
 * Shapes: what a kind of object in a workspace file looks like, declared once. The same declaration reads a file (every unknown
 * key, missing key and wrong type is a problem with its place, and what is right is kept) and gives the JSON Schema for editors.
 */
import { type JsonNode, type JsonObject, member } from '../1-syntax/ast.ts';
import type { Problems } from '../problems.ts';
import { type JsonSchema, present } from '../types/json-schema.ts';
import { Decimal } from '../values/decimal.ts';
import { missingKey, numberNotAllowed, unknownKey, valueNotAllowed, wrongJsonType } from './problems.ts';

/** Named schemas that others point at; they become `$defs`. */
export type Definitions = Map<string, JsonSchema>;

export interface Shape<T> {
  /** One line: shown by editors and in messages about a missing key. */
  readonly description: string;
  /** The value, or undefined when it is of another shape (reported). `what` names it in messages: `"unique"`. */
  readonly read: (node: JsonNode, problems: Problems, what: string) => T | undefined;
  readonly schema: (definitions: Definitions) => JsonSchema;
}

/** A value with the place it was read from. */
export interface Found<T> {
  readonly value: T;
  readonly node: JsonNode;
}

const names: Readonly<Record<JsonNode['kind'], string>> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
};

/** Reports that a node is not what was wanted; silent about a value that isn't there at all (the reader has said so). */
export function refuseNode(node: JsonNode, problems: Problems, what: string, wanted: string): undefined {
  if (!(node.kind === 'null' && node.missing === true))
    problems.add(wrongJsonType, node, { what, wanted, found: names[node.kind] });
  return undefined;
}

/** A text. */
export function text(description: string, schema: JsonSchema = {}): Shape<string> {
  return {
    description,
    read: (node, problems, what) => (node.kind === 'string' ? node.value : refuseNode(node, problems, what, 'a text')),
    schema: () => ({ type: 'string', description, ...schema }),
  };
}

/** One of a few texts. */
export function choice<const V extends string>(description: string, values: readonly V[]): Shape<V> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'string') return refuseNode(node, problems, what, `one of ${values.join(', ')}`);
      const found = values.find((value) => value === node.value);
      if (found === undefined) problems.add(valueNotAllowed, node, { what, value: node.value, allowed: values });
      return found;
    },
    schema: () => ({ enum: values, description }),
  };
}

/** true or false. */
export function flag(description: string): Shape<boolean> {
  return {
    description,
    read: (node, problems, what) => (node.kind === 'boolean' ? node.value : refuseNode(node, problems, what, 'true or false')),
    schema: () => ({ type: 'boolean', description }),
  };
}

/** A number, with the digits that it is written with. */
export function exactNumber(description: string): Shape<Decimal> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'number') return refuseNode(node, problems, what, 'a number');
      const value = Decimal.parse(node.text);
      if (value !== null && Number.isFinite(value.toNumber())) return value;
      problems.add(numberNotAllowed, node, { what, wanted: 'a number that a double can hold' });
      return undefined;
    },
    schema: () => ({ type: 'number', description }),
  };
}

/** A whole number within bounds. */
export function whole(description: string, min: number, max: number): Shape<number> {
  const wanted = `a whole number from ${min} to ${max}`;
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'number') return refuseNode(node, problems, what, wanted);
      const value = Number(node.text);
      if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
      problems.add(numberNotAllowed, node, { what, wanted });
      return undefined;
    },
    schema: () => ({ type: 'integer', minimum: min, maximum: max, description }),
  };
}

/** Any JSON, kept as it stands for a later phase. */
export function anyJson(description: string, schema: JsonSchema = {}): Shape<JsonNode> {
  return {
    description,
    read: (node) => (node.kind === 'null' && node.missing === true ? undefined : node),
    schema: () => ({ description, ...schema }),
  };
}

/** A list; items that are wrong are reported and left out. */
export function list<T>(
  description: string,
  item: Shape<T>,
  options: { readonly least?: number } = {},
): Shape<readonly Found<T>[]> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'array') return refuseNode(node, problems, what, 'a list');
      if (node.items.length < (options.least ?? 0))
        problems.add(numberNotAllowed, node, { what, wanted: 'a list that is not empty' });
      return node.items.flatMap((one, index) => {
        const value = item.read(one, problems, `${what}[${index}]`);
        return value === undefined ? [] : [{ value, node: one }];
      });
    },
    schema: (definitions) => present({ type: 'array', description, items: item.schema(definitions), minItems: options.least }),
  };
}

/** One value or a list of them. */
export function oneOrList<T>(description: string, item: Shape<T>): Shape<readonly Found<T>[]> {
  const many = list(description, item);
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind === 'array') return many.read(node, problems, what);
      const value = item.read(node, problems, what);
      return value === undefined ? undefined : [{ value, node }];
    },
    schema: (definitions) => ({ anyOf: [item.schema(definitions), many.schema(definitions)], description }),
  };
}

/** One member of an object whose keys the user chooses. */
export interface Entry<T> {
  readonly key: string;
  /** The key's own place. */
  readonly at: { readonly span: JsonNode['span']; readonly pointer: string };
  readonly node: JsonNode;
  readonly value: T;
}

/** An object whose keys the user chooses. */
export function map<T>(description: string, entry: Shape<T>, keys: JsonSchema = {}): Shape<readonly Entry<T>[]> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'object') return refuseNode(node, problems, what, 'an object');
      return node.members.flatMap((one) => {
        const value = entry.read(one.value, problems, `"${one.key.slice(0, 64)}"`);
        const at = { span: one.keySpan, pointer: one.value.pointer };
        return value === undefined ? [] : [{ key: one.key, at, node: one.value, value }];
      });
    },
    schema: (definitions) =>
      present({
        type: 'object',
        description,
        propertyNames: Object.keys(keys).length > 0 ? keys : undefined,
        additionalProperties: entry.schema(definitions),
      }),
  };
}

/** A text as the short form, an object as the long one. */
export function shortOrLong<S, L>(description: string, short: Shape<S>, long: Shape<L>): Shape<{ short: S } | { long: L }> {
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind === 'string') {
        const value = short.read(node, problems, what);
        return value === undefined ? undefined : { short: value };
      }
      if (node.kind !== 'object') return refuseNode(node, problems, what, 'a text or an object');
      const value = long.read(node, problems, what);
      return value === undefined ? undefined : { long: value };
    },
    schema: (definitions) => ({ description, anyOf: [short.schema(definitions), long.schema(definitions)] }),
  };
}

/** A shape that contains itself: declared under a name, made when first asked for. */
export function named<T>(name: string, description: string, make: () => Shape<T>): Shape<T> {
  let made: Shape<T> | undefined;
  const shape = (): Shape<T> => {
    made ??= make();
    return made;
  };
  return {
    description,
    read: (node, problems, what) => shape().read(node, problems, what),
    schema: (definitions) => {
      if (!definitions.has(name)) {
        // The name is taken before the schema is made, so that it may point at itself.
        definitions.set(name, {});
        definitions.set(name, shape().schema(definitions));
      }
      return { $ref: `#/$defs/${name}` };
    },
  };
}

/** The keys of an object that were there and right. */
export type Keys<K extends Readonly<Record<string, Shape<unknown>>>> = {
  readonly [N in keyof K]?: K[N] extends Shape<infer T> ? Found<T> : never;
};

export interface ObjectOptions<N extends string> {
  /** How messages call it: "A table". */
  readonly title: string;
  readonly required?: readonly N[];
  /** The root of a file may name its schema for editors. */
  readonly file?: boolean;
}

/** An object with known keys. Whatever is wrong is reported; the rest is kept, so that later phases see as much as there is. */
export function object<const K extends Readonly<Record<string, Shape<unknown>>>>(
  description: string,
  keys: K,
  options: ObjectOptions<keyof K & string>,
): Shape<Keys<K>> {
  const known = Object.keys(keys);
  return {
    description,
    read: (node, problems, what) => {
      if (node.kind !== 'object') return refuseNode(node, problems, what, 'an object');
      for (const { key, keySpan, value } of node.members)
        if (!Object.hasOwn(keys, key) && !(options.file === true && key === '$schema'))
          problems.add(unknownKey, { span: keySpan, pointer: value.pointer }, { key, what: options.title, known });
      for (const key of options.required ?? [])
        if (member(node, key) === undefined)
          problems.add(missingKey, openingOf(node), { key, what: options.title, description: keys[key]?.description ?? '' });
      return readKeys(node, keys, problems);
    },
    schema: (definitions) =>
      present({
        type: 'object',
        title: options.file === true ? options.title : undefined,
        description,
        properties: Object.fromEntries([
          ...(options.file === true ? [['$schema', { type: 'string' }] as const] : []),
          ...Object.entries(keys).map(([key, shape]) => [key, shape.schema(definitions)] as const),
        ]),
        required: options.required,
        additionalProperties: false,
      }),
  };
}

function readKeys<K extends Readonly<Record<string, Shape<unknown>>>>(node: JsonObject, keys: K, problems: Problems): Keys<K> {
  const found: Record<string, Found<unknown>> = Object.create(null);
  for (const { key, value: at } of node.members) {
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    const value = shape?.read(at, problems, `"${key}"`);
    if (value !== undefined) found[key] = { value, node: at };
  }
  // Each key was read by its own shape just above, which is what Keys<K> says.
  return found as Keys<K>;
}

/** The opening bracket: what is missing is shown there instead of marking the whole object. Of a single value, all of it. */
export function openingOf(node: JsonNode): { readonly span: JsonNode['span']; readonly pointer: string } {
  if (node.kind !== 'object' && node.kind !== 'array') return node;
  const { source, start, end } = node.span;
  return { span: { source, start, end: Math.min(end, start + 1) }, pointer: node.pointer };
}

/** The place of the key of a member: for problems about the key rather than its value. */
export function keyOf(node: JsonObject, key: string): { readonly span: JsonNode['span']; readonly pointer: string } {
  const found = node.members.find((one) => one.key === key);
  return found === undefined ? openingOf(node) : { span: found.keySpan, pointer: found.value.pointer };
}
