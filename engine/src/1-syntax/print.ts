/** Prints expressions back to text, canonically and with the fewest brackets: for `explain` and for messages. */
import type { Expression, FilterExpression } from './ast.ts';
import type { Syntax } from './cursor.ts';
import { level, levelOf } from './operators.ts';

/** Where a part stands without brackets around it. */
interface Surroundings {
  /** In a lambda: `|` would end it, `?:` is refused. */
  readonly lambda: boolean;
  /** Between `?` and `:`: an argument's colon would be taken for the condition's. */
  readonly middle: boolean;
}

const free: Surroundings = { lambda: false, middle: false };

/**
 * The canonical text of an expression; parsing it gives the same tree again (a template is printed as texts joined by `~`,
 * a hole as `…`). Without `syntax` any argument may be a lambda, so that there are more brackets than need be.
 */
export function printExpression(expression: Expression, syntax?: Syntax): string {
  return new Printer(syntax ?? null).print(expression, level.conditional, free);
}

class Printer {
  readonly #syntax: Syntax | null;

  constructor(syntax: Syntax | null) {
    this.#syntax = syntax;
  }

  /** `least`: what binds less tightly gets brackets. */
  print(expression: Expression, least: number, around: Surroundings): string {
    if (levelOf(expression) < least || this.#needsBrackets(expression, least, around))
      return `(${this.#plain(expression, free)})`;
    return this.#plain(expression, around);
  }

  #needsBrackets(expression: Expression, least: number, around: Surroundings): boolean {
    if (expression.kind === 'conditional') return around.lambda;
    if (expression.kind !== 'filter') return false;
    if (around.lambda || (around.middle && hasArguments(expression))) return true;
    // A lambda takes in every operator behind it.
    return least > level.conditional && this.#endsWithLambda(expression);
  }

  #endsWithLambda(filter: FilterExpression): boolean {
    const last = filter.args.length - 1;
    return last >= 0 && (this.#syntax === null || this.#syntax.lambdaArguments(filter.name)?.[last] === true);
  }

