/** Reference pages of functions: one a family. */
import {
  type FunctionDeclaration,
  type FunctionFamily,
  type FunctionParameter,
  functionFamilies,
} from '../../engine/src/library/define.ts';
import { block, code, formatJson, mark, table } from './text.ts';

/** A page for each family, and the list of all. */
export function functionPages(functions: readonly FunctionDeclaration[]): ReadonlyMap<string, string> {
  const byFamily = Map.groupBy(functions, (one) => one.family);
  return new Map([
    ['docs/reference/functions/index.md', indexPage(byFamily)],
    ...[...byFamily].map(([family, members]): [string, string] => [
      `docs/reference/functions/${family}.md`,
      `${mark}\n# ${functionFamilies[family]}\n\n[All functions](index.md)\n\n${members.map(functionText).join('\n\n')}\n`,
    ]),
  ]);
}

function indexPage(byFamily: ReadonlyMap<FunctionFamily, readonly FunctionDeclaration[]>): string {
  const parts = [...byFamily].map(([family, members]) => {
    const rows = members.map((one) => [`[${one.name}](${family}.md#${one.name})`, one.description]);
    return `## ${functionFamilies[family]}\n\n${table(['function', 'what it does'], rows)}`;
  });
  return `${mark}
# Functions

What the steps of a stack can do. Every step may also have \`return_as\` (where the function answers something), \`description\`,
\`disabled: true\` and \`id\`.

${parts.join('\n\n')}
`;
}

function functionText(one: FunctionDeclaration): string {
  const parameters = Object.entries(one.parameters);
  const rows = parameters.map(([name, parameter]) => [
    code(name),
    kindText(parameter),
    neededText(parameter),
    meaningText(parameter),
  ]);
  const facts = [
    one.result === null ? 'Answers nothing: no `return_as`.' : 'Answers a value: `return_as` names the variable for it.',
    ...(one.effects.length === 0 ? [] : [`Effects: ${one.effects.map(code).join(', ')}.`]),
    ...(one.aliases?.length ? [`Also written ${one.aliases.map(code).join(', ')}.`] : []),
  ];
  const examples = one.examples.map(
    (example) => `${example.title}:\n\n${block('jsonc', stepsText(example.stack))}${expected(example.expect)}`,
  );
  return [
    `## ${one.name}`,
    one.description,
    parameters.length === 0 ? 'No parameters.' : table(['parameter', 'takes', 'needed', 'what it is'], rows),
    facts.join(' '),
    ...examples,
  ].join('\n\n');
}

function stepsText(stack: readonly unknown[]): string {
  return stack.map((step) => formatJson(step)).join(',\n');
}

function expected(variables: Readonly<Record<string, unknown>> | undefined): string {
  if (variables === undefined) return '';
  const texts = Object.entries(variables).map(
    ([name, value]) => `${code(name)} is ${code(formatJson(value, '', Number.POSITIVE_INFINITY))}`,
  );
  return `\n\nAfterwards ${texts.join(', ')}.`;
}

function meaningText({ description, aliases = [] }: FunctionParameter): string {
  return aliases.length === 0 ? description : `${description} Also written ${aliases.map(code).join(', ')}.`;
}

function kindText(parameter: FunctionParameter): string {
  switch (parameter.kind) {
    case 'value':
      return parameter.types === undefined ? 'any value' : parameter.types.join(', ');
    case 'condition':
      return 'a condition';
    case 'stack':
      return 'steps';
    case 'branches':
      return 'steps by name';
    case 'cases':
      return 'cases';
    case 'variable':
      return 'a name';
    case 'path':
      return 'a path';
    case 'table':
      return 'a table';
    case 'where':
      return 'a condition over rows';
    case 'row_value':
      return 'a value';
    case 'literal':
    case 'raw':
      return schemaText(parameter.schema);
  }
}

function schemaText(schema: FunctionParameter['schema']): string {
  if (Array.isArray(schema?.enum)) return schema.enum.map((value) => code(JSON.stringify(value))).join(' or ');
  const type = schema?.type;
  return typeof type === 'string' ? `constant ${type}` : 'a constant';
}

function neededText(parameter: FunctionParameter): string {
  if (parameter.required === true) return 'yes';
  return parameter.default === undefined ? '' : `no: ${code(JSON.stringify(parameter.default))}`;
}
