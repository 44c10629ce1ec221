/** Reads what follows a value and binds tightest: members, indexes, filters with their arguments; and signs before it. */
import type { Expression, MemberExpression, NameExpression } from './ast.ts';
import * as problem from './expression-problems.ts';
import { OperandParser } from './operand-parser.ts';
import { operatorWords } from './operators.ts';
import { printExpression } from './print.ts';
import type { Token } from './tokens.ts';

interface MiddleFilter {
  readonly name: Token;
  /** No blank stands around the colon behind it, as people write arguments. */
  readonly isTight: boolean;
}

export abstract class PostfixParser extends OperandParser {
  /** Inside a filter's argument: the next `|` belongs to the filter's own value. */
  protected argumentOf: string | null = null;
  /** Between `?` and `:`, where a colon ends the middle and begins no argument. */
  protected inMiddle = false;
  /** A filter in the middle that a colon follows: if there is one colon too many, it was meant to have arguments. */
  protected middleFilter: MiddleFilter | null = null;
  /** Behind a middle that ends with `|f:` written tightly: a colon with a blank before it is the condition's own. */
  protected spacedColonEnds = false;

  /** An expression without brackets around it, as a lambda's body is one. */
  protected abstract expression(): Expression;

  /** A value with signs before it and members, indexes and filters behind it. */
  protected unary(): Expression {
    const { token } = this;
    const { start } = token;
    if (this.at('-') && this.peek(1).type === 'number') return this.postfix(this.#negativeNumber(), start);
    if (this.at('!') || this.at('-')) {
      const operator = this.next().text === '!' ? '!' : '-';
      const operand = this.nested(() => this.unary());
      return this.made({ kind: 'unary', operator, operand, ...this.from(start) }, operand);
    }
    if (this.#atNotWord()) {
      this.next();
      this.report(problem.expressionOperatorSpelling, token.start, token.end, { written: token.text, operator: '!' });
      const operand = this.nested(() => this.unary());
      return this.made({ kind: 'unary', operator: '!', operand, ...this.from(start) }, operand);
    }
    return this.postfix(this.operand(), start);
  }

  /** `not` before a value (elsewhere it is a name, or a part of `not in`). */
  #atNotWord(): boolean {
    if (this.token.type !== 'name' || this.token.dollar || this.token.text.toLowerCase() !== 'not') return false;
    const next = this.peek(1);
    if (next.type === 'symbol') return next.text === '(' || next.text === '!' || next.text === '{';
    if (next.type === 'name') return !operatorWords.includes(next.text.toLowerCase());
    return next.type !== 'end';
  }

