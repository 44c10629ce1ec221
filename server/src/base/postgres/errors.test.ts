import { AshlarError } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { connectionLost, databaseError, isConflict } from './errors.ts';
import type { DatabaseRef, Postgres } from './postgres.ts';

let postgres: Postgres;
let ref: DatabaseRef;
beforeAll(async () => {
  postgres = await testPostgres();
  ref = await postgres.createDatabase();
  await postgres.asOwner(ref, (client) =>
    client.query(`create table other (id int primary key);
      create table item (id int primary key, email text unique, n int not null default 1 check (n > 0), o int references other deferrable, j jsonb);
      create unique index item_lower on item (lower(email), n); insert into item (id, email) values (1, 'top.secret@example.com')`),
  );
});

async function failureOf(...statements: readonly string[]): Promise<AshlarError> {
  const client = await postgres.lend(ref, 'app', 1_000);
  try {
    for (const sql of statements) await client.query(sql);
  } catch (error) {
    return databaseError(error);
  } finally {
    client.release(true);
  }
  throw new Error('nothing failed');
}

describe('codes by what PostgreSQL says', () => {
  // biome-ignore format: a table of cases
  const rows: readonly [string, readonly string[], string, number, string][] = [
    ['unique', ["insert into item (id, email) values (2, 'top.secret@example.com')"], 'unique_violation', 409, 'item already has a row with this email.'],
    ['unique key', ["insert into item (id) values (1)"], 'unique_violation', 409, 'item already has a row with this id.'],
    ['reference', ['insert into item (id, o) values (2, 999)'], 'reference_violation', 409, 'There is no row of other that item could refer to (item_o_fkey).'],
    ['a row that is referred to', ['begin', 'insert into other values (7)', 'insert into item (id, o) values (7, 7)', 'delete from other'], 'reference_violation', 409, 'Other rows of item still refer to this one.'],
    ['a changed key that is referred to', ['begin', 'insert into other values (7)', 'insert into item (id, o) values (7, 7)', 'update other set id = 8'], 'reference_violation', 409, 'Other rows of item still refer to this one.'],
    ['null', ['insert into item (id, n) values (2, null)'], 'null_not_allowed', 400, 'n must not be null.'],
    ['check', ['insert into item (id, n) values (2, -999)'], 'check_violation', 400, 'A value for item is outside its limits (item_n_check).'],
    ['range', ['insert into item (id) values (99999999999)'], 'number_out_of_range', 400, 'A number of the query is out of range.'],
    ['form', ["select 'top secret'::int"], 'value_refused', 400, 'A value: it has the wrong form.'],
    ['json form', ["insert into item (id, j) values (2, '{secret')"], 'value_refused', 400, 'A value: it has the wrong form.'],
    ['date', ["select '2026-02-30'::date"], 'value_refused', 400, 'A value: the date or time is out of range.'],
    ['index row', ["insert into item (id, email) select 2, string_agg(md5(i::text), '') from generate_series(1, 500) i"], 'value_refused', 400, 'A value: it is too large for the database or an index.'],
    ['statement time', ['set statement_timeout = 10', 'select pg_sleep(5)'], 'statement_timeout', 504, 'The database stopped a statement that took too long.'],
    ['rights', ['drop table item'], 'database_denied', 403, 'The database refused the statement for lack of rights.'],
    ['read only', ['begin read only', 'delete from item'], 'database_read_only', 403, 'This statement may only read.'],
    ['syntax', ['select secret from'], 'database_error', 500, 'The database refused the statement (SQLSTATE 42601).'],
    ['no such table', ['select 1 from secret'], 'database_error', 500, 'The database refused the statement (SQLSTATE 42P01).'],
    ['cut off', ['select pg_terminate_backend(pg_backend_pid())'], 'database_unavailable', 503, 'The database can not be reached at the moment.'],
  ];
  test.for(rows)('%s', async ([, statements, code, status, message]) => {
    const error = await failureOf(...statements);
    expect({ code: error.code, status: error.status, message: error.message }).toEqual({ code, status, message });
    expect(JSON.stringify({ ...error, cause: undefined })).not.toMatch(/secret|999/);
  });

  test('a lock that is not free in time', async () => {
    const holder = await postgres.lend(ref, 'app', 1_000);
    await holder.query('begin');
    await holder.query('select * from item for update');
    expect(await failureOf('set lock_timeout = 20', 'select * from item for update')).toMatchObject({
      code: 'lock_timeout',
      status: 409,
    });
    holder.release(true);
  });

  test('a serialization failure is a conflict, which may be tried again', async () => {
    const [one, two] = [await postgres.lend(ref, 'app', 1_000), await postgres.lend(ref, 'app', 1_000)];
    for (const client of [one, two])
      await client.query('begin isolation level repeatable read').then(() => client.query('select * from item'));
    await one.query('update item set n = 2').then(() => one.query('commit'));
    const error: unknown = await two.query('update item set n = 3').catch((failure: unknown) => failure);
    expect(isConflict(error)).toBe(true);
    expect(databaseError(error)).toMatchObject({ code: 'conflict', status: 409 });
    for (const client of [one, two]) client.release(true);
  });
});

test('an error of ours stays what it is, a stranger is no connection problem', () => {
  const own = new AshlarError('x', 418, 'mine');
  expect(databaseError(own)).toBe(own);
  expect(connectionLost(new TypeError('x is not a function'))).toBe(false);
  expect(databaseError(new TypeError('x is not a function'))).toMatchObject({ code: 'database_error', status: 500 });
});
