/**
 * The one narrow interface between a compiled stack and the world. A stack does nothing else: whoever stands behind this
 * interface may be the server, a recorder, or a recording that is replayed without the world.
 *
 * Every call carries the run and the number of the step that asked. Answers are values: immutable, kept by reference.
 */
import type { Run } from './run/run.ts';
import type { Statement } from './run/statement.ts';
import type { Timestamp } from './values/time.ts';
import type { Value, ValueObject } from './values/value.ts';

export interface HttpRequestArgs {
  readonly url: string;
  readonly method: string;
  /** Lower-cased names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Encoded; null for none. */
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly retryUnsafe: boolean;
  readonly maxBytes: number;
}

/** A set of rows, or the number of rows changed. Rows are null-prototype objects of values by the statement's columns. */
export interface QueryAnswer {
  readonly rows: readonly ValueObject[];
  /** Rows touched, as PostgreSQL's command tag tells. */
  readonly count: number;
}

export type RandomArgs =
  | { readonly kind: 'int'; readonly min: number; readonly max: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'text'; readonly length: number; readonly alphabet: string };

/** Name -> arguments and answer. Sync ones are answered at once, also inside expressions. */
export interface EffectMap {
  now: { args: null; answer: Timestamp; sync: true };
  uuid: { args: { readonly version: 4 | 7 }; answer: string; sync: true };
  random: { args: RandomArgs; answer: Value; sync: true };
  log: { args: { readonly data: Value }; answer: null; sync: true };
  sleep: { args: { readonly durationMs: number }; answer: null };
  /** One statement; outside a transaction in autocommit, inside on the run's connection. */
  query: { args: { readonly statement: Statement; readonly params: readonly Value[] }; answer: QueryAnswer };
  direct_query: {
    args: { readonly sql: string; readonly params: readonly Value[]; readonly write: boolean; readonly maxRows: number };
    answer: QueryAnswer;
  };
  begin: { args: { readonly isolation: 'read_committed' | 'repeatable_read' | 'serializable' }; answer: null };
  commit: { args: null; answer: null };
  rollback: { args: null; answer: null };
  savepoint: { args: { readonly depth: number }; answer: null };
  release_savepoint: { args: { readonly depth: number }; answer: null };
  rollback_to_savepoint: { args: { readonly depth: number }; answer: null };
  http_request: {
    args: HttpRequestArgs;
    /** `{status, headers, body, duration_ms}` */
    answer: ValueObject;
  };
  cache_get: { args: { readonly key: string }; answer: Value };
  cache_set: { args: { readonly key: string; readonly value: Value; readonly ttlS: number | null }; answer: null };
  hash_password: { args: { readonly password: string }; answer: string };
  check_password: {
    args: { readonly password: string; readonly hash: string | null; readonly account: string | null };
    answer: boolean;
  };
  create_auth_token: {
    args: { readonly table: string; readonly id: Value; readonly expiresS: number; readonly extras: Value };
    answer: string;
  };
  start_profiling: { args: { readonly profileId: string }; answer: ValueObject };
  end_profiling: { args: { readonly profileId: string }; answer: ValueObject | null };
  system_metrics: { args: null; answer: ValueObject };
  raise_alert: { args: { readonly alertType: string; readonly data: Value }; answer: ValueObject };
  slow_endpoints: { args: { readonly limit: number }; answer: readonly ValueObject[] };
  suggest_optimizations: { args: { readonly analysis: Value }; answer: readonly ValueObject[] };
}

export type EffectName = keyof EffectMap;

/** Which effects are answered without waiting. */
export const syncEffects: ReadonlySet<EffectName> = new Set(['now', 'uuid', 'random', 'log']);

type Answer<K extends EffectName> = EffectMap[K] extends { sync: true }
  ? EffectMap[K]['answer']
  : Promise<EffectMap[K]['answer']>;

/** Who answers: one method for each effect, so that a missing one is a type error. Errors are thrown as AshlarError. */
export type Effects = { readonly [K in EffectName]: (run: Run, step: number, args: EffectMap[K]['args']) => Answer<K> };
