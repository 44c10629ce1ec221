import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batteries, type Case } from './cases.ts';
import { type Attempt, HostileClient, type Reply } from './client.ts';
import { faultsOf } from './judge.ts';
import { attemptOf, type Operation, operationsOf } from './operations.ts';
import { oneOf, sampled } from './sampled.ts';
import { texts, words } from './values.ts';
import { startWorld, type World } from './world.ts';

let world: World;
let client: HostileClient;
/** Answers by status, and by code where that is 500 or more. */
const statuses = new Map<string, number>();

beforeAll(async () => {
  world = await startWorld();
  client = new HostileClient(world.port);
}, 60_000);
afterAll(async () => {
  client?.close();
  await world?.stop();
  const counted = [...statuses].sort(([a], [b]) => (a < b ? -1 : 1)).map(([status, count]) => `${status}: ${count}`);
  console.log(`${[...statuses.values()].reduce((sum, count) => sum + count, 0)} hostile requests (${counted.join(', ')})`);
}, 30_000);

/** Groups of operations, and a table of the database that they may change. */
const groups = [
  { name: 'shop', document: '/api:shop/openapi.json', path: '/api:shop', table: 'product' },
  { name: 'seed', document: '/api:seed/openapi.json', path: '/api:seed', table: null },
  { name: 'every type and function', document: '/api:hostile/openapi.json', path: '/api:hostile', table: 'thing' },
  { name: 'the control API', document: '/openapi.json', path: '/api/', table: 'versions' },
] as const;

/** Operations whose valid request is refused: nobody answers the call of one, the other throws, a publication is over, a removal is not confirmed. */
const refusing: ReadonlySet<string> = new Set([
  '/api:hostile/steps/fetch',
  '/api:hostile/steps/throw',
  '/api/workspaces/{name}/environments/{env}/publications/{publication}/cancel',
  'DELETE /api/workspaces/{name}',
  'DELETE /api/workspaces/{name}/environments/{env}',
]);

async function documentOf(path: string): Promise<unknown> {
  return (await fetch(`${world.url}${path}`)).json();
}

async function send(attempt: Attempt, by = client): Promise<Reply> {
  const reply = await by.send(attempt);
  const code = reply.status < 500 ? '' : ` ${/"code":"(\w+)"/.exec(reply.text)?.[1] ?? ''}`;
  const status = `${reply.status}${code}`;
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  return reply;
}

/** Whether an answer allows that rows were changed. */
const mayChange = (attempt: Attempt, reply: Reply): boolean =>
  reply.status < 400 && !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(attempt.method);

