/**
 * Mounts the calls of the control API: finds the call of a path, asks for the admin key, checks what was sent, pages lists.
 * Holds no call of its own. HTTP itself (reading, writing, the shape of errors) is the gateway's.
 */
import { defineError, errorOf, notFound } from '@ashlar/engine';
import type { TSchema } from 'typebox';
import { allowedMethods, methodNotAllowed, PathTrie } from '../base/http/index.ts';
import type { AnyCall, CallAnswer } from './define.ts';
import { type CallSchemas, compileSchemas } from './validate.ts';

const keyMissing = defineError<object>({
  code: 'key_missing',
  status: 401,
  title: 'The control API needs a key',
  solve: 'Send `Authorization: Bearer KEY` with the admin key of the instance.',
  message: () => 'This call needs the admin key: Authorization: Bearer KEY.',
});
const keyBad = defineError<object>({
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

const isList = (answer: TSchema): boolean => 'type' in answer && answer.type === 'array';
const parameterName = /^\{([A-Za-z_][A-Za-z0-9_]*)\}$/;

function mount(trie: PathTrie<MountedCall>, call: AnyCall): void {
  const segments = call.path.slice(1).split('/');
  const names = segments.map((segment) => parameterName.exec(segment)?.[1]);
  const calls = trie.at(segments.map((segment, index) => (names[index] === undefined ? segment : null)));
  const name = `${call.method} ${call.path}`;
  if (calls.has(call.method)) throw new Error(`${name} is declared twice`);
  if (call.method === 'GET' && call.body !== undefined) throw new Error(`${name} declares a body`);
  if (isList(call.answer) && call.paged !== true) throw new Error(`${name} answers a list and is not paged`);
  const parameters = names.filter((parameter) => parameter !== undefined);
  // The declaration's handler takes what its own schemas describe; they are checked before it is called.
  const handler = call.handler as (request: unknown) => Promise<CallAnswer<unknown>>;
  calls.set(call.method, { call, schemas: compileSchemas(call), parameters, handler });
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
  const trie = new PathTrie<MountedCall>();
  for (const call of calls) mount(trie, call);
  return {
    async answer(request) {
      const match = trie.find(request.segments);
      if (match === null)
        throw errorOf(notFound, { message: 'The control API has no call of this path; /openapi.json lists them.' });
      if (request.method === 'OPTIONS')
        return { status: 204, headers: ['Allow', allowedMethods(match.entries).join(', ')], body: undefined };
      const mounted = match.entries.get(request.method === 'HEAD' ? 'GET' : request.method);
      if (mounted === undefined) {
        const allowed = allowedMethods(match.entries);
        throw errorOf(methodNotAllowed, { method: request.method, allowed: allowed.join(', ') }, { payload: { allowed } });
      }
      return perform(mounted, match.values, request, verify);
    },
  };
}
