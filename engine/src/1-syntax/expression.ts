/** The expression language: text to tree, and what could stand at a place of it. */
import type { Problems } from '../problems.ts';
import type { Expression } from './ast.ts';
import type { Expected, Place, Syntax } from './cursor.ts';
import { expressionEmpty, expressionTooLong } from './expression-problems.ts';
import { Parser } from './parser.ts';
import type { Token } from './tokens.ts';

export type { Expected, Place, Syntax } from './cursor.ts';

const maxLength = 50_000;

/** Parses one expression; reports every problem and always answers a tree, with holes where nothing could be read. */
export function parseExpression(text: string, at: Place, problems: Problems, syntax: Syntax): Expression {
  const whole = { span: { source: at.source, start: at.offsetOf(0), end: at.offsetOf(text.length) }, pointer: at.pointer };
  if (text.length > maxLength) {
    problems.add(expressionTooLong, whole, { length: text.length, most: maxLength });
    return { kind: 'hole', ...whole };
  }
  if (text.trim() === '') {
    problems.add(expressionEmpty, whole, {});
    return { kind: 'hole', ...whole };
  }
  const parser = new Parser(text, at, syntax);
  const expression = parser.parse();
  parser.addTo(problems);
  return expression;
}

/** Says what could stand at `index` of an expression's text: what comes behind it is not looked at. */
export function expectedAt(text: string, index: number, syntax: Syntax): Expected {
  const before = text.slice(0, Math.min(index, maxLength));
  const at = { source: { path: '', text: before }, pointer: '', offsetOf: (i: number) => i };
  let prefix = '';
  let inside = false;
  const withoutPrefix = (tokens: readonly Token[]): readonly Token[] => {
    const last = tokens.at(-2);
    if (last === undefined || last.end !== before.length) return tokens;
    inside = last.unclosed === true;
    if (last.type !== 'name') return tokens;
    prefix = last.text;
    return tokens.filter((token) => token !== last);
  };
  const parser = new Parser(before, at, syntax, withoutPrefix);
  parser.parse();
  return { ...(inside ? undefined : parser.expected), kind: inside ? 'end' : (parser.expected?.kind ?? 'end'), prefix };
}
