/** The inputs of a function: types, defaults, null. Only the types that the generators use. */
import { type JsonNode, type JsonObject, member } from '../../engine/src/1-syntax/ast.ts';
import { isStorable } from './text.ts';
import { exact, float, int, nothing, object, parseDecimal, type Ref, RefError, type RefOf } from './value.ts';

const refused = Symbol('refused');

interface Declared {
  readonly type: string;
  readonly nullable: boolean;
  readonly required: boolean;
  readonly otherwise: Ref | undefined;
}

function declared(node: JsonNode): Declared {
  const spelled = node.kind === 'string' ? node.value : textMember(node, 'type');
  const fallback = node.kind === 'object' ? member(node, 'default') : undefined;
  const flag = (name: string): boolean | undefined => {
    const found = node.kind === 'object' ? member(node, name) : undefined;
    return found?.kind === 'boolean' ? found.value : undefined;
  };
  return {
    type: spelled.replace('?', ''),
    nullable: spelled.endsWith('?') || flag('nullable') === true,
    required: fallback === undefined && flag('required') !== false,
    otherwise: fallback?.kind === 'number' ? int(BigInt(fallback.text)) : fallback === undefined ? undefined : nothing,
  };
}

function textMember(node: JsonNode, name: string): string {
  const found = node.kind === 'object' ? member(node, name) : undefined;
  return found?.kind === 'string' ? found.value : '';
}

function whole(value: Ref): Ref | typeof refused {
  if (value.type === 'int') return value;
  if (value.type !== 'decimal' && value.type !== 'float') return refused;
  const number = exact(value).value;
  if (!number.round(0, 0).eq(number)) return refused;
  try {
    return int(BigInt(number.toFixed(0)));
  } catch {
    return refused;
  }
}

/** Texts that no database can hold are refused wherever they stand. */
function storable(value: Ref): boolean {
  if (value.type === 'text') return isStorable(value.value);
  if (value.type === 'list') return value.items.every(storable);
  return value.type !== 'object' || [...value.members].every(([name, inner]) => isStorable(name) && storable(inner));
}

function ofType(type: string, value: Ref): Ref | typeof refused {
  if (type.endsWith('[]')) {
    if (value.type !== 'list') return refused;
    const items = value.items.map((item) => (item.type === 'null' ? refused : ofType(type.slice(0, -2), item)));
    const kept = items.filter((item): item is Ref => item !== refused);
    return kept.length === items.length ? { type: 'list', items: kept } : refused;
  }
  switch (type) {
    case 'int':
      return whole(value);
    case 'text':
      return value.type === 'text' && isStorable(value.value) ? value : refused;
    case 'bool':
      return value.type === 'bool' ? value : refused;
    case 'decimal':
      if (value.type === 'int' || value.type === 'decimal' || value.type === 'float')
        return { type: 'decimal', value: exact(value).value, scale: exact(value).scale };
      return value.type === 'text' && /^[+-]?\d{1,50}(\.\d{1,50})?$/.test(value.value)
        ? parseDecimal(value.value.replace('+', ''))
        : refused;
    case 'float':
      return value.type === 'int' || value.type === 'decimal'
        ? float(Number(exact(value).value))
        : value.type === 'float'
          ? value
          : refused;
    default:
      return storable(value) ? value : refused;
  }
}

/** Checks the input of a call. Throws `input_invalid`. */
export function checkInput(name: string, inputs: JsonNode | undefined, given: RefOf<'object'>): Ref {
  const members: [string, Ref][] = [];
  let wrong = false;
  for (const { key, value: node } of (inputs as JsonObject | undefined)?.members ?? []) {
    const { type, nullable, required, otherwise } = declared(node);
    const value = given.members.get(key);
    if (value === undefined) {
      if (otherwise !== undefined) members.push([key, otherwise]);
      else if (required) wrong = true;
      continue;
    }
    const checked = value.type === 'null' ? (nullable ? nothing : refused) : ofType(type, value);
    if (checked === refused) wrong = true;
    else members.push([key, checked]);
  }
  if (wrong) throw new RefError('input_invalid', 400, { data: object([['function', { type: 'text', value: name }]]) });
  return object(members);
}
