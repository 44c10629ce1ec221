/** A publishing node that loses the connection which reserves the environment, and lives: another node takes it for killed. */
import { describe, expect, it } from 'vitest';
import { connectTo, control, eventually, newInstance, read, startNode, type TestNode } from './nodes.ts';
import { environmentPath, version } from './versions.ts';

/** Publishes version 1 on one node, then version 2 on one that waits at the stage, and cuts what reserves the environment. */
async function cutAt(stopAt: string, change: 'added' | 'renamed') {
  const databaseUrl = await newInstance();
  const other = await startNode({ databaseUrl });
  expect((await control(other, 'POST', `${environmentPath}/publish`, { files: version(1) })).status).toBe(201);
  const slow = await startNode({ databaseUrl, stopAt });
  const publishing = control(slow, 'POST', `${environmentPath}/publish`, { files: version(2, change) });
  await slow.atStage;
  const client = await connectTo(databaseUrl);
  const cut = await client.query("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted");
  expect(cut.rowCount).toBe(1);
  const settled = async (): Promise<boolean> => {
    const { rows } = await client.query<{ open: number }>(
      "select count(*)::int as open from publications where state in ('planned', 'schema_applied', 'in_force')",
    );
    return rows[0]?.open === 0;
  };
  await eventually(settled, 10_000, 'the other node to settle the publication');
  return { slow, other, publishing };
}

const serves = async (node: TestNode, expected: number): Promise<boolean> =>
  (await read(node, '/api:nodes/which')) === expected && (await read(node, '/api:nodes/notes')) === 2;

describe.each(['added', 'renamed'] as const)('a lost reservation, with a column that is %s', (change) => {
  it('before anything is changed: the publication is given up, and its node changes nothing afterwards', async () => {
    const { slow, other, publishing } = await cutAt('planned', change);
    slow.goOn();
    expect(await publishing).toMatchObject({ status: 503, body: { code: 'publication_given_up' } });
    for (const node of [slow, other]) expect(await serves(node, 1)).toBe(true);
    expect((await control(other, 'POST', `${environmentPath}/publish`, { files: version(2, change) })).status).toBe(201);
    expect(await serves(other, 2)).toBe(true);
  });

  it('after the tables were changed: the other node finishes it, and its own node answers that it is done', async () => {
    const { slow, other, publishing } = await cutAt('schema_applied', change);
    slow.goOn();
    expect(await publishing).toMatchObject({ status: 201, body: { unchanged: false } });
    for (const node of [slow, other]) await eventually(() => serves(node, 2), 5_000, 'version 2');
  });
});
