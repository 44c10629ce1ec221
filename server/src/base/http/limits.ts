/** What a request may have and how long it may take, where its refusals are declared too. */

/** Names and values of one query or form; a request with more is refused. */
export const maxParameters = 1_000;

/** From a request's first byte to the end of its headers, and of its body; without a byte either way. Milliseconds. */
export const requestTimes = { headersMs: 10_000, requestMs: 120_000, idleMs: 30_000 } as const;
