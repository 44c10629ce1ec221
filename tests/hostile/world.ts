/** The server that hostile requests are sent to: its process, its databases seen from outside, its users and their secrets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { silentLog } from '../../server/src/base/log/index.ts';
import { EmbeddedServer } from '../../server/src/base/postgres/embedded/server.ts';
import { temporaryFolder } from '../harness/postgres.ts';
import { openWatch, type Watch } from './watch.ts';
import { workspaceFiles, workspaceName } from './workspace.ts';

export const adminKey = 'hostile-admin-key-that-nobody-may-see-0123456789';
/** Of everybody who signs in. */
export const userPassword = 'a password of users 1';
export const adaEmail = 'ada-hostile@example.com';
/** Stands in everything that the requests' sender may not see. */
export const canary = 'CANARY7Q';

/** Keys of rows and versions that valid requests name. */
export interface Keys {
  readonly product: number;
  /** Ada's, and one more of hers that may be cancelled. */
  readonly order: number;
  readonly openOrder: number;
  /** Bob's. */
  readonly foreignOrder: number;
  readonly version: string;
  readonly publication: string;
}

export interface World {
  readonly url: string;
  readonly port: number;
  readonly watch: Watch;
  /** Tokens of ordinary users by auth table. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Keys of rows that the users' own requests name. */
  readonly keys: Keys;
  /** Texts that no answer may hold. */
  readonly secrets: readonly string[];
  /** Lines that the server logged as errors. */
  readonly errors: () => readonly string[];
  /** Resident bytes of the server. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

const examples = join(import.meta.dirname, '..', '..', 'examples');

export interface WorldOptions {
  /** Time limits for slow clients, in milliseconds. */
  readonly clientLimits?: Readonly<Record<string, number>>;
  /** False leaves the examples out: their seeds take most of the start. There are no users then. */
  readonly examples?: boolean;
}

