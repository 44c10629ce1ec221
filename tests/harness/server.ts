/**
 * A whole server for tests: embedded database in a folder of its own, a free port, the folders that are asked for.
 *
 *     const server = await startTestServer({ workspaces: [join(root, 'examples/shop')] });
 *     const answer = await server.call('GET', '/api:shop/categories');
 *
 * It is stopped, and its folder removed, when the test file is done.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { silentLog } from '../../server/src/base/log/index.ts';
import { readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from './postgres.ts';

export const testAdminKey = 'a-key-for-tests-that-is-long-enough-0123456789';

export interface TestServerOptions {
  /** Folders that are published at the start. */
  readonly workspaces: readonly string[];
  /** Further settings, as the environment gives them. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TestAnswer {
  readonly status: number;
  /** Parsed where it is JSON, else the text. */
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by `expect`, whatever it is
  readonly body: any;
  readonly headers: Headers;
}

export interface TestServer {
  readonly url: string;
  /** What the server said to the person at the terminal. */
  readonly said: readonly string[];
  /** Sends a request; a body leaves as JSON, a token as `Authorization: Bearer`. */
  call(method: string, path: string, options?: { readonly body?: unknown; readonly token?: string }): Promise<TestAnswer>;
}

const stops: (() => Promise<void>)[] = [];

// Said once when the file is read: vitest takes no hooks from within others, and most servers are started in one.
afterAll(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Starts a server for this test file. */
export async function startTestServer(options: TestServerOptions): Promise<TestServer> {
  const folder = temporaryFolder();
  const said: string[] = [];
  const settings = readSettings(
    {
      PORT: '0',
      ASHLAR_DATA: join(folder, 'data'),
      ASHLAR_ADMIN_KEY: testAdminKey,
      ASHLAR_WORKSPACES: options.workspaces.join(','),
      ...options.settings,
    },
    folder,
  );
  const running = await startServer({ settings, log: silentLog, terminal: (text) => said.push(text), durable: false });
  stops.push(async () => {
    await running.stop(1_000);
    rmSync(folder, { recursive: true, force: true });
  });
  return { url: running.url, said, call: (method, path, { body, token } = {}) => send(running.url + path, method, body, token) };
}

async function send(url: string, method: string, body: unknown, token: string | undefined): Promise<TestAnswer> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return { status: answer.status, body: isJson && text !== '' ? JSON.parse(text) : text, headers: answer.headers };
}
