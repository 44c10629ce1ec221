/**
 * The client for hot messages under injected faults, on a real PostgreSQL behind a proxy. Whatever happens, each request gets its
 * own answer or one error, in time; what was answered as stored is stored once, what was answered as failed is not stored.
 *
 * `TEST_SOAK=10` injects 1,000 faults. `WIRE_SEED=…` repeats a run's choices.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DatabaseRef, Postgres } from '../../server/src/base/postgres/index.ts';
import { openTestPostgres, testPostgres } from '../harness/postgres.ts';
import { NetworkProxy } from '../harness/proxy.ts';
import { runs, timeFor } from '../property/soak.ts';
import { type Outcome, Traffic } from './traffic.ts';

const seed = Number(process.env['WIRE_SEED'] ?? Math.floor(Math.random() * 1e9));
const poolConnections = 8;
const deadlineMs = 1_500;
/** A cancellation, the patience with it, and a busy machine. */
const graceMs = 1_500;

/** Mulberry32. */
let state = seed;
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const below = (n: number): number => Math.floor(random() * n);

/** PostgreSQL itself, without the proxy. */
let direct: Postgres;
let proxy: NetworkProxy;
let postgres: Postgres;
let ref: DatabaseRef;
let traffic: Traffic;
let restConnections: number;

beforeAll(async () => {
  direct = await testPostgres();
  const { rows } = await direct.control<{ folder: string }>("select current_setting('unix_socket_directories') as folder");
  await direct.control("create role faulty login superuser password 'pw'");
  proxy = await NetworkProxy.start(`${rows[0]?.folder}/.s.PGSQL.5432`, random);
  const databaseUrl = `postgres://faulty:pw@127.0.0.1:${proxy.port}/postgres`;
  const settings = { databaseUrl, data: { path: '', explicit: false } };
  postgres = await openTestPostgres('', { settings, poolConnections, poolIdleMs: 1_000 });
  restConnections = postgres.connections();
  ref = await postgres.createDatabase();
  await owner('create table tagged (tag text primary key, at timestamptz default now())');
  await owner('create table changing (changing int)');
  await owner("create table kept (name text primary key); insert into kept select 'row ' || n from generate_series(0, 100) n");
  await owner(`insert into changing values (1); insert into tagged values ('twice');
    grant select, insert, update, delete on tagged, changing, kept to "${ref.appRole}"`);
  traffic = new Traffic(postgres, ref);
});
afterAll(async () => {
  await postgres?.stop();
  await proxy?.stop();
});

/** As the tables' owner, beside the proxy; tried again while the server starts. */
async function owner(sql: string, params: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  for (let attempt = 1; ; attempt += 1)
    try {
      return (await direct.asOwner(ref, (client) => client.query(sql, [...params]))).rows;
    } catch (error) {
      if (attempt === 100 || (error as { code?: string }).code !== 'database_unavailable') throw error;
      await sleep(100);
    }
}

async function admin(sql: string, params: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  return (await direct.control<Record<string, unknown>>(sql, params)).rows;
}

const backends = 'from pg_stat_activity where datname = $1 and usename = $2';
const ofApp = (): readonly string[] => [ref.database, ref.appRole];

interface Fault {
  /** What happens while requests are under way. */
  inject(): Promise<void>;
  /** Codes that requests may be answered with, beside being answered rightly. */
  readonly may?: readonly string[];
  /** Further requests. */
  more?(): Promise<Outcome>[];
}

const lossMay = ['database_unavailable', 'commit_unknown'];
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const reads = (what: Parameters<Traffic['read']>[0], param: () => string, count: number, within = deadlineMs) =>
  times(count, () => traffic.read(what, param(), within));

const cut = (direction: 'toServer' | 'toClient'): Fault => ({
  async inject() {
    proxy.weather.cut = { direction, messages: below(60), bytes: below(2) * below(12) };
  },
  may: lossMay,
});

