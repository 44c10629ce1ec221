/** What a filter may know of its arguments before the run. */
import type { Expression } from '../1-syntax/ast.ts';
import type { Value } from '../values/value.ts';

/** The value of a literal: text, bool, null, small int, or a list of such; undefined for everything else. */
export function constantOf(expression: Expression): Value | undefined {
  switch (expression.kind) {
    case 'null':
      return null;
    case 'text':
    case 'boolean':
      return expression.value;
    case 'number':
      return expression.type === 'int' && Number.isSafeInteger(Number(expression.text)) ? Number(expression.text) : undefined;
    case 'unary': {
      const operand = expression.operator === '-' ? constantOf(expression.operand) : undefined;
      return typeof operand === 'number' ? 0 - operand : undefined;
    }
    case 'list': {
      const items: Value[] = [];
      for (const item of expression.items) {
        const value = constantOf(item);
        if (value === undefined) return undefined;
        items.push(value);
      }
      return items;
    }
    default:
      return undefined;
  }
}
