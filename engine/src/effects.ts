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

/**
 * What rows that are only passed on are needed for. Both lists name columns of the statement, in its order. Made once for a
 * statement: whoever answers may keep what it works out by identity.
 */
export interface Encoding {
  /** Columns that the JSON holds. */
  readonly columns: readonly string[];
  /** Columns that are needed as values beside: keys of nested rows, what a cursor is made of. */
  readonly values: readonly string[];
}

/** Rows as JSON objects, by the statement's columns. */
export interface EncodedRows {
  /** All of them, with commas between, in UTF-8: one character a byte. */
  readonly utf8: string;
  /** Where each ends in `utf8`, before the comma. */
  readonly ends: readonly number[];
  /** Whether `utf8` holds ASCII alone. */
  readonly ascii: boolean;
}

/** A set of rows, or the number of rows changed. Rows are null-prototype objects of values by the statement's columns. */
export interface QueryAnswer {
  /** Where the rows are encoded, an object a row of the values that `encode` names, or none at all where it names none. */
  readonly rows: readonly ValueObject[];
  /** The rows as JSON, where `encode` allowed it and whoever answers could. */
  readonly encoded?: EncodedRows;
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
  /**
   * One statement; outside a transaction in autocommit, inside on the run's connection. `encode`: the rows are only passed on, so
   * they may be answered as JSON, exactly as `encodeJson` writes them with the run's `decimals` (`true`: all their columns, and no
   * values beside); no duty, whole rows are an answer too.
   */
  query: {
    args: { readonly statement: Statement; readonly params: readonly Value[]; readonly encode?: true | Encoding };
    answer: QueryAnswer;
  };
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

/** What holds of an effect, whoever answers it. */
interface EffectFacts {
  /** Answered without waiting. */
  readonly sync: boolean;
  /** May change something outside the run. What a `query` changes, its statement tells. */
  readonly changes: boolean;
  /** Asks the workspace's database. */
  readonly database: boolean;
  /** A rollback undoes it, or it leaves nothing that counts: a transaction that is tried again may ask it again. */
  readonly rolledBack: boolean;
}

type FactsOf<K extends EffectName> = EffectFacts & { readonly sync: EffectMap[K] extends { sync: true } ? true : false };

const facts: { readonly [K in EffectName]: FactsOf<K> } = {
  now: { sync: true, changes: false, database: false, rolledBack: true },
  uuid: { sync: true, changes: false, database: false, rolledBack: true },
  random: { sync: true, changes: false, database: false, rolledBack: true },
  log: { sync: true, changes: false, database: false, rolledBack: true },
  sleep: { sync: false, changes: false, database: false, rolledBack: false },
  query: { sync: false, changes: false, database: true, rolledBack: true },
  direct_query: { sync: false, changes: true, database: true, rolledBack: true },
  begin: { sync: false, changes: true, database: true, rolledBack: true },
  commit: { sync: false, changes: true, database: true, rolledBack: true },
  rollback: { sync: false, changes: true, database: true, rolledBack: true },
  savepoint: { sync: false, changes: true, database: true, rolledBack: true },
  release_savepoint: { sync: false, changes: true, database: true, rolledBack: true },
  rollback_to_savepoint: { sync: false, changes: true, database: true, rolledBack: true },
  http_request: { sync: false, changes: true, database: false, rolledBack: false },
  cache_get: { sync: false, changes: false, database: false, rolledBack: false },
  cache_set: { sync: false, changes: true, database: false, rolledBack: false },
  hash_password: { sync: false, changes: false, database: false, rolledBack: true },
  check_password: { sync: false, changes: true, database: false, rolledBack: false },
  create_auth_token: { sync: false, changes: true, database: false, rolledBack: false },
  start_profiling: { sync: false, changes: true, database: false, rolledBack: false },
  end_profiling: { sync: false, changes: true, database: false, rolledBack: false },
  system_metrics: { sync: false, changes: false, database: false, rolledBack: false },
  raise_alert: { sync: false, changes: true, database: false, rolledBack: false },
  slow_endpoints: { sync: false, changes: false, database: false, rolledBack: false },
  suggest_optimizations: { sync: false, changes: false, database: false, rolledBack: false },
};

const isEffectName = (name: string): name is EffectName => Object.hasOwn(facts, name);

/** Every effect there is. */
export const effectNames: readonly EffectName[] = Object.keys(facts).filter(isEffectName);

/** Which effects are answered without waiting. */
export const syncEffects: ReadonlySet<EffectName> = new Set(effectNames.filter((name) => facts[name].sync));

/** Whether none of the effects changes anything outside the run; what queries write is told by their statements. */
export const onlyReading = (effects: Iterable<EffectName>): boolean => [...effects].every((name) => !facts[name].changes);

/** Whether any of the effects is the database's. */
export const usesDatabase = (effects: Iterable<EffectName>): boolean => [...effects].some((name) => facts[name].database);

/** Whether a transaction with these effects may be tried again: all are undone by a rollback, or leave nothing. */
export const mayBeRepeated = (effects: Iterable<EffectName>): boolean => [...effects].every((name) => facts[name].rolledBack);

type Answer<K extends EffectName> = EffectMap[K] extends { sync: true }
  ? EffectMap[K]['answer']
  : Promise<EffectMap[K]['answer']>;

/** Who answers: one method for each effect, so that a missing one is a type error. Errors are thrown as AshlarError. */
export type Effects = { readonly [K in EffectName]: (run: Run, step: number, args: EffectMap[K]['args']) => Answer<K> };

/** Bodies of all effects, made of some: the others answer what `missing` gives for their names, an error. */
export function completeEffects(given: Partial<Effects>, missing: (name: EffectName) => () => never): Effects {
  const absent: { [K in EffectName]?: () => never } = {};
  for (const name of effectNames) absent[name] = missing(name);
  const all = { ...absent, ...given };
  if (!isComplete(all)) throw new Error('an effect was given as undefined');
  return all;
}

const isComplete = (effects: Partial<Effects>): effects is Effects => effectNames.every((name) => effects[name] !== undefined);
