/** kill -9 of a node in the middle of the long parts of a publication: seeds before and after the switch, a concurrent index. */
import { describe, expect, it } from 'vitest';
import { connectTo, control, eventually, newInstance, read, startNode, type TestNode } from './nodes.ts';
import { environmentPath, version } from './versions.ts';

const publish = (node: TestNode, files: Record<string, string>) =>
  control(node, 'POST', `${environmentPath}/publish`, { files }).catch(() => 'killed' as const);

const memberRows = 60;
/** Members with passwords: each is hashed, so that their seeds take seconds. */
const members = {
  'tables/member.jsonc': '{"columns": {"id": {"type": "int", "primary": true}, "name": "text", "secret": "password"}}',
  'seeds/member.jsonl': Array.from({ length: memberRows }, (_, index) => `{"name": "m${index}", "secret": "word ${index}"}`).join(
    '\n',
  ),
  'apis/nodes/members.get.jsonc': JSON.stringify({
    stack: [{ function: 'query_records', table: 'member', output: ['id'], return_as: 'members' }],
    response: '{{ members|count }}',
  }),
};

/** An instance with version 1, a node that stays and one that will be killed. */
async function start() {
  const databaseUrl = await newInstance();
  const [other, doomed] = [await startNode({ databaseUrl }), await startNode({ databaseUrl })];
  expect(await publish(other, version(1))).toMatchObject({ status: 201 });
  const client = await connectTo(databaseUrl);
  const state = async (): Promise<{ state: string; busy: boolean; database: string }> => {
    const { rows } = await client.query<{ state: string; busy: boolean; database: string }>(
      `select p.state, e.database, exists (select from pg_stat_activity
         where datname = e.database and state = 'idle in transaction' and now() - state_change > '50 ms') as busy from publications p join environments e on e.id = p.environment_id
       order by p.number desc limit 1`,
    );
    if (rows[0] === undefined) throw new Error('there is no publication');
    return rows[0];
  };
  return { databaseUrl, other, doomed, state };
}

const serves = async (node: TestNode, which: number): Promise<boolean> =>
  (await read(node, '/api:nodes/which')) === which && (await read(node, '/api:nodes/notes')) === 2;

describe('kill -9 of a node', () => {
  it('while seeds come in with the tables leaves neither tables nor rows', async () => {
    const { other, doomed, state } = await start();
    const publishing = publish(doomed, { ...version(2), ...members });
    // Between two batches passwords are hashed.
    await eventually(async () => (await state()).busy, 10_000, 'seeds under way');
    expect(await state()).toMatchObject({ state: 'planned' });
    await doomed.kill();
    expect(await publishing).toBe('killed');
    await eventually(async () => (await state()).state === 'failed', 10_000, 'the publication to be given up');
    expect(await serves(other, 1)).toBe(true);
    expect(await publish(other, { ...version(2), ...members })).toMatchObject({ status: 201 });
    expect(await serves(other, 2)).toBe(true);
    expect(await read(other, '/api:nodes/members')).toBe(memberRows);
  });

  it('while seeds come in after the switch leaves the new version, and the seeds whole in the end', async () => {
    const { other, doomed, state } = await start();
    const publishing = publish(doomed, { ...version(2, 'renamed'), ...members });
    await eventually(
      async () => {
        const { state: now, busy } = await state();
        return now === 'in_force' && busy;
      },
      10_000,
      'seeds under way',
    );
    await doomed.kill();
    expect(await publishing).toBe('killed');
    await eventually(() => serves(other, 2), 2_000, 'version 2');
    await eventually(async () => (await state()).state === 'done', 25_000, 'the publication to be done');
    expect(await read(other, '/api:nodes/members')).toBe(memberRows);
  });

  it('while an index is built leaves the new version, and the index is there in the end', { timeout: 60_000 }, async () => {
    const { databaseUrl, other, doomed, state } = await start();
    const database = await connectTo(databaseUrl, (await state()).database);
    const looking = await connectTo(databaseUrl, (await state()).database);
    const index = async (): Promise<boolean | null> => {
      const { rows } = await looking.query<{ valid: boolean }>(
        "select i.indisvalid as valid from pg_index i join pg_class c on c.oid = i.indrelid where c.relname = 'note' and not i.indisprimary",
      );
      return rows[0]?.valid ?? null;
    };
    // A concurrent index waits for every older snapshot.
    await database.query('begin isolation level repeatable read');
    await database.query('select 1');
    const files = version(2);
    const table: { columns: object } = JSON.parse(files['tables/note.jsonc'] ?? '');
    files['tables/note.jsonc'] = JSON.stringify({ ...table, indexes: [{ columns: ['text'] }] });
    const publishing = publish(doomed, files);
    await eventually(async () => (await index()) === false, 15_000, 'an index under way');
    expect(await serves(other, 2)).toBe(true);
    await doomed.kill();
    expect(await publishing).toBe('killed');
    await database.query('commit');
    await eventually(async () => (await index()) === true, 30_000, 'the index');
    await eventually(async () => (await state()).state === 'done', 10_000, 'the publication to be done');
    expect(await serves(other, 2)).toBe(true);
  });
});
