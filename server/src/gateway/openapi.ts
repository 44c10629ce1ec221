/** OpenAPI 3.1 of a group, and of the instance: the control API and every group that shows its documentation. */
import {
  type CompiledEndpoint,
  headerName,
  type Input,
  inputSchema,
  inputsSchema,
  type JsonSchema,
  typeSchema,
} from '@ashlar/engine';
import type { AnyCall } from '../control/define.ts';
import { adminScheme, controlPaths } from '../control/openapi.ts';
import type { ServedGroup, Snapshot } from '../domains/publishing/index.ts';

/** Stands for the server's address until the document is sent: it depends on how the caller reached it. */
const addressMark = 'http://server.invalid';

/** `address` is what the caller reached, or `/` where that is not known. */
function withAddress(text: string, address: string): string {
  return text.replaceAll(address === '/' ? `${addressMark}/` : addressMark, address).replaceAll(addressMark, address);
}

const problem = { $ref: '#/components/responses/Problem' };

const fieldErrorSchema = {
  type: 'object',
  required: ['in', 'field', 'code', 'message'],
  properties: {
    in: { type: 'string', enum: ['path', 'query', 'header', 'body'] },
    field: { type: 'string', description: 'Path of the field, `lines[2].count`.' },
    code: { type: 'string' },
    message: { type: 'string' },
  },
};

const problemSchema = {
  type: 'object',
  description: 'A problem document (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'message', 'request_id'],
  properties: {
    type: { type: 'string', description: 'A page on this code, or `about:blank`.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', description: 'Stable: what programs should look at.' },
    message: { type: 'string' },
    payload: { description: 'What the stack gave with the error.' },
    request_id: { type: 'string' },
    errors: { type: 'array', items: fieldErrorSchema, description: 'Every refused input.' },
    success: { type: 'boolean', const: false, description: 'Answers of the control API only.' },
    error: { type: 'string', description: 'The message once more; answers of the control API only.' },
  },
};

/** `GET`, `shop:staging`, `/orders/{id}` -> `getShopStagingOrdersId`. */
function operationId(method: string, key: string, pathText: string): string {
  const words = `${key} ${pathText}`.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
}

const tokenScheme = (table: string): string => `token_${table.replaceAll(/[^A-Za-z0-9._-]/g, '_')}`;

function parameterOf(input: Input): JsonSchema {
  return {
    name: input.in === 'header' ? headerName(input.name) : input.name,
    in: input.in,
    ...(input.description === '' ? {} : { description: input.description }),
    required: input.in === 'path' || (input.required && input.default === undefined),
    schema: inputSchema(input),
  };
}

/** A parameter of the path that the endpoint declares no input for. */
function barePathParameters(endpoint: CompiledEndpoint): readonly JsonSchema[] {
  const { path, inputs } = endpoint.definition;
  return path.flatMap((segment) =>
    segment.kind === 'parameter' && !inputs.has(segment.name)
      ? [{ name: segment.name, in: 'path', required: true, schema: { type: 'string' } }]
      : [],
  );
}

function requestBody(inputs: readonly Input[], refuseUnknown: boolean): JsonSchema | null {
  if (inputs.length === 0) return null;
  const schema = inputsSchema(inputs, refuseUnknown);
  const types = inputs.some((input) => input.type === 'file')
    ? ['multipart/form-data']
    : ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'];
  return {
    required: inputs.some((input) => input.required && input.default === undefined),
    content: Object.fromEntries(types.map((type) => [type, { schema }])),
  };
}

function securityOf(endpoint: CompiledEndpoint): readonly JsonSchema[] {
  const { auth, authOptional } = endpoint.definition;
  const wanted = auth.map((table) => ({ [tokenScheme(table)]: [] }));
  return authOptional ? [...wanted, {}] : wanted;
}

function operationOf(key: string, endpoint: CompiledEndpoint, decimals: 'number' | 'text'): JsonSchema {
  const { definition } = endpoint;
  const inputs = [...definition.inputs.values()];
  const parameters = [...barePathParameters(endpoint), ...inputs.filter((input) => input.in !== 'body').map(parameterOf)];
  const hasBody = !['GET', 'HEAD'].includes(definition.method);
  const body = hasBody
    ? requestBody(
        inputs.filter((input) => input.in === 'body'),
        definition.unknownInputs === 'refuse',
      )
    : null;
  const [summary = ''] = definition.description.split('\n');
  return {
    operationId: operationId(definition.method, key, definition.pathText),
    summary: summary === '' ? `${definition.method} ${definition.pathText}` : summary,
    ...(definition.description === '' || definition.description === summary ? {} : { description: definition.description }),
    tags: [key],
    security: securityOf(endpoint),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null ? {} : { requestBody: body }),
    responses: {
      '200': successOf(endpoint, decimals),
      '400': problem,
      ...(definition.auth.length === 0 ? {} : { '401': problem, '403': problem }),
      default: problem,
    },
  };
}

