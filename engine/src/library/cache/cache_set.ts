/** Keeps a value in the cache. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, intArgument, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { longestKey, longestTtlS } from './limits.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.cache_set(run, step, {
    key: textArgument('cache_set: key', args.key, 1, longestKey),
    value: args.value ?? null,
    ttlS: absent(args.ttl_s) ? null : intArgument('cache_set: ttl_s', args.ttl_s, 1, longestTtlS),
  });

export const cacheSet = defineFunction({
  name: 'cache_set',
  aliases: ['set_cache', 'set_a_cache_value', 'redis_set'],
  family: 'cache',
  description: 'Keeps a value in the cache, for `ttl_s` seconds or until room is needed. Nothing is rolled back.',
  parameters: {
    key: { kind: 'value', types: ['text'], required: true, description: 'Name of the value, within this environment.' },
    value: { kind: 'value', required: true, aliases: ['data'], description: 'Any value up to 1 MB.' },
    ttl_s: {
      kind: 'value',
      types: ['int'],
      aliases: ['ttl', 'expire'],
      description: 'Seconds that it is kept at most; without it, as long as there is room.',
    },
  },
  effects: ['cache_set'],
  result: null,
  plan: (step) => [step.invoke(invoke, null, step.values('key', 'value', 'ttl_s'))],
  examples: [
    { title: 'Keeps a value for a minute', stack: [{ function: 'cache_set', key: 'greeting', value: 'hello', ttl_s: 60 }] },
  ],
});
