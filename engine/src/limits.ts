/** Limits of a run and of requests, said once. `ashlar.jsonc` lowers them; nothing raises them. */
export interface Limits {
  /** Time for a run, in milliseconds. */
  readonly deadlineMs: number;
  /** Steps and loop turns. */
  readonly steps: number;
  /** UTF-16 units of one text (10 MB). */
  readonly textLength: number;
  /** Items of a list or members of an object. */
  readonly listItems: number;
  /** Items that a filter works over. */
  readonly filterItems: number;
  /** Bytes of an answer. */
  readonly resultBytes: number;
  /** Bytes of a request's body. */
  readonly bodyBytes: number;
  /** Nesting of run_function. */
  readonly recursion: number;
  /** Nesting of JSON values. */
  readonly jsonDepth: number;
}

export const defaultLimits: Limits = {
  deadlineMs: 30_000,
  steps: 1_000_000,
  textLength: 10_000_000,
  listItems: 1_000_000,
  filterItems: 100_000,
  resultBytes: 50_000_000,
  bodyBytes: 10_000_000,
  recursion: 64,
  jsonDepth: 256,
};

/** Beyond these a request is refused before it is read: URL and header bytes. */
export const urlBytes = 8_192;
export const headerBytes = 16_384;
/** Rows of `page` or `cursor` lists. */
export const maxPerPage = 1_000;
export const defaultPerPage = 25;
export const defaultMaxRows = 10_000;

/** A number as people read it: `1,000,000`. For the texts of errors, which name limits. */
export const grouped = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
