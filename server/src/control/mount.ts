/**
 * Mounts the calls of the control API: finds the call of a path, asks for the admin key, checks what was sent, pages lists.
 * Holds no call of its own. HTTP itself (reading, writing, the shape of errors) is the gateway's.
 */
import { AshlarError, defineError, errorOf } from '@ashlar/engine';
import type { TSchema } from 'typebox';
import { methodNotAllowed } from '../base/http/index.ts';
import type { AnyCall, CallAnswer } from './define.ts';
import { type CallSchemas, compileSchemas } from './validate.ts';

export const keyMissing = defineError<object>({
  code: 'key_missing',
  status: 401,
  title: 'The control API needs a key',
  solve: 'Send `Authorization: Bearer KEY` with the admin key of the instance.',
  message: () => 'This call needs the admin key: Authorization: Bearer KEY.',
});
export const keyBad = defineError<object>({
  code: 'key_bad',
  status: 401,
  title: 'The key is not one of this instance',
  solve: 'Check ASHLAR_ADMIN_KEY, or the key file in the data folder where the key was made at the first start.',
  message: () => 'The key is not valid here.',
});

/** A request under /api/, taken apart by the gateway. */
export interface ControlRequest {
  readonly method: string;
  /** As sent, for the Link header. */
  readonly path: string;
  /** Decoded segments after `/`, `api` first. */
  readonly segments: readonly string[];
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Of the Authorization header; null: none, '': malformed. */
  readonly token: string | null;
  readonly requestId: string;
  readonly clientAddress: string;
  readonly signal: AbortSignal;
  /** Reads the body as JSON; undefined when it is empty. Throws AshlarError. */
  readJson(limitBytes: number): Promise<unknown>;
}

export interface ControlAnswer {
  readonly status: number;
  /** Flat list of names and values. */
  readonly headers: string[];
  /** Plain JSON data; undefined: no body. */
  readonly body: unknown;
}

/** The mounted control API. */
export interface Control {
  /** Throws AshlarError. */
  answer(request: ControlRequest): Promise<ControlAnswer>;
}

/** Bytes of a body where the call doesn't say. */
const defaultBodyBytes = 1_000_000;

interface MountedCall {
  readonly call: AnyCall;
  readonly schemas: CallSchemas;
  readonly parameters: readonly string[];
  readonly handler: (request: unknown) => Promise<CallAnswer<unknown>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | null;
  readonly calls: Map<string, MountedCall>;
}

const newNode = (): Node => ({ literals: new Map(), parameter: null, calls: new Map() });
const isList = (answer: TSchema): boolean => 'type' in answer && answer.type === 'array';
const parameterName = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

function add(root: Node, call: AnyCall): void {
  let node = root;
  const parameters: string[] = [];
  for (const segment of call.path.slice(1).split('/')) {
    const name = parameterName.exec(segment)?.[1];
    if (name === undefined) {
      const next: Node = node.literals.get(segment) ?? newNode();
      node.literals.set(segment, next);
      node = next;
    } else {
      node.parameter ??= newNode();
      node = node.parameter;
      parameters.push(name);
    }
  }
  const name = `${call.method} ${call.path}`;
  if (node.calls.has(call.method)) throw new Error(`${name} is declared twice`);
  if (call.method === 'GET' && call.body !== undefined) throw new Error(`${name} declares a body`);
  if (isList(call.answer) && call.paged !== true) throw new Error(`${name} answers a list and is not paged`);
  // The declaration's handler takes what its own schemas describe; they are checked before it is called.
  const handler = call.handler as (request: unknown) => Promise<CallAnswer<unknown>>;
  node.calls.set(call.method, { call, schemas: compileSchemas(call), parameters, handler });
}

function find(node: Node, segments: readonly string[], depth: number, values: string[]): Node | null {
  const segment = segments[depth];
  if (segment === undefined) return node.calls.size > 0 ? node : null;
  const literal = node.literals.get(segment);
  const found = literal === undefined ? null : find(literal, segments, depth + 1, values);
  if (found !== null || node.parameter === null || segment === '') return found;
  values.push(segment);
  const viaParameter = find(node.parameter, segments, depth + 1, values);
  if (viaParameter === null) values.pop();
  return viaParameter;
}

function allowedMethods(node: Node): readonly string[] {
  const methods = [...node.calls.keys()];
  return [...methods, ...(node.calls.has('GET') ? ['HEAD'] : []), 'OPTIONS'];
}

const adminActor = { id: 'admin', name: 'admin key' } as const;
const publicActor = { id: 'public', name: 'anybody' } as const;

function actorOf(
  call: AnyCall,
  token: string | null,
  verify: (key: string) => boolean,
): { readonly id: string; readonly name: string } {
  if (call.permission === 'public') return publicActor;
  if (token === null) throw errorOf(keyMissing, {});
  if (token === '' || !verify(token)) throw errorOf(keyBad, {});
  return adminActor;
}

function linkHeader(request: ControlRequest, cursor: string): string {
  const query = new URLSearchParams();
  for (const [name, values] of request.query) if (name !== 'cursor') for (const value of values) query.append(name, value);
  query.set('cursor', cursor);
  return `<${request.path}?${query}>; rel="next"`;
}

async function perform(
  mounted: MountedCall,
  values: readonly string[],
  request: ControlRequest,
  verify: (key: string) => boolean,
): Promise<ControlAnswer> {
  const { call, schemas, parameters, handler } = mounted;
  // Who asks is settled before a byte of the body is read.
  const actor = actorOf(call, request.token, verify);
  const named = Object.fromEntries(parameters.map((name, index) => [name, values[index] ?? '']));
  const body = call.body === undefined ? undefined : await request.readJson(call.bodyBytes ?? defaultBodyBytes);
  const checked = schemas.check({ params: named, query: request.query, body });
  const answer = await handler({
    ...checked,
    actor,
    requestId: request.requestId,
    clientAddress: request.clientAddress,
    signal: request.signal,
  });
  const headers = answer.nextCursor === undefined ? [] : ['Link', linkHeader(request, answer.nextCursor)];
  return { status: answer.status ?? 200, headers, body: answer.body };
}

/**
 * Mounts calls. Throws when two have the same method and path.
 * @param verify whether a text is the admin key, in constant time
 */
export function mountCalls(calls: readonly AnyCall[], verify: (key: string) => boolean): Control {
  const root = newNode();
  for (const call of calls) add(root, call);
  return {
    async answer(request) {
      const values: string[] = [];
      const node = find(root, request.segments, 0, values);
      if (node === null)
        throw new AshlarError('not_found', 404, 'The control API has no call of this path; /openapi.json lists them.');
      if (request.method === 'OPTIONS')
        return { status: 204, headers: ['Allow', allowedMethods(node).join(', ')], body: undefined };
      const mounted = node.calls.get(request.method === 'HEAD' ? 'GET' : request.method);
      if (mounted === undefined) {
        const allowed = allowedMethods(node);
        throw errorOf(methodNotAllowed, { method: request.method, allowed: allowed.join(', ') }, { payload: { allowed } });
      }
      return perform(mounted, values, request, verify);
    },
  };
}
