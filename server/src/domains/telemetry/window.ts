/** What was answered in the last sixty seconds, in a ring of a bucket a second. */
const seconds = 60;

interface Bucket {
  second: number;
  requests: number;
  errors: number;
  durationMs: number;
}

/** Sums over the window. */
export interface WindowSums {
  readonly requests: number;
  /** Answers of 500 and above. */
  readonly errors: number;
  readonly durationMs: number;
}

/** The ring. Times are milliseconds of a monotonic clock. */
export class RequestWindow {
  readonly #buckets: readonly Bucket[] = Array.from({ length: seconds }, () => ({
    second: -1,
    requests: 0,
    errors: 0,
    durationMs: 0,
  }));

  record(nowMs: number, durationMs: number, failed: boolean): void {
    const second = Math.floor(nowMs / 1_000);
    const bucket = this.#buckets[second % seconds];
    if (bucket === undefined) return;
    if (bucket.second !== second) {
      bucket.second = second;
      bucket.requests = 0;
      bucket.errors = 0;
      bucket.durationMs = 0;
    }
    bucket.requests += 1;
    bucket.durationMs += durationMs;
    if (failed) bucket.errors += 1;
  }

  /** Sums of the last 60 s, the running second included. */
  sums(nowMs: number): WindowSums {
    const now = Math.floor(nowMs / 1_000);
    const sums = { requests: 0, errors: 0, durationMs: 0 };
    for (const bucket of this.#buckets) {
      if (bucket.second <= now - seconds || bucket.second > now) continue;
      sums.requests += bucket.requests;
      sums.errors += bucket.errors;
      sums.durationMs += bucket.durationMs;
    }
    return sums;
  }
}
