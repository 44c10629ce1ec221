/**
 * The cache in this process's memory: bounded in bytes, least recently used values leave first. Values are immutable and
 * kept by reference. Keys of an environment can be reached by that environment only.
 */
import { defineError, errorOf, type Value } from '@ashlar/engine';
import type { Clock } from '../../base/clock.ts';
import { sizeOf } from './size.ts';

const cacheValueTooLarge = defineError<{ limitBytes: number }>({
  code: 'cache_value_too_large',
  status: 400,
  title: 'A value is too large for the cache',
  solve: 'Cache what is needed of it, or parts under keys of their own.',
  message: (d) => `A cached value may have ${d.limitBytes} bytes at most, and be nested 256 deep.`,
});

export interface CacheOptions {
  readonly clock: Clock;
  /** Bytes of all values and keys together; 64 MiB by default. */
  readonly maxBytes?: number;
  /** Bytes of one value; 1 MB by default. */
  readonly maxValueBytes?: number;
}

/** What a stack's cache functions ask. A store that nodes share answers through the same face. */
export interface CacheStore {
  /** The value, or undefined where there is none or its time is over. */
  get(environmentId: string, key: string): Promise<Value | undefined> | Value | undefined;
  /** Keeps a value; `ttlS` null: until room is needed. Throws `cache_value_too_large`. */
  set(environmentId: string, key: string, value: Value, ttlS: number | null): Promise<void> | void;
  /** Bytes held. */
  readonly bytes: number;
}

interface Entry {
  readonly value: Value;
  readonly bytes: number;
  /** Of the monotonic clock; Infinity: none. */
  readonly expiresAt: number;
}

/** Bookkeeping of an entry, roughly. */
const entryBytes = 120;

/** Makes the store of one node. */
export function createMemoryCache(options: CacheOptions): CacheStore {
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  const maxValueBytes = options.maxValueBytes ?? 1_000_000;
  const { clock } = options;
  // A Map keeps the order of insertion: taking out and putting in again makes an entry the youngest.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  // The id is of a fixed alphabet without the separator, so no key of one environment spells a key of another.
  const fullKey = (environmentId: string, key: string): string => `${environmentId}\n${key}`;
  const drop = (key: string, entry: Entry): void => {
    entries.delete(key);
    bytes -= entry.bytes;
  };

  return {
    get bytes() {
      return bytes;
    },
    get(environmentId, key) {
      const full = fullKey(environmentId, key);
      const entry = entries.get(full);
      if (entry === undefined) return undefined;
      if (entry.expiresAt <= clock.monotonic()) {
        drop(full, entry);
        return undefined;
      }
      entries.delete(full);
      entries.set(full, entry);
      return entry.value;
    },
    set(environmentId, key, value, ttlS) {
      const size = sizeOf(value, maxValueBytes);
      if (size === null) throw errorOf(cacheValueTooLarge, { limitBytes: maxValueBytes });
      const full = fullKey(environmentId, key);
      const before = entries.get(full);
      if (before !== undefined) drop(full, before);
      const entry = {
        value,
        bytes: size + full.length * 2 + entryBytes,
        expiresAt: ttlS === null ? Number.POSITIVE_INFINITY : clock.monotonic() + ttlS * 1_000,
      };
      entries.set(full, entry);
      bytes += entry.bytes;
      for (const [oldest, old] of entries) {
        if (bytes <= maxBytes) break;
        drop(oldest, old);
      }
    },
  };
}
