/** Static types of operators, and what is wrong with their sides where that is known. */
import type { BinaryExpression, Expression } from '../1-syntax/ast.ts';
import type { Problems } from '../problems.ts';
import { anyType, describeType, type Type, type } from '../types/type.ts';
import { neverEqual, queryOnly, timestampArithmetic, wrongTypeProblem } from './problems.ts';

const bool = type('bool');
const numbers: ReadonlySet<Type['kind']> = new Set(['int', 'decimal', 'float']);
const isKnown = (t: Type): boolean => t.kind !== 'any';
const isNumber = (t: Type): boolean => numbers.has(t.kind);
const isMoment = (t: Type): boolean => t.kind === 'timestamp' || t.kind === 'date';

/** Whether a comparison makes sense: numbers with each other, else the same kind. Comparing with null is a guard, whatever the type. */
export function canBeEqual(a: Type, b: Type): boolean {
  if (!isKnown(a) || !isKnown(b) || a.kind === b.kind) return true;
  return (isNumber(a) && isNumber(b)) || a.kind === 'null' || b.kind === 'null';
}

/** The type of a number operation; a literal takes the type of the other side. */
function numberResult(node: BinaryExpression, left: Type, right: Type): Type {
  if (!isNumber(left) || !isNumber(right)) return anyType;
  const literal = (e: Expression): boolean => e.kind === 'number' || (e.kind === 'unary' && e.operand.kind === 'number');
  if (left.kind === 'float' && literal(node.right)) return type('float');
  if (right.kind === 'float' && literal(node.left)) return type('float');
  if (left.kind === 'decimal' || right.kind === 'decimal') return type('decimal');
  if (left.kind === 'float' || right.kind === 'float') return type('float');
  return type(node.operator === '/' ? 'decimal' : 'int');
}

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'between', 'not between']);

/** `a < b < c`; the left side of `(a < b) == c` begins behind its bracket. */
const isChained = ({ left, span }: BinaryExpression): boolean =>
  left.kind === 'binary' && comparisons.has(left.operator) && left.span.start === span.start;

/** Checks a binary operator whose sides were checked, and answers its type. */
export function checkBinary(node: BinaryExpression, left: Type, right: Type, inCondition: boolean, problems: Problems): Type {
  if (node.optional && !inCondition)
    problems.add(queryOnly, { span: node.operatorSpan, pointer: node.pointer }, { what: `"${node.operator}?"` });
  // Comparisons in a chain were reported when they were read: their types are no second mistake.
  if (comparisons.has(node.operator) && isChained(node)) return bool;
  const needs = (side: Expression, found: Type, wanted: string, hint?: string): void => {
    // `list|push:1 + 1` is `(list|push:1) + 1`, which is seldom meant.
    const misread = side === node.left && side.kind === 'filter' && side.args.length > 0;
    const told = misread ? `An argument of a filter ends before an operator: ${side.name}:(… ${node.operator} …)` : hint;
    problems.add(wrongTypeProblem, side, { what: `"${node.operator}"`, wanted, found: describeType(found), hint: told });
  };
  switch (node.operator) {
    case '+':
    case '-':
      return checkAdditive(node, left, right, needs, problems);
    case '*':
    case '/':
    case '%':
      if (isKnown(left) && !isNumber(left)) needs(node.left, left, 'a number');
      if (isKnown(right) && !isNumber(right)) needs(node.right, right, 'a number');
      return numberResult(node, left, right);
    case '~':
      return type('text');
    case '==':
    case '!=':
      if (!canBeEqual(left, right)) problems.add(neverEqual, node, { left: describeType(left), right: describeType(right) });
      return bool;
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (left.kind === 'list' || left.kind === 'object') needs(node.left, left, 'something with an order');
      else if (!canBeEqual(left, right) && left.kind !== 'null' && right.kind !== 'null')
        needs(node.right, right, describeType({ ...left, nullable: false }));
      return bool;
    case 'in':
    case 'not in':
      if (isKnown(right) && right.kind !== 'list' && right.kind !== 'null') needs(node.right, right, 'a list at its right');
      else if (right.items !== undefined && !canBeEqual(left, right.items))
        needs(node.right, right, `a list of ${describeType({ ...left, nullable: false })}`);
      return bool;
    case 'between':
    case 'not between':
      if (isKnown(right) && right.kind !== 'list' && right.kind !== 'null')
        needs(node.right, right, 'a list of two ends, [from, to]');
      else if (node.right.kind === 'list' && node.right.items.length !== 2) needs(node.right, right, 'two ends, [from, to]');
      else if (right.items !== undefined && !canBeEqual(left, right.items))
        needs(node.right, right, `two ends of ${describeType({ ...left, nullable: false })}`);
      return bool;
    case 'overlaps':
    case 'not overlaps':
      if (isKnown(left) && left.kind !== 'list' && left.kind !== 'null') needs(node.left, left, 'a list');
      if (isKnown(right) && right.kind !== 'list' && right.kind !== 'null') needs(node.right, right, 'a list');
      return bool;
    case 'contains':
    case 'not contains':
      if (isKnown(left) && !['text', 'list', 'object', 'null'].includes(left.kind))
        needs(node.left, left, 'a text, a list or an object');
      return bool;
    case 'search':
      if (!inCondition) problems.add(queryOnly, { span: node.operatorSpan, pointer: node.pointer }, { what: '"search"' });
      return bool;
    default:
      for (const [side, found] of [
        [node.left, left],
        [node.right, right],
      ] as const)
        if (isKnown(found) && found.kind !== 'text' && found.kind !== 'null') needs(side, found, 'a text');
      return bool;
  }
}

function checkAdditive(
  node: BinaryExpression,
  left: Type,
  right: Type,
  needs: (side: Expression, found: Type, wanted: string, hint?: string) => void,
  problems: Problems,
): Type {
  if ((isMoment(left) && isNumber(right)) || (node.operator === '+' && isNumber(left) && isMoment(right))) {
    problems.add(timestampArithmetic, node, {});
    return left;
  }
  if (node.operator === '-' && left.kind === 'timestamp' && right.kind === 'timestamp') return type('int');
  if (node.operator === '-' && left.kind === 'date' && right.kind === 'date') return type('int');
  const texts = node.operator === '+';
  const fits = (t: Type): boolean =>
    !isKnown(t) || isNumber(t) || (texts && t.kind === 'text') || (node.operator === '-' && isMoment(t));
  const wanted = texts ? 'numbers, or two texts' : 'numbers';
  const join = 'Join texts with ~ instead, which takes any value.';
  if (!fits(left)) needs(node.left, left, wanted, texts ? join : undefined);
  else if (!fits(right)) needs(node.right, right, wanted, texts ? join : undefined);
  else if ((left.kind === 'text' && isNumber(right)) || (isNumber(left) && right.kind === 'text'))
    problems.add(wrongTypeProblem, node, {
      what: '"+"',
      wanted: 'two numbers or two texts',
      found: `${describeType(left)} and ${describeType(right)}`,
      both: true,
      hint: join,
    });
  if (left.kind === 'text' || right.kind === 'text') return type('text');
  return numberResult(node, left, right);
}
