/** The operations of OpenAPI documents, each with a valid request to start from. */
import type { Attempt } from './client.ts';
import { Raw, type Tree, treeText } from './values.ts';
import type { World } from './world.ts';
import { adaEmail, adminKey, smallWorkspace, userPassword } from './world.ts';

type Json = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Json;
}

export interface Operation {
  /** `POST /api:shop/orders` */
  readonly name: string;
  readonly method: string;
  /** With `{names}`. */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Media types of the body; none for operations without. */
  readonly contentTypes: readonly string[];
  /** Value of the Authorization header. */
  readonly authorization: string | null;
  readonly base: Base;
}

/** What a valid request carries. */
export interface Base {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Tree | undefined;
}

/** Values by name, where the schema alone does not make a request that finds something. `undefined`: leave it out. */
export type Hints = Readonly<Record<string, Tree | undefined>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const formats: Readonly<Record<string, string>> = {
  'date-time': '2024-05-06T07:08:09Z',
  date: '2024-05-06',
  uuid: '018f4e2a-7c1b-7d3e-9a55-0242ac120002',
  email: 'ada@example.com',
  password: 'a password',
};

/** A value that the schema allows. */
function exampleOf(schema: Json, hints: Hints): Tree {
  const { type, format, minLength, minimum } = schema;
  const types = Array.isArray(type) ? type : [type];
  if (Array.isArray(schema.enum)) return String(schema.enum[0]);
  if (types.includes('string')) {
    if (typeof schema.pattern === 'string' && schema.pattern.includes('[0-9]')) return '12';
    if (typeof format === 'string' && format in formats) return formats[format] ?? '';
    return 'text'.padEnd(typeof minLength === 'number' ? minLength : 0, 'x').slice(0, Number(schema.maxLength ?? 100));
  }
  if (types.includes('integer')) return Math.max(1, Number(minimum ?? 1));
  if (types.includes('number')) return format === 'double' ? new Raw('1.5e0') : new Raw('1.25');
  if (types.includes('boolean')) return true;
  if (types.includes('array')) return [exampleOf(isJson(schema.items) ? schema.items : {}, hints)];
  if (isJson(schema.properties)) return objectOf(schema.properties, hints);
  return types.includes('object') ? { a: 1 } : { any: [1, 'two'] };
}

function objectOf(properties: Json, hints: Hints): Tree {
  const object: Record<string, Tree> = {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = Object.hasOwn(hints, name) ? hints[name] : exampleOf(isJson(schema) ? schema : {}, hints);
    if (value !== undefined) object[name] = value;
  }
  return object;
}

function textOf(tree: Tree): string {
  if (Array.isArray(tree)) return textOf((tree as readonly Tree[])[0] ?? '');
  return typeof tree === 'string' ? tree : treeText(tree);
}

function baseOf(parameters: readonly Parameter[], bodySchema: Json | null, hints: Hints): Base {
  const place = (where: Parameter['in']): Record<string, string> =>
    Object.fromEntries(
      parameters
        .filter((parameter) => parameter.in === where)
        .flatMap(({ name, schema }) => {
          const value = Object.hasOwn(hints, name) ? hints[name] : exampleOf(schema, hints);
          return value === undefined ? [] : [[name, textOf(value)]];
        }),
    );
  const body = bodySchema === null ? undefined : Object.hasOwn(hints, 'body') ? hints.body : exampleOf(bodySchema, hints);
  return { path: place('path'), query: place('query'), headers: place('header'), body };
}

/** All operations of a document whose path is wanted. */
export function operationsOf(document: unknown, world: World, wanted: (path: string) => boolean): readonly Operation[] {
  if (!isJson(document) || !isJson(document.paths)) throw new Error('no OpenAPI document');
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    if (!isJson(item) || !wanted(path)) continue;
    for (const [verb, operation] of Object.entries(item))
      if (isJson(operation)) operations.push(operationOf(verb.toUpperCase(), path, operation, world));
  }
  return operations;
}

function operationOf(method: string, path: string, operation: Json, world: World): Operation {
  const name = `${method} ${path}`;
  const parameters = (Array.isArray(operation.parameters) ? operation.parameters : []) as readonly Parameter[];
  const content = isJson(operation.requestBody) && isJson(operation.requestBody.content) ? operation.requestBody.content : {};
  const [first] = Object.values(content);
  const bodySchema = isJson(first) && isJson(first.schema) ? first.schema : null;
  return {
    name,
    method,
    path,
    parameters,
    contentTypes: Object.keys(content),
    authorization: authorizationOf(operation.security, world),
    base: baseOf(parameters, bodySchema, hintsOf(name, world)),
  };
}

function authorizationOf(security: unknown, world: World): string | null {
  const [first] = Array.isArray(security) ? security : [];
  const [scheme] = isJson(first) ? Object.keys(first) : [];
  if (scheme === undefined) return null;
  return `Bearer ${scheme === 'admin_key' ? adminKey : (world.tokens[scheme.replace('token_', '')] ?? '')}`;
}

/** What makes the valid request of an operation a successful one. */
function hintsOf(name: string, { keys }: World): Hints {
  const common: Hints = { cursor: undefined, page: 1 };
  if (name.includes('/api/'))
    return {
      ...common,
      name: 'pub',
      env: 'dev',
      variable: 'LEVEL',
      version: keys.version,
      publication: keys.publication,
      limit: 10,
      files: smallWorkspace,
      parent: undefined,
      drops: [],
      alert_type: undefined,
      // A revocation is of a row or of a token.
      ...{ token_id: 'tok_a', token: undefined, table: undefined, id: undefined, before: undefined },
    };
  if (name.includes('/auth/sign-in')) return { email: adaEmail, password: userPassword };
  if (name.includes('/cancel') && name.includes('/orders/')) return { id: keys.openOrder };
  if (name.includes('/orders/{id}')) return { ...common, id: keys.order };
  if (name.includes('api:shop'))
    return {
      ...common,
      id: keys.product,
      product_id: keys.product,
      quantity: 1,
      email: `new-${Math.random()}@example.com`,
      category: undefined,
      tag: undefined,
      q: 'grinder',
    };
  return { ...common, slug: `slug of ${name}`, ...(ownHints[name.replace('/api:hostile', '')] ?? {}) };
}

