/** cache_get and cache_set, on the environment's own keys. */
import type { Run, Value } from '@ashlar/engine';
import type { CacheStore } from '../domains/cache/index.ts';
import type { Telemetry } from '../domains/telemetry/index.ts';
import { hostOf } from './host.ts';

/** Makes the effects of the cache. */
export function createCacheEffects(cache: CacheStore, telemetry: Pick<Telemetry, 'cacheRead'>) {
  return {
    cache_get: async (run: Run, _step: number, { key }: { readonly key: string }): Promise<Value> => {
      const value = await cache.get(hostOf(run).environment.id, key);
      telemetry.cacheRead(value !== undefined);
      return value ?? null;
    },
    cache_set: async (
      run: Run,
      _step: number,
      { key, value, ttlS }: { readonly key: string; readonly value: Value; readonly ttlS: number | null },
    ): Promise<null> => {
      await cache.set(hostOf(run).environment.id, key, value, ttlS);
      return null;
    },
  };
}
