/** The client on every kind of connection that `pg` makes: Unix socket, TCP, TLS, all with SCRAM. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Postgres } from '../../server/src/base/postgres/index.ts';
import { openTestPostgres, temporaryFolder } from '../harness/postgres.ts';
import { Traffic, taggedDatabase } from './traffic.ts';

/** Of its own, for the port is the one that every PostgreSQL has. */
const address = `127.77.${(process.pid >> 8) & 0xff}.${process.pid & 0xff}`;
const why =
  process.platform !== 'linux' ? 'only Linux has loopback addresses to choose from' : hasOpenssl() ? null : 'there is no openssl';
if (why !== null) console.warn(`TCP and TLS are not tested: ${why}`);

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let folder: string;
let cluster: Postgres;
const opened: Postgres[] = [];

beforeAll(async () => {
  folder = temporaryFolder();
  cluster = await openTestPostgres(folder);
  const { rows } = await cluster.control<{ data: string }>("select current_setting('data_directory') as data");
  await cluster.control("create role net login superuser password 'pw'");
  if (why !== null) return;
  const data = rows[0]?.data ?? '';
  makeCertificate(data);
  writeOwned(
    data,
    'net_hba.conf',
    'local all all scram-sha-256\nhostssl all all 127.0.0.0/8 scram-sha-256\nhostnossl all all 127.0.0.0/8 scram-sha-256\n',
  );
  for (const [name, value] of [
    ['listen_addresses', address],
    ['ssl', 'on'],
    ['ssl_cert_file', join(data, 'net.crt')],
    ['ssl_key_file', join(data, 'net.key')],
    ['hba_file', join(data, 'net_hba.conf')],
  ])
    await cluster.control(`alter system set ${name} = '${value}'`);
  await cluster.stop();
  cluster = await openTestPostgres(folder);
});
afterAll(async () => {
  for (const one of opened) await one.stop();
  await cluster?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

function writeOwned(data: string, name: string, text: string | null): void {
  const path = join(data, name);
  if (text !== null) writeFileSync(path, text);
  const { uid, gid } = statSync(data);
  chmodSync(path, 0o600);
  chownSync(path, uid, gid);
}

function makeCertificate(data: string): void {
  const files = ['-keyout', join(data, 'net.key'), '-out', join(data, 'net.crt')];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', ...files];
  execFileSync('openssl', args, { stdio: 'ignore' });
  for (const name of ['net.key', 'net.crt']) writeOwned(data, name, null);
}

async function open(databaseUrl: string): Promise<Postgres> {
  const settings = { databaseUrl, data: { path: '', explicit: false } };
  const postgres = await openTestPostgres('', { settings, poolConnections: 12 });
  opened.push(postgres);
  return postgres;
}

/** Reads, inserts and transactions, large and small, and one that is cancelled; answers how its connections are encrypted. */
async function exercise(postgres: Postgres): Promise<readonly unknown[]> {
  const ref = await taggedDatabase(postgres);
  const traffic = new Traffic(postgres, ref);
  const large = traffic.read('large', 'x', 20_000);
  const slow = traffic.read('slow', '30', 300);
  const outcomes = await Promise.all([
    ...Array.from({ length: 300 }, (_, n) => traffic.read('read', 'é'.repeat(n * 7), 20_000)),
    ...Array.from({ length: 100 }, () => traffic.insert(20_000)),
    ...Array.from({ length: 10 }, () => traffic.transaction(20_000)),
    large,
  ]);
  expect(outcomes.filter(({ code }) => code !== null)).toEqual([]);
  const stopped = await slow;
  expect(stopped).toMatchObject({ code: 'deadline_exceeded' });
  expect(stopped.ms, 'cancelled, not waited for').toBeLessThan(5_000);
  const { rows } = await cluster.control<{ ssl: boolean }>(
    'select distinct ssl from pg_stat_ssl natural join pg_stat_activity where usename = $1',
    [ref.appRole],
  );
  const counted = await postgres.asOwner(ref, (client) => client.query('select count(*)::int as n from tagged'));
  expect(counted.rows).toEqual([{ n: 110 }]);
  return rows.map(({ ssl }) => ssl);
}

test('a Unix socket', async () => {
  expect(await exercise(cluster)).toEqual([false]);
});

test.skipIf(why !== null)('TCP', async () => {
  expect(await exercise(await open(`postgres://net:pw@${address}:5432/postgres?sslmode=disable`))).toEqual([false]);
});

test.skipIf(why !== null)('TLS', async () => {
  expect(await exercise(await open(`postgres://net:pw@${address}:5432/postgres?sslmode=no-verify`))).toEqual([true]);
});
