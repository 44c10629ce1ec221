/** Evaluates expressions by walking the tree. */
import type { BinaryOperator, Expression } from '../../engine/src/1-syntax/ast.ts';
import type { Syntax } from '../../engine/src/1-syntax/index.ts';
import type { Coverage } from './coverage.ts';
import { runFilter } from './filters/define.ts';
import { filters, otherNames } from './filters/index.ts';
import { arithmetic, equals, joinText, less, lessOrEqual, negate, truthy, word } from './operators.ts';
import { at, toText } from './text.ts';
import { bool, decimal, float, int, list, nothing, object, parseDecimal, type Ref, text } from './value.ts';

/** Which arguments of a filter are expressions over `item`. */
const lambdas: ReadonlyMap<string, readonly boolean[]> = new Map(
  [...filters.values()].map((filter) => [filter.name, filter.parameters.map(({ lambda }) => lambda === true)]),
);

const canonical = (name: string): string => otherNames.get(name.toLowerCase()) ?? name.toLowerCase();

/** What the parser must know. */
export const syntax: Syntax = { lambdaArguments: (name) => lambdas.get(canonical(name)) };

/** Where names get their values from. */
export interface Names {
  readonly timezone: string;
  readonly coverage: Coverage;
  /** The value of a name. */
  read(name: string): Ref;
}

/** A literal by how it is written; a sign belongs to it. */
function isLiteral(e: Expression): boolean {
  return e.kind === 'number' || (e.kind === 'unary' && e.operator === '-' && isLiteral(e.operand));
}

/** The value of an expression. Throws RefError. */
export function evaluate(e: Expression, names: Names): Ref {
  const { coverage } = names;
  const go = (inner: Expression): Ref => evaluate(inner, names);
  switch (e.kind) {
    case 'null':
    case 'hole':
      return nothing;
    case 'boolean':
      return bool(e.value);
    case 'text':
      return text(e.value);
    case 'number':
      coverage.saw(`literal ${e.type}`);
      if (e.type === 'int') return int(BigInt(e.text));
      if (e.type === 'float') return float(Number(e.text));
      return decimal(parseDecimal(e.text).value, parseDecimal(e.text).scale);
    case 'name':
      return names.read(e.name);
    case 'member':
      return at(go(e.object), e.name);
    case 'index': {
      const value = go(e.object);
      return at(value, go(e.index));
    }
    case 'unary':
      coverage.saw(`operator ${e.operator === '-' ? 'unary -' : '!'}`);
      return e.operator === '!' ? bool(!truthy(go(e.operand))) : negate(go(e.operand));
    case 'binary':
      return binary(e.operator, go(e.left), () => go(e.right), { left: isLiteral(e.left), right: isLiteral(e.right) }, coverage);
    case 'logical': {
      const left = go(e.left);
      const takesRight = e.operator === '??' ? left.type === 'null' : (e.operator === '&&') === truthy(left);
      coverage.saw(`operator ${e.operator}${takesRight ? ' right' : ' left'}`);
      return takesRight ? go(e.right) : left;
    }
    case 'is_null':
      coverage.saw(e.negated ? 'operator is not null' : 'operator is null');
      return bool((go(e.operand).type === 'null') !== e.negated);
    case 'conditional': {
      const holds = truthy(go(e.test));
      coverage.saw(`operator ?: ${holds}`);
      return go(holds ? e.then : e.otherwise);
    }
    case 'filter':
      return filtered(e, names);
    case 'list':
      return list(e.items.map(go));
    case 'object':
      return object(e.entries.map((entry) => [entry.key, go(entry.value)] as const));
    case 'template':
      coverage.saw('template');
      return text(
        e.parts
          .map((part) => {
            if (typeof part === 'string') return part;
            const value = go(part);
            coverage.saw(`template of ${value.type}`);
            return toText(value);
          })
          .join(''),
      );
  }
}

function binary(
  operator: BinaryOperator,
  a: Ref,
  right: () => Ref,
  literal: { readonly left: boolean; readonly right: boolean },
  coverage: Coverage,
): Ref {
  const b = right();
  coverage.saw(`operator ${operator}`);
  if (a.type === 'null') coverage.saw(`null ${operator}`);
  if (b.type === 'null') coverage.saw(`${operator} null`);
  coverage.saw(`${a.type} ${operator} ${b.type}`);
  const negated = operator.startsWith('not ');
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(operator, a, b, literal);
    case '~':
      return joinText(a, b);
    case '==':
      return bool(equals(a, b));
    case '!=':
      return bool(!equals(a, b));
    case '<':
      return bool(less(a, b));
    case '<=':
      return bool(lessOrEqual(a, b));
    case '>':
      return bool(less(b, a));
    case '>=':
      return bool(lessOrEqual(b, a));
    default:
      return bool(word(negated ? operator.slice(4) : operator, a, b) !== negated);
  }
}

function filtered(e: Expression & { readonly kind: 'filter' }, names: Names): Ref {
  const name = canonical(e.name);
  const filter = filters.get(name);
  if (filter === undefined) throw new Error(`the reference knows no filter ${e.name}`);
  const value = evaluate(e.input, names);
  const args = e.args.map((argument, i) => {
    if (filter.parameters[i]?.lambda !== true) return evaluate(argument, names);
    return (item: Ref, index: number, result: Ref): Ref =>
      evaluate(argument, {
        ...names,
        read: (wanted) => {
          if (wanted === 'item') return item;
          if (wanted === 'index') return int(index);
          return wanted === 'result' && name === 'reduce' ? result : names.read(wanted);
        },
      });
  });
  names.coverage.saw(`filter ${name}`);
  names.coverage.saw(`filter ${name} with ${args.length}`);
  if (value.type === 'null') names.coverage.saw(`null|${name}`);
  return runFilter(filter, value, args, names.timezone);
}