/** Of the endpoints in workspace.ts. */
const ownHints: Readonly<Record<string, Hints>> = {
  'GET /things/by': { code: 'c1' },
  'DELETE /things/by': { code: 'c5' },
  'PATCH /things/any/{id}': { data: { title: 'changed' } },
  'DELETE /things/{id}': { id: 6 },
  'POST /things': { code: 'new-1' },
  'POST /things/once': { code: 'new-2', note: 'a part' },
  'PUT /things/upsert': { code: 'c2' },
  'PUT /things/{id}': { code: undefined },
  'PATCH /things/{id}': { code: undefined },
  'POST /direct/number': { value: 3 },
  'POST /direct/any': { value: 'title 1' },
  'POST /filters/int': { value: '12' },
  'POST /filters/decimal': { value: '1.5' },
  'POST /filters/decode': { value: '{"a": [1, 2.5]}' },
  'POST /filters/path': { value: { a: { b: 1 } }, path: 'a.b' },
  'POST /filters/list': { values: [{ n: 1 }, { n: 1 }, 2], path: 'n' },
  'POST /filters/sort': { values: [{ n: 2 }, { n: 1 }], path: 'n' },
  'POST /filters/sums': { values: [1, 2, 3] },
  'POST /filters/round': { a: new Raw('1.2345'), digits: 2 },
  'POST /filters/time': { format: 'Y-m-d', zone: 'Europe/Berlin' },
  'POST /filters/add': { a: 1, b: 2 },
  'POST /filters/compare': { a: 1, b: 2 },
  'POST /filters/operators': { a: { b: 1 }, b: 'b' },
  'POST /steps/object': { key: 'a' },
  'POST /steps/range': { from: 1, to: 3, step: 1 },
  'POST /steps/status': { status: 202 },
  'POST /steps/header': { name: 'X-Mine', value: 'yes' },
  'POST /steps/sleep': { duration: 1 },
  'POST /steps/function': { n: 3 },
  'POST /steps/token': { id: 1, expires: 60, extras: { plan: 'pro' } },
  'POST /steps/cache': { key: 'a', ttl: 5 },
  'POST /steps/random': { min: 1, max: 6, bytes: 8, length: 8, alphabet: 'abc' },
  'POST /steps/fetch': { url: 'http://127.0.0.1:9/', method: 'GET', timeout: 200 },
  'POST /steps/caught': { value: 1 },
  'POST /steps/parallel': { value: 'c1' },
  'POST /account/sign-up': { email: 'new@example.com' },
};

export interface Changes extends Partial<Base> {
  /** Instead of the query, as it is. */
  readonly rawQuery?: string;
  /** Instead of the body, as it is. */
  readonly bytes?: Buffer | null;
}

/** A request of an operation: the valid one, with what is given in its place. Values of `path` are encoded already. */
export function attemptOf(operation: Operation, name: string, changes: Changes = {}): Attempt {
  const { base, method, authorization } = operation;
  const plain = Object.entries(base.path).map(([key, value]) => [key, encodeURIComponent(value)] as const);
  const path: Readonly<Record<string, string>> = { ...Object.fromEntries(plain), ...changes.path };
  const target = operation.path.replaceAll(/\{([^}]+)\}/g, (_, key: string) => path[key] ?? '');
  const query =
    changes.rawQuery ??
    Object.entries({ ...base.query, ...changes.query })
      .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
      .join('&');
  const body = 'body' in changes ? changes.body : base.body;
  const [type] = operation.contentTypes;
  const sent =
    type === undefined || body === undefined
      ? null
      : type === 'application/json'
        ? Buffer.from(treeText(body))
        : multipartOf(body);
  return {
    name: `${operation.name}: ${name}`,
    method,
    target: query === '' ? target : `${target}?${query}`,
    headers: {
      ...(authorization === null ? {} : { Authorization: authorization }),
      ...(sent === null ? {} : { 'Content-Type': type === 'application/json' ? type : multipartType }),
      ...base.headers,
      ...changes.headers,
    },
    body: changes.bytes === undefined ? sent : changes.bytes,
  };
}

const boundary = 'x-hostile-boundary';
/** Content-Type of what `multipartOf` makes. */
export const multipartType = `multipart/form-data; boundary=${boundary}`;

/** One part of a multipart body, with the headers given. */
export const partOf = (headers: string, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`--${boundary}\r\n${headers}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);

/** Parts as a whole body. */
export const partsOf = (parts: readonly Buffer[], end = `--${boundary}--\r\n`): Buffer =>
  Buffer.concat([...parts, Buffer.from(end)]);

/** The members of an object as parts; `file` and `files` as files. */
export function multipartOf(body: Tree): Buffer {
  const members =
    typeof body === 'object' && body !== null && !(body instanceof Raw) && !Array.isArray(body) ? Object.entries(body) : [];
  return partsOf(
    members.map(([name, value]) => {
      const file = name.startsWith('file') ? `; filename="a.txt"\r\nContent-Type: text/plain` : '';
      return partOf(`Content-Disposition: form-data; name="${name}"${file}`, textOf(value as Tree));
    }),
  );
}
