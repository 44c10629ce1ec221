/** The control API's part of the OpenAPI document, made from the declared calls. */
import type { TSchema } from 'typebox';
import { type AnyCall, querySchema } from './define.ts';

type Json = Readonly<Record<string, unknown>>;

const problem: Json = { $ref: '#/components/responses/Problem' };
/** Name of the security scheme. */
export const adminScheme = 'admin_key';

function described(schema: TSchema): { readonly description?: string } {
  const { description } = schema as { readonly description?: unknown };
  return typeof description === 'string' ? { description } : {};
}

function propertiesOf(schema: TSchema | undefined): readonly [string, TSchema][] {
  return Object.entries((schema as { readonly properties?: Readonly<Record<string, TSchema>> } | undefined)?.properties ?? {});
}

const requiredOf = (schema: TSchema | undefined): readonly string[] =>
  (schema as { readonly required?: readonly string[] } | undefined)?.required ?? [];

function parametersOf(call: AnyCall): readonly Json[] {
  const declared = new Map(propertiesOf(call.params));
  const inPath = [...call.path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: declared.get(name) ?? { type: 'string' },
  }));
  const query = querySchema(call);
  const required = requiredOf(query);
  const inQuery = propertiesOf(query).map(([name, schema]) => ({
    name,
    in: 'query',
    ...described(schema),
    ...(required.includes(name) && !('default' in schema) ? { required: true } : {}),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function operationOf(call: AnyCall): Json {
  const parameters = parametersOf(call);
  const admin = call.permission === 'admin';
  return {
    operationId: call.id,
    summary: call.summary,
    ...(call.description === undefined ? {} : { description: call.description }),
    tags: ['control'],
    security: admin ? [{ [adminScheme]: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(call.body === undefined
      ? {}
      : { requestBody: { required: requiredOf(call.body).length > 0, content: { 'application/json': { schema: call.body } } } }),
    responses: {
      '200': { description: 'The answer', content: { 'application/json': { schema: call.answer } } },
      '400': problem,
      ...(admin ? { '401': problem } : {}),
      default: problem,
    },
  };
}

/** Paths of the control API, as OpenAPI 3.1 wants them. */
export function controlPaths(calls: readonly AnyCall[]): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of calls) {
    const item = paths[call.path] ?? {};
    paths[call.path] = item;
    item[call.method.toLowerCase()] = operationOf(call);
  }
  return paths;
}
