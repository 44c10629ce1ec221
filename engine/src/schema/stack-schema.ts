/** JSON Schema of stacks, made from the functions' declarations: so editors complete and check steps while one types. */
import type { FunctionDeclaration, FunctionParameter } from '../library/define.ts';
import { type JsonSchema, present } from '../types/json-schema.ts';
import type { TypeName } from '../values/value.ts';

/** What a text with an expression in it looks like; it may yield any type. */
const expression: JsonSchema = { type: 'string', pattern: '\\{\\{' };

const jsonTypes: Readonly<Record<TypeName, string>> = {
  null: 'null',
  bool: 'boolean',
  int: 'integer',
  decimal: 'number',
  float: 'number',
  text: 'string',
  timestamp: 'string',
  date: 'string',
  bytes: 'string',
  list: 'array',
  object: 'object',
};

/** Keys that every step may have. */
const commonKeys: Readonly<Record<string, JsonSchema>> = {
  description: { type: 'string', description: 'One line on what the step is for' },
  disabled: { type: 'boolean', description: 'true: the step is left out' },
  id: { type: 'string', description: 'Identity of the step, kept through edits and moves; made when left out' },
};
const returnAs: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  description: 'Variable that holds the result',
};

/** The `$defs` of stacks: `stack`, `step`, and one `step_NAME` for each function. */
export function stackDefinitions(functions: readonly FunctionDeclaration[]): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries([
    ['stack', { type: 'array', items: { $ref: '#/$defs/step' }, description: 'Steps, run one after the other' }],
    ['step', stepSchema(functions)],
    ...functions.map((one) => [`step_${one.name}`, functionSchema(one)] as const),
  ]);
}

/** A step: its `function` decides what else it has. Other spellings of names are allowed; the check names the canonical one. */
function stepSchema(functions: readonly FunctionDeclaration[]): JsonSchema {
  const names = functions.map((one) => one.name);
  return {
    type: 'object',
    required: ['function'],
    properties: {
      function: {
        description: 'What the step does',
        anyOf: [
          { enum: names, enumDescriptions: functions.map((one) => one.description) },
          { type: 'string', not: { enum: names } },
        ],
      },
    },
    allOf: functions.map(({ name }) => ({
      if: { required: ['function'], properties: { function: { const: name } } },
      then: { $ref: `#/$defs/step_${name}` },
    })),
  };
}

function functionSchema(declaration: FunctionDeclaration): JsonSchema {
  const parameters = Object.entries(declaration.parameters);
  const aliases = parameters.flatMap(([, parameter]) => (parameter.aliases ?? []).map((alias) => [alias, true] as const));
  return {
    description: declaration.description,
    type: 'object',
    required: [
      'function',
      ...parameters.filter(([, one]) => one.required === true && !one.aliases?.length).map(([name]) => name),
    ],
    properties: Object.fromEntries([
      ...aliases,
      ...Object.entries(commonKeys),
      ['function', { const: declaration.name }],
      ...parameters.map(([name, parameter]) => [name, parameterSchema(parameter)] as const),
      ...(declaration.result === null ? [] : [['return_as', returnAs] as const]),
    ]),
    additionalProperties: false,
  };
}

function parameterSchema(parameter: FunctionParameter): JsonSchema {
  const { description, default: fallback } = parameter;
  return present({ ...kindSchema(parameter), description, default: fallback });
}

function kindSchema(parameter: FunctionParameter): JsonSchema {
  switch (parameter.kind) {
    case 'value':
      return parameter.types === undefined ? {} : valueSchema(parameter.types, parameter.required !== true);
    case 'condition':
    case 'row_value':
    case 'where':
      return {};
    case 'stack':
      return { $ref: '#/$defs/stack' };
    case 'branches':
      return { type: 'object', additionalProperties: { $ref: '#/$defs/stack' } };
    case 'cases':
      return {
        type: 'array',
        items: {
          type: 'object',
          required: ['when', 'stack'],
          properties: { when: {}, stack: { $ref: '#/$defs/stack' } },
          additionalProperties: false,
        },
      };
    case 'variable':
      return { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' };
    case 'path':
      return { type: 'string', pattern: '^[A-Za-z_]' };
    case 'table':
      return { type: 'string' };
    case 'literal':
    case 'raw':
      return parameter.schema ?? {};
  }
}

/** A constant of one of the types, or a text with an expression. */
function valueSchema(types: readonly TypeName[], optional: boolean): JsonSchema {
  const names = new Set(types.map((type) => jsonTypes[type]));
  if (optional) names.add('null');
  const plain: JsonSchema = { type: [...names] };
  return names.has('string') ? plain : { anyOf: [plain, expression] };
}
