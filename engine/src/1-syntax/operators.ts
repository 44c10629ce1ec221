/** The operators of the expression language and how tightly they bind; as in JavaScript, word operators among the comparisons. */
import type { BinaryOperator, Expression, LogicalExpression } from './ast.ts';

/** How tightly each floor binds; `?:` loosest, filters and members tightest. */
export const level = {
  conditional: 1,
  nullish: 2,
  or: 3,
  and: 4,
  equality: 5,
  comparison: 6,
  additive: 7,
  multiplicative: 8,
  unary: 9,
  postfix: 10,
} as const;

/** Levels of the operators between two values. */
export const binaryLevels: Readonly<Record<BinaryOperator, number>> = {
  '==': level.equality,
  '!=': level.equality,
  '<': level.comparison,
  '<=': level.comparison,
  '>': level.comparison,
  '>=': level.comparison,
  in: level.comparison,
  'not in': level.comparison,
  like: level.comparison,
  'not like': level.comparison,
  ilike: level.comparison,
  'not ilike': level.comparison,
  contains: level.comparison,
  'not contains': level.comparison,
  overlaps: level.comparison,
  'not overlaps': level.comparison,
  between: level.comparison,
  'not between': level.comparison,
  search: level.comparison,
  '+': level.additive,
  '-': level.additive,
  '~': level.additive,
  '*': level.multiplicative,
  '/': level.multiplicative,
  '%': level.multiplicative,
};

/** Levels of the operators that may leave their right side unevaluated. */
export const logicalLevels: Readonly<Record<LogicalExpression['operator'], number>> = {
  '??': level.nullish,
  '||': level.or,
  '&&': level.and,
};

/** What may follow `not` as one operator. */
export const negatableWords = ['in', 'like', 'ilike', 'contains', 'overlaps', 'between'] as const;

/** Words that are operators where an operator can stand (elsewhere they are names like any other). */
export const operatorWords: readonly string[] = [...negatableWords, 'search', 'is', 'not', 'and', 'or', 'includes'];

export function isBinaryOperator(text: string): text is BinaryOperator {
  return Object.hasOwn(binaryLevels, text);
}

export function isLogicalOperator(text: string): text is LogicalExpression['operator'] {
  return Object.hasOwn(logicalLevels, text);
}

/** How tightly an expression's outermost operator binds. */
export function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'conditional':
      return level.conditional;
    case 'logical':
      return logicalLevels[expression.operator];
    case 'binary':
      return binaryLevels[expression.operator];
    case 'is_null':
      return level.comparison;
    case 'template':
      return level.additive;
    case 'unary':
      return level.unary;
    default:
      return level.postfix;
  }
}