  #plain(expression: Expression, around: Surroundings): string {
    switch (expression.kind) {
      case 'null':
        return 'null';
      case 'boolean':
        return String(expression.value);
      case 'text':
        return quoted(expression.value);
      case 'number':
        return expression.text;
      case 'name':
        return expression.name;
      case 'member':
        return `${this.#object(expression.object, around)}.${expression.name}`;
      case 'index':
        return `${this.#object(expression.object, around)}[${this.print(expression.index, level.conditional, free)}]`;
      case 'filter':
        return this.#filter(expression, around);
      case 'unary':
        return `${expression.operator}${this.#signed(expression.operand, expression.operator, around)}`;
      case 'is_null': {
        const operand = this.print(expression.operand, level.comparison + 1, around);
        return `${operand} is ${expression.negated ? 'not ' : ''}null`;
      }
      case 'binary':
        return this.#binary(expression, around);
      case 'logical':
        return this.#logical(expression, around);
      case 'conditional':
        return this.#conditional(expression, around);
      case 'list':
        return `[${expression.items.map((item) => this.print(item, level.conditional, free)).join(', ')}]`;
      case 'object': {
        const entries = expression.entries.map(
          ({ key, value }) => `${keyText(key)}: ${this.print(value, level.conditional, free)}`,
        );
        return `{${entries.join(', ')}}`;
      }
      case 'template':
        return this.#template(expression.parts, around);
      case 'hole':
        return '…';
    }
  }

  /** What stands before a point or an index: an argument would take it in. */
  #object(object: Expression, around: Surroundings): string {
    if (object.kind === 'filter' && object.args.length > 0) return `(${this.#plain(object, free)})`;
    if (isNegativeNumber(object)) return this.#plain(object, around);
    return this.print(object, level.postfix, around);
  }

  #filter({ input, name, args }: FilterExpression, around: Surroundings): string {
    // The end of a lambda is the next `|`: what stands before one needs no brackets for being a lambda.
    const value =
      input.kind === 'filter' || isNegativeNumber(input) ? this.#plain(input, around) : this.print(input, level.postfix, around);
    const lambdas = this.#syntax?.lambdaArguments(name);
    const texts = args.map((arg, i) => {
      if (lambdas?.[i] === true) return this.print(arg, level.conditional, { lambda: true, middle: false });
      return isPlainArgument(arg) ? this.#plain(arg, free) : `(${this.#plain(arg, free)})`;
    });
    return [`${value}|${name}`, ...texts].join(':');
  }

  /** The sign of a negative number belongs to the number itself, that of anything else stands before its filters. */
  #signed(operand: Expression, operator: '!' | '-', around: Surroundings): string {
    if (operator === '-' && operand.kind !== 'number' && baseOf(operand).kind === 'number')
      return `(${this.#plain(operand, free)})`;
    return this.print(operand, level.unary, around);
  }

  #binary(expression: Expression & { kind: 'binary' }, around: Surroundings): string {
    const floor = levelOf(expression);
    // Comparisons do not chain, so that one within another always has brackets.
    const left = this.print(expression.left, floor === level.comparison ? floor + 1 : floor, around);
    const right = this.print(expression.right, floor + 1, around);
    return `${left} ${expression.operator}${expression.optional ? '?' : ''} ${right}`;
  }

  #logical(expression: Expression & { kind: 'logical' }, around: Surroundings): string {
    const floor = levelOf(expression);
    const left = this.print(expression.left, floor, around);
    // `??` beside `||` or `&&` needs brackets on either side.
    const isMixed = (side: Expression): boolean =>
      expression.operator === '??' && side.kind === 'logical' && side.operator !== '??';
    const leftText = isMixed(expression.left) ? `(${this.#plain(expression.left, free)})` : left;
    const right = isMixed(expression.right)
      ? `(${this.#plain(expression.right, free)})`
      : this.print(expression.right, floor + 1, around);
    return `${leftText} ${expression.operator} ${right}`;
  }

  #conditional({ test, then, otherwise }: Expression & { kind: 'conditional' }, around: Surroundings): string {
    const parts = [
      this.print(test, level.nullish, around),
      this.print(then, level.conditional, { lambda: false, middle: true }),
      this.print(otherwise, level.conditional, around),
    ];
    return `${parts[0]} ? ${parts[1]} : ${parts[2]}`;
  }

  #template(parts: readonly (string | Expression)[], around: Surroundings): string {
    const texts = parts.map((part) => (typeof part === 'string' ? quoted(part) : this.print(part, level.multiplicative, around)));
    return (texts.length > 1 ? texts : ["''", ...texts]).join(' ~ ');
  }
}

function isNegativeNumber(expression: Expression): boolean {
  return expression.kind === 'unary' && expression.operator === '-' && expression.operand.kind === 'number';
}

/** Has a filter, or one before it, arguments? */
function hasArguments(filter: FilterExpression): boolean {
  let rest: Expression = filter;
  while (rest.kind === 'filter' && rest.args.length === 0) rest = rest.input;
  return rest.kind === 'filter';
}

/** The value at the left edge of members, indexes and filters. */
function baseOf(expression: Expression): Expression {
  let base = expression;
  for (;;) {
    if (base.kind === 'member' || base.kind === 'index') base = base.object;
    else if (base.kind === 'filter') base = base.input;
    else return base;
  }
}

/** A literal, a path, a list or an object: what may stand as an argument without brackets. */
function isPlainArgument(expression: Expression): boolean {
  switch (expression.kind) {
    case 'null':
    case 'boolean':
    case 'text':
    case 'number':
    case 'name':
    case 'list':
    case 'object':
      return true;
    case 'unary':
      return isNegativeNumber(expression);
    case 'member':
    case 'index': {
      let base: Expression = expression;
      while (base.kind === 'member' || base.kind === 'index') base = base.object;
      return base.kind === 'name';
    }
    default:
      return false;
  }
}

function keyText(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key) ? key : quoted(key);
}

/** A text in single quotes. */
function quoted(text: string): string {
  const escaped = text.replace(/['\\\p{Cc}]/gu, (character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return `'${escaped}'`;
}
