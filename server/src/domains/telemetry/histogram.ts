/**
 * A histogram of durations: log-linear buckets (as HdrHistogram's), 32 to each power of two, so that a percentile is right to
 * about 3 per cent. Recording is a shift and an increment.
 */
const subBits = 5;
const subBuckets = 1 << subBits;
/** Microseconds up to 2^31: 35 minutes. */
const largest = 2 ** 31 - 1;
const size = subBuckets * (32 - subBits);

/** Counts of durations. */
export class Histogram {
  readonly #counts = new Uint32Array(size);
  total = 0;

  /** Counts one duration, in milliseconds. */
  record(durationMs: number): void {
    const index = indexOf(Math.min(largest, Math.max(0, Math.round(durationMs * 1_000))));
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.total += 1;
  }

  /** Adds another's counts. */
  add(other: Histogram): void {
    for (const [index, count] of other.#counts.entries()) this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.total += other.total;
  }

  /** The duration in milliseconds that `share` (0 to 1) of all stay within; 0 when nothing was recorded. */
  percentile(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.total));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (count > 0 && seen >= wanted) return middleOf(index) / 1_000;
    }
    return 0;
  }
}

function indexOf(microseconds: number): number {
  if (microseconds < subBuckets) return microseconds;
  const shift = 31 - Math.clz32(microseconds) - subBits;
  return (shift + 1) * subBuckets + ((microseconds >>> shift) - subBuckets);
}

function middleOf(index: number): number {
  if (index < subBuckets) return index;
  const shift = Math.floor(index / subBuckets) - 1;
  const low = ((index % subBuckets) + subBuckets) * 2 ** shift;
  return low + 2 ** shift / 2;
}
