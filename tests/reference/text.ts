/** Values as text and as JSON, code points, patterns. */
import { nothing, type Ref, RefError } from './value.ts';

/** A decimal with all its digits, any number as it is written. */
export function numberText(value: Ref): string {
  if (value.type === 'int') return value.value.toString();
  if (value.type === 'float') return String(value.value);
  if (value.type !== 'decimal') return '';
  const digits = value.value.toFixed(value.scale);
  // big.js keeps the sign of a zero.
  return /^-[0.]+$/.test(digits) ? digits.slice(1) : digits;
}

export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}

/** A value as a template writes it: null is empty, lists and objects are JSON. */
export function toText(value: Ref): string {
  switch (value.type) {
    case 'null':
      return '';
    case 'text':
      return value.value;
    case 'bool':
      return value.value ? 'true' : 'false';
    case 'timestamp':
      return timeText(value.ms);
    case 'date':
      return value.text;
    case 'bytes':
      return Buffer.from(value.bytes).toString('base64');
    case 'list':
    case 'object':
      return toJson(value);
    default:
      return numberText(value);
  }
}

export function toJson(value: Ref): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'bool':
    case 'int':
    case 'decimal':
    case 'float':
      return toText(value);
    case 'list':
      return `[${value.items.map(toJson).join(',')}]`;
    case 'object':
      return `{${[...value.members].map(([name, member]) => `${JSON.stringify(name)}:${toJson(member)}`).join(',')}}`;
    default:
      return JSON.stringify(toText(value));
  }
}

/** The characters of a text: code points; half a surrogate pair is one of its own. */
export const characters = (text: string): string[] => [...text];

/** The order of texts: by code point. */
export function compareText(a: string, b: string): number {
  const [x, y] = [characters(a), characters(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** `%` any characters, `_` one, `\` takes the next literally; by trying everything. */
export function matches(text: string, pattern: string, ignoreCase: boolean): boolean {
  const fold = (c: string): string => (ignoreCase && c.toLowerCase().length === c.length ? c.toLowerCase() : c);
  const subject = characters(text).map(fold);
  const parts: (string | { readonly any: 'one' | 'many' })[] = [];
  const written = characters(pattern).map(fold);
  for (let i = 0; i < written.length; i++) {
    const c = written[i] ?? '';
    if (c === '%') parts.push({ any: 'many' });
    else if (c === '_') parts.push({ any: 'one' });
    else if (c === '\\' && i + 1 < written.length) parts.push(written[++i] ?? '');
    else parts.push(c);
  }
  const known = new Map<string, boolean>();
  const from = (at: number, part: number): boolean => {
    const key = `${at} ${part}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const next = parts[part];
    let found: boolean;
    if (next === undefined) found = at === subject.length;
    else if (typeof next !== 'string' && next.any === 'many')
      found = from(at, part + 1) || (at < subject.length && from(at + 1, part));
    else found = at < subject.length && (typeof next !== 'string' || subject[at] === next) && from(at + 1, part + 1);
    known.set(key, found);
    return found;
  };
  return from(0, 0);
}

/** Half of a surrogate pair, or NUL: no database text can hold it. */
export function isStorable(text: string): boolean {
  return !text.includes('\u0000') && !characters(text).some((c) => /^[\ud800-\udfff]$/.test(c));
}

/** A member or an item; what isn't there is null. */
export function at(value: Ref, key: Ref | string | number): Ref {
  if (typeof key === 'string') return value.type === 'object' ? (value.members.get(key) ?? nothing) : nothing;
  if (typeof key === 'number') return value.type === 'list' && key >= 0 ? (value.items[key] ?? nothing) : nothing;
  if (key.type === 'text') return at(value, key.value);
  return key.type === 'int' ? at(value, Number(key.value)) : nothing;
}

export const indexError = (): RefError => new RefError('index_out_of_range');
