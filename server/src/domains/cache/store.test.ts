import type { Value } from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCache } from './store.ts';

function setUp(maxBytes = 1_000_000, maxValueBytes = 10_000) {
  const time = { now: 0 };
  const clock = { now: () => time.now, monotonic: () => time.now };
  return { time, cache: createMemoryCache({ clock, maxBytes, maxValueBytes }) };
}

describe('the cache in memory', () => {
  it('gives back the very value, and undefined where there is none', () => {
    const { cache } = setUp();
    const value: Value = { list: [1, 'a', null] };
    cache.set('env_a', 'key', value, null);
    expect(cache.get('env_a', 'key')).toBe(value);
    expect(cache.get('env_a', 'other')).toBeUndefined();
  });
  it('keeps null apart from nothing', () => {
    const { cache } = setUp();
    cache.set('env_a', 'key', null, null);
    expect(cache.get('env_a', 'key')).toBeNull();
  });
  it('shows an environment its own keys only', () => {
    const { cache } = setUp();
    cache.set('env_a', 'key', 1, null);
    expect(cache.get('env_b', 'key')).toBeUndefined();
  });
  it('forgets a value when its time is over, to the millisecond', () => {
    const { cache, time } = setUp();
    cache.set('env_a', 'key', 1, 2);
    time.now = 1_999;
    expect(cache.get('env_a', 'key')).toBe(1);
    time.now = 2_000;
    expect(cache.get('env_a', 'key')).toBeUndefined();
    expect(cache.bytes).toBe(0);
  });
  it('refuses a value that is too large or too deep', () => {
    const { cache } = setUp();
    let deep: Value = 1;
    for (let i = 0; i < 100_000; i += 1) deep = [deep];
    const large: Value[] = ['x'.repeat(5_001), Array.from({ length: 2_000 }, (_, i) => i), { a: 'y'.repeat(9_000) }, deep];
    for (const value of large)
      expect(() => cache.set('env_a', 'key', value, null)).toThrow(expect.objectContaining({ code: 'cache_value_too_large' }));
  });
  it('lets the least recently used go, and never holds more than its bound', () => {
    const { cache } = setUp(2_000);
    for (const key of ['a', 'b', 'c']) cache.set('env', key, 'x'.repeat(200), null);
    cache.get('env', 'a');
    cache.set('env', 'd', 'x'.repeat(200), null);
    cache.set('env', 'e', 'x'.repeat(200), null);
    expect(['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get('env', key) !== undefined)).toEqual(['a', 'd', 'e']);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.jsonValue())), (sets) => {
        const { cache: bounded } = setUp(3_000, 1_500);
        for (const [key, value] of sets) {
          try {
            bounded.set('env', key, value as Value, null);
          } catch {}
          expect(bounded.bytes).toBeLessThanOrEqual(3_000);
        }
      }),
    );
  });
});
