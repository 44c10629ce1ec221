/** JSON values with `{{ }}` in their texts, and paths. */
import type { Problems } from '../problems.ts';
import type { Expression, JsonNode, JsonNumber, JsonString, ObjectEntry } from './ast.ts';
import type { Place, Syntax } from './cursor.ts';
import { parseExpression } from './expression.ts';
import { looksLikeExpression, pathExpected, templateInKey, templateUnclosed } from './expression-problems.ts';
import { numberType } from './operand-parser.ts';

/** One part of a path: `.name` or `[index]`. */
export type PathPart =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: Expression };

/** A variable and the way into it: `cart.lines[0].count`. */
export interface Path {
  readonly name: string;
  readonly parts: readonly PathPart[];
}

/**
 * A JSON value as one expression: a text that is one `{{ }}` from end to end is that expression and keeps its type, other
 * texts with `{{ }}` are templates. The reader bounds the depth of what comes here.
 */
export function parseValue(node: JsonNode, problems: Problems, syntax: Syntax): Expression {
  const { span, pointer } = node;
  switch (node.kind) {
    case 'null':
      return { kind: node.missing ? 'hole' : 'null', span, pointer };
    case 'boolean':
      return { kind: 'boolean', value: node.value, span, pointer };
    case 'number':
      return parseNumber(node);
    case 'string':
      return parseText(node, problems, syntax);
    case 'array':
      return { kind: 'list', items: node.items.map((item) => parseValue(item, problems, syntax)), span, pointer };
    case 'object': {
      const entries: ObjectEntry[] = [];
      for (const { key, keySpan, value } of node.members) {
        if (key.includes('{{')) problems.add(templateInKey, { span: keySpan, pointer }, { key });
        entries.push({ key, keySpan, value: parseValue(value, problems, syntax) });
      }
      return { kind: 'object', entries, span, pointer };
    }
  }
}

function parseNumber({ text, span, pointer }: JsonNumber): Expression {
  const digits = text.startsWith('-') ? text.slice(1) : text;
  const start = span.end - digits.length;
  const operand: Expression = { kind: 'number', type: numberType(digits), text: digits, span: { ...span, start }, pointer };
  return digits === text ? operand : { kind: 'unary', operator: '-', operand, span, pointer };
}

function parseText(node: JsonString, problems: Problems, syntax: Syntax): Expression {
  const { value, span, pointer } = node;
  let open = value.indexOf('{{');
  if (open === -1) {
    warnOfHabits(node, problems);
    return { kind: 'text', value, span, pointer };
  }
  const parts: (string | Expression)[] = [];
  let textStart = 0;
  while (open !== -1) {
    if (open > textStart) parts.push(value.slice(textStart, open));
    const close = closingBraces(value, open + 2);
    const end = close === -1 ? value.length : close + 2;
    if (close === -1) parts.push(unclosed(node, open, problems));
    else parts.push(parseExpression(value.slice(open + 2, close), placeIn(node, open + 2), problems, syntax));
    textStart = end;
    open = value.indexOf('{{', end);
  }
  if (textStart < value.length) parts.push(value.slice(textStart));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && typeof only !== 'string') return only;
  return { kind: 'template', parts, span, pointer };
}

/** `${input.id}` of JavaScript, and `{ { x } }` as formatters leave it. */
const habit = /\$\{\s*([A-Za-z_][^{}]*?)\s*\}|\{\s+\{\s*([A-Za-z_$][^{}]*?)\s*\}\s*\}/;

/** A text without `{{` that was probably meant to have one. */
function warnOfHabits(node: JsonString, problems: Problems): void {
  const found = habit.exec(node.value);
  if (found === null) return;
  const [written, inner = found[2] ?? ''] = found;
  const span = {
    source: node.span.source,
    start: node.offsetOf(found.index),
    end: node.offsetOf(found.index + written.length),
  };
  problems.add(looksLikeExpression, { span, pointer: node.pointer }, { written, inner });
}

function unclosed(node: JsonString, open: number, problems: Problems): Expression {
  const { source } = node.span;
  const place = { span: { source, start: node.offsetOf(open), end: node.offsetOf(open + 2) }, pointer: node.pointer };
  problems.add(templateUnclosed, place, {});
  return { kind: 'hole', ...place };
}

function placeIn(node: JsonString, start: number): Place {
  return { source: node.span.source, pointer: node.pointer, offsetOf: (index) => node.offsetOf(start + index) };
}

/**
 * Where the expression that begins at `from` ends: the first `}}` outside its texts and objects. Where that finds none (a
 * quote or a bracket inside is not closed), the first `}}` at all; -1 for none.
 */
function closingBraces(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i);
    if (quote !== '') {
      if (character === '\\') i++;
      else if (character === quote) quote = '';
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '{') depth++;
    else if (character === '}' && depth > 0) depth--;
    else if (character === '}' && text.charAt(i + 1) === '}') return i;
  }
  return text.indexOf('}}', from);
}

/** A path as update_variable's `name` writes it; null (and a problem) when it is none. */
export function parsePath(node: JsonString, problems: Problems, syntax: Syntax): Path | null {
  const { value } = node;
  if (value.includes('{{') || value.trim() === '') {
    const hint = value.includes('{{')
      ? 'write the path without braces; a part that varies stands in brackets: cart[key]'
      : undefined;
    problems.add(pathExpected, node, { found: value.trim() === '' ? 'nothing' : value, ...(hint === undefined ? {} : { hint }) });
    return null;
  }
  const before = problems.list.length;
  const expression = parseExpression(value, placeIn(node, 0), problems, syntax);
  if (problems.list.slice(before).some((problem) => problem.code !== 'expression_dollar' && problem.severity === 'error'))
    return null;
  const parts: PathPart[] = [];
  let rest = expression;
  while (rest.kind === 'member' || rest.kind === 'index') {
    parts.unshift(rest.kind === 'member' ? { kind: 'member', name: rest.name } : { kind: 'index', index: rest.index });
    rest = rest.object;
  }
  if (rest.kind === 'name') return { name: rest.name, parts };
  problems.add(pathExpected, node, { found: value });
  return null;
}
