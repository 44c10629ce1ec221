import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { createSealer } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { ensureWorkspace } from '../workspaces/index.ts';
import { createEnvironment, getEnvironment, openSecrets } from './environments.ts';
import { sealAtRest } from './sealed.ts';
import { setVariables } from './variables.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

const stored = async (): Promise<string> => {
  const environments = await postgres.control('select token_key, app_password, query_password from environments');
  const variables = await postgres.control('select value from environment_variables');
  return JSON.stringify([environments.rows, variables.rows]);
};

describe('secrets in the control database', () => {
  it('are sealed at the first start with a key, and opened by that key alone', async () => {
    const [none, key] = [createSealer(null), createSealer(randomBytes(32))];
    const workspace = await ensureWorkspace(postgres, 'sealed');
    const made = await createEnvironment(postgres, none, workspace, 'dev');
    await setVariables(postgres, none, made.id, new Map([['NAME', 'a value to hide']]));
    const open = openSecrets(made, none);
    expect(open.tokenKey).toHaveLength(32);
    expect(await stored()).toContain(open.database.appPassword);

    await sealAtRest(postgres, key);
    const sealed = await stored();
    for (const text of [
      open.database.appPassword,
      open.database.queryPassword,
      Buffer.from(open.tokenKey).toString('base64'),
      'a value',
    ])
      expect(sealed).not.toContain(text);
    expect(openSecrets(await getEnvironment(postgres, 'sealed', 'dev'), key)).toEqual(open);

    // Once sealed, nothing changes any more.
    await sealAtRest(postgres, key);
    expect(await stored()).toBe(sealed);
    await expect(sealAtRest(postgres, createSealer(randomBytes(32)))).rejects.toThrow(/is not the key that sealed/);
    await expect(sealAtRest(postgres, none)).rejects.toThrow(/set ASHLAR_SECRET_KEY/);
    expect(await stored()).toBe(sealed);
  });

  it('log in with what was kept', async () => {
    const key = createSealer(randomBytes(32));
    await postgres.control('delete from environments');
    const made = await createEnvironment(postgres, key, await ensureWorkspace(postgres, 'sealed'), 'dev');
    const client = await postgres.lend(openSecrets(made, key).database, 'app', 5_000);
    try {
      expect((await client.query('select current_user as name')).rows).toEqual([{ name: made.database.appRole }]);
    } finally {
      client.release();
    }
  });
});
