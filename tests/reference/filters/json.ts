/** Reads JSON text, character by character. */
import { decimal, float, int, list, nothing, object, parseDecimal, type Ref, RefError, text } from '../value.ts';

const bad = (): RefError => new RefError('bad_json');

/** The value of a JSON text: int without fraction (a decimal beyond its range), decimal with one, float with an exponent. */
export function readJson(source: string): Ref {
  let i = 0;
  const space = (): void => {
    while (' \t\n\r'.includes(source[i] ?? 'x')) i++;
  };
  const take = (expected: string): void => {
    if (!source.startsWith(expected, i)) throw bad();
    i += expected.length;
  };
  const string = (): string => {
    const start = i;
    take('"');
    while (i < source.length && source[i] !== '"') i += source[i] === '\\' ? 2 : 1;
    take('"');
    try {
      return String(JSON.parse(source.slice(start, i)));
    } catch {
      throw bad();
    }
  };
  const number = (): Ref => {
    const found = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/.exec(source.slice(i));
    if (found === null) throw bad();
    const [digits, , fraction, exponent] = found;
    i += digits.length;
    if (exponent !== undefined) return float(Number(digits));
    // "Numbers keep all their digits": beyond its range an int is a decimal.
    if (fraction === undefined && Number.isSafeInteger(Number(digits))) return int(BigInt(digits));
    const { value, scale } = parseDecimal(digits);
    return decimal(value, scale);
  };
  const several = (close: string, one: () => void): void => {
    i++;
    space();
    if (source[i] === close) {
      i++;
      return;
    }
    for (;;) {
      space();
      one();
      space();
      if (source[i] === close) break;
      take(',');
    }
    i++;
  };
  const value = (depth: number): Ref => {
    const first = source[i] ?? '';
    if ((first === '[' || first === '{') && depth > 256) throw bad();
    if (first === '[') {
      const items: Ref[] = [];
      several(']', () => items.push(value(depth + 1)));
      return list(items);
    }
    if (first === '{') {
      const members = new Map<string, Ref>();
      several('}', () => {
        const name = string();
        space();
        take(':');
        space();
        members.set(name, value(depth + 1));
      });
      return object(members);
    }
    if (first === '"') return text(string());
    if (/[-0-9]/.test(first)) return number();
    for (const [word, meant] of [
      ['true', { type: 'bool', value: true }],
      ['false', { type: 'bool', value: false }],
      ['null', nothing],
    ] as const)
      if (source.startsWith(word, i)) {
        i += word.length;
        return meant;
      }
    throw bad();
  };
  space();
  const found = value(1);
  space();
  if (i < source.length) throw bad();
  return found;
}
