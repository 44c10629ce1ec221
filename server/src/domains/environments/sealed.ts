/** What is kept sealed in the control database: each text is bound to its place there. */
import type { Sealer } from '../../base/crypto/index.ts';
import { type Postgres, StartError } from '../../base/postgres/index.ts';

/** Secrets of an environment's own, beside the values of its variables. */
export type EnvironmentSecret = 'token_key' | 'app_password' | 'query_password';

/** The place of an environment's secret. */
export const secretContext = (environmentId: string, name: EnvironmentSecret): string => `environment ${environmentId} ${name}`;

/** The place of a variable's value. */
export const variableContext = (environmentId: string, name: string): string => `${environmentId}/${name}`;

interface Sealed {
  readonly id: string;
  readonly token_key: string;
  readonly app_password: string;
  readonly query_password: string;
}

/**
 * At start: seals what was kept unsealed because there was no key yet. Throws StartError where the key given now is not the one
 * that sealed what is there: nothing could be served with it.
 */
export async function sealAtRest(postgres: Postgres, sealer: Sealer): Promise<void> {
  await postgres.controlTransaction(async (client) => {
    const environments = await client.query<Sealed>(
      'select id, token_key, app_password, query_password from environments for update',
    );
    const seal = sealAgain(sealer);
    for (const { id, token_key, app_password, query_password } of environments.rows) {
      const sealed = [
        seal(token_key, secretContext(id, 'token_key')),
        seal(app_password, secretContext(id, 'app_password')),
        seal(query_password, secretContext(id, 'query_password')),
      ];
      if (sealed.every((text) => text === null)) continue;
      await client.query(
        `update environments set token_key = coalesce($2, token_key), app_password = coalesce($3, app_password),
           query_password = coalesce($4, query_password) where id = $1`,
        [id, ...sealed],
      );
    }
    const variables = await client.query<{ environment_id: string; name: string; value: string }>(
      `select environment_id, name, value from environment_variables where value like 'text:%' for update`,
    );
    for (const { environment_id: id, name, value } of variables.rows) {
      const sealed = seal(value, variableContext(id, name));
      if (sealed === null) continue;
      await client.query('update environment_variables set value = $3 where environment_id = $1 and name = $2', [
        id,
        name,
        sealed,
      ]);
    }
  });
}

/** Opens a text and seals it where that is still to do; null: it may stay. */
function sealAgain(sealer: Sealer): (stored: string, context: string) => string | null {
  return (stored, context) => {
    const text = openOrStop(sealer, stored, context);
    return sealer.seals && !sealer.isSealed(stored) ? sealer.seal(text, context) : null;
  };
}

function openOrStop(sealer: Sealer, stored: string, context: string): string {
  try {
    return sealer.open(stored, context);
  } catch (error) {
    throw new StartError(
      sealer.seals
        ? 'ASHLAR_SECRET_KEY (or the file secret-key in the data folder) is not the key that sealed what the control database holds; give the original one.'
        : 'What the control database holds is sealed; set ASHLAR_SECRET_KEY to the key that sealed it.',
      { cause: error },
    );
  }
}
