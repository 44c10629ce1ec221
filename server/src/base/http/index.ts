/** Plain HTTP: targets, queries, bearer tokens, tries of paths, ranges of addresses, refusals. */
export { bearerToken } from './bearer.ts';
export { type AddressRange, parseAddressRange, parseCidr } from './cidr.ts';
export {
  badRequest,
  bodyTooLarge,
  expectationFailed,
  headersTooLarge,
  methodNotAllowed,
  methodUnknown,
  requestTimeout,
  tooManyParameters,
  unsupportedMediaType,
  urlTooLong,
} from './errors.ts';
export { maxParameters, requestTimes } from './limits.ts';
export { allowedMethods, type PathMatch, PathTrie } from './path-trie.ts';
export type { Query, Target } from './target.ts';
export { decodePercent, parseQuery, queryObject, splitTarget } from './target.ts';
