/** JSON Schema documents for every kind of workspace file, for editors. */
import type { FunctionDeclaration } from '../library/define.ts';
import type { JsonSchema } from '../types/json-schema.ts';
import { endpointShape, functionShape, taskShape } from '../workspace/definitions.ts';
import { groupShape } from '../workspace/group.ts';
import { environmentShape, settingsShape, variablePattern } from '../workspace/settings.ts';
import type { Definitions, Shape } from '../workspace/shape.ts';
import { tableShape } from '../workspace/table.ts';
import { stackDefinitions } from './stack-schema.ts';
import { testShape } from './test-file.ts';

/** Kinds of files, and where they stand: patterns as editors match them (VS Code's `json.schemas`). */
export const schemaFiles = {
  ashlar: ['ashlar.json', 'ashlar.jsonc'],
  env: ['env.json', 'env.jsonc'],
  table: ['tables/*.json', 'tables/*.jsonc'],
  group: ['apis/*/group.json', 'apis/*/group.jsonc'],
  endpoint: ['apis/**/*.{get,post,put,patch,delete,head}.json', 'apis/**/*.{get,post,put,patch,delete,head}.jsonc'],
  function: ['functions/**/*.json', 'functions/**/*.jsonc'],
  task: ['tasks/*.json', 'tasks/*.jsonc'],
  test: ['tests/**/*.json', 'tests/**/*.jsonc'],
  /** A file that `"stack": "path"` names; it may stand anywhere. */
  stack: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type SchemaKind = keyof typeof schemaFiles;

const dialect = 'https://json-schema.org/draft/2020-12/schema';
/** Read by VS Code: workspace files are JSON with comments and trailing commas. */
const relaxed = { allowComments: true, allowTrailingCommas: true };

/** The schemas of all kinds of files, their stacks made from `functions`. */
export function fileSchemas(functions: readonly FunctionDeclaration[]): Readonly<Record<SchemaKind, JsonSchema>> {
  const stacks = stackDefinitions(functions);
  return {
    ashlar: document(settingsShape),
    env: environmentDocument(),
    table: document(tableShape),
    group: document(groupShape),
    endpoint: document(endpointShape, stacks),
    function: document(functionShape, stacks),
    task: document(taskShape, stacks),
    test: document(testShape),
    stack: { $schema: dialect, ...relaxed, title: 'A stack', $ref: '#/$defs/stack', $defs: stacks },
  };
}

function document(shape: Shape<unknown>, stacks: Readonly<Record<string, JsonSchema>> = {}): JsonSchema {
  const definitions: Definitions = new Map();
  const schema = shape.schema(definitions);
  const $defs = { ...Object.fromEntries(definitions), ...stacks };
  return { $schema: dialect, ...relaxed, ...schema, ...(Object.keys($defs).length > 0 ? { $defs } : {}) };
}

/** Every key but `$schema` is the name of a variable. */
function environmentDocument(): JsonSchema {
  const { additionalProperties, propertyNames: _names, ...schema } = document(environmentShape);
  return {
    ...schema,
    title: 'env.jsonc',
    properties: { $schema: { type: 'string' } },
    patternProperties: { [variablePattern]: additionalProperties },
    additionalProperties: false,
  };
}
