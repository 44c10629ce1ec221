/** What can still be said of a step whose function is not known. */
import { type JsonNode, type JsonObject, member } from '../1-syntax/ast.ts';
import { parseValue } from '../1-syntax/template.ts';
import { lambdaArguments } from '../filters/index.ts';
import { typeOfRow } from '../inputs/index.ts';
import type { RowScope } from '../library/define.ts';
import { checkExpression } from './expression.ts';
import type { StackCheck } from './stack.ts';
import { commonKeys } from './step.ts';

/** Checks the expressions of such a step; rows of all tables may stand in them. Nested steps are left alone. */
export function checkUnknownStep(stack: StackCheck, node: JsonObject): void {
  const db = new Map(
    [...stack.workspace.tables].map(([name, table]) => [name, { columns: typeOfRow(table).fields ?? new Map() }]),
  );
  const rows: RowScope = { db };
  for (const { key, value } of node.members) {
    if (commonKeys.has(key) || holdsSteps(value)) continue;
    checkExpression(stack, parseValue(value, stack.problems, { lambdaArguments }), rows);
  }
}

/** Whether steps stand somewhere below: what they see depends on the function. */
function holdsSteps(node: JsonNode): boolean {
  if (node.kind === 'array') return node.items.some(holdsSteps);
  if (node.kind !== 'object') return false;
  return member(node, 'function') !== undefined || node.members.some((m) => holdsSteps(m.value));
}
