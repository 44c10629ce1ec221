/** A small world for stacks under test: every effect answered from memory, by a clock that stands still. */
import { AshlarError, type EffectName, type Effects, type Run, type Value } from '@ashlar/engine';
import { Timestamp } from '../../engine/src/values/time.ts';

/** One effect as it was asked for. */
export interface Asked {
  readonly name: EffectName;
  readonly step: number;
  readonly args: unknown;
}

export interface World {
  readonly effects: Effects;
  readonly asked: Asked[];
}

/** Makes a world. `answers` replaces single effects. */
export function makeWorld(answers: Partial<Effects> = {}): World {
  const asked: Asked[] = [];
  let count = 0;
  const cache = new Map<string, Value>();
  const alert = { id: 'alert_1', created_at: Timestamp.parse('2026-01-01T00:00:00.000Z') };
  const base: Effects = {
    now: () => Timestamp.parse('2026-01-01T00:00:00.000Z') as Timestamp,
    uuid: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
    random: (_run, _step, args) => (args.kind === 'int' ? args.min : 'r'),
    log: () => null,
    sleep: async () => null,
    query: async () => ({ rows: [], count: 0 }),
    direct_query: async () => ({ rows: [], count: 0 }),
    begin: async () => null,
    commit: async () => null,
    rollback: async () => null,
    savepoint: async () => null,
    release_savepoint: async () => null,
    rollback_to_savepoint: async () => null,
    http_request: async () => ({ status: 200, headers: {}, body: null, duration_ms: 1 }),
    cache_get: async (_run, _step, { key }) => cache.get(key) ?? null,
    cache_set: async (_run, _step, { key, value }) => {
      cache.set(key, value);
      return null;
    },
    hash_password: async (_run, _step, { password }) => `hash of ${password}`,
    check_password: async (_run, _step, { password, hash }) => hash === `hash of ${password}`,
    create_auth_token: async () => 'token',
    start_profiling: async (_run, _step, { profileId }) => ({ id: profileId }),
    end_profiling: async (_run, _step, { profileId }) => ({ id: profileId, execution_time: 1 }),
    system_metrics: async () => ({ cpu_usage: 1 }),
    raise_alert: async () => alert as never,
    slow_endpoints: async () => [],
    suggest_optimizations: async () => [],
  };
  const merged = { ...base, ...answers };
  const effects = Object.fromEntries(
    Object.entries(merged).map(([name, answer]) => [
      name,
      (run: Run, step: number, args: unknown) => {
        asked.push({ name: name as EffectName, step, args });
        return (answer as (run: Run, step: number, args: unknown) => unknown)(run, step, args);
      },
    ]),
  ) as unknown as Effects;
  return { effects, asked };
}

/** An effect's answer or error in a recording, by frame, step, name and occurrence. */
export type Recording = Map<string, { readonly answer: unknown } | { readonly error: AshlarError }>;

/** Records what `effects` answer. */
export function recorder(effects: Effects): { readonly effects: Effects; readonly recording: Recording } {
  const recording: Recording = new Map();
  const keys = keyCounter();
  const wrapped = Object.fromEntries(
    Object.entries(effects).map(([name, ask]) => [
      name,
      (run: Run, step: number, args: never) => {
        const key = keys(run, step, name);
        const keep = (answer: unknown): unknown => {
          recording.set(key, { answer });
          return answer;
        };
        const fail = (error: unknown): never => {
          if (error instanceof AshlarError) recording.set(key, { error });
          throw error;
        };
        try {
          const answer = (ask as (run: Run, step: number, args: never) => unknown)(run, step, args);
          return answer instanceof Promise ? answer.then(keep, fail) : keep(answer);
        } catch (error) {
          return fail(error);
        }
      },
    ]),
  ) as unknown as Effects;
  return { effects: wrapped, recording };
}

/** Answers from a recording, without any world; throws when something is asked that was not recorded. */
export function replayer(recording: Recording, sync: ReadonlySet<string>): Effects {
  const keys = keyCounter();
  return new Proxy({} as Effects, {
    get: (_target, name) => (run: Run, step: number) => {
      const key = keys(run, step, String(name));
      const kept = recording.get(key);
      if (kept === undefined) throw new Error(`the recording has no answer for ${key}`);
      if (sync.has(String(name))) {
        if ('error' in kept) throw kept.error;
        return kept.answer;
      }
      return 'error' in kept ? Promise.reject(kept.error) : Promise.resolve(kept.answer);
    },
  });
}

function keyCounter(): (run: Run, step: number, name: string) => string {
  const counts = new Map<string, number>();
  return (run, step, name) => {
    const place = `${run.frame}${step} ${name}`;
    const n = (counts.get(place) ?? 0) + 1;
    counts.set(place, n);
    return `${place} ${n}`;
  };
}
