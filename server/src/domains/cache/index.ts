/** The face of the cache. */
export type { CacheOptions, CacheStore } from './store.ts';
export { createMemoryCache } from './store.ts';
