/** Values of an environment's variables (semantics 8): declared in env.jsonc, kept here, sealed. */
import type { EnvironmentVariable, Value, ValueObject } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Sealer } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { bumpRevision } from './revision.ts';
import { variableContext } from './sealed.ts';

/** UTF-16 units of a value. */
export const variableLengthMax = 100_000;

/** Sealed values by environment and name, as stored. */
export type StoredVariables = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Declared variables by name. */
export type Declared = ReadonlyMap<string, EnvironmentVariable>;

/** All stored values, still sealed; inside the transaction that reads a snapshot. */
export async function storedVariables(client: PoolClient): Promise<StoredVariables> {
  const { rows } = await client.query<{ environment_id: string; name: string; value: string }>(
    'select environment_id, name, value from environment_variables order by environment_id, name',
  );
  const byEnvironment = new Map<string, Map<string, string>>();
  for (const row of rows) {
    const values = byEnvironment.get(row.environment_id) ?? new Map<string, string>();
    byEnvironment.set(row.environment_id, values.set(row.name, row.value));
  }
  return byEnvironment;
}

/**
 * What stacks see as `env`: every declared variable; without a value its default, without that null. A value that this node
 * can't open (sealed with another key) throws.
 */
export function envOf(
  environmentId: string,
  declared: Declared,
  stored: ReadonlyMap<string, string> | undefined,
  sealer: Sealer,
): ValueObject {
  const env: Record<string, Value> = Object.create(null);
  for (const variable of declared.values()) {
    const sealed = stored?.get(variable.name);
    env[variable.name] =
      sealed === undefined ? (variable.default ?? null) : sealer.open(sealed, variableContext(environmentId, variable.name));
  }
  return Object.freeze(env);
}

/** Sets values; those that are as they were change nothing. Answers how many changed. */
export async function setVariables(
  postgres: Postgres,
  sealer: Sealer,
  environmentId: string,
  values: ReadonlyMap<string, string>,
): Promise<number> {
  return postgres.controlTransaction(async (client) => {
    const { rows } = await client.query<{ name: string; value: string }>(
      'select name, value from environment_variables where environment_id = $1',
      [environmentId],
    );
    const known = new Map(rows.map((row) => [row.name, row.value]));
    let changed = 0;
    for (const [name, value] of values) {
      if (opens(sealer, known.get(name), variableContext(environmentId, name)) === value) continue;
      changed += 1;
      await client.query(
        `insert into environment_variables (environment_id, name, value) values ($1, $2, $3)
         on conflict (environment_id, name) do update set value = excluded.value, updated_at = now()`,
        [environmentId, name, sealer.seal(value, variableContext(environmentId, name))],
      );
    }
    if (changed > 0) await bumpRevision(client);
    return changed;
  });
}

function opens(sealer: Sealer, sealed: string | undefined, context: string): string | null {
  if (sealed === undefined) return null;
  try {
    return sealer.open(sealed, context);
  } catch {
    // Sealed with a key that is gone: a new value takes its place.
    return null;
  }
}

/** Takes a value away; its default holds again. Answers whether there was one. */
export async function unsetVariable(postgres: Postgres, environmentId: string, name: string): Promise<boolean> {
  return postgres.controlTransaction(async (client) => {
    const { rowCount } = await client.query('delete from environment_variables where environment_id = $1 and name = $2', [
      environmentId,
      name,
    ]);
    if (rowCount === 0) return false;
    await bumpRevision(client);
    return true;
  });
}

/** A declared variable with its value, as the control API shows it: never a secret's value. */
export interface ShownVariable {
  readonly name: string;
  readonly description: string;
  readonly secret: boolean;
  /** Null where there is none, and for every secret. */
  readonly value: string | null;
  readonly from: 'set' | 'default' | 'none';
  readonly updated_at: string | null;
}

/** Declared variables by name. */
export async function listVariables(
  postgres: Postgres,
  sealer: Sealer,
  environmentId: string,
  declared: Declared,
): Promise<readonly ShownVariable[]> {
  const { rows } = await postgres.control<{ name: string; value: string; updated_at: Date }>(
    'select name, value, updated_at from environment_variables where environment_id = $1',
    [environmentId],
  );
  const stored = new Map(rows.map((row) => [row.name, row]));
  return [...declared.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((variable) => {
      const row = stored.get(variable.name);
      const value =
        row === undefined ? (variable.default ?? null) : opens(sealer, row.value, variableContext(environmentId, variable.name));
      return {
        name: variable.name,
        description: variable.description,
        secret: variable.secret,
        value: variable.secret ? null : value,
        from: row !== undefined ? 'set' : variable.default === undefined ? 'none' : 'default',
        updated_at: row?.updated_at.toISOString() ?? null,
      };
    });
}
