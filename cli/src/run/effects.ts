/** The world of a function that is run without a server: a clock and a log, and nothing else. */
import { AshlarError, type EffectName, type Effects, encodeJson, Timestamp } from '@ashlar/engine';
import { printAside } from '../terminal/output.ts';

/** What a function may ask for here. */
export const effectsHere: ReadonlySet<EffectName> = new Set<EffectName>(['now', 'log', 'sleep']);

const absent = (name: EffectName) => (): never => {
  throw new AshlarError('effect_unavailable', 503, `${name} needs a server; "ashlar dev" starts one.`);
};

/** The effects. */
export const localEffects: Effects = {
  now: () => timestampNow(),
  log: (_run, _step, { data }) => {
    printAside(encodeJson(data, { decimals: 'number' }));
    return null;
  },
  sleep: async (run, _step, { durationMs }) => {
    await new Promise((resolve) => setTimeout(resolve, Math.min(durationMs, run.remainingMs() + 1)));
    run.check();
    return null;
  },
  uuid: absent('uuid'),
  random: absent('random'),
  query: absent('query'),
  direct_query: absent('direct_query'),
  begin: absent('begin'),
  commit: absent('commit'),
  rollback: absent('rollback'),
  savepoint: absent('savepoint'),
  release_savepoint: absent('release_savepoint'),
  rollback_to_savepoint: absent('rollback_to_savepoint'),
  http_request: absent('http_request'),
  cache_get: absent('cache_get'),
  cache_set: absent('cache_set'),
  hash_password: absent('hash_password'),
  check_password: absent('check_password'),
  create_auth_token: absent('create_auth_token'),
  start_profiling: absent('start_profiling'),
  end_profiling: absent('end_profiling'),
  system_metrics: absent('system_metrics'),
  raise_alert: absent('raise_alert'),
  slow_endpoints: absent('slow_endpoints'),
  suggest_optimizations: absent('suggest_optimizations'),
};

function timestampNow(): Timestamp {
  const now = Timestamp.parse(new Date().toISOString());
  if (now === null) throw new Error('the clock is beyond what a timestamp can hold');
  return now;
}
