/** Reads a value from the cache. */
import type { Invoke } from '../../ir.ts';
import { anyType } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { longestKey } from './limits.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.cache_get(run, step, { key: textArgument('cache_get: key', args.key, 1, longestKey) });

export const cacheGet = defineFunction({
  name: 'cache_get',
  aliases: ['get_cache', 'get_a_cache_value', 'redis_get'],
  family: 'cache',
  description: 'Reads a value from the cache; null where there is none or its time is over.',
  parameters: {
    key: { kind: 'value', types: ['text'], required: true, description: 'Name of the value, within this environment.' },
  },
  effects: ['cache_get'],
  result: () => anyType,
  plan: (step) => [step.invoke(invoke, null, step.values('key'))],
  examples: [
    {
      title: 'Takes a value from the cache, or makes it',
      stack: [
        { function: 'cache_get', key: 'rates', return_as: 'rates' },
        {
          function: 'conditional',
          condition: '{{ rates == null }}',
          true_branch: [
            { function: 'create_variable', name: 'rates', value: { EUR: 1 } },
            { function: 'cache_set', key: 'rates', value: '{{ rates }}', ttl_s: 60 },
          ],
        },
      ],
    },
  ],
});
