/** Takes a request's target apart: path segments and query, percent-encoding undone strictly. */
import { emptyObject, errorOf, type ValueObject } from '@ashlar/engine';
import { badRequest, tooManyParameters } from './errors.ts';
import { maxParameters } from './limits.ts';

export interface Target {
  /** As sent, always with a leading slash. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly query: string;
}

const absolute = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i;

/** Splits the target; the absolute form that proxies send is understood too. Throws `bad_request`. */
export function splitTarget(url: string): Target {
  const origin = url.startsWith('/') ? url : url.replace(absolute, '');
  const text = origin === '' || origin.startsWith('?') ? `/${origin}` : origin;
  if (!text.startsWith('/') || text.includes('#')) throw errorOf(badRequest, { reason: 'The URL is malformed' });
  const mark = text.indexOf('?');
  return mark === -1 ? { path: text, query: '' } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

const percentOf = (character: string): string => `%${character.charCodeAt(0).toString(16)}`;
/** What keeps a text from standing for itself. */
const encodedOrRaw = /[%\u0080-\uffff]/;

/** Undoes percent-encoding; raw bytes above 0x7f (node gives them as latin1) count as encoded. Throws `bad_request`. */
export function decodePercent(text: string, what: string): string {
  if (!encodedOrRaw.test(text)) return text;
  const encoded = text.replaceAll(/[\x80-\xff]/g, percentOf);
  let decoded: string;
  try {
    decoded = decodeURIComponent(encoded);
  } catch {
    throw errorOf(badRequest, { reason: `The percent-encoding of the ${what} is broken or not UTF-8` });
  }
  // PostgreSQL's texts can't hold it, and nothing else in a URL has a use for it.
  if (decoded.includes('\u0000')) throw errorOf(badRequest, { reason: `The ${what} contains a NUL character` });
  return decoded;
}

const plusToSpace = (text: string): string => (text.includes('+') ? text.replaceAll('+', ' ') : text);

/** Names with their values in order. */
export type Query = ReadonlyMap<string, readonly string[]>;

const noQuery: Query = new Map();

/** Reads `a=1&b=2` (WHATWG form encoding, but strict). Throws `bad_request`, `too_many_parameters`. */
export function parseQuery(text: string, what: string): Query {
  if (text === '') return noQuery;
  const query = new Map<string, string[]>();
  let count = 0;
  for (let from = 0; from <= text.length; ) {
    const ampersand = text.indexOf('&', from);
    const to = ampersand === -1 ? text.length : ampersand;
    if (to > from) {
      count += 1;
      if (count > maxParameters) throw errorOf(tooManyParameters, { limit: maxParameters });
      const pair = text.slice(from, to);
      const equals = pair.indexOf('=');
      const name = decodePercent(plusToSpace(equals === -1 ? pair : pair.slice(0, equals)), what);
      const value = equals === -1 ? '' : decodePercent(plusToSpace(pair.slice(equals + 1)), what);
      const known = query.get(name);
      if (known === undefined) query.set(name, [value]);
      else known.push(value);
    }
    from = to + 1;
  }
  return query;
}

const noMembers: ValueObject = Object.freeze(emptyObject());

/** As `request.query` and form bodies show it: a text, or a list of texts where a name came more than once. */
export function queryObject(query: Query): ValueObject {
  if (query.size === 0) return noMembers;
  const object = emptyObject();
  for (const [name, values] of query) object[name] = values.length === 1 ? (values[0] ?? '') : values;
  return object;
}
