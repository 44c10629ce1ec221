/** Characters of a cache key. */
export const longestKey = 512;
/** Longest life of a value in the cache: 30 days, in seconds. */
export const longestTtlS = 2_592_000;