  #negativeNumber(): Expression {
    const { start } = this.next();
    const operand = this.operand();
    return this.made({ kind: 'unary', operator: '-', operand, ...this.from(start) }, operand);
  }

  /** Members, indexes, filters and (wrong) calls behind a value that began at `start`. */
  protected postfix(value: Expression, start: number): Expression {
    let result = value;
    for (;;) {
      if (this.at('.')) result = this.#member(result, start);
      else if (this.at('[')) result = this.#index(result, start);
      else if (this.at('|') && this.argumentOf === null) result = this.#filter(result, start);
      else if (this.at('(') && isCallable(result) && !this.bracketed.has(result)) result = this.#call(result, start);
      else return result;
    }
  }

  #member(object: Expression, start: number): Expression {
    this.next();
    const { token } = this;
    if (token.type === 'number') {
      const index = this.operand();
      return this.made({ kind: 'index', object, index, ...this.from(start) }, object, index);
    }
    this.expect({ kind: 'member', after: object });
    if (token.type !== 'name') {
      this.missing('a member’s name', token.type === 'text' ? 'write ["its name"] instead of the point' : undefined);
      return object;
    }
    const name = this.nameText();
    return this.made({ kind: 'member', object, name, nameSpan: this.span(token.start, token.end), ...this.from(start) }, object);
  }

  #index(object: Expression, start: number): Expression {
    const opening = this.next();
    this.awaited.push(']');
    const index = this.whole([']']);
    this.close(opening, ']');
    return this.made({ kind: 'index', object, index, ...this.from(start) }, object, index);
  }

  #filter(input: Expression, start: number): Expression {
    this.next();
    const { token } = this;
    this.expect({ kind: 'filter', after: input });
    if (token.type !== 'name') {
      this.missing('a filter’s name');
      return input;
    }
    const name = this.nameText();
    const args: Expression[] = [];
    if (this.inMiddle) {
      const isTight = this.token.start === this.lastEnd && this.peek(1).start === this.token.end;
      if (this.at(':')) this.middleFilter = { name: token, isTight };
    } else {
      const lambdas = this.syntax.lambdaArguments(name);
      while (this.at(':') && !(this.spacedColonEnds && this.token.start > this.lastEnd)) {
        this.next();
        args.push(this.#argument(name, args.length, lambdas?.[args.length] === true));
      }
    }
    const isCall = this.at('(');
    if (isCall) args.push(...this.#callArguments());
    const nameSpan = this.span(token.start, token.end);
    const filter: Expression = { kind: 'filter', input, name, nameSpan, args, ...this.from(start) };
    if (isCall) this.#reportCall(token.start, token.end, name, filter);
    return this.made(filter, input, ...args);
  }

  #argument(filter: string, argument: number, lambda: boolean): Expression {
    this.expect({ kind: 'filter_argument', filter: { name: filter, argument, lambda } });
    const outer = this.argumentOf;
    this.argumentOf = filter;
    const value = lambda ? this.nested(() => this.expression()) : this.#plainArgument();
    this.argumentOf = outer;
    return value;
  }

  /** A literal, a path or something in brackets. */
  #plainArgument(): Expression {
    const { token } = this;
    if (this.at('-') && this.peek(1).type === 'number') return this.#negativeNumber();
    if (this.at('-') || this.at('!')) {
      this.report(problem.expressionArgumentBrackets, token.start, token.end, { operator: token.text });
      return this.unary();
    }
    const value = this.operand();
    return value.kind === 'name' && !this.bracketed.has(value) ? this.postfix(value, token.start) : value;
  }

  /** `f(x)` means x|f, `x.f(y)` means x|f:y; `now()` and `uuid()` mean the names. */
  #call(callee: NameExpression | MemberExpression, start: number): Expression {
    const opening = this.token;
    const { name } = callee;
    const isEmpty = this.peek(1).type === 'symbol' && this.peek(1).text === ')';
    if (callee.kind === 'name' && isEmpty && (name === 'now' || name === 'uuid')) {
      this.next();
      this.next();
      this.report(problem.expressionCallBrackets, opening.start, this.lastEnd, { name });
      return callee;
    }
    const end = this.lastEnd;
    const values = this.#callArguments();
    const [input, ...args] = callee.kind === 'member' ? [callee.object, ...values] : values;
    const nameSpan = callee.kind === 'member' ? callee.nameSpan : callee.span;
    const filter: Expression =
      input === undefined
        ? { kind: 'hole', ...this.from(start) }
        : { kind: 'filter', input, name, nameSpan, args, ...this.from(start) };
    this.#reportCall(start, end, callee.kind === 'member' ? `.${name}` : name, filter);
    return input === undefined ? filter : this.made(filter, input, ...args);
  }

  #reportCall(start: number, end: number, written: string, meant: Expression): void {
    const text = meant.kind === 'hole' ? '' : printExpression(meant, this.syntax);
    const instead = text === '' || text.length > 80 || text.includes('…') ? 'VALUE|filter' : text;
    this.report(problem.expressionFunctionCall, start, end, { written, instead });
  }

  #callArguments(): Expression[] {
    const opening = this.next();
    const values: Expression[] = [];
    this.awaited.push(')');
    while (!this.at(')')) {
      values.push(this.whole([')', ',']));
      if (!this.accept(',')) break;
    }
    this.close(opening, ')');
    return values;
  }
}

function isCallable(value: Expression): value is NameExpression | MemberExpression {
  return value.kind === 'name' || value.kind === 'member';
}
