/** The database effects on a real PostgreSQL: transactions, deadlines, lost connections, and what a user's own SQL may not do. */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  AshlarError,
  type Binding,
  CancelSource,
  compileWorkspace,
  type Effects,
  Problems,
  readWorkspace,
  type Statement,
  type Value,
} from '@ashlar/engine';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { type TestRun, testEnvironment, testRun } from '../../../../tests/harness/run.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log/index.ts';
import type { DatabaseRef, Postgres } from '../../base/postgres/index.ts';
import { createTelemetry, type Telemetry } from '../../domains/telemetry/index.ts';
import { createRuntime, type Runtime } from '../index.ts';

let postgres: Postgres;
let ref: DatabaseRef;
let runtime: Runtime;
let telemetry: Telemetry;
let effects: Effects;

beforeAll(async () => {
  postgres = await testPostgres();
  ref = await postgres.createDatabase();
  telemetry = createTelemetry({ clock: systemClock, postgres, dataPath: '/' });
  runtime = createRuntime({ postgres, settings: { outboundAllow: [] }, clock: systemClock, log: silentLog, telemetry });
  effects = runtime.effects;
  await asOwner('create table item (id int8 primary key, name text not null unique, amount int8 not null check (amount >= 0))');
  await asOwner('create table secret_thing (id int8 primary key, word text)');
  await asOwner(
    `grant select, insert, update, delete on item, secret_thing to "${ref.appRole}"; grant select on item to "${ref.queryRole}"`,
  );
});
afterAll(async () => {
  await runtime?.stop();
  telemetry?.stop();
});
beforeEach(async () => {
  await asOwner(`truncate item; insert into item select n, 'item ' || n, 100 from generate_series(1, 20) n`);
});

const asOwner = (sql: string) => postgres.asOwner(ref, (client) => client.query(sql));

let names = 0;
function statement(
  text: string,
  access: 'read' | 'write',
  params: readonly Binding[] = [],
  more: Partial<Statement> = {},
): Statement {
  names += 1;
  const columns = [...text.matchAll(/as (\w+):(\w+)/g)].map(([, name = '', pg = '']) => ({
    name,
    pg,
    type: pg === 'int8' ? ('int' as const) : ('text' as const),
  }));
  const sql = text.replace(/as (\w+):\w+/g, 'as $1');
  const base = {
    name: `s${names}`,
    text: sql,
    params,
    columns,
    access,
    table: 'item',
    maxRows: null,
    byUniqueKey: false,
    locks: false,
  };
  return { ...base, ...more };
}

const int: Binding = { type: 'int', pg: 'int8' };
const count = () => statement('select count(*)::int8 as n:int8 from item', 'read');
const insert = statement("insert into item values ($1::int8, 'new ' || $1::int8, 1)", 'write', [int]);
const start = (options: Parameters<typeof testRun>[2] = {}): TestRun => testRun(effects, testEnvironment(ref), options);

async function total(): Promise<Value | undefined> {
  const { run } = start();
  return (await effects.query(run, 1, { statement: count(), params: [] })).rows[0]?.n;
}

