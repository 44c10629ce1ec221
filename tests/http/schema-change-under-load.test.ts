import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../server/src/base/log/index.ts';
import { type RunningServer, readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from '../harness/postgres.ts';

const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';
let server: RunningServer;
let folder: string;

beforeAll(async () => {
  folder = temporaryFolder();
  const environment = { PORT: '0', ASHLAR_DATA: folder, ASHLAR_ADMIN_KEY: adminKey, ASHLAR_WORKSPACES: '' };
  server = await startServer({ settings: readSettings(environment, process.cwd()), log: silentLog, durable: false });
});
afterAll(async () => {
  await server?.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

/** A workspace whose endpoint `touch` keeps a row locked for `holdMs`, and whose endpoint `read` answers the column's name. */
function files(name: string, column: 'text' | 'body', holdMs: number): Record<string, string> {
  const columns = {
    id: { type: 'int', primary: true },
    [column]: { type: 'text', default: 'x', ...(column === 'body' ? { was: 'text' } : {}) },
  };
  const touch = {
    function: 'transaction',
    stack: [
      { function: 'patch_record', table: 'note', id: 1, data: { [column]: 'touched' } },
      { function: 'sleep', duration_ms: holdMs },
    ],
  };
  const read = { function: 'get_record', table: 'note', id: 2, output: [column], return_as: 'note' };
  return {
    'ashlar.jsonc': `{"name": "${name}"}`,
    'tables/note.jsonc': JSON.stringify({ columns }),
    'seeds/note.jsonl': '{"id": 1}\n{"id": 2}\n',
    [`apis/${name}/touch.post.jsonc`]: JSON.stringify({ stack: [touch], response: 'touched' }),
    [`apis/${name}/read.get.jsonc`]: JSON.stringify({ stack: [read], response: '{{ note|keys }}' }),
  };
}

async function publish(name: string, sent: Record<string, string>) {
  const answer = await fetch(`${server.url}/api/workspaces/${name}/environments/dev/publish`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${adminKey}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ files: sent }),
  });
  const body: unknown = JSON.parse(await answer.text());
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body };
}

const touch = (name: string) => fetch(`${server.url}/api:${name}/touch`, { method: 'POST' });
const read = async (name: string) => (await fetch(`${server.url}/api:${name}/read`)).json();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a column that is renamed under running requests', () => {
  it('waits for them, while new requests wait for it and then see the new version', async () => {
    expect((await publish('short', files('short', 'text', 1_000))).status).toBe(201);
    const touching = touch('short');
    await pause(300);
    const publishing = publish('short', files('short', 'body', 1_000));
    await pause(300);
    expect(await read('short')).toEqual(['body']);
    expect((await touching).status).toBe(200);
    expect((await publishing).status).toBe(201);
  });

  it('is undone after 5 seconds; the version before goes on', async () => {
    expect((await publish('long', files('long', 'text', 7_000))).status).toBe(201);
    const touching = touch('long');
    await pause(300);
    const startedAt = performance.now();
    const refused = await publish('long', files('long', 'body', 7_000));
    expect(refused).toMatchObject({ status: 503, retryAfter: '1', body: { code: 'schema_busy' } });
    expect(performance.now() - startedAt).toBeLessThan(6_500);
    expect(await read('long')).toEqual(['text']);
    expect((await touching).status).toBe(200);
    expect((await publish('long', files('long', 'body', 1_000))).status).toBe(201);
    expect(await read('long')).toEqual(['body']);
  });

  it('loses no answer under steady calls', async () => {
    expect((await publish('steady', files('steady', 'text', 0))).status).toBe(201);
    const statuses: number[] = [];
    let running = true;
    const callers = Array.from({ length: 8 }, async () => {
      while (running) statuses.push((await fetch(`${server.url}/api:steady/read`)).status);
    });
    for (const column of ['body', 'text', 'body'] as const) {
      const sent = files('steady', column, 0);
      if (column === 'text')
        sent['tables/note.jsonc'] = sent['tables/note.jsonc']?.replace('"default":"x"', '"default":"x","was":"body"') ?? '';
      expect((await publish('steady', sent)).status).toBe(201);
      await pause(100);
    }
    running = false;
    await Promise.all(callers);
    expect(statuses.length).toBeGreaterThan(50);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });
});
