/** Constants of literal parameters against the few words of JSON Schema that declarations use. */
import type { JsonNode } from '../1-syntax/ast.ts';

/** A plain description of a JSON node for messages. */
export function describeNode(node: JsonNode): string {
  switch (node.kind) {
    case 'object':
      return 'an object';
    case 'array':
      return 'an array';
    case 'string':
      return node.value.includes('{{')
        ? 'an expression'
        : `the text "${node.value.length > 40 ? `${node.value.slice(0, 40)}…` : node.value}"`;
    case 'number':
      return `the number ${node.text}`;
    case 'boolean':
      return String(node.value);
    case 'null':
      return node.missing === true ? 'nothing' : 'null';
  }
}

/** The plain value of a constant node; undefined where an expression stands in it. */
export function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'object':
      return Object.fromEntries(node.members.map((m) => [m.key, plainValue(m.value)]));
    case 'array':
      return node.items.map(plainValue);
    case 'string':
    case 'boolean':
      return node.value;
    case 'number':
      return Number(node.text);
    case 'null':
      return null;
  }
}

type Schema = Readonly<Record<string, unknown>>;

/** What is wrong with a constant, as a description of what is wanted; undefined when it fits. */
export function literalFault(node: JsonNode, schema: Schema): string | undefined {
  const options = schema.enum;
  if (Array.isArray(options))
    return options.includes(plainValue(node)) && node.kind !== 'object'
      ? undefined
      : `one of ${options.map((o) => JSON.stringify(o)).join(', ')}`;
  switch (schema.type) {
    case 'string':
      return node.kind === 'string' && !node.value.includes('{{') ? undefined : 'a plain text without expressions';
    case 'boolean':
      return node.kind === 'boolean' ? undefined : 'true or false';
    case 'integer':
    case 'number':
      return numberFault(node, schema);
    case 'array': {
      const items = schema.items;
      if (node.kind !== 'array') return 'an array';
      const fault =
        items === undefined
          ? undefined
          : node.items.map((item) => literalFault(item, items as Schema)).find((f) => f !== undefined);
      return fault === undefined ? undefined : `an array, each item ${fault}`;
    }
    case 'object':
      return node.kind === 'object' ? undefined : 'an object';
    default:
      return undefined;
  }
}

function numberFault(node: JsonNode, schema: Schema): string | undefined {
  const minimum = schema.minimum;
  const maximum = schema.maximum;
  const range = `${typeof minimum === 'number' ? ` from ${minimum}` : ''}${typeof maximum === 'number' ? ` to ${maximum}` : ''}`;
  const wanted = `a ${schema.type === 'integer' ? 'whole number' : 'number'}${range}`;
  if (node.kind !== 'number') return wanted;
  const value = Number(node.text);
  if (schema.type === 'integer' && !Number.isSafeInteger(value)) return wanted;
  if ((typeof minimum === 'number' && value < minimum) || (typeof maximum === 'number' && value > maximum)) return wanted;
  return undefined;
}
