/** Constants in workspace files: defaults of columns and inputs. */
import type { JsonNode } from '../1-syntax/ast.ts';
import { validateValue } from '../inputs/validate.ts';
import type { Input } from '../model.ts';
import type { Problems } from '../problems.ts';
import { Decimal } from '../values/decimal.ts';
import { Float } from '../values/float.ts';
import type { Value } from '../values/value.ts';
import { badDefault } from './problems.ts';

/** The value of a JSON node; undefined where it has none (a number beyond every type, a value that is missing). */
function constantOf(node: JsonNode): Value | undefined {
  switch (node.kind) {
    case 'null':
      return node.missing === true ? undefined : null;
    case 'boolean':
    case 'string':
      return node.value;
    case 'number':
      return numberOf(node.text);
    case 'array': {
      const items = node.items.map(constantOf);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case 'object': {
      const members: Record<string, Value> = Object.create(null);
      for (const { key, value } of node.members) {
        const member = constantOf(value);
        if (member === undefined) return undefined;
        members[key] = member;
      }
      return members;
    }
  }
}

/** int without fraction, decimal with one, float with an exponent (semantics 4); beyond an int's range the exact decimal. */
function numberOf(text: string): Value | undefined {
  if (/[eE]/.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? Float.of(value) : undefined;
  }
  const value = Number(text);
  if (!text.includes('.') && Number.isSafeInteger(value)) return value + 0;
  return Decimal.parse(text) ?? undefined;
}

/**
 * Reads a default and checks it as the value that it stands for would be checked: what the type, `min`, `max` or `values` refuse
 * is no default. Answers undefined when there is none to use.
 */
export function readDefault(input: Input, node: JsonNode, what: string, problems: Problems): Value | undefined {
  const value = constantOf(node);
  if (value === undefined) {
    if (node.kind !== 'null') problems.add(badDefault, node, { what, reason: 'a number in it is beyond what any type holds.' });
    return undefined;
  }
  const checked = validateValue(input, value, what);
  const [first] = checked.errors;
  if (first === undefined) return checked.value;
  const hint =
    node.kind === 'string' && node.value.includes('{{') ? 'A default is a constant; expressions stand in stacks.' : undefined;
  problems.add(badDefault, node, { what, reason: first.message, hint });
  return undefined;
}
