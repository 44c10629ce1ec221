import { afterEach, beforeAll, expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import type { DatabaseRef, Postgres } from './index.ts';
import { Pools } from './pools.ts';
import { WireConnections } from './wire/index.ts';

let postgres: Postgres;
let pools: Pools;
const refs: DatabaseRef[] = [];
let host = '';
beforeAll(async () => {
  postgres = await testPostgres();
  for (let i = 0; i < 4; i++) refs.push(await postgres.createDatabase());
  const { rows } = await postgres.control<{ folder: string }>("select current_setting('unix_socket_directories') as folder");
  host = rows[0]?.folder ?? '';
});
afterEach(() => pools.stop());

const make = (maxConnections: number, idleMs = 30_000): Pools => {
  pools = new Pools({ maxConnections, idleMs, monotonic: () => performance.now() });
  return pools;
};
const lend = (number: number, waitMs = 2_000) => {
  const ref = refs[number];
  if (ref === undefined) throw new Error('no such database');
  return pools.lend(ref.database, () => ({ host, user: ref.appRole, password: ref.appPassword, database: ref.database }), waitMs);
};
const pid = async (client: Awaited<ReturnType<typeof lend>>) =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

test('a connection is used again for its own database only', async () => {
  make(4);
  const first = await lend(0);
  const number = await pid(first);
  first.release();
  const other = await lend(1);
  expect(await pid(other)).not.toBe(number);
  other.release();
  const again = await lend(0);
  expect(await pid(again)).toBe(number);
  again.release();
  expect(pools.size).toBe(2);
});

test('at the cap the least recently used idle one makes room', async () => {
  make(2);
  const [first, second] = [await lend(0), await lend(1)];
  const kept = await pid(second);
  first.release();
  second.release();
  (await lend(2)).release();
  expect(pools.size).toBe(2);
  const again = await lend(1);
  expect(await pid(again)).toBe(kept);
  again.release();
});

test('who finds none waits in line, and is served in order', async () => {
  make(1);
  const first = await lend(0);
  const order: number[] = [];
  const waiting = [1, 0, 2].map(async (number) => {
    const client = await lend(number);
    order.push(number);
    client.release();
  });
  first.release();
  await Promise.all(waiting);
  expect(order).toEqual([1, 0, 2]);
});

test('a connection goes on for its own database while others have one too', async () => {
  make(2);
  const [first, second] = [await lend(0), await lend(1)];
  const number = await pid(first);
  const waiting = [1, 0, 1, 0].map(async (which) => {
    const client = await lend(which);
    const used = await pid(client);
    client.release();
    return which === 0 ? used : number;
  });
  first.release();
  second.release();
  expect(await Promise.all(waiting)).toEqual([number, number, number, number]);
});

test('a database that has more than its share gives to one that has less', async () => {
  make(4);
  const greedy = await Promise.all([lend(0), lend(0), lend(0), lend(0)]);
  const more = lend(0);
  const poor = lend(1);
  greedy[0]?.release();
  (await poor).release();
  greedy[1]?.release();
  (await more).release();
  for (const client of greedy.slice(2)) client.release();
});

test('who waits too long gets database_unavailable', async () => {
  make(1);
  const first = await lend(0);
  const start = performance.now();
  await expect(lend(1, 100)).rejects.toThrow(expect.objectContaining({ code: 'database_unavailable', status: 503 }));
  expect(performance.now() - start).toBeGreaterThan(90);
  first.release();
  (await lend(1, 2_000)).release();
});

test('an idle connection is closed after its time', async () => {
  make(2, 100);
  (await lend(0)).release();
  expect(pools.size).toBe(1);
  await expect.poll(() => pools.size).toBe(0);
});

test('a connection with an open transaction, and a broken one, are not lent again', async () => {
  make(2);
  const open = await lend(0);
  const number = await pid(open);
  await open.query('begin');
  open.release();
  const next = await lend(0);
  expect(await pid(next)).not.toBe(number);
  const second = await pid(next);
  await postgres.control('select pg_terminate_backend($1)', [second]);
  await expect(next.query('select 1')).rejects.toThrow();
  next.release();
  const last = await lend(0);
  expect(await pid(last)).not.toBe(second);
  last.release();
  expect(() => last.release()).toThrow('given back twice');
});

test('a connection that was just lost is not handed to whoever waits for one', async () => {
  const monotonic = () => performance.now();
  const wires = new WireConnections({ clock: monotonic, idleMs: 30_000 });
  pools = new Pools({ maxConnections: 1, idleMs: 30_000, monotonic, wires });
  const open = await lend(0);
  const waiting = lend(0);
  wires.own(open).abandon('a message that was not to come');
  open.release();
  const next = await waiting;
  expect(await pid(next)).toBeTypeOf('number');
  next.release();
  wires.stop();
});

test('thirty databases live on few connections', async () => {
  make(3);
  const work = Array.from({ length: 200 }, async (_, i) => {
    const client = await lend(i % 4, 20_000);
    const { rows } = await client.query<{ name: string }>('select current_database() as name');
    client.release();
    expect(rows[0]?.name).toBe(refs[i % 4]?.database);
    expect(pools.size).toBeLessThanOrEqual(3);
  });
  await Promise.all(work);
});

test('a stopped pool lends nothing and leaves nothing open', async () => {
  make(2);
  (await lend(0)).release();
  await pools.stop();
  expect(pools.size).toBe(0);
  await expect(lend(0)).rejects.toThrow(expect.objectContaining({ code: 'database_unavailable' }));
});

test('slow statements of one database leave room for the others', async () => {
  make(10);
  const slow = await Promise.all(Array.from({ length: 4 }, () => lend(0)));
  await expect(lend(0, 50)).rejects.toMatchObject({ code: 'database_unavailable' });
  const waiting = lend(0);
  const others = await Promise.all([lend(1, 50), lend(1, 50), lend(2, 50)]);
  expect(pools.size).toBe(7);
  slow.pop()?.release();
  (await waiting).release();
  for (const client of [...others, ...slow]) client.release();
});

test('slow statements of many databases leave room for those that have few, and for connections that are shared', async () => {
  make(20);
  const slow = await Promise.all([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1].map((number) => lend(number)));
  const others = await Promise.all([lend(2, 50), lend(2, 50)]);
  const [ref] = refs;
  if (ref === undefined) throw new Error('no such database');
  const config = () => ({ host, user: ref.appRole, password: ref.appPassword, database: ref.database });
  others.push(await pools.lend(ref.database, config, 50, true));
  await expect(lend(0, 50)).rejects.toMatchObject({ code: 'database_unavailable' });
  for (const client of [...others, ...slow]) client.release();
});
