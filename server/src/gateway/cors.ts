/** Cross-origin calls, as each group allows them. Without an allowed origin nothing is said, and browsers refuse. */
import type { Cors } from '@ashlar/engine';
import type { ServedGroup } from '../domains/publishing/index.ts';
import { publishedHeaders } from './response.ts';

/** Headers that a page may read of an answer, beside those that browsers always show. */
const exposed = 'ETag, Link, Location, Retry-After, X-Request-Id';
/** What a call needs at least: allowed where the group lists no headers. */
const usualHeaders = 'Authorization, Content-Type, If-None-Match';

/** The value for Access-Control-Allow-Origin; null when the origin may not call. `*` never goes together with credentials. */
function allowedOrigin(cors: Cors, origin: string): string | null {
  if (cors.origins.includes(origin)) return origin;
  return cors.origins.includes('*') ? '*' : null;
}

/** Whether answers differ by the Origin header, so that caches must keep them apart. */
export function variesByOrigin(cors: Cors): boolean {
  return cors.origins.some((origin) => origin !== '*');
}

/** What a group says of every answer to a caller that names no origin, as a flat list of names and values. */
const unasked = new WeakMap<ServedGroup, readonly string[]>();

function unaskedHeaders(group: ServedGroup): readonly string[] {
  const known = unasked.get(group);
  if (known !== undefined) return known;
  const made = variesByOrigin(group.definition.cors) ? [...publishedHeaders, 'Vary', 'Origin'] : publishedHeaders;
  unasked.set(group, made);
  return made;
}

/** The headers of an ordinary answer of a group, as a new flat list of names and values: security, and what its CORS rules say. */
export function groupHeaders(group: ServedGroup, origin: string | undefined): string[] {
  const headers = unaskedHeaders(group).slice();
  if (origin === undefined) return headers;
  const { cors } = group.definition;
  const allowed = allowedOrigin(cors, origin);
  if (allowed === null) return headers;
  headers.push('Access-Control-Allow-Origin', allowed, 'Access-Control-Expose-Headers', exposed);
  if (cors.credentials && allowed !== '*') headers.push('Access-Control-Allow-Credentials', 'true');
  return headers;
}

/**
 * Headers of the answer to a preflight, as a flat list.
 * @param methods what the path answers
 * @param wanted Access-Control-Request-Headers
 */
export function preflightHeaders(cors: Cors, origin: string, methods: readonly string[], wanted: string | undefined): string[] {
  const headers: string[] = [];
  const allowed = allowedOrigin(cors, origin);
  if (allowed === null) return headers;
  const may = cors.methods.length === 0 || cors.methods.includes('*') ? methods : methods.filter((m) => cors.methods.includes(m));
  headers.push('Access-Control-Allow-Origin', allowed, 'Access-Control-Allow-Methods', may.join(', '));
  const list = cors.headers.length === 0 ? usualHeaders : cors.headers.includes('*') ? safeList(wanted) : cors.headers.join(', ');
  if (list !== '') headers.push('Access-Control-Allow-Headers', list);
  if (cors.credentials && allowed !== '*') headers.push('Access-Control-Allow-Credentials', 'true');
  headers.push('Access-Control-Max-Age', String(cors.maxAgeS));
  return headers;
}

/** `*` in a group's list allows what the page asks for; Authorization too, which browsers leave out of a literal `*`. */
function safeList(wanted: string | undefined): string {
  return wanted !== undefined && /^[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,2000}$/.test(wanted) ? wanted : usualHeaders;
}
