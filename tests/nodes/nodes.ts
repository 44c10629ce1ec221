/** Starts nodes as processes on one PostgreSQL, calls them, kills them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, afterEach } from 'vitest';
import { silentLog } from '../../server/src/base/log/index.ts';
import { EmbeddedServer } from '../../server/src/base/postgres/embedded/server.ts';
import { controlName } from '../../server/src/base/postgres/own.ts';
import { temporaryFolder } from '../harness/postgres.ts';

export const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';

export interface NodeOptions {
  /** DATABASE_URL; from `newInstance`. */
  readonly databaseUrl: string;
  /** False: notifications are lost. */
  readonly listen?: boolean;
  /** Stage of a publication at which the node says so and waits to be killed. */
  readonly stopAt?: string;
  readonly workspaces?: string;
}

export interface TestNode {
  readonly url: string;
  /** Resolves when the node has come to `stopAt`. */
  readonly atStage: Promise<void>;
  /** Lets a node that waits at its stage go on. */
  goOn(): void;
  /** kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

let cluster: Promise<EmbeddedServer> | undefined;
let clusterFolder: string | undefined;
const children = new Set<ChildProcess>();
const folders: string[] = [];
const clients = new Set<Client>();
let instances = 0;

afterEach(async () => {
  await Promise.all([...children].map((child) => ended(child, 'SIGKILL')));
  await Promise.all([...clients].map((client) => client.end()));
  clients.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
afterAll(async () => {
  await (await cluster)?.stop();
  if (clusterFolder !== undefined) rmSync(clusterFolder, { recursive: true, force: true });
});

function startCluster(): Promise<EmbeddedServer> {
  clusterFolder = temporaryFolder();
  return EmbeddedServer.start({ dataPath: clusterFolder, explicit: true, log: silentLog, durable: false });
}

/** A DATABASE_URL with a control database of its own, on the cluster of this test file. */
export async function newInstance(): Promise<string> {
  cluster ??= startCluster();
  const server = await cluster;
  const name = `instance_${++instances}`;
  const config = server.connection('postgres');
  const client = new Client(config);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const login = `${encodeURIComponent(config.user ?? '')}:${encodeURIComponent(String(config.password))}`;
  return `postgres://${login}@${encodeURIComponent(config.host ?? '')}:${config.port ?? 5432}/${name}`;
}

/** A connection as the superuser of the test's cluster: to the control database of an instance, or to another database there. */
export async function connectTo(databaseUrl: string, database?: string): Promise<Client> {
  const config = (await (cluster ?? startCluster())).connection(database ?? controlName(new URL(databaseUrl).pathname.slice(1)));
  const client = new Client(config);
  client.on('error', () => {});
  await client.connect();
  clients.add(client);
  return client;
}

/** Starts a node and waits until it serves. */
export async function startNode(options: NodeOptions): Promise<TestNode> {
  const data = temporaryFolder();
  folders.push(data);
  const script = join(import.meta.dirname, 'node-script.ts');
  const argument = JSON.stringify({ listen: options.listen ?? true, stopAt: options.stopAt ?? null });
  const child = spawn(process.execPath, ['--disable-proto=delete', script, argument], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      ASHLAR_DATA: data,
      DATABASE_URL: options.databaseUrl,
      ASHLAR_ADMIN_KEY: adminKey,
      ASHLAR_WORKSPACES: options.workspaces ?? '',
    },
  });
  children.add(child);
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-10_000);
  });
  const staged = Promise.withResolvers<void>();
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { ready?: string; stage?: string; failed?: string }) => {
      if (message.ready !== undefined) resolve(message.ready);
      if (message.stage !== undefined) staged.resolve();
      if (message.failed !== undefined) reject(new Error(`the node did not start: ${message.failed}\n${output}`));
    });
    child.once('exit', (code) => reject(new Error(`the node ended with ${code}\n${output}`)));
  });
  return {
    url,
    atStage: staged.promise,
    goOn: () => void child.send('go on'),
    kill: () => ended(child, 'SIGKILL'),
    stop: () => ended(child, 'SIGTERM'),
  };
}

function ended(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** A control call; answers status and body. */
export async function control(
  node: Pick<TestNode, 'url'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(`${node.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminKey}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const sent: Record<string, unknown> = JSON.parse(await answer.text());
  return { status: answer.status, body: sent };
}

/** What an endpoint answers; null for anything but 200. */
export async function read(node: Pick<TestNode, 'url'>, path: string): Promise<unknown> {
  const answer = await fetch(`${node.url}${path}`);
  const body: unknown = await answer.json();
  return answer.status === 200 ? body : null;
}

/** Waits until `probe` is true; fails after `withinMs`. */
export async function eventually(probe: () => Promise<boolean>, withinMs: number, what: string): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await probe())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
