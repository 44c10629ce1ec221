import { expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';

test('an embedded PostgreSQL opens with its control database', async () => {
  const postgres = await testPostgres();
  expect(postgres.ready).toBe(true);
  expect(postgres.version).toBe(18);
  const { rows } = await postgres.control<{ revision: string }>('select revision from instance');
  expect(rows).toEqual([{ revision: '0' }]);
  const ref = await postgres.createDatabase();
  const client = await postgres.lend(ref, 'app', 1_000);
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  client.release();
});