function successOf(endpoint: CompiledEndpoint, decimals: 'number' | 'text'): JsonSchema {
  const { stream } = endpoint.definition;
  if (stream !== undefined) {
    const type = stream.as === 'sse' ? 'text/event-stream' : 'application/x-ndjson';
    return { description: 'A stream of rows', content: { [type]: { schema: { type: 'string' } } } };
  }
  return {
    description: 'The answer',
    content: { 'application/json': { schema: typeSchema(endpoint.stack.result, { decimals }) } },
  };
}

/** Paths of a group, beginning with `/api:`. */
function groupPaths(key: string, group: ServedGroup): Record<string, Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  const { decimals } = group.environment.compiled.workspace.settings;
  const taken = new Map<string, number>();
  for (const endpoint of group.endpoints) {
    const { pathText, method } = endpoint.definition;
    const path = `/api:${key}${pathText === '/' ? '' : pathText}`;
    const operation = operationOf(key, endpoint, decimals);
    const id = String(operation.operationId);
    const times = (taken.get(id) ?? 0) + 1;
    taken.set(id, times);
    const item = paths[path] ?? {};
    paths[path] = item;
    // `a-b` and `a/b` make the same words.
    item[method.toLowerCase()] = times === 1 ? operation : { ...operation, operationId: `${id}${times}` };
  }
  return paths;
}

function tokenSchemes(groups: Iterable<ServedGroup>): Record<string, unknown> {
  const schemes: Record<string, unknown> = {};
  for (const group of groups)
    for (const { definition } of group.endpoints)
      for (const table of definition.auth)
        schemes[tokenScheme(table)] = {
          type: 'http',
          scheme: 'bearer',
          description: `A token of the table "${table}", as create_auth_token gives it.`,
        };
  return schemes;
}

interface DocumentParts {
  readonly title: string;
  readonly description: string;
  readonly version: string;
  readonly paths: Readonly<Record<string, unknown>>;
  readonly schemes: Readonly<Record<string, unknown>>;
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

function componentsOf(schemes: Readonly<Record<string, unknown>>): JsonSchema {
  return {
    schemas: { Problem: problemSchema },
    responses: {
      Problem: {
        description: 'The request was refused or failed',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    ...(Object.keys(schemes).length === 0 ? {} : { securitySchemes: schemes }),
  };
}

function documentOf(parts: DocumentParts): string {
  return JSON.stringify({
    openapi: '3.1.0',
    info: {
      title: parts.title,
      ...(parts.description === '' ? {} : { description: parts.description }),
      version: parts.version,
      // Linters want a licence, and it is the publisher's matter; an SPDX identifier would become a link to another host.
      license: { name: "The publisher's", url: `${addressMark}/` },
    },
    servers: [{ url: addressMark }],
    tags: parts.tags,
    paths: parts.paths,
    // Without a path nothing would speak of them.
    components: Object.keys(parts.paths).length === 0 ? {} : componentsOf(parts.schemes),
  });
}

const tagOf = (key: string, group: ServedGroup): { readonly name: string; readonly description: string } => ({
  name: key,
  description: group.definition.description || group.definition.title || key,
});

const groupDocuments = new WeakMap<ServedGroup, string>();

/** The document of one group; made once per version. @param address `http://host:port`, as the caller reached the server */
export function groupDocument(key: string, group: ServedGroup, address: string): string {
  let text = groupDocuments.get(group);
  if (text === undefined) {
    text = documentOf({
      title: group.definition.title || key,
      description: group.definition.description,
      version: group.environment.versionId,
      paths: groupPaths(key, group),
      schemes: tokenSchemes([group]),
      tags: [tagOf(key, group)],
    });
    groupDocuments.set(group, text);
  }
  return withAddress(text, address);
}

const instanceDocuments = new WeakMap<Snapshot, string>();

/** The document of the instance: control API and all groups that show themselves. */
export function instanceDocument(snapshot: Snapshot, calls: readonly AnyCall[], version: string, address: string): string {
  let text = instanceDocuments.get(snapshot);
  if (text === undefined) {
    const groups = [...snapshot.groups].filter(([, group]) => group.definition.docs);
    const control = { [adminScheme]: { type: 'http', scheme: 'bearer', description: 'The admin key of the instance.' } };
    text = documentOf({
      title: 'Ashlar',
      description: 'The control API of this instance, and the API groups that it serves.',
      version,
      paths: Object.assign(controlPaths(calls), ...groups.map(([key, group]) => groupPaths(key, group))),
      schemes: { ...(calls.length === 0 ? {} : control), ...tokenSchemes(groups.map(([, group]) => group)) },
      tags: [
        ...(calls.length === 0
          ? []
          : [{ name: 'control', description: 'Publishing, environments, events: what operates the instance.' }]),
        ...groups.map(([key, group]) => tagOf(key, group)),
      ],
    });
    instanceDocuments.set(snapshot, text);
  }
  return withAddress(text, address);
}