async function failure(promise: Promise<unknown>): Promise<AshlarError> {
  const error: unknown = await promise.then(
    (value) => new Error(`it did not fail: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof AshlarError) return error;
  throw error;
}

describe('a statement in autocommit', () => {
  it('gives rows as values, and the number of rows changed', async () => {
    const { run, host } = start();
    const read = statement('select id as id:int8, name as name:text from item where id = $1', 'read', [int]);
    expect(await effects.query(run, 3, { statement: read, params: [7] })).toEqual({
      rows: [{ id: 7, name: 'item 7' }],
      count: 1,
    });
    expect(host.committed).toBeUndefined();
    expect((await effects.query(run, 4, { statement: insert, params: [50] })).count).toBe(1);
    expect(host.committed).toBe(true);
    expect(await total()).toBe(21);
    expect([...(host.account?.steps.keys() ?? [])]).toEqual([3, 4]);
    expect(host.account).toMatchObject({ queries: 2 });
  });

  it.each([
    ["insert into item values (1, 'x', 1)", 'unique_violation', 409],
    ["insert into item values (99, 'x', -1)", 'check_violation', 400],
    ['insert into item values (99, null, 1)', 'null_not_allowed', 400],
    ['select 1/0', 'division_by_zero', 400],
  ])('%s is %s', async (sql, code, status) => {
    const { run } = start();
    expect(await failure(effects.query(run, 1, { statement: statement(sql, 'write'), params: [] }))).toMatchObject({
      code,
      status,
    });
  });

  it.each(['read', 'write'] as const)('that is too slow ends at the deadline: %s', async (access) => {
    const { run } = start({ limits: { deadlineMs: 200 } });
    const startedAt = performance.now();
    const error = await failure(effects.query(run, 1, { statement: statement('select pg_sleep(20)', access), params: [] }));
    expect(error).toMatchObject({ code: 'deadline_exceeded', status: 504, uncatchable: true });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await total()).toBe(20);
  });

  it('stops reading when the client went away, but brings a write to its end', async () => {
    const source = new CancelSource(undefined);
    const { run } = start({ signal: source });
    const slowRead = effects.query(run, 1, { statement: statement('select pg_sleep(20)', 'read'), params: [] });
    const slowWrite = effects.query(start({ signal: source }).run, 1, {
      statement: statement("insert into item select 60, 'late', 1 from (select pg_sleep(0.4)) s", 'write'),
      params: [],
    });
    await sleep(100);
    source.abort();
    expect(await failure(slowRead)).toMatchObject({ code: 'cancelled' });
    expect((await slowWrite).count).toBe(1);
    expect(await total()).toBe(21);
  });

  it('waits for a connection no longer than the deadline', async () => {
    // All that one database and role may have: the rest is for others.
    const lent = await Promise.all(Array.from({ length: 16 }, () => postgres.lend(ref, 'app', 10_000)));
    try {
      const { run } = start({ limits: { deadlineMs: 150 } });
      const startedAt = performance.now();
      expect(await failure(effects.query(run, 1, { statement: count(), params: [] }))).toMatchObject({
        code: 'database_unavailable',
        status: 503,
      });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    } finally {
      for (const client of lent) client.release();
    }
  });

  it('that reads from a table which is gone tells that the schema changed, by what was committed before', async () => {
    await asOwner(`create table short_lived (a int8); grant all on short_lived to "${ref.appRole}"`);
    const read = statement('select a as a:int8 from short_lived', 'read');
    await effects.query(start().run, 1, { statement: read, params: [] });
    await asOwner('alter table short_lived alter a type text');
    expect(await failure(effects.query(start().run, 1, { statement: read, params: [] }))).toMatchObject({
      code: 'schema_changed',
      status: 503,
    });
    await asOwner('drop table short_lived');
    const { run, host } = start();
    expect(await failure(effects.query(run, 1, { statement: read, params: [] }))).toMatchObject({
      code: 'schema_changed',
      uncatchable: true,
    });
    host.committed = true;
    expect(await failure(effects.query(run, 1, { statement: read, params: [] }))).toMatchObject({ code: 'schema_changed_late' });
  });

  it('that writes is committed, also where the row that it answers is refused', async () => {
    const { run, host } = start({ limits: { textLength: 3 } });
    const adds = statement("insert into item values (98, 'long', 1) returning name as name:text", 'write');
    expect(await failure(effects.query(run, 1, { statement: adds, params: [] }))).toMatchObject({ code: 'text_too_large' });
    expect([host.committed, await total()]).toEqual([true, 21]);
  });

  it('tries again after a deadlock', async () => {
    // Two updates of the same two rows, in opposite order, as one statement each: one of them is PostgreSQL's victim.
    const both = (first: number, second: number) =>
      statement(
        `with a as (update item set amount = amount + 1 where id = ${first} returning pg_sleep(0.3)),
              b as (select pg_sleep(0) from a)
         update item set amount = amount + 1 where id = ${second} and exists (select from b)`,
        'write',
      );
    await Promise.all([
      effects.query(start().run, 1, { statement: both(1, 2), params: [] }),
      effects.query(start().run, 1, { statement: both(2, 1), params: [] }),
    ]);
    const { rows } = await asOwner('select sum(amount)::int as sum from item');
    expect(rows[0]).toEqual({ sum: 2_004 });
  });

  it('tries again after a failed serialization, and gives up after three times', async () => {
    await asOwner(`create sequence tries`);
    await asOwner(`create function fails(times int8) returns int8 language plpgsql security definer as
      $$ begin if nextval('tries') <= times then raise serialization_failure; end if; return 1; end $$`);
    await asOwner(`grant execute on function fails to "${ref.appRole}"`);
    const fails = statement('select fails($1::int8) as n:int8', 'write', [int]);
    expect((await effects.query(start().run, 1, { statement: fails, params: [3] })).rows).toEqual([{ n: 1 }]);
    await asOwner(`select setval('tries', 1, false)`);
    const error = await failure(effects.query(start().run, 1, { statement: fails, params: [4] }));
    expect(error).toMatchObject({ code: 'conflict', status: 409 });
  });

  it('whose connection is lost: a read says unavailable, a write that nobody knows', async () => {
    const kill = () =>
      postgres.control(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(9)%' and pid <> pg_backend_pid()",
      );
    for (const [access, code] of [
      ['read', 'database_unavailable'],
      ['write', 'commit_unknown'],
    ] as const) {
      const { run, host } = start();
      const pending = failure(effects.query(run, 1, { statement: statement('select pg_sleep(9)', access), params: [] }));
      await sleep(150);
      await kill();
      expect(await pending).toMatchObject({ code, status: 503 });
      // What may be committed is never run once more.
      expect(host.committed).toBe(access === 'write' ? true : undefined);
      expect(await total()).toBe(20);
    }
  });
});

describe('a transaction', () => {
  const begin = { isolation: 'read_committed' } as const;

  it('is seen by others when it was committed, and not before', async () => {
    const { run, host } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [70] });
    expect(await total()).toBe(20);
    expect(host.committed).toBeUndefined();
    await effects.commit(run, 1, null);
    expect(host.committed).toBe(true);
    expect(await total()).toBe(21);
    expect(run.transaction).toBeUndefined();
  });

  it('leaves nothing when it is rolled back', async () => {
    const { run } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [71] });
    await effects.rollback(run, 1, null);
    expect(await total()).toBe(20);
  });

  it('goes on after a savepoint was rolled back', async () => {
    const { run } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [72] });
    await effects.savepoint(run, 3, { depth: 1 });
    expect(await failure(effects.query(run, 4, { statement: insert, params: [72] }))).toMatchObject({ code: 'unique_violation' });
    await effects.rollback_to_savepoint(run, 3, { depth: 1 });
    await effects.savepoint(run, 5, { depth: 1 });
    await effects.query(run, 6, { statement: insert, params: [73] });
    await effects.release_savepoint(run, 5, { depth: 1 });
    await effects.commit(run, 1, null);
    expect(await total()).toBe(22);
  });

  it('says so when an error in it was swallowed: nothing is committed in silence', async () => {
    const { run } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [74] });
    await failure(effects.query(run, 3, { statement: insert, params: [1] }));
    expect(await failure(effects.commit(run, 1, null))).toMatchObject({ code: 'transaction_aborted', status: 409 });
    expect(await total()).toBe(20);
  });

  it('tells PostgreSQL who writes, whatever the names hold', async () => {
    const { run } = testRun(effects, testEnvironment(ref), { requestId: "req_'; drop table item; --", endpoint: 'GET /a\\b' });
    await effects.begin(run, 1, begin);
    const who = statement(
      "select current_setting('ashlar.request_id') as r:text, current_setting('ashlar.endpoint') as e:text",
      'read',
    );
    expect((await effects.query(run, 2, { statement: who, params: [] })).rows).toEqual([
      { r: "req_'; drop table item; --", e: 'GET /a\\b' },
    ]);
    await effects.rollback(run, 1, null);
  });

  it('ends at the deadline, with what it wrote undone', async () => {
    const { run } = start({ limits: { deadlineMs: 300 } });
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [75] });
    const startedAt = performance.now();
    expect(
      await failure(effects.query(run, 3, { statement: statement('select pg_sleep(20)', 'read'), params: [] })),
    ).toMatchObject({
      code: expect.stringMatching(/^(?:deadline_exceeded|statement_timeout)$/),
      status: 504,
    });
    await effects.rollback(run, 1, null);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(await total()).toBe(20);
  });

  it('whose connection is lost before COMMIT is unknown to the caller, and undone', async () => {
    const { run, host } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, {
      statement: statement("insert into item values (76, 'planted victim', 1)", 'write'),
      params: [],
    });
    await postgres.control(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%planted victim%' and pid <> pg_backend_pid()",
    );
    await sleep(50);
    expect(await failure(effects.commit(run, 1, null))).toMatchObject({ code: 'commit_unknown', status: 503 });
    expect(host.committed).toBe(true);
    expect(await total()).toBe(20);
  });

  it('whose connection is lost in the middle is certainly not committed', async () => {
    const { run } = start();
    await effects.begin(run, 1, begin);
    await effects.query(run, 2, { statement: insert, params: [77] });
    await effects.savepoint(run, 3, { depth: 1 });
    const pending = failure(effects.query(run, 4, { statement: statement('select pg_sleep(8)', 'read'), params: [] }));
    await sleep(100);
    await postgres.control(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(8)%' and pid <> pg_backend_pid()",
    );
    expect(await pending).toMatchObject({ code: 'database_unavailable' });
    await effects.rollback_to_savepoint(run, 3, { depth: 1 });
    expect(await failure(effects.commit(run, 1, null))).toMatchObject({ code: 'database_unavailable' });
    expect(await total()).toBe(20);
  });

  it('keeps the sum under many writers, deadlocks included', async () => {
    const move = statement('update item set amount = amount + $2 where id = $1', 'write', [int, int]);
    let done = 0;
    await Promise.all(
      Array.from({ length: 12 }, async (_, writer) => {
        for (let turn = 0; turn < 8; turn += 1) {
          const { run } = start();
          await effects.begin(run, 1, begin);
          try {
            await effects.query(run, 2, { statement: move, params: [((writer * 7 + turn) % 20) + 1, -1] });
            await effects.query(run, 3, { statement: move, params: [((writer * 3 + turn * 5) % 20) + 1, 1] });
            await effects.commit(run, 1, null);
            done += 1;
          } catch (error) {
            expect(error).toMatchObject({ code: 'conflict' });
            await effects.rollback(run, 1, null);
          }
        }
      }),
    );
    expect(done).toBeGreaterThan(50);
    const { rows } = await asOwner('select sum(amount)::int as sum from item');
    expect(rows[0]).toEqual({ sum: 2_000 });
  });
});

describe('direct_query', () => {
  const ask = (run: TestRun['run'], sql: string, params: readonly Value[] = [], write = false, maxRows = 1_000) =>
    effects.direct_query(run, 1, { sql, params, write, maxRows });

  it('reads with real parameters', async () => {
    const answer = await ask(start().run, 'select id, name from item where id = any($1::int8[]) and name <> $2 order by id', [
      [1, 2, 3],
      "item 2' or '1'='1",
    ]);
    expect(answer.rows).toEqual([
      { id: 1, name: 'item 1' },
      { id: 2, name: 'item 2' },
      { id: 3, name: 'item 3' },
    ]);
  });

  it.each<[string, string, number]>([
    ["insert into item values (90, 'x', 1)", 'direct_query_refused', 403],
    ["with w as (insert into item values (90, 'x', 1) returning id) select * from w", 'direct_query_refused', 403],
    ['update item set amount = 0', 'direct_query_refused', 403],
    ['truncate item', 'direct_query_refused', 403],
    ['drop table item', 'direct_query_refused', 403],
    ['create table x (a int)', 'direct_query_refused', 403],
    ['create temp table x (a int)', 'direct_query_refused', 403],
    ['select * from secret_thing', 'direct_query_refused', 403],
    ["select pg_read_file('/etc/passwd')", 'direct_query_refused', 403],
    ["copy item to program 'id'", 'direct_query_refused', 403],
    ["select lo_import('/etc/passwd')", 'direct_query_refused', 403],
    ['select 1; select 2', 'direct_query_failed', 400],
    ['select 1; drop table item', 'direct_query_failed', 400],
    ['selec 1', 'direct_query_failed', 400],
    ['', 'direct_query_failed', 400],
    ['select * from no_such_table', 'direct_query_failed', 400],
    ['select $1::int', 'direct_query_failed', 400],
  ])('reading, %s is %s', async (sql, code, status) => {
    const result = ask(start().run, sql, []);
    // An empty text is no error for PostgreSQL: it gives nothing.
    if (sql === '') expect((await result).rows).toEqual([]);
    else expect(await failure(result)).toMatchObject({ code, status });
    expect(await total()).toBe(20);
  });

  it.each<[string, string]>([
    ['drop table item', 'direct_query_refused'],
    ["insert into item values (91, 'a', 1); insert into item values (92, 'b', 1)", 'direct_query_refused'],
    ['commit', 'direct_query_refused'],
    ['rollback', 'direct_query_refused'],
    ['set statement_timeout = 0', 'direct_query_refused'],
    ['deallocate all', 'direct_query_refused'],
    ['select id into item2 from item', 'direct_query_refused'],
    ['do $$ begin delete from item; end $$', 'direct_query_refused'],
    ["copy item from program 'id'", 'direct_query_refused'],
    ["insert into item values (1, 'x', 1)", 'unique_violation'],
    ['insrt into item', 'direct_query_failed'],
  ])('writing, %s is %s, in a transaction and outside', async (sql, code) => {
    expect(await failure(ask(start().run, sql, [], true))).toMatchObject({ code });
    const { run } = start();
    await effects.begin(run, 1, { isolation: 'read_committed' });
    expect(await failure(ask(run, sql, [], true))).toMatchObject({ code });
    await effects.rollback(run, 1, null);
    expect(await total()).toBe(20);
  });

  it('its author finds what PostgreSQL said in the log, and no value; callers are told of password columns', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = { ...silentLog, warn: (message: string, fields = {}) => void lines.push({ message, ...fields }) };
    const logging = createRuntime({ postgres, settings: { outboundAllow: [] }, clock: systemClock, log, telemetry });
    const asked = (sql: string, params: readonly Value[] = [], environment = testEnvironment(ref)) =>
      failure(
        logging.effects.direct_query(testRun(logging.effects, environment).run, 1, { sql, params, write: false, maxRows: 10 }),
      );
    await asked('select nam from item');
    await asked('select $1::int8', ['a value']);
    const problems = new Problems();
    const files = new Map([
      ['ashlar.jsonc', '{"name": "t"}'],
      ['tables/secret_thing.jsonc', '{"columns": {"id": {"type": "int", "primary": true}, "word": "password"}}'],
    ]);
    const compiled = compileWorkspace(readWorkspace(files, problems), problems);
    const refused = await asked('select * from secret_thing', [], testEnvironment(ref, { compiled }));
    await logging.stop();
    expect(refused.publicMessage).toContain("password columns can't be read");
    expect(lines).toMatchObject([
      { request_id: 'req_test', endpoint: 'GET /api:test/thing', sqlstate: '42703', reason: 'column "nam" does not exist' },
      { sqlstate: '22P02', reason: expect.stringMatching(/^invalid input syntax for type bigint: "…"$/) },
      { reason: expect.stringContaining("secret_thing: password columns (word) can't be read; name the other columns") },
    ]);
  });

  it('writes where it says so, and gives what RETURNING names', async () => {
    const { run, host } = start();
    const answer = await ask(run, 'insert into item values ($1, $2, 5) returning id, amount', [93, 'direct'], true);
    expect(answer).toEqual({ rows: [{ id: 93, amount: 5 }], count: 1 });
    expect(host.committed).toBe(true);
    expect(await total()).toBe(21);
  });

  it('inside a transaction sees and shares it', async () => {
    const { run } = start();
    await effects.begin(run, 1, { isolation: 'read_committed' });
    await effects.query(run, 2, { statement: insert, params: [94] });
    expect((await ask(run, 'select count(*) as n from item')).rows).toEqual([{ n: 21 }]);
    expect(await failure(ask(run, 'delete from item'))).toMatchObject({ code: 'direct_query_refused' });
    await effects.rollback(run, 1, null);
    expect(await total()).toBe(20);
  });

  it('never runs outside of its transaction, where that could not be opened', async () => {
    await asOwner(
      "create function forget_all() returns int language plpgsql as $$ begin execute 'deallocate all'; return 1; end $$",
    );
    await asOwner(`grant execute on function forget_all to "${ref.appRole}"`);
    await postgres.control('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [ref.database]);
    await sleep(50);
    const first = start().run;
    await effects.begin(first, 1, { isolation: 'read_committed' });
    // From now on the session knows nothing of what was prepared in it, BEGIN included.
    await ask(first, 'select forget_all()');
    await effects.commit(first, 1, null);
    const { run } = start();
    await effects.begin(run, 1, { isolation: 'read_committed' });
    expect(await failure(ask(run, 'insert into item values ($1, $2, 5)', [96, 'outside'], true))).toMatchObject({ status: 503 });
    await effects.rollback(run, 1, null);
    expect(await total()).toBe(20);
  });

  it('stops after the row limit, and a write beyond it changes nothing', async () => {
    const { run } = start();
    const startedAt = performance.now();
    expect(await failure(ask(run, 'select generate_series(1, 100000000)', [], false, 1_000))).toMatchObject({
      code: 'too_many_rows',
      status: 422,
      message: 'The result of direct_query has more than 1000 rows.',
    });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect((await ask(run, 'select n from generate_series(1, 1000) n', [], false, 1_000)).rows).toHaveLength(1_000);
    expect(await failure(ask(run, 'delete from item returning id', [], true, 10))).toMatchObject({ code: 'too_many_rows' });
    expect(await total()).toBe(20);
    const small = start({ limits: { resultBytes: 10_000 } });
    expect(await failure(ask(small.run, "select repeat('x', 6000) from generate_series(1, 5)"))).toMatchObject({
      code: 'result_too_large',
    });
  });

  it('reads no more of long rows than the result may have', async () => {
    const { run } = start({ limits: { resultBytes: 2_000_000 } });
    const startedAt = performance.now();
    // 500 rows of a megabyte each would take seconds, and half a gigabyte.
    const long = "select repeat('x', 1000000) from generate_series(1, 500)";
    expect(await failure(ask(run, long))).toMatchObject({ code: 'result_too_large' });
    expect(performance.now() - startedAt).toBeLessThan(2_500);
    const { rows } = await ask(start().run, 'select n from generate_series(1, 5000) n', [], false, 5_000);
    expect(rows.map((row) => row.n)).toEqual(Array.from({ length: 5_000 }, (_, i) => i + 1));
  });

  it('takes no text that is longer than texts may be', async () => {
    const { run } = start({ limits: { textLength: 1_000 } });
    expect(await failure(ask(run, "select repeat('x', 1001) as x"))).toMatchObject({ code: 'text_too_large' });
    expect((await ask(run, "select repeat('x', 1000) as x")).rows).toHaveLength(1);
  });

  it('ends at the deadline and stops when the client went away', async () => {
    expect(await failure(ask(start({ limits: { deadlineMs: 200 } }).run, 'select pg_sleep(20)'))).toMatchObject({
      code: 'deadline_exceeded',
    });
    const source = new CancelSource(undefined);
    const pending = failure(ask(start({ signal: source }).run, 'select pg_sleep(20)'));
    await sleep(60);
    source.abort();
    expect(await pending).toMatchObject({ code: 'cancelled' });
  });

  it.each([
    ["select set_config('statement_timeout', '1', false)", "select current_setting('statement_timeout') as x"],
    ["select set_config('search_path', 'pg_catalog', false)", "select current_setting('search_path') as x"],
    ['select pg_advisory_lock(4711)', "select count(*) as x from pg_locks where locktype = 'advisory'"],
    ["select set_config('ashlar.note', 'mine', false)", "select current_setting('ashlar.note', true) as x"],
  ])('leaves nothing behind in its session: %s', async (spoil, look) => {
    const before = (await ask(start().run, look)).rows;
    await ask(start().run, spoil);
    for (let turn = 0; turn < 3; turn += 1) {
      const after = (await ask(start().run, look)).rows;
      // A setting of one's own is empty, not gone, once it was set in a session.
      expect(JSON.stringify(after).replace('""', 'null')).toBe(JSON.stringify(before));
    }
    const { run } = start();
    await effects.begin(run, 1, { isolation: 'read_committed' });
    const inside = (await ask(run, look)).rows;
    await ask(run, spoil);
    await effects.commit(run, 1, null);
    await effects.query(start().run, 1, { statement: insert, params: [95] });
    const next = start().run;
    await effects.begin(next, 1, { isolation: 'read_committed' });
    const timeout = JSON.stringify((await ask(next, look)).rows);
    if (!look.includes('statement_timeout')) expect(timeout.replace('""', 'null')).toBe(JSON.stringify(inside));
    else expect(timeout).not.toContain('"1ms"');
    await effects.rollback(next, 1, null);
  });

  it('is not a way to keep a transaction or a listener open', async () => {
    for (const sql of ['begin', 'listen x', 'prepare p as select 1', 'set role none'])
      await ask(start().run, sql).catch(() => {});
    for (let turn = 0; turn < 3; turn += 1) expect((await ask(start().run, 'select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect((await ask(start().run, 'select count(*) as n from pg_prepared_statements')).rows).toEqual([{ n: 0 }]);
  });
});
