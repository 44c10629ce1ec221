/** Reads what operators stand between: literals, names, lists, objects, brackets. */
import type { Expression, ObjectEntry } from './ast.ts';
import { Cursor } from './cursor.ts';
import * as problem from './expression-problems.ts';
import type { Token } from './tokens.ts';

/** Expressions that stood in round brackets: what needs none there would need them here. */
export abstract class OperandParser extends Cursor {
  protected readonly bracketed = new WeakSet<Expression>();

  /** A whole expression up to one of the symbols `ends` (or a closing bracket that is awaited). */
  protected abstract whole(ends: readonly string[]): Expression;

  /** A literal, a name, or something in brackets; a hole (and a problem) when there is none. */
  protected operand(): Expression {
    const { token } = this;
    const { start } = token;
    switch (token.type) {
      case 'number':
        this.next();
        return { kind: 'number', type: numberType(token.text), text: token.text, ...this.from(start) };
      case 'text':
        this.next();
        return { kind: 'text', value: token.text, ...this.from(start) };
      case 'name':
        return this.#name();
      case 'bad':
        return this.#bad();
      case 'symbol':
        if (token.text === '(') return this.#brackets();
        if (token.text === '[') return this.#list();
        if (token.text === '{') return this.#object();
    }
    this.expect({ kind: 'operand' });
    this.missing('a value');
    return this.hole();
  }

  #bad(): Expression {
    const { start } = this.next();
    if (startsOperand(this.token) && this.token.type !== 'bad') return this.operand();
    return { kind: 'hole', ...this.from(start) };
  }

  #name(): Expression {
    const { start } = this.token;
    const name = this.nameText();
    const place = this.from(start);
    if (name === 'null') return { kind: 'null', ...place };
    if (name === 'true' || name === 'false') return { kind: 'boolean', value: name === 'true', ...place };
    return { kind: 'name', name, ...place };
  }

  /** Reads a name; with `$` it is reported and read as the name that was meant (`$var.x` is x, `$this` and `$$` are item). */
  protected nameText(): string {
    const token = this.next();
    if (token.dollar === undefined) return token.text;
    let name = token.text === '' || token.text === 'this' ? 'item' : token.text;
    let written = `$${token.text === '' ? '$' : token.text}`;
    if (name === 'var' && this.at('.') && this.peek(1).type === 'name') {
      this.next();
      name = this.next().text;
      written += `.${name}`;
    }
    this.report(problem.expressionDollar, token.start, this.lastEnd, { written, name });
    return name;
  }

  #brackets(): Expression {
    const opening = this.next();
    this.awaited.push(')');
    const first = this.whole([')', ',']);
    const items = [first];
    while (this.accept(',')) if (!this.at(')')) items.push(this.whole([')', ',']));
    if (items.length > 1) this.report(problem.expressionListBrackets, opening.start, opening.end, {});
    this.close(opening, ')');
    if (items.length > 1) return this.made({ kind: 'list', items, ...this.from(opening.start) }, ...items);
    this.bracketed.add(first);
    return first;
  }

  #list(): Expression {
    const opening = this.next();
    const items: Expression[] = [];
    this.awaited.push(']');
    while (!this.at(']')) {
      items.push(this.whole([']', ',']));
      if (!this.accept(',')) break;
    }
    this.close(opening, ']');
    return this.made({ kind: 'list', items, ...this.from(opening.start) }, ...items);
  }

  #object(): Expression {
    const opening = this.next();
    const entries: ObjectEntry[] = [];
    const keys = new Set<string>();
    this.awaited.push('}');
    while (!this.at('}')) {
      const entry = this.#entry();
      if (entry !== null && keys.has(entry.key))
        this.report(problem.expressionDuplicateKey, entry.start, entry.end, { key: entry.key });
      else if (entry !== null) entries.push({ key: entry.key, keySpan: this.span(entry.start, entry.end), value: entry.value });
      if (entry !== null) keys.add(entry.key);
      if (!this.accept(',')) break;
    }
    this.close(opening, '}');
    const values = entries.map((entry) => entry.value);
    return this.made({ kind: 'object', entries, ...this.from(opening.start) }, ...values);
  }

  #entry(): { key: string; start: number; end: number; value: Expression } | null {
    const { token } = this;
    const { start } = token;
    this.expect({ kind: 'end' });
    if (token.type !== 'name' && token.type !== 'text' && token.type !== 'number') {
      this.missing('a key');
      while (this.token.type !== 'end' && !this.at(',') && !this.atAwaited()) this.next();
      return null;
    }
    const key = token.type === 'name' ? this.nameText() : this.next().text;
    const end = this.lastEnd;
    if (this.accept(':')) return { key, start, end, value: this.whole(['}', ',']) };
    this.expect({ kind: 'end' });
    this.missing(`a colon after the key ${key}`, `write ${key}: VALUE`);
    const value = this.at(',') || this.at('}') || this.token.type === 'end' ? this.hole() : this.whole(['}', ',']);
    return { key, start, end, value };
  }
}

/** Can a value begin with this token? */
export function startsOperand(token: Token): boolean {
  if (token.type === 'symbol') return token.text === '(' || token.text === '[' || token.text === '{';
  return token.type !== 'end';
}

/** The type that a number has by how it is written. */
export function numberType(text: string): 'int' | 'decimal' | 'float' {
  if (/[eE]/.test(text)) return 'float';
  return text.includes('.') ? 'decimal' : 'int';
}