const faults: Readonly<Record<string, Fault>> = {
  'bytes split anywhere': { async inject() { proxy.weather.splitBytes = 1 + below(9); } },
  'bytes late': { async inject() { proxy.weather.delayMs = 1 + below(12); } },
  'cut on the way to the server': cut('toServer'),
  'cut on the way to the client': cut('toClient'),
  'cut and split': {
    async inject() {
      proxy.weather.splitBytes = 1 + below(20);
      await cut(random() < 0.5 ? 'toServer' : 'toClient').inject();
    },
    may: lossMay,
  },
  'backends killed': {
    async inject() {
      for (let n = 1 + below(3); n > 0; n -= 1) {
        await sleep(below(15));
        // Waits until they are gone: on a busy machine a backend may die during the next fault.
        await admin(`select pg_terminate_backend(pid, 2000) ${backends} order by random() limit ${1 + below(3)}`, ofApp());
      }
    },
    more: () => reads('slow', () => '0.02', 4),
    may: lossMay,
  },
  'statements cancelled from outside': {
    async inject() {
      for (let n = 0; n < 4; n += 1) {
        await sleep(below(10));
        await admin(`select pg_cancel_backend(pid) ${backends} and state = 'active'`, ofApp());
      }
    },
    more: () => reads('slow', () => '0.03', 4),
    may: ['statement_timeout'],
  },
  'deadlines met': {
    async inject() {},
    more: () => reads('slow', () => '5', 1 + below(6), 50 + below(200)),
    // A read that waits behind several that are slow: its deadline is its own. On a busy machine it may be over before a connection
    // of its own is open.
    may: ['deadline_exceeded', 'database_unavailable'],
  },
  'errors among reads': {
    async inject() {},
    more: () => reads('dividing', () => (random() < 0.5 ? '0' : '1'), 10),
    may: ['division_by_zero'],
  },
  'errors among inserts': {
    async inject() {},
    more: () => times(1 + below(5), () => traffic.insert(deadlineMs, 'twice')),
    may: ['unique_violation'],
  },
  'tables changed meanwhile': {
    async inject() {
      for (const sql of [
        'alter table changing add column if not exists more text',
        'alter table changing drop column if exists more',
        'alter table changing alter column changing type text',
        'alter table changing alter column changing type int using changing::int',
        `drop table changing; create table changing (changing int); insert into changing values (1); grant select on changing to "${ref.appRole}"`,
      ].slice(below(5))) {
        await owner(sql);
        await sleep(below(10));
      }
      await owner('alter table changing alter column changing type int using changing::int');
    },
    more: () => [0, 20, 40].flatMap((ms) => times(5, () => sleep(ms).then(() => traffic.read('changing', 'x', deadlineMs)))),
    may: ['schema_changed'],
  },
  'no connections left': {
    async inject() {
      await admin(`alter role "${ref.appRole}" connection limit ${below(3)}`);
      if (random() < 0.7) proxy.cutAll();
      await sleep(50);
      await admin(`alter role "${ref.appRole}" connection limit -1`);
    },
    more: () => times(10, () => traffic.transaction(deadlineMs)),
    may: [...lossMay, 'deadline_exceeded'],
  },
  'the pool is full': {
    async inject() {},
    more: () => [...reads('own', () => 'x', 30), ...times(20, () => traffic.transaction(deadlineMs))],
  },
  'a slow network under much to carry': {
    async inject() {
      proxy.weather.silent = (['toServer', 'toClient', 'both'] as const)[below(3)] ?? null;
      await sleep(200);
      proxy.weather.silent = null;
    },
    more: () => reads('read', () => 'x'.repeat(300_000), 12),
  },
  'silence beyond the deadline': {
    async inject() {
      proxy.weather.silent = (['toServer', 'toClient', 'both'] as const)[below(3)] ?? null;
      await sleep(700);
      proxy.weather.silent = null;
    },
    more: () => [...reads('read', () => 'x', 5, 300), ...times(5, () => traffic.insert(300)), ...times(2, () => traffic.transaction(300))],
    may: [...lossMay, 'deadline_exceeded'],
  },
  'a table locked': {
    async inject() {
      await owner('begin; lock table tagged in access exclusive mode; select pg_sleep(0.4); commit');
    },
    more: () => [...reads('read', () => 'x', 10), ...times(3, () => traffic.insert(150))],
    may: ['deadline_exceeded'],
  },
}; // biome-ignore format: a table of faults

/** Those that take long, each so often. */
const rare: readonly (readonly [string, number, Fault])[] = [
  ['a row of 50 MB', 25, { async inject() {}, more: () => reads('large', () => 'x', 1, 10_000) }],
  [
    'a row of 50 MB, and a cut in it',
    60,
    {
      async inject() {
        await sleep(150);
        proxy.cutAll();
      },
      more: () => reads('large', () => 'x', 1, 10_000),
      may: lossMay,
    },
  ],
  [
    'the server killed and started again',
    50,
    {
      async inject() {
        const [found] = await admin("select setting as folder from pg_settings where name = 'data_directory'");
        process.kill(Number(readFileSync(`${String(found?.['folder'])}/postmaster.pid`, 'utf8').split('\n')[0]), 'SIGKILL');
      },
      may: [...lossMay, 'deadline_exceeded'],
    },
  ],
];

