/** Reads expressions: operators by how tightly they bind, conditionals, and going on behind a mistake. */
import type { BinaryOperator, Expression } from './ast.ts';
import * as problem from './expression-problems.ts';
import { startsOperand } from './operand-parser.ts';
import { binaryLevels, isBinaryOperator, isLogicalOperator, level, levelOf, logicalLevels, negatableWords } from './operators.ts';
import { PostfixParser } from './postfix-parser.ts';

/** An operator as it stands in the text: one token, or several (`not in`, `is not null`). */
interface Operator {
  readonly kind: 'binary' | 'logical' | 'is';
  readonly text: string;
  readonly level: number;
  readonly tokens: number;
  /** `not search`, which has no form of its own. */
  readonly negated: boolean;
}

const symbolOperators = ['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '~', '&&', '||', '??', '?', '|', '.', '['];
const wordOperators = [
  'in',
  'not in',
  'like',
  'not like',
  'ilike',
  'contains',
  'overlaps',
  'between',
  'search',
  'is null',
  'is not null',
];

export class Parser extends PostfixParser {
  /** The whole text. */
  parse(): Expression {
    return this.whole([]);
  }

  protected whole(ends: readonly string[]): Expression {
    const { argumentOf, inMiddle, middleFilter, spacedColonEnds } = this;
    this.argumentOf = null;
    this.inMiddle = false;
    this.middleFilter = null;
    this.spacedColonEnds = false;
    const result = this.nested(() => this.#toEnd(ends));
    this.argumentOf = argumentOf;
    this.inMiddle = inMiddle;
    this.middleFilter = middleFilter;
    this.spacedColonEnds = spacedColonEnds;
    return result;
  }

  #toEnd(ends: readonly string[]): Expression {
    const { start } = this.token;
    let result = this.expression();
    while (!this.#atEnd(ends)) {
      this.#skip();
      result = this.#conditional(this.#operators(this.postfix(result, start), start, level.nullish), start);
    }
    this.expect({
      kind: 'operator',
      after: result,
      operators: [...symbolOperators, ...wordOperators, ...this.awaited.slice(-1)],
    });
    return result;
  }

  #atEnd(ends: readonly string[]): boolean {
    if (this.token.type === 'end') return true;
    return this.token.type === 'symbol' && (ends.includes(this.token.text) || this.awaited.includes(this.token.text));
  }

  /** Where an operator or the end is due stands something else: it is reported once, with the values that follow it. */
  #skip(): void {
    const { token } = this;
    if (token.type !== 'bad') {
      const isWord = token.type === 'name' || token.type === 'text' || token.type === 'number';
      const hint = isWord ? 'put an operator before it, or quotes around a text' : undefined;
      const found = this.found();
      this.report(problem.expressionUnexpected, token.start, token.end, { found, ...(hint === undefined ? {} : { hint }) });
    }
    if (this.at('(') || this.at('{')) this.operand();
    else this.next();
    while (startsOperand(this.token) && this.token.type !== 'symbol' && this.#operator() === null) this.next();
  }

  protected expression(): Expression {
    const { start } = this.token;
    return this.#conditional(this.#operators(this.unary(), start, level.nullish), start);
  }

  #conditional(test: Expression, start: number): Expression {
    if (!this.at('?')) return test;
    if (this.argumentOf !== null) {
      this.report(problem.expressionConditionalLambda, this.token.start, this.token.end, { filter: this.argumentOf });
      return test;
    }
    return this.nested(() => this.#branches(test, start));
  }

  #branches(test: Expression, start: number): Expression {
    this.next();
    const outer = this.inMiddle;
    if (!outer) this.middleFilter = null;
    this.inMiddle = true;
    const then = this.expression();
    this.inMiddle = outer;
    const parts = this.#otherwise(then, outer);
    return this.made({ kind: 'conditional', test, ...parts, ...this.from(start) }, test, parts.then, parts.otherwise);
  }

  /** Both branches. A middle whose filter turns out to have arguments is not known: that it lacks them is no second mistake. */
  #otherwise(then: Expression, inMiddle: boolean): { readonly then: Expression; readonly otherwise: Expression } {
    if (!this.accept(':')) {
      this.expect({ kind: 'operator', after: then, operators: [...symbolOperators, ...wordOperators, ':'] });
      this.missing('the : of the condition', 'write c ? a : b');
      return { then, otherwise: this.hole() };
    }
    if (inMiddle) return { then, otherwise: this.expression() };
    const filter = this.middleFilter;
    const { spacedColonEnds } = this;
    this.middleFilter = null;
    this.spacedColonEnds = filter?.isTight === true;
    let middle = then;
    let last = this.expression();
    // `c ? x|f:1 : y` has read 1 as the last part; the colon too many tells that f was meant to have arguments.
    while (filter !== null && this.at(':')) {
      const { name } = filter;
      this.report(problem.expressionConditionalFilter, name.start, name.end, { filter: name.text });
      middle = this.hole();
      this.next();
      last = this.expression();
    }
    this.spacedColonEnds = spacedColonEnds;
    return { then: middle, otherwise: last };
  }

  /** Operators between values, those that bind at least as tightly as `least`. */
  #operators(first: Expression, start: number, least: number): Expression {
    let left = first;
    for (;;) {
      const operator = this.#operator();
      if (operator === null || operator.level < least) return left;
      left = this.#combine(left, operator, start);
    }
  }

  /** The operator at the current token, without reading it. */
  #operator(): Operator | null {
    const { type, text } = this.token;
    if (type === 'name' && this.token.dollar === undefined) return this.#wordOperator(text.toLowerCase());
    if (type !== 'symbol') return null;
    if (isLogicalOperator(text)) return { kind: 'logical', text, level: logicalLevels[text], tokens: 1, negated: false };
    if (isBinaryOperator(text)) return binary(text, 1);
    return null;
  }

  #wordOperator(word: string): Operator | null {
    if (word === 'and' || word === 'or') {
      const text = word === 'and' ? '&&' : '||';
      return { kind: 'logical', text, level: logicalLevels[text], tokens: 1, negated: false };
    }
    if (word === 'is') return { kind: 'is', text: word, level: level.comparison, tokens: 1, negated: false };
    const meant = word === 'includes' ? 'contains' : word;
    if (meant !== 'not') return isBinaryOperator(meant) ? binary(meant, 1) : null;
    const next = this.peek(1);
    if (next.type === 'end') this.#expectBehind(['in', 'like', 'ilike', 'contains', 'overlaps', 'between']);
    const second = next.type !== 'name' ? '' : next.text.toLowerCase() === 'includes' ? 'contains' : next.text.toLowerCase();
    if (second === 'search') return { ...binary('search', 2), negated: true };
    const negated = `not ${second}`;
    return negatableWords.some((w) => w === second) && isBinaryOperator(negated) ? binary(negated, 2) : null;
  }

  /** The text ends behind a word that needs another. */
  #expectBehind(operators: readonly string[]): void {
    while (this.token.type !== 'end') this.next();
    this.expect({ kind: 'operator', operators });
  }

  #combine(left: Expression, operator: Operator, start: number): Expression {
    if (operator.level === level.comparison && levelOf(left) === level.comparison && !this.bracketed.has(left)) {
      this.report(problem.expressionChainedComparison, this.token.start, this.token.end, {});
    }
    if (operator.kind === 'is') return this.#is(left, start);
    if (operator.kind === 'logical') return this.#logical(left, operator, start);
    return this.#binary(left, operator, start);
  }

  #logical(left: Expression, operator: Operator, start: number): Expression {
    const { token } = this;
    this.next();
    if (token.type === 'name') {
      this.report(problem.expressionOperatorSpelling, token.start, token.end, { written: token.text, operator: operator.text });
    }
    const right = this.#rightSide(operator.level);
    const text = operator.text === '??' ? '??' : operator.text === '&&' ? '&&' : '||';
    if (text === '??' && (this.#isBareLogical(left) || this.#isBareLogical(right))) {
      this.report(problem.expressionMixedNullish, token.start, token.end, {});
    }
    return this.made({ kind: 'logical', operator: text, left, right, ...this.from(start) }, left, right);
  }

  #isBareLogical(side: Expression): boolean {
    return side.kind === 'logical' && side.operator !== '??' && !this.bracketed.has(side);
  }

  #rightSide(operatorLevel: number): Expression {
    const { start } = this.token;
    return this.#operators(this.unary(), start, operatorLevel + 1);
  }

  #binary(left: Expression, operator: Operator, start: number): Expression {
    const first = this.token;
    const written: string[] = [];
    for (let i = 0; i < operator.tokens; i++) written.push(this.next().text);
    const isWord = first.type === 'name';
    const canonical = isBinaryOperator(operator.text) ? operator.text : '==';
    const spelled = written.join(' ');
    if (isWord && spelled !== operator.text && !operator.negated) {
      this.report(problem.expressionOperatorSpelling, first.start, this.lastEnd, { written: spelled, operator: operator.text });
    }
    // The mark of a word operator stands directly behind it.
    const marked = isWord && this.at('?') && this.token.start === this.lastEnd;
    if (marked) this.next();
    const operatorSpan = this.span(first.start, this.lastEnd);
    const optional = marked || first.optional === true;
    let right = this.#rightSide(operator.level);
    if (canonical === 'between' || canonical === 'not between') right = this.#ends(right);
    const node = { kind: 'binary', operator: canonical, optional, operatorSpan, left, right, ...this.from(start) } as const;
    const made = this.made(node, left, right);
    if (!operator.negated) return made;
    this.report(problem.expressionOperatorSpelling, first.start, first.end, { written: spelled, operator: '!(a search b)' });
    return this.made({ kind: 'unary', operator: '!', operand: made, ...this.from(start) }, made);
  }

  /** `between 1 and 2`, as SQL writes it. */
  #ends(right: Expression): Expression {
    if (right.kind === 'list' || this.token.type !== 'name' || this.token.text.toLowerCase() !== 'and') return right;
    const { start, end } = this.next();
    this.report(problem.expressionBetween, start, end, {});
    const high = this.#rightSide(level.comparison);
    return this.made({ kind: 'list', items: [right, high], span: right.span, pointer: right.pointer }, right, high);
  }

  /** `is null`, `is not null`; another word behind `is` is compared, with a problem. */
  #is(left: Expression, start: number): Expression {
    const word = this.next();
    const written = [word.text];
    const negated = this.token.type === 'name' && this.token.text.toLowerCase() === 'not';
    if (negated) written.push(this.next().text);
    this.expect({ kind: 'operator', operators: negated ? ['null'] : ['null', 'not null'] });
    const isNull = this.token.type === 'name' && this.token.text.toLowerCase() === 'null';
    if (isNull) {
      written.push(this.next().text);
      const canonical = negated ? 'is not null' : 'is null';
      if (written.join(' ') !== canonical) {
        const details = { written: written.join(' '), operator: canonical };
        this.report(problem.expressionOperatorSpelling, word.start, this.lastEnd, details);
      }
      return this.made({ kind: 'is_null', operand: left, negated, ...this.from(start) }, left);
    }
    if (this.token.type === 'end') {
      this.missing(negated ? 'null' : 'null or not null');
      return this.made({ kind: 'is_null', operand: left, negated, ...this.from(start) }, left);
    }
    const operator: BinaryOperator = negated ? '!=' : '==';
    this.report(problem.expressionOperatorSpelling, word.start, this.lastEnd, { written: written.join(' '), operator });
    const operatorSpan = this.span(word.start, this.lastEnd);
    const right = this.#rightSide(level.comparison);
    const node = { kind: 'binary', operator, optional: false, operatorSpan, left, right, ...this.from(start) } as const;
    return this.made(node, left, right);
  }
}

function binary(text: BinaryOperator, tokens: number): Operator {
  return { kind: 'binary', text, level: binaryLevels[text], tokens, negated: false };
}
