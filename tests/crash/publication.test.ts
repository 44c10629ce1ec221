/** kill -9 of PostgreSQL at each stage of a publication: the node lives, and one version is whole afterwards. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../server/src/base/log/index.ts';
import { type RunningServer, readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from '../harness/postgres.ts';
import { adminKey, control, eventually, read, type TestNode } from '../nodes/nodes.ts';
import { environmentPath, version } from '../nodes/versions.ts';
import { healthOf } from './server-process.ts';

vi.setConfig({ testTimeout: 60_000 });

const stages = ['planned', 'schema_applied', 'schema_noted', 'in_force', 'done'] as const;
let server: RunningServer | undefined;
let folder: string | undefined;
afterEach(async () => {
  await server?.stop(0);
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A server (with everything synced: what PostgreSQL answered must outlive it) whose PostgreSQL is killed when a publication comes to the stage that `next` names, once. */
async function start(next: { stage: string | null }): Promise<Pick<TestNode, 'url'>> {
  const data = temporaryFolder();
  folder = data;
  const environment = { PORT: '0', ASHLAR_DATA: data, ASHLAR_ADMIN_KEY: adminKey, ASHLAR_WORKSPACES: '' };
  server = await startServer({
    settings: readSettings(environment, process.cwd()),
    log: silentLog,
    onStage: (stage) => {
      if (stage !== next.stage) return;
      next.stage = null;
      process.kill(Number.parseInt(readFileSync(join(data, 'postgres/data/postmaster.pid'), 'utf8'), 10), 'SIGKILL');
    },
  });
  return server;
}

describe.each(['added', 'renamed'] as const)('a column that is %s', (change) => {
  it.each(stages)('at "%s"', async (stage) => {
    const next: { stage: string | null } = { stage: null };
    const node = await start(next);
    expect((await control(node, 'POST', `${environmentPath}/publish`, { files: version(1) })).status).toBe(201);
    next.stage = stage;
    const answer = await control(node, 'POST', `${environmentPath}/publish`, { files: version(2, change) });
    expect(next.stage).toBe(null);
    if (answer.status !== 201) expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    await eventually(async () => (await healthOf(node.url)) === 200, 20_000, 'the server to be back');
    const settled = async (): Promise<boolean> => {
      const { body } = await control(node, 'GET', `${environmentPath}/publications`);
      return Object.values(body).every((one) => /"state":"(?:done|failed)"/.test(JSON.stringify(one)));
    };
    await eventually(settled, 20_000, 'the publication to be settled');
    const which = await read(node, '/api:nodes/which');
    expect(which).toBe(stage === 'planned' ? 1 : 2);
    // Right after the kill the server may not have noticed it yet.
    await eventually(async () => (await read(node, '/api:nodes/notes')) === 2, 5_000, 'the rows');
    expect([200, 201]).toContain(
      (await control(node, 'POST', `${environmentPath}/publish`, { files: version(2, change) })).status,
    );
    expect(await read(node, '/api:nodes/which')).toBe(2);
    expect(await read(node, '/api:nodes/notes')).toBe(2);
  });
});
