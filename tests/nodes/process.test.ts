import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness/postgres.ts';

const main = join(import.meta.dirname, '../../server/src/main.ts');
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0).reverse()) clean();
});

function folder(): string {
  const path = temporaryFolder();
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The server as a process; `until` resolves when its output holds a text. */
function start(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--disable-proto=delete', main], {
    env: { PATH: process.env.PATH, PORT: '0', ASHLAR_WORKSPACES: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString('utf8');
    });
  const until = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(output.stdout);
      if (found !== null) return found[0];
      if (child.exitCode !== null) throw new Error(`the server ended: ${output.stdout}${output.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, output, ended, until };
}

describe('a start that a person has to help with', () => {
  it.each([
    ['a port that is none', { PORT: 'eighty' }, /^PORT can't be used: .*\n$/],
    ['an admin key that is too short', { ASHLAR_ADMIN_KEY: 'short' }, /^ASHLAR_ADMIN_KEY can't be used: .*32 characters.*\n$/],
    ['a setting that is none', { ASHLAR_DATTA: 'x' }, /^ASHLAR_DATTA is not a setting\. Did you mean ASHLAR_DATA\?\n$/],
    [
      'a proxy that is no address',
      { ASHLAR_TRUSTED_PROXIES: '10.0.0.0/40' },
      /^ASHLAR_TRUSTED_PROXIES can't be used: "10.0.0.0\/40" .*\n$/,
    ],
    [
      'a DATABASE_URL without a server',
      { DATABASE_URL: 'postgres://nobody:secret-word@127.0.0.1:1/postgres' },
      /^DATABASE_URL: .*\n$/,
    ],
  ])('ends with one line and exit code 2: %s', async (_what, environment, line) => {
    const { output, ended } = start({ ASHLAR_DATA: folder(), ...environment });
    expect(await ended).toBe(2);
    expect(output.stderr).toMatch(line);
    expect(output.stderr).not.toContain('secret-word');
  });

  it('says that REDIS_URL is not used yet, and not what it is', async () => {
    const redis = 'redis://:secret-word@127.0.0.1:6379';
    const { output, ended } = start({ ASHLAR_DATA: folder(), REDIS_URL: redis, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' });
    expect(await ended).toBe(2);
    expect(output.stderr.match(/REDIS_URL is kept for later: caches and limits are per node/g)).toHaveLength(1);
    expect(output.stderr).not.toContain('secret-word');
  });

  it('ends with one line and exit code 2 when the port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    cleanups.push(() => taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { output, ended } = start({ ASHLAR_DATA: folder(), PORT: String(port) });
    expect(await ended).toBe(2);
    expect(output.stderr).toMatch(new RegExp(`^Port ${port} on 127.0.0.1 is taken;.*\n$`, 'm'));
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a start', () => {
  it('says that it is starting, 503, until it is ready, 200', async () => {
    const port = await freePort();
    const server = start({ ASHLAR_DATA: folder(), PORT: String(port) });
    const seen: string[] = [];
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => null);
      if (answer !== null) seen.push(`${answer.status} ${((await answer.json()) as { status: string }).status}`);
      if (answer?.status === 200 || server.child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...new Set(seen)]).toEqual(['503 starting', '200 ready']);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('makes a key once, serves folders with their local values, stops on SIGTERM, and knows all of it the next time', async () => {
    const data = folder();
    const workspace = join(data, 'hello');
    mkdirSync(join(workspace, 'apis/hello'), { recursive: true });
    writeFileSync(join(workspace, 'ashlar.jsonc'), '{"name": "hello"}');
    writeFileSync(join(workspace, 'env.jsonc'), '{"WORD": {"secret": true}}');
    writeFileSync(join(workspace, 'env.local.jsonc'), '{"WORD": "moin" /* of this machine */}');
    writeFileSync(join(workspace, 'apis/hello/word.get.jsonc'), `{"stack": [], "response": "{{ env.WORD == 'moin' }}"}`);
    const settings = { ASHLAR_DATA: join(data, 'data'), ASHLAR_WORKSPACES: workspace };

    const first = start(settings);
    const url = (await first.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
    const key = (await first.until(/ashlar_[a-z2-7]{52}/)).trim();
    const keyFile = join(data, 'data/admin-key');
    expect(readFileSync(keyFile, 'utf8').trim()).toBe(key);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(first.output.stderr).not.toContain(key);
    expect(await (await fetch(`${url}/api:hello/word`)).json()).toBe(true);
    const headers = { Authorization: `Bearer ${key}` };
    const versions = await fetch(`${url}/api/workspaces/hello/environments/dev/versions`, { headers });
    expect(await versions.json()).toMatchObject([{ author: 'start' }]);
    const files = await fetch(`${url}/api/workspaces/hello/environments/dev/variables`, { headers });
    expect(await files.text()).not.toContain('moin');
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);

    const second = start(settings);
    const again = (await second.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
    await second.until(/Admin key: in .*admin-key/);
    expect(second.output.stdout).not.toContain(key);
    const same = await fetch(`${again}/api/workspaces/hello/environments/dev/versions`, { headers });
    expect(await same.json()).toHaveLength(1);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  it('shows the problems of a folder with their places, and serves the others', async () => {
    const data = folder();
    for (const [name, response] of [
      ['good', '"fine"'],
      ['bad', '"{{ nobody }}"'],
    ] as const) {
      mkdirSync(join(data, name, `apis/${name}`), { recursive: true });
      writeFileSync(join(data, name, 'ashlar.jsonc'), `{"name": "${name}"}`);
      writeFileSync(join(data, name, `apis/${name}/x.get.jsonc`), `{"stack": [],\n"response": ${response}}`);
    }
    const server = start({ ASHLAR_DATA: join(data, 'data'), ASHLAR_WORKSPACES: `${join(data, 'bad')},${join(data, 'good')}` });
    const url = (await server.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
    expect(server.output.stdout).toMatch(/apis\/bad\/x\.get\.jsonc:2:\d+ {2}error/);
    expect(await (await fetch(`${url}/api:good/x`)).json()).toBe('fine');
    expect((await fetch(`${url}/api:bad/x`)).status).toBe(404);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  it('finishes requests under way on the first signal, with /health at 503, and ends at once on the second', async () => {
    const data = folder();
    mkdirSync(join(data, 'slow/apis/slow'), { recursive: true });
    writeFileSync(join(data, 'slow/ashlar.jsonc'), '{"name": "slow"}');
    const slow = (ms: number) => `{"stack": [{"function": "sleep", "duration_ms": ${ms}}], "response": "done"}`;
    writeFileSync(join(data, 'slow/apis/slow/short.get.jsonc'), slow(1_500));
    writeFileSync(join(data, 'slow/apis/slow/long.get.jsonc'), slow(9_000));
    const settings = { ASHLAR_DATA: join(data, 'data'), ASHLAR_WORKSPACES: join(data, 'slow') };

    const polite = start(settings);
    const url = (await polite.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const finishing = fetch(`${url}/api:slow/short`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    polite.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await fetch(`${url}/health`)).status).toBe(503);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(await (await finishing).json()).toBe('done');
    expect(await polite.ended).toBe(0);

    const hasty = start(settings);
    const again = (await hasty.until(/http:\/\/127\.0\.0\.1:\d+/)).trim();
    const cutOff = fetch(`${again}/api:slow/long`).catch(() => 'cut off');
    await new Promise((resolve) => setTimeout(resolve, 300));
    hasty.child.kill('SIGINT');
    // One within a second counts as the same.
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    const startedAt = performance.now();
    hasty.child.kill('SIGINT');
    expect(await hasty.ended).toBe(130);
    expect(performance.now() - startedAt).toBeLessThan(6_000);
    expect(await cutOff).toBe('cut off');
  });
});