const common = Object.entries(faults);

function faultOf(index: number): readonly [string, Fault] {
  for (const [name, every, fault] of rare) if (index % every === every - 1) return [name, fault];
  const found = common[index % common.length];
  if (found === undefined) throw new Error('there is no fault');
  return found;
}

/** Requests of all kinds, some of them in later turns. */
function requests(): Promise<Outcome>[] {
  const made: Promise<Outcome>[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    const later = async <T>(work: () => Promise<T>): Promise<T> => sleep(turn * 5).then(work);
    made.push(
      ...times(8 + below(10), () => later(() => traffic.read('read', 'x'.repeat(below(300)), deadlineMs))),
      ...times(4, () => later(() => traffic.read('readRow', 'x'.repeat(below(90)), deadlineMs))),
      ...times(4 + below(12), () => later(() => traffic.insert(deadlineMs))),
      ...times(1, () => later(() => traffic.read('own', 'x', deadlineMs))),
      ...times(1, () => later(() => traffic.transaction(deadlineMs))),
    );
  }
  return made;
}

/** The client answers again, within some time. */
async function worksAgain(): Promise<void> {
  proxy.clear();
  const until = performance.now() + 20_000;
  for (;;) {
    const outcomes = await Promise.all([
      traffic.read('read', 'x', deadlineMs),
      traffic.insert(deadlineMs),
      traffic.transaction(deadlineMs),
    ]);
    if (outcomes.every(({ code }) => code === null)) return;
    if (performance.now() > until) expect(outcomes.map(({ code }) => code)).toEqual([null, null, null]);
    await sleep(50);
  }
}

async function check(outcomes: readonly Outcome[], may: ReadonlySet<string>): Promise<void> {
  expect(
    outcomes.filter(({ code }) => code !== null && !may.has(code)),
    'unexpected errors',
  ).toEqual([]);
  expect(
    outcomes.filter(({ ms, deadlineMs: within }) => ms > within + graceMs),
    'later than their deadline',
  ).toEqual([]);
  const inserts = outcomes.filter(({ kind, tag }) => kind === 'insert' && tag !== 'twice');
  const rows = await owner('select tag, count(*)::int as n from tagged where tag = any($1) group by tag', [
    inserts.map(({ tag }) => tag),
  ]);
  const stored = new Map(rows.map(({ tag, n }) => [String(tag), Number(n)]));
  const wrong = inserts.filter(({ tag, code }) => {
    const n = stored.get(tag) ?? 0;
    return code === null ? n !== 1 : code !== 'commit_unknown' && n !== 0;
  });
  expect(wrong, 'stored though told that it failed, or the other way round').toEqual([]);
}

const count = runs(100);

test(
  `${count} injected faults (WIRE_SEED=${seed})`,
  async () => {
    const seen = new Map<string, number>();
    for (let index = 0; index < count; index += 1) {
      const [name, fault] = faultOf(index);
      const label = `fault ${index}, ${name} (WIRE_SEED=${seed})`;
      try {
        const under = [...requests(), ...(fault.more?.() ?? [])];
        // Somewhere in the middle.
        if (random() < 0.5) await sleep(below(12));
        const [outcomes] = await Promise.all([Promise.all(under), fault.inject()]);
        await worksAgain();
        await check(outcomes, new Set(fault.may));
        for (const { code } of outcomes) seen.set(code ?? 'answered', (seen.get(code ?? 'answered') ?? 0) + 1);
      } catch (error) {
        throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
      }
    }
    console.info(`seed ${seed}: ${[...seen].map(([code, n]) => `${code} ${n}`).join(', ')}`);
  },
  timeFor(120_000),
);

test('nothing is left over', async () => {
  const until = performance.now() + 10_000;
  const left = async () => ({
    connections: postgres.connections(),
    backends: (await admin(`select pid ${backends}`, ofApp())).length,
  });
  for (;;) {
    const found = await left();
    if (found.connections <= restConnections && found.backends === 0) break;
    if (performance.now() > until) expect(found).toEqual({ connections: restConnections, backends: 0 });
    await sleep(50);
  }
  const doubled = await owner('select tag from tagged group by tag having count(*) > 1');
  expect(doubled).toEqual([]);
});