/** Sends a battery; answers what was wrong. */
async function bombard(cases: Iterable<Case>, table: string | null): Promise<readonly string[]> {
  const database = table === null ? null : world.watch.database(table);
  const count = async (): Promise<number> => (database === null ? 0 : world.watch.changes(database));
  const faults: string[] = [];
  let changes = await count();
  for (const make of cases) {
    const attempt = make();
    const add = (fault: string): void => void faults.push(`${attempt.name} ${fault}`);
    let reply: Reply;
    try {
      reply = await send(attempt);
    } catch (error) {
      add(`broke off: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    for (const fault of faultsOf(attempt, reply, world.secrets)) add(`${fault}; ${reply.status} ${reply.text.slice(0, 300)}`);
    const now = await count();
    if (now !== changes && !mayChange(attempt, reply)) add(`changed data (${await world.watch.latest()}); ${reply.status}`);
    changes = now;
  }
  return faults;
}

/** The best of a few: the machine may be busy with other things. */
async function healthMs(): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5 && best > 100; i += 1) {
    const startedAt = performance.now();
    const answer = await fetch(`${world.url}/health`);
    await answer.text();
    if (answer.status === 200) best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

describe('texts that mean something to SQL', () => {
  const post = (path: string, method: string, body: object): Promise<Reply> =>
    send({
      name: `${method} ${path}`,
      method,
      target: `/api:hostile${path}`,
      headers: { 'Content-Type': 'application/json' },
      body: Buffer.from(JSON.stringify(body)),
    });
  /** PostgreSQL keeps what any Unicode text is; these are all of it but the two that no database of UTF-8 can. */
  const kept = [...texts, "Robert'); DROP TABLE students;--", '\\x41', "E'\\\\'", '{"a": 1}', '{1,2}', '\u2028'];

  it('are stored as they are, by every function that writes', async () => {
    const database = world.watch.database('thing');
    const stored = async (code: string): Promise<unknown> =>
      (await database.query('select title, note, data, tags from thing where code = $1', [code])).rows[0];
    for (const [index, text] of kept.entries()) {
      const code = `kept ${index}`;
      const row = { title: text, note: text, data: { [text]: text }, tags: [text, text] };
      const added = await post('/things', 'POST', { code, ...row });
      expect([added.status, JSON.parse(added.text)]).toMatchObject([201, { code, ...row }]);
      expect(await stored(code)).toEqual(row);
      const { id }: { id: number } = JSON.parse(added.text);
      await post(`/things/${id}`, 'PATCH', { title: 'other', note: null, tags: [] });
      expect((await post(`/things/${id}`, 'PUT', { title: text, note: text, data: row.data })).status).toBe(200);
      expect((await post('/things/upsert', 'PUT', { code, ...row })).status).toBe(200);
      expect((await post('/direct/write', 'POST', { code, title: text })).status).toBe(200);
      expect(await stored(code)).toEqual(row);
      const answer = await fetch(`${world.url}/api:hostile/things?per_page=1&title=${encodeURIComponent(text)}`);
      expect(await answer.json()).toMatchObject({ items: [{ title: text }] });
    }
  });

  it('are compared as they are: one that is there is found, all others are not', async () => {
    for (const text of kept.filter((one) => one !== '')) {
      const answer = await fetch(`${world.url}/api:hostile/things/by?code=${encodeURIComponent(text)}`);
      expect([text, await answer.json()]).toEqual([text, [false, null]]);
    }
  });

  it('that are too long for an index are refused as that, and change nothing', async () => {
    for (const body of [{ slug: words(5_000) }, { title: words(200_000) }]) {
      const reply = await post('/things/1', 'PATCH', body);
      expect([reply.status, JSON.parse(reply.text).code]).toEqual([400, 'value_refused']);
    }
  });
});

it.each([
  ['GET', ''],
  ['POST', '/cancel'],
])("%s of another customer's order finds nothing", async (method, suffix) => {
  const headers = { Authorization: `Bearer ${world.tokens.customer}` };
  const before = await world.watch.state();
  for (const id of [world.keys.foreignOrder, `${world.keys.foreignOrder}%20or%201=1`, `0${world.keys.foreignOrder}`]) {
    const attempt = { name: '', method, target: `/api:shop/orders/${id}${suffix}`, headers, body: null };
    const reply = await send(attempt);
    expect([400, 404]).toContain(reply.status);
    expect(faultsOf(attempt, reply, world.secrets)).toEqual([]);
  }
  expect(await world.watch.stray(before, null)).toEqual([]);
});

describe.each(groups)('$name', ({ document, path, table }) => {
  let operations: readonly Operation[];
  beforeAll(async () => {
    operations = operationsOf(await documentOf(document), world, (candidate) => candidate.startsWith(path));
  });

  it('answers the valid request of every operation', async () => {
    expect(operations.length).toBeGreaterThan(0);
    const failed: string[] = [];
    for (const operation of operations) {
      const reply = await send(attemptOf(operation, 'valid'));
      if (reply.status >= 400 && !refusing.has(operation.path) && !refusing.has(operation.name))
        failed.push(`${operation.name} ${reply.status} ${reply.text.slice(0, 300)}`);
    }
    expect(failed).toEqual([]);
  });

  it.each(Object.entries(batteries))('withstands hostile %s', { timeout: 600_000 }, async (_name, make) => {
    const faults: string[] = [];
    const before = await world.watch.state();
    for (const [index, operation] of operations.entries()) {
      faults.push(...(await bombard(sampled(make(operation), index), table)));
      if ((await healthMs()) > 100) faults.push(`${operation.name}: /health is late afterwards`);
    }
    const own = table === null ? null : world.watch.database(table);
    for (const changed of await world.watch.stray(before, own)) faults.push(`the table ${changed} was changed by nobody`);
    expect(faults.slice(0, 40)).toEqual([]);
  });

  it('can still be read after all of it', async () => {
    const failed: string[] = [];
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      const reply = await send(attemptOf(operation, 'valid'));
      if (reply.status >= 400) failed.push(`${operation.name} ${reply.status} ${reply.text.slice(0, 300)}`);
    }
    expect(failed).toEqual([]);
  });
});

it('sixteen clients at once get the same kinds of answers', { timeout: 600_000 }, async () => {
  const cases: Case[] = [];
  for (const { document, path } of groups)
    for (const [index, operation] of operationsOf(await documentOf(document), world, (one) => one.startsWith(path)).entries())
      for (const make of Object.values(batteries)) cases.push(...sampled(make(operation), index * 7, oneOf * 8));
  const faults: string[] = [];
  const work = async (): Promise<void> => {
    const one = new HostileClient(world.port);
    for (let next = cases.pop(); next !== undefined; next = cases.pop()) {
      const attempt = next();
      const { name } = attempt;
      try {
        faults.push(...faultsOf(attempt, await send(attempt, one), world.secrets).map((fault) => `${name} ${fault}`));
      } catch (error) {
        faults.push(`${name} broke off: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    one.close();
  };
  await Promise.all(Array.from({ length: 16 }, work));
  expect(faults.slice(0, 40)).toEqual([]);
  expect(await healthMs()).toBeLessThan(100);
});
