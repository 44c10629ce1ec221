/** All ways of statements share one cap: whoever has a connection gives it up for whoever has none. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Postgres } from '../../server/src/base/postgres/index.ts';
import { openTestPostgres, testPostgres } from '../harness/postgres.ts';
import { Traffic, taggedDatabase } from './traffic.ts';

let databaseUrl: string;
const opened: Postgres[] = [];
beforeAll(async () => {
  const direct = await testPostgres();
  const { rows } = await direct.control<{ folder: string }>("select current_setting('unix_socket_directories') as folder");
  await direct.control("create role few login superuser password 'pw'");
  databaseUrl = `postgres://few:pw@${encodeURIComponent(rows[0]?.folder ?? '')}/postgres`;
});
afterAll(async () => {
  for (const one of opened) await one.stop();
});

async function open(poolConnections: number): Promise<Postgres> {
  const postgres = await openTestPostgres('', {
    settings: { databaseUrl, data: { path: '', explicit: false } },
    poolConnections,
  });
  opened.push(postgres);
  return postgres;
}

const all = (traffic: Traffic) => [
  ...Array.from({ length: 50 }, () => traffic.read('read', 'x', 5_000)),
  ...Array.from({ length: 10 }, () => traffic.read('own', 'x', 5_000)),
  ...Array.from({ length: 20 }, () => traffic.insert(5_000)),
  ...Array.from({ length: 10 }, () => traffic.transaction(5_000)),
];

test.for([1, 2, 3])('a node with connections: %i', async (most) => {
  const postgres = await open(most);
  const traffic = new Traffic(postgres, await taggedDatabase(postgres));
  for (let round = 0; round < 3; round += 1) {
    const outcomes = await Promise.all(all(traffic));
    expect(outcomes.filter(({ code }) => code !== null)).toEqual([]);
  }
});

test('more databases than connections', async () => {
  const postgres = await open(3);
  const traffics: Traffic[] = [];
  for (let n = 0; n < 5; n += 1) traffics.push(new Traffic(postgres, await taggedDatabase(postgres)));
  for (let round = 0; round < 2; round += 1) {
    const outcomes = await Promise.all(traffics.flatMap(all));
    expect(outcomes.filter(({ code }) => code !== null)).toEqual([]);
  }
});
