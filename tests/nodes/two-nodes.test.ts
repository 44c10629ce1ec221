import { describe, expect, it } from 'vitest';
import { control, eventually, newInstance, read, startNode } from './nodes.ts';
import { environmentPath, version } from './versions.ts';

/** What "within one second" means here: a second, and a little for a busy machine. */
const secondMs = 1_000;

describe.each([
  { name: 'that hear notifications', listen: true },
  { name: 'that lose every notification', listen: false },
])('two nodes on one database $name', ({ listen }) => {
  it('serve what is published on one of them within a second', async () => {
    const databaseUrl = await newInstance();
    const [first, second] = [await startNode({ databaseUrl, listen }), await startNode({ databaseUrl, listen })];

    const published = await control(first, 'POST', `${environmentPath}/publish`, { files: version(1) });
    expect(published).toMatchObject({ status: 201, body: { unchanged: false } });
    // The node that published serves at once, the other within a second.
    expect(await read(first, '/api:nodes/which')).toBe(1);
    await eventually(async () => (await read(second, '/api:nodes/which')) === 1, secondMs, 'the first version on the other node');

    expect((await control(second, 'POST', `${environmentPath}/publish`, { files: version(2) })).status).toBe(201);
    await eventually(async () => (await read(first, '/api:nodes/which')) === 2, secondMs, 'the second version on the other node');
    expect(await read(first, '/api:nodes/notes')).toBe(2);

    const again = await control(first, 'POST', `${environmentPath}/publish`, { files: version(2) });
    expect(again).toMatchObject({ status: 200, body: { unchanged: true, publication: null } });
  });

  it('follow three publications in a row, never back to an older one', async () => {
    const databaseUrl = await newInstance();
    const [first, second] = [await startNode({ databaseUrl, listen }), await startNode({ databaseUrl, listen })];
    const seen: unknown[] = [];
    let watching = true;
    const watch = (async () => {
      while (watching) seen.push(await read(second, '/api:nodes/which'));
    })();
    for (const files of [version(1), version(2), { ...version(2), 'apis/nodes/which.get.jsonc': '{"stack": [], "response": 3}' }])
      expect((await control(first, 'POST', `${environmentPath}/publish`, { files })).status).toBe(201);
    await eventually(async () => (await read(second, '/api:nodes/which')) === 3, secondMs, 'the third version on the other node');
    watching = false;
    await watch;
    const numbers = seen.filter((one) => one !== null);
    expect(numbers).toEqual([...numbers].sort());
  });

  it('see a variable within a second', async () => {
    const databaseUrl = await newInstance();
    const [first, second] = [await startNode({ databaseUrl, listen }), await startNode({ databaseUrl, listen })];
    await control(first, 'POST', `${environmentPath}/publish`, { files: version(1) });
    const set = await control(first, 'PUT', `${environmentPath}/variables/GREETING`, { value: 'moin' });
    expect(set).toMatchObject({ status: 200, body: { changed: true } });
    expect(await read(first, '/api:nodes/greeting')).toBe('moin');
    await eventually(async () => (await read(second, '/api:nodes/greeting')) === 'moin', secondMs, 'the value on the other node');
    await control(second, 'DELETE', `${environmentPath}/variables/GREETING`);
    await eventually(
      async () => (await read(first, '/api:nodes/greeting')) === 'hello',
      secondMs,
      'the default on the other node',
    );
  });
});

it('a removed workspace is served by no node after a second', async () => {
  const databaseUrl = await newInstance();
  const [first, second] = [await startNode({ databaseUrl }), await startNode({ databaseUrl })];
  await control(first, 'POST', `${environmentPath}/publish`, { files: version(1) });
  await eventually(async () => (await read(second, '/api:nodes/which')) === 1, secondMs, 'the version on the other node');
  const removed = await control(first, 'DELETE', '/api/workspaces/nodes?confirm=nodes');
  expect(removed).toMatchObject({ status: 200, body: { environments: ['dev'], databases_left: [] } });
  expect((await fetch(`${first.url}/api:nodes/which`)).status).toBe(404);
  await eventually(
    async () => (await fetch(`${second.url}/api:nodes/which`)).status === 404,
    secondMs,
    'the end on the other node',
  );
});

describe('two publications at once', () => {
  it('without a parent both come into force, one after the other, and the nodes agree', async () => {
    const databaseUrl = await newInstance();
    const [first, second] = [await startNode({ databaseUrl }), await startNode({ databaseUrl })];
    const files = (number: number) => ({ ...version(2), 'apis/nodes/which.get.jsonc': `{"stack": [], "response": ${number}}` });
    const answers = await Promise.all(
      [first, second].map((node, index) => control(node, 'POST', `${environmentPath}/publish`, { files: files(10 + index) })),
    );
    expect(answers.map((answer) => answer.status)).toEqual([201, 201]);
    const history = await control(first, 'GET', `${environmentPath}/versions`);
    expect(history.body).toHaveLength(2);
    const last = Object.values(history.body)[0];
    const winner = answers.findIndex((answer) => answer.body.version === (last as { id?: string }).id);
    expect(winner).toBeGreaterThanOrEqual(0);
    for (const node of [first, second])
      await eventually(async () => (await read(node, '/api:nodes/which')) === 10 + winner, secondMs, 'the last version');
  });

  it('to one environment follow each other; the one whose parent is no longer in force is refused', async () => {
    const databaseUrl = await newInstance();
    const [first, second] = [await startNode({ databaseUrl }), await startNode({ databaseUrl })];
    const start = await control(first, 'POST', `${environmentPath}/publish`, { files: version(1) });
    const parent = start.body.version;
    const answers = await Promise.all(
      [first, second].map((node, index) =>
        control(node, 'POST', `${environmentPath}/publish`, {
          files: { ...version(2), 'functions/other.jsonc': `{"stack": [], "description": "${index}"}` },
          parent,
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409]);
    expect(answers.find((answer) => answer.status === 409)?.body).toMatchObject({ code: 'version_conflict' });
  });
});
