/** Walking expressions. */
import type { Expression } from './ast.ts';

/** The expressions directly inside one. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'unary':
    case 'is_null':
      return [expression.operand];
    case 'binary':
    case 'logical':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise];
    case 'filter':
      return [expression.input, ...expression.args];
    case 'list':
      return expression.items;
    case 'object':
      return expression.entries.map((entry) => entry.value);
    case 'template':
      return expression.parts.filter((part) => typeof part !== 'string');
    default:
      return [];
  }
}
