/** The steps of a stack as they were read: names, parameters as expressions, nested steps. */
import type { Expression, JsonArray, JsonNode, JsonObject } from '../1-syntax/ast.ts';
import { printExpression } from '../1-syntax/print.ts';
import { parseValue } from '../1-syntax/template.ts';
import { lambdaArguments } from '../filters/index.ts';
import type { FunctionDeclaration, ParameterKind } from '../library/define.ts';
import { findFunction } from '../library/index.ts';
import { lineColumn, Problems } from '../problems.ts';

/** One step of the source. */
export interface ExplainedStep {
  readonly function: string;
  readonly line: number;
  readonly column: number;
  /** Everything but nested steps; a value is the canonical text of its expression. */
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly blocks: readonly { readonly name: string; readonly steps: readonly ExplainedStep[] }[];
}

const syntax = { lambdaArguments };

/** The steps of a stack. */
export function explainSteps(steps: JsonArray): readonly ExplainedStep[] {
  return steps.items.flatMap((node) => (node.kind === 'object' ? [explainStep(node)] : []));
}

/** The canonical text of an expression. */
export const expressionText = (expression: Expression): string => printExpression(expression, syntax);

function explainStep(node: JsonObject): ExplainedStep {
  const written = node.members.find((m) => m.key === 'function')?.value;
  const name = written?.kind === 'string' ? written.value : '?';
  const declaration = findFunction(name)?.declaration;
  const parameters: { name: string; value: string }[] = [];
  const blocks: { name: string; steps: readonly ExplainedStep[] }[] = [];
  for (const { key, value } of node.members) {
    if (key === 'function') continue;
    const nested = nestedBlocks(key, value, kindOf(declaration, key));
    if (nested === null) parameters.push({ name: key, value: valueText(value, kindOf(declaration, key)) });
    else blocks.push(...nested);
  }
  return {
    function: declaration?.name ?? name,
    ...lineColumn(node.span.source.text, node.span.start),
    parameters,
    blocks,
  };
}

function kindOf(declaration: FunctionDeclaration | undefined, key: string): ParameterKind | undefined {
  if (declaration === undefined) return undefined;
  const parameter =
    declaration.parameters[key] ?? Object.values(declaration.parameters).find((one) => one.aliases?.includes(key) === true);
  return parameter?.kind;
}

/** The nested steps of a parameter; null when it holds none. */
function nestedBlocks(
  key: string,
  node: JsonNode,
  kind: ParameterKind | undefined,
): readonly { readonly name: string; readonly steps: readonly ExplainedStep[] }[] | null {
  if (kind === 'stack' && node.kind === 'array') return [{ name: key, steps: explainSteps(node) }];
  if (kind === 'branches' && node.kind === 'object')
    return node.members.map(({ key: branch, value }) => ({ name: `${key} ${branch}`, steps: stepsOf(value) }));
  if (kind === 'cases' && node.kind === 'array')
    return node.items.flatMap((item) => (item.kind === 'object' ? [explainCase(item)] : []));
  return null;
}

function explainCase(node: JsonObject): { readonly name: string; readonly steps: readonly ExplainedStep[] } {
  const find = (key: string): JsonNode | undefined => node.members.find((m) => m.key === key)?.value;
  const when = find('when');
  return { name: `case ${when === undefined ? '?' : valueText(when, 'value')}`, steps: stepsOf(find('stack')) };
}

const stepsOf = (node: JsonNode | undefined): readonly ExplainedStep[] => (node?.kind === 'array' ? explainSteps(node) : []);

/** Names are shown as they stand, everything else as an expression. */
function valueText(node: JsonNode, kind: ParameterKind | undefined): string {
  const isName = kind === undefined || kind === 'variable' || kind === 'path' || kind === 'table';
  if (isName && node.kind === 'string' && !node.value.includes('{{')) return node.value;
  // Problems are the check's to report; here everything is shown as far as it can be read.
  return expressionText(parseValue(node, new Problems(), syntax));
}
