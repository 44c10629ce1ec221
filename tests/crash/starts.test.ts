/** Starts and stops that go wrong: signals at any time, two servers, folders in the way. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../harness/postgres.ts';
import { accounts, balancesOf, readBalances, readEntries, writeBank } from './bank.ts';
import {
  databaseProcesses,
  freePort,
  healthOf,
  killDatabase,
  postmasterOf,
  type ServerOptions,
  ServerProcess,
} from './server-process.ts';

// Most tests start a server twice.
vi.setConfig({ testTimeout: 120_000 });

const servers: ServerProcess[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')));
  for (const folder of folders.splice(0)) {
    const data = join(folder, 'data');
    killDatabase(data);
    await expect.poll(() => databaseProcesses(data), { timeout: 15_000 }).toEqual([]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function newOptions(environment: Record<string, string> = {}): Promise<ServerOptions> {
  const folder = temporaryFolder();
  folders.push(folder);
  return { data: join(folder, 'data'), port: await freePort(), environment };
}

function start(options: ServerOptions): ServerProcess {
  const server = new ServerProcess(options);
  servers.push(server);
  return server;
}

const oneLine = /^[^\n]+\n$/;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a start that can not be', () => {
  it('on the folder of another server: one line, exit code 2, and the other goes on', async () => {
    const options = await newOptions();
    const first = start(options);
    await first.ready();
    const postmaster = postmasterOf(options.data);
    const second = start({ ...options, port: await freePort() });
    expect(await second.ended).toBe(2);
    // Under root, where the data and programs had to move, the log says so before.
    expect(second.stderr.replace(/^\{.*\n/gm, '')).toMatch(
      /^Another server uses the data folder .*: stop it, or choose another folder with ASHLAR_DATA\.\n$/,
    );
    expect(second.stdout).toBe('');
    expect(await healthOf(first.url)).toBe(200);
    expect(postmasterOf(options.data)).toBe(postmaster);
  });

  it('in a folder that is a file: one line and exit code 2', async () => {
    const options = await newOptions();
    writeFileSync(options.data, '');
    const server = start(options);
    expect(await server.ended).toBe(2);
    expect(server.stderr).toMatch(oneLine);
    expect(server.stderr).toContain(options.data);
  });

  it.runIf(process.getuid?.() === 0)(
    'in a folder that PostgreSQL’s account can not enter: the folder to open is named',
    async () => {
      const options = await newOptions();
      const closed = join(options.data, '..', 'closed');
      mkdirSync(closed, { mode: 0o700 });
      const server = start({ ...options, data: join(closed, 'data') });
      expect(await server.ended).toBe(2);
      expect(server.stderr).toMatch(oneLine);
      expect(server.stderr).toMatch(
        /PostgreSQL runs as the account \w+, which can not enter .*closed: open it \(chmod o\+x .*closed\)/,
      );
    },
  );

  it('on a port that is taken: nothing of the database stays behind', async () => {
    const options = await newOptions();
    const first = start(options);
    await first.ready();
    const other = await newOptions();
    const second = start({ ...other, port: options.port });
    expect(await second.ended).toBe(2);
    expect(second.stderr).toMatch(/is taken; set PORT to another one/);
    expect(databaseProcesses(other.data)).toEqual([]);
  });
});

/** Moments of a start, as its data folder shows them. */
const moments = [
  [
    'while the cluster is made',
    (data: string) =>
      existsSync(join(data, 'postgres')) && readdirSync(join(data, 'postgres')).some((name) => name.startsWith('data.new')),
  ],
  ['while PostgreSQL starts', (data: string) => existsSync(join(data, 'postgres/data/postmaster.pid'))],
] as const;

describe.each(moments)('a first start, %s,', (_name, reached) => {
  it('ends in order on SIGTERM, and the next one works', async () => {
    const options = await newOptions();
    const server = start(options);
    await server.until(() => reached(options.data), 30_000, 'the moment');
    expect(await server.end('SIGTERM')).toBe(0);
    expect(databaseProcesses(options.data)).toEqual([]);
    const next = start(options);
    await next.ready();
    expect(await next.end('SIGTERM')).toBe(0);
  });

  it('is killed, and the next one works', async () => {
    const options = await newOptions();
    const server = start(options);
    await server.until(() => reached(options.data), 30_000, 'the moment');
    await server.end('SIGKILL');
    const next = start(options);
    await next.ready();
    expect(readdirSync(join(options.data, 'postgres')).filter((name) => name.startsWith('data.new'))).toEqual([]);
    expect(await next.end('SIGTERM')).toBe(0);
    expect(databaseProcesses(options.data)).toEqual([]);
  });
});

describe('a stop under load', () => {
  it('finishes what is under way, answers what comes late with 503, exits with 0', async () => {
    const options = await newOptions({ ASHLAR_WORKSPACES: '' });
    const workspace = join(options.data, '..', 'bank');
    writeBank(workspace);
    const server = start({ ...options, environment: { ASHLAR_WORKSPACES: workspace } });
    await server.ready();
    const transfer = (code: number) =>
      fetch(`${server.url}/api:bank/transfer`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({
          code: `late-${code}`,
          from: 1 + code,
          to: 1 + ((code + 1) % accounts),
          amount: 1,
          pause_ms: code === 10 ? 3_000 : 1_000,
        }),
      });
    const underWay = [0, 2, 4, 6, 8].map(transfer);
    await pause(400);
    server.child.kill('SIGTERM');
    await pause(100);
    const late = await transfer(1);
    expect({ status: late.status, body: await late.json() }).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    expect((await Promise.all(underWay)).map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200]);
    expect(await server.ended).toBe(0);
    expect(databaseProcesses(options.data)).toEqual([]);

    const again = start({ ...options, environment: { ASHLAR_WORKSPACES: workspace } });
    await again.ready();
    const ledger = await readEntries(again.url);
    expect(ledger.map((entry) => entry.code).sort()).toEqual(['late-0', 'late-2', 'late-4', 'late-6', 'late-8']);
    expect(await readBalances(again.url)).toEqual(balancesOf(ledger));
    // A second signal ends it at once; PostgreSQL goes with it.
    const slow = transfer(10).catch(() => 'cut off');
    await pause(300);
    again.child.kill('SIGTERM');
    // One within a second counts as the same.
    await pause(1_200);
    const startedAt = performance.now();
    expect(await again.end('SIGTERM')).toBe(143);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await slow).toBe('cut off');
    await expect.poll(() => databaseProcesses(options.data), { timeout: 10_000 }).toEqual([]);
  });

  it('of npm, which tells its script nothing: the server notices', async () => {
    const options = await newOptions({ npm_lifecycle_event: 'start' });
    // A shell between, as npm puts it there.
    const server = new ServerProcess({ ...options, shell: true });
    servers.push(server);
    await server.ready();
    await server.end('SIGKILL');
    await expect.poll(() => healthOf(server.url), { timeout: 10_000 }).toBe(null);
    await expect.poll(() => databaseProcesses(options.data), { timeout: 10_000 }).toEqual([]);
  });
});