/** Starts everything. */
export async function startWorld({ clientLimits = {}, examples: all = true }: WorldOptions = {}): Promise<World> {
  const clusterFolder = temporaryFolder();
  const cluster = await EmbeddedServer.start({ dataPath: clusterFolder, explicit: true, log: silentLog, durable: false });
  const admin = new Client(cluster.connection('postgres'));
  await admin.connect();
  await admin.query('create database hostile_control');
  const { user = '', password, host = '', port } = cluster.connection('postgres');
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(String(password))}`;
  const data = temporaryFolder();
  const child = await startChild(clientLimits, {
    PATH: process.env.PATH,
    PORT: '0',
    ASHLAR_DATA: data,
    // Secrets are only taken where they can be sealed.
    ASHLAR_SECRET_KEY: 'a-key-that-seals-what-tests-keep-0123456789',
    DATABASE_URL: `postgres://${login}@${encodeURIComponent(host)}:${port ?? 5432}/hostile_control`,
    ASHLAR_ADMIN_KEY: adminKey,
    ASHLAR_WORKSPACES: all ? `${join(examples, 'shop')},${join(examples, 'seed')}` : '',
  });
  const { url } = child;
  await publish(url, workspaceName, workspaceFiles());
  const published = await publish(url, 'pub', smallWorkspace);
  await control(url, 'PUT', `/api/workspaces/${workspaceName}/environments/dev/variables/CANARY`, {
    value: `${canary}-variable`,
  });
  // Where the example asks another server, nobody answers: refused at once.
  if (all)
    await control(url, 'PUT', '/api/workspaces/shop/environments/dev/variables/RATES_URL', { value: 'http://127.0.0.1:9/' });
  const watch = await openWatch((database) => cluster.connection(database));
  const people = all ? await makePeople(url, watch) : nobody;
  await watch.begin();
  return {
    url,
    port: Number(new URL(url).port),
    watch,
    tokens: people.tokens,
    keys: { ...people.keys, version: String(published.version), publication: String(published.publication) },
    secrets: [adminKey, String(password), data, clusterFolder, canary, ...(await secretsOf(admin)), ...people.hidden],
    errors: () => child.errors,
    memory: child.memory,
    stop: async () => {
      await watch.end();
      await admin.end();
      await child.stop();
      await cluster.stop();
      for (const folder of [data, clusterFolder]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A workspace that control calls may publish over and over. */
export const smallWorkspace: Readonly<Record<string, string>> = {
  'ashlar.jsonc': '{"name": "pub"}',
  'env.jsonc': '{"LEVEL": {"default": "info"}}',
  'tables/note.jsonc': '{"columns": {"id": {"type": "int", "primary": true}, "text": "text"}}',
  'apis/pub/notes.get.jsonc':
    '{"stack": [{"function": "query_records", "table": "note", "return_as": "notes"}], "response": "{{ notes }}"}',
};

interface Child {
  readonly url: string;
  readonly errors: string[];
  memory(): Promise<number>;
  stop(): Promise<void>;
}

async function startChild(clientLimits: object, environment: Record<string, string | undefined>): Promise<Child> {
  const script = join(import.meta.dirname, 'server-script.ts');
  const child = spawn(process.execPath, ['--disable-proto=delete', script, JSON.stringify(clientLimits)], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: environment,
  });
  const errors: string[] = [];
  let rest = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    errors.push(...lines.filter((line) => line.includes('"level":"error"') || !line.startsWith('{')));
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (message: { ready?: string; failed?: string }) => {
      if (message.ready !== undefined) resolve(message.ready);
      if (message.failed !== undefined) reject(new Error(`the server did not start: ${message.failed}`));
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${errors.join('\n')}`)));
  });
  return { url, errors, memory: () => memoryOf(child), stop: () => ended(child) };
}

function memoryOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message: { memory: number }) => resolve(message.memory));
    child.send({});
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

type Json = Readonly<Record<string, unknown>>;

async function send(url: string, method: string, path: string, body: object, token: string): Promise<Json> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...(token === '' ? {} : { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status} ${text}`);
  const sent: Json = JSON.parse(text);
  return sent;
}

const control = (url: string, method: string, path: string, body: object): Promise<Json> =>
  send(url, method, path, body, adminKey);

const publish = (url: string, name: string, files: Readonly<Record<string, string>>): Promise<Json> =>
  control(url, 'POST', `/api/workspaces/${name}/environments/dev/publish`, { files });

/** Names and passwords of databases and roles, and the keys of environments. */
async function secretsOf(admin: Client): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where datname not like 'template%' and datname <> 'postgres'
     union select rolname from pg_roles where rolname not like 'pg\\_%' and length(rolname) > 9`,
  );
  return rows.map((row) => row.name);
}

const nobody = { tokens: {}, keys: { product: 0, order: 0, openOrder: 0, foreignOrder: 0 }, hidden: [] } as const;

/** Ada, who sends the requests, and Bob, whose data are not hers. */
async function makePeople(url: string, watch: Watch) {
  const shop = watch.database('product');
  const category = await shop.query<{ id: string }>(
    "insert into category (slug, name) values ('hostile', 'Hostile') returning id",
  );
  const product = await shop.query<{ id: string }>(
    `insert into product (sku, name, description, category_id, price, stock)
     values ('hostile-1', 'Grinder', 'Grinds beans', $1, 12.50, 100000) returning id`,
    [category.rows[0]?.id],
  );
  const productId = Number(product.rows[0]?.id);
  const signUp = (email: string, name: string) =>
    send(url, 'POST', '/api:shop/auth/sign-up', { email, password: userPassword, name, city: 'Paris' }, '');
  const ada = String((await signUp(adaEmail, 'Ada')).token);
  const bob = String((await signUp(`${canary}@example.com`, `Bob`)).token);
  const cart = { items: [{ product_id: productId, quantity: 1 }], address: `${canary} street 1`, note: `${canary} note` };
  const foreign = await send(url, 'POST', '/api:shop/orders', cart, bob);
  const own = await send(url, 'POST', '/api:shop/orders', { ...cart, address: 'Own street 1', note: 'own' }, ada);
  const open = await send(url, 'POST', '/api:shop/orders', { ...cart, address: 'Own street 2', note: 'own' }, ada);
  await shop.query(`update "order" set status = 'paid' where id = $1`, [own.id]);
  await shop.query('update customer set staff = true where email = $1', [adaEmail]);
  const account = await fetch(`${url}/api:${workspaceName}/account/sign-up`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', password: userPassword }),
  });
  const accountToken: unknown = await account.json();
  const hashes = await shop.query<{ password: string }>('select password from customer where password is not null limit 20');
  return {
    tokens: { customer: ada, account: String(accountToken) },
    keys: { product: productId, order: Number(own.id), openOrder: Number(open.id), foreignOrder: Number(foreign.id) },
    hidden: [bob, canary.toLowerCase(), ...hashes.rows.map((row) => row.password)],
  };
}
