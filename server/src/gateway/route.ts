/**
 * The station "route": a trie of path segments per group. `%2F` stays inside its segment, and a trailing slash is another path.
 */
import { type AshlarError, type CompiledEndpoint, errorOf, notFound, onlyReading } from '@ashlar/engine';
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
export interface RouteEntry {
  readonly endpoint: CompiledEndpoint;
  /** `/api:shop/orders/{id}` */
  readonly label: string;
  /** Names of the path's parameters, in order. */
  readonly parameters: readonly string[];
  /** The client's going away may stop it: nothing it does changes anything. */
  readonly readOnly: boolean;
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
    const { method, path, pathText } = endpoint.definition;
    const parameters = path.flatMap((segment) => (segment.kind === 'literal' ? [] : [segment.name]));
    const label = `/api:${key}${pathText === '/' ? '' : pathText}`;
    const entries = this.#trie.at(path.map((segment) => (segment.kind === 'literal' ? segment.text : null)));
    entries.set(method, { endpoint, label, parameters, readOnly: isReadOnly(endpoint) });
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
  const raw = path.slice(1).split('/');
  const first = decodePercent(raw[0] ?? '', 'path');
  if (!first.startsWith('api:')) return null;
  const trailingSlash = raw.length > 1 && raw.at(-1) === '';
  const segments: string[] = [];
  for (let i = 1; i < raw.length - (trailingSlash ? 1 : 0); i += 1) segments.push(decodePercent(raw[i] ?? '', 'path'));
  return { key: first.slice('api:'.length), segments, trailingSlash };
}

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

/** Names and values of the path's parameters. */
export function pathParameters(entry: RouteEntry, values: readonly string[]): Record<string, string> {
  const parameters: Record<string, string> = Object.create(null);
  for (const [index, name] of entry.parameters.entries()) parameters[name] = values[index] ?? '';
  return parameters;
}
