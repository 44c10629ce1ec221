import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';
import { RequestWindow } from './window.ts';

describe('a histogram', () => {
  it('gives percentiles right to 3.5 per cent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 2_000_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, share) => {
          const histogram = new Histogram();
          for (const duration of durations) histogram.record(duration);
          const sorted = durations.sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
          expect(Math.abs(histogram.percentile(share) - exact)).toBeLessThanOrEqual(exact * 0.035 + 0.001);
        },
      ),
    );
  });
  it('adds up', () => {
    const [one, other, all] = [new Histogram(), new Histogram(), new Histogram()];
    for (let n = 1; n <= 100; n += 1) {
      (n % 2 === 0 ? one : other).record(n);
      all.record(n);
    }
    one.add(other);
    for (const share of [0, 0.5, 0.99, 1]) expect(one.percentile(share)).toBe(all.percentile(share));
    expect(one.total).toBe(100);
  });
  it('is 0 when empty, and takes what no clock should give', () => {
    const histogram = new Histogram();
    expect(histogram.percentile(0.5)).toBe(0);
    for (const duration of [-5, 0, 1e15]) histogram.record(duration);
    expect(histogram.percentile(0)).toBe(0);
    expect(histogram.percentile(1)).toBeGreaterThan(2_000_000);
  });
});

describe('the last sixty seconds', () => {
  it('count what was answered in them and nothing older', () => {
    const window = new RequestWindow();
    window.record(1_000, 10, false);
    window.record(30_500, 20, true);
    window.record(60_999, 30, false);
    expect(window.sums(60_999)).toEqual({ requests: 3, errors: 1, durationMs: 60 });
    expect(window.sums(61_000)).toEqual({ requests: 2, errors: 1, durationMs: 50 });
    window.record(61_000, 5, false);
    expect(window.sums(61_000)).toEqual({ requests: 3, errors: 1, durationMs: 55 });
    expect(window.sums(10_000_000)).toEqual({ requests: 0, errors: 0, durationMs: 0 });
  });
});
