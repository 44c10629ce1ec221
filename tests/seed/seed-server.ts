/** A server with the document's workspace, whose clock can be put forward and whose machine says what a test wants. */
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterAll } from 'vitest';
import { createLog } from '../../server/src/base/log/index.ts';
import type { MachineFigures } from '../../server/src/domains/telemetry/index.ts';
import { readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from '../harness/postgres.ts';
import { seedFolder } from './planted.ts';

const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';

// biome-ignore lint/suspicious/noExplicitAny: answers are read member by member, and a wrong one fails the expectation
export type Json = any;

export interface SeedServer {
  readonly url: string;
  /** Lines of its log. */
  readonly lines: string[];
  /** Readings of the machine; change them. */
  readonly machine: { -readonly [K in keyof MachineFigures]: MachineFigures[K] };
  /** Another server that stacks may call: `/quick` at once, `/late` after 0.4 s, `/slow` after 1.1 s. */
  readonly otherServer: string;
  /** Puts the clock forward. */
  skip(ms: number): void;
  /** An endpoint's answer, with whatever headers. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Json>;
  post(path: string, headers?: Readonly<Record<string, string>>): Promise<Json>;
  /** The control API, with the key. */
  control(method: string, path: string, body?: unknown): Promise<Json>;
}

const stops: (() => Promise<void>)[] = [];

// Said once when the file is read: vitest takes no hooks from within others.
afterAll(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts it for this test file; it is stopped afterwards. */
export async function startSeedServer(): Promise<SeedServer> {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const machine = { cpuUsage: 10, memoryUsage: 20, diskUsage: 30, eventLoopDelayMs: 0 };
  let skippedMs = 0;
  const other = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://other').pathname;
    setTimeout(() => response.end('ok'), path === '/slow' ? 1_100 : path === '/late' ? 400 : 0);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const settings = readSettings(
    {
      PORT: '0',
      ASHLAR_DATA: folder,
      ASHLAR_ADMIN_KEY: adminKey,
      ASHLAR_WORKSPACES: seedFolder,
      ASHLAR_OUTBOUND_ALLOW: `127.0.0.1:${port}`,
    },
    process.cwd(),
  );
  const server = await startServer({
    settings,
    log: createLog({ plain: false, write: (line) => lines.push(line) }),
    durable: false,
    clock: { now: () => Date.now() + skippedMs, monotonic: () => performance.now() + skippedMs },
    machine: { read: async () => ({ ...machine }), stop: () => {} },
  });
  stops.push(async () => {
    await server.stop(0);
    other.closeAllConnections();
    other.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<Json> {
    const answer = await fetch(server.url + path, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answer.json();
  }

  return {
    url: server.url,
    lines,
    machine,
    otherServer: `http://127.0.0.1:${port}`,
    skip: (ms) => {
      skippedMs += ms;
    },
    get: (path, headers = {}) => send('GET', path, headers),
    post: (path, headers = {}) => send('POST', path, headers, { a: 1 }),
    control: (method, path, body) => send(method, path, { Authorization: `Bearer ${adminKey}` }, body),
  };
}
