/**
 * The station "route": a trie of path segments per group. `%2F` stays inside its segment, and a trailing slash is another path.
 */
import {
  type AshlarError,
  type CheckedInputs,
  type CompiledEndpoint,
  emptyObject,
  errorOf,
  notFound,
  onlyReading,
  prepareInputs,
  type RawInputs,
} from '@ashlar/engine';
import {
  allowedMethods,
  decodePercent,
  type PathMatch as Match,
  methodNotAllowed,
  methodUnknown,
  PathTrie,
} from '../base/http/index.ts';
import type { ServedGroup, Snapshot } from '../domains/publishing/index.ts';

/** An endpoint and what the gateway works out of it once per snapshot. */
export class RouteEntry {
  readonly endpoint: CompiledEndpoint;
  /** `/api:shop/orders/{id}` */
  readonly label: string;
  /** `GET /api:shop/orders/{id}` */
  readonly name: string;
  /** Names of the path's parameters, in order. */
  readonly parameters: readonly string[];
  /** The client's going away may stop it: nothing it does changes anything. */
  readonly readOnly: boolean;
  #check: ((raw: RawInputs) => CheckedInputs) | null = null;

  constructor(key: string, endpoint: CompiledEndpoint) {
    const { method, path, pathText } = endpoint.definition;
    this.endpoint = endpoint;
    this.label = `/api:${key}${pathText === '/' ? '' : pathText}`;
    this.name = `${method} ${this.label}`;
    this.parameters = path.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
    this.readOnly = isReadOnly(endpoint);
  }

  /** Checks what a request brings; prepared when first asked for. */
  check(raw: RawInputs): CheckedInputs {
    const { inputs, unknownInputs } = this.endpoint.definition;
    this.#check ??= prepareInputs(inputs, unknownInputs);
    return this.#check(raw);
  }
}

/** What a path was found to be: the methods it knows, and the values of its parameters. */
export type PathMatch = Match<RouteEntry>;

function isReadOnly(endpoint: CompiledEndpoint): boolean {
  const { names, writes } = endpoint.stack.effects;
  return writes.size === 0 && onlyReading(names);
}

/** The routes of one group. */
export class GroupRoutes {
  readonly #trie = new PathTrie<RouteEntry>();
  readonly #group: ServedGroup;

  constructor(key: string, group: ServedGroup) {
    this.#group = group;
    for (const endpoint of group.endpoints) this.#add(key, endpoint);
  }

  #add(key: string, endpoint: CompiledEndpoint): void {
    const { method, path } = endpoint.definition;
    const entries = this.#trie.at(path.map((segment) => (segment.kind === 'literal' ? segment.text : null)));
    entries.set(method, new RouteEntry(key, endpoint));
  }

  /** Whether an endpoint's path begins with this word: the group's own then goes before what the server serves under that name. */
  hasLiteral(word: string): boolean {
    return this.#trie.hasLiteral(word);
  }

  get group(): ServedGroup {
    return this.#group;
  }

  /** Finds what decoded segments lead to. */
  find(segments: readonly string[]): PathMatch | null {
    return this.#trie.find(segments);
  }
}

/** Tries per group, built when first asked for and forgotten with their snapshot. */
const routesOf = new WeakMap<ServedGroup, GroupRoutes>();

function groupRoutes(key: string, group: ServedGroup): GroupRoutes {
  const known = routesOf.get(group);
  if (known !== undefined) return known;
  const made = new GroupRoutes(key, group);
  routesOf.set(group, made);
  return made;
}

/** A path of an API group, taken apart. */
export interface GroupPath {
  /** What follows `/api:`, for example `shop` or `shop:staging`. */
  readonly key: string;
  /** Decoded. */
  readonly segments: readonly string[];
  readonly trailingSlash: boolean;
}

/** Takes `/api:shop/orders/7` apart; null when the path is not one of a group. Throws `bad_request`. */
export function groupPath(path: string): GroupPath | null {
  if (!path.startsWith('/api')) return null;
  const end = segmentEnd(path, 1);
  const first = segmentAt(path, 1, end);
  if (!first.startsWith('api:')) return null;
  const key = first.slice('api:'.length);
  const segments: string[] = [];
  for (let from = end + 1; from <= path.length; ) {
    const to = segmentEnd(path, from);
    if (from === path.length) return { key, segments, trailingSlash: true };
    segments.push(segmentAt(path, from, to));
    from = to + 1;
  }
  return { key, segments, trailingSlash: false };
}

function segmentEnd(path: string, from: number): number {
  const slash = path.indexOf('/', from);
  return slash === -1 ? path.length : slash;
}

const segmentAt = (path: string, from: number, to: number): string => decodePercent(path.slice(from, to), 'path');

/** A 404 for something that isn't served, with a hint. */
export function nothingHere(message: string): AshlarError {
  return errorOf(notFound, { message });
}

/** Finds the group of a path. Throws `not_found`. */
export function findGroup(snapshot: Snapshot, path: GroupPath): GroupRoutes {
  const group = snapshot.groups.get(path.key);
  if (group !== undefined) return groupRoutes(path.key, group);
  const [name = '', environment] = path.key.split(':');
  throw nothingHere(
    environment !== undefined && snapshot.groups.has(name)
      ? `There is no environment "${environment}" of the API group "${name}" here.`
      : `There is no API group "${path.key}" here; "/" lists those that show themselves.`,
  );
}

/** Finds what a path of a group leads to. Throws `not_found`. */
export function findPath(routes: GroupRoutes, path: GroupPath): PathMatch {
  const match = routes.find(path.segments);
  if (match !== null && !path.trailingSlash) return match;
  throw nothingHere(
    match === null
      ? `No endpoint of the API group "${path.key}" has this path.`
      : 'No endpoint has this path; the one without the slash at the end has one.',
  );
}

const usualMethods: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
]);

/** The endpoint for a method. HEAD is answered by GET where no endpoint of its own exists. Throws `method_not_allowed`, `method_unknown`. */
export function findMethod(match: PathMatch, method: string): RouteEntry {
  const entry = match.entries.get(method) ?? (method === 'HEAD' ? match.entries.get('GET') : undefined);
  if (entry !== undefined) return entry;
  if (!usualMethods.has(method)) throw errorOf(methodUnknown, { method });
  const allowed = allowedMethods(match.entries);
  throw errorOf(methodNotAllowed, { method, allowed: allowed.join(', ') }, { payload: { allowed } });
}

/** Names and values of the path's parameters, in an object without prototype. */
export function pathParameters(entry: RouteEntry, values: readonly string[]): Readonly<Record<string, string>> {
  const parameters = emptyObject<string>();
  for (let i = 0; i < values.length; i += 1) parameters[entry.parameters[i] ?? ''] = values[i] ?? '';
  return parameters;
}
