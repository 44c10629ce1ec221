/** What shares a connection or a commit is not held up, undone or changed by its neighbours. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AshlarError, type Effects, type Statement, type Value } from '@ashlar/engine';
import { beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import type { DatabaseRef, Postgres } from '../../server/src/base/postgres/index.ts';
import { createQuery, TriggerWatch } from '../../server/src/runtime/database/index.ts';
import { prepare } from '../../server/src/runtime/database/prepared.ts';
import { makeDatabase, tableFiles } from '../harness/database.ts';
import { testPostgres } from '../harness/postgres.ts';
import { testEnvironment, testRun } from '../harness/run.ts';
import { compileStack } from '../harness/stack.ts';
import { makeWorld } from '../harness/world.ts';
import { statementOf } from './traffic.ts';

const tables = { thing: { columns: { name: { type: 'text', unique: true }, size: 'int' } } } as const;

let postgres: Postgres;
let ref: DatabaseRef;
let query: Effects['query'];
let triggers: TriggerWatch;

beforeAll(async () => {
  postgres = await testPostgres();
  ref = await makeDatabase(postgres, tables);
  await owner(`insert into thing (name, size) select 'thing ' || n, n from generate_series(1, 3000) n; create table note (text text);
    grant select, insert on note to "${ref.appRole}"`);
});
beforeEach(() => {
  triggers = new TriggerWatch(postgres, systemClock.monotonic);
  query = makeWorld({ query: createQuery(postgres, triggers) }).effects.query;
});

const owner = async (sql: string): Promise<readonly Record<string, unknown>[]> =>
  (await postgres.asOwner(ref, (client) => client.query(sql))).rows;
const environment = () => testEnvironment(ref);
const ask = (statement: Statement, params: readonly Value[]) =>
  query(testRun(makeWorld({}).effects, environment()).run, 1, { statement, params });
const wayOf = (statement: Statement): string => prepare(statement, environment().versionId).pace.way;

/** The statement that the compiler makes of a step. */
function compiled(step: object): Statement {
  const { statements } = compileStack({
    input: { n: 'int' },
    stack: [{ ...step, return_as: 'r' }],
    response: '{{ r }}',
    files: tableFiles(tables),
  }).stack;
  const [first] = statements;
  if (first === undefined) throw new Error('the step has no statement');
  return first.statement;
}

const byKey = compiled({ function: 'get_record', table: 'thing', id: '{{ input.n }}' });
/** Bounded by its limit, slow by its lack of an index. */
const slowList = (): Statement =>
  statementOf(
    'select $1::text as tag, count(*)::text as n from generate_series(1, $2::text::int8) a where a % 7 = 3',
    ['tag', 'n'],
    { byUniqueKey: false, maxRows: 20 },
  );
const slow = '6000000';
const quick = '10';

describe('a slow statement', () => {
  async function neighboursOf(statement: Statement): Promise<{ readonly before: number; readonly ms: number }> {
    let over = 0;
    const startedAt = performance.now();
    const slowOnes = Array.from({ length: 4 }, (_, n) =>
      ask(statement, [`slow ${n}`, slow]).then(() => {
        over += 1;
      }),
    );
    await sleep(10);
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const { rows } = await ask(byKey, [n + 1]);
        return rows[0]?.['id'];
      }),
    );
    const before = over;
    expect(answers).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    await Promise.all(slowOnes);
    return { before, ms: performance.now() - startedAt };
  }

  it('that nobody knows yet goes its own way: 200 reads by key are over before it is', async () => {
    const statement = slowList();
    expect(wayOf(statement)).toBe('own');
    expect((await neighboursOf(statement)).before).toBe(0);
    expect(wayOf(statement)).toBe('own');
  });

  it('that was quick before: what waits behind it is answered elsewhere, it goes its own way, and comes back', async () => {
    const statement = slowList();
    for (let run = 0; run < 3; run += 1) await ask(statement, ['quick', quick]);
    expect(wayOf(statement)).toBe('shared');
    // The data have grown.
    const { before } = await neighboursOf(statement);
    expect(before).toBe(0);
    expect(wayOf(statement)).toBe('own');
    for (let run = 0; run < 60 && wayOf(statement) === 'own'; run += 1) await ask(statement, ['quick', quick]);
    expect(wayOf(statement)).toBe('shared');
  });

  it('that waits for a lock keeps nobody waiting', async () => {
    const locked = owner('begin; lock table thing in access exclusive mode; select pg_sleep(2); commit');
    await sleep(50);
    const noTable = statementOf('select $1::text as tag', ['tag']);
    const waiting = Array.from({ length: 20 }, (_, n) => ask(byKey, [n + 1]));
    const waitingFor: string[] = [];
    const first = locked.then(() => waitingFor.push('the lock'));
    await Promise.all(Array.from({ length: 100 }, (_, n) => ask(noTable, [`tag ${n}`])));
    waitingFor.push('quick reads');
    await Promise.all([first, ...waiting]);
    expect(waitingFor).toEqual(['quick reads', 'the lock']);
  });

  it('that is asked for more often than there are connections, and waits for a lock, keeps nobody waiting', async () => {
    const locked = owner('begin; lock table thing in access exclusive mode; select pg_sleep(2); commit');
    await sleep(50);
    const noTable = statementOf('select $1::text as tag', ['tag']);
    const waiting: Promise<unknown>[] = [];
    // Several in each of many turns: first they stand in line on a shared connection, then they take all others.
    for (let turn = 0; turn < 30; turn += 1) {
      for (let n = 1; n <= 5; n += 1) waiting.push(ask(byKey, [turn * 5 + n]));
      await sleep(2);
    }
    const waitingFor: string[] = [];
    const first = locked.then(() => waitingFor.push('the lock'));
    for (let n = 0; n < 50; n += 1) await ask(noTable, [`tag ${n}`]);
    waitingFor.push('quick reads');
    await Promise.all([first, ...waiting]);
    expect(waitingFor).toEqual(['quick reads', 'the lock']);
  });
});

describe('inserts of one turn', () => {
  const insert = compiled({ function: 'add_record', table: 'thing', data: { name: '{{ input.n|to_text }}', size: 1 } });
  let names = 0;
  const fresh = (): string => `fresh ${++names}`;
  const add = (name: string) => ask(insert, valuesOf(name));

  /** The parameters in the order of the statement's columns. */
  const valuesOf = (name: string): readonly Value[] => insert.params.map(({ pg }) => (pg === 'text' ? name : 1));

  async function known(): Promise<void> {
    triggers.isPlain(ref, 'thing');
    const until = performance.now() + 5_000;
    // A table that is not there is plain as soon as the database was asked.
    while (!triggers.isPlain(ref, 'no such table') && performance.now() < until) await sleep(5);
  }

  /** How many transactions stored these rows. */
  async function transactions(added: readonly string[]): Promise<number> {
    const rows = await owner(`select count(distinct xmin::text)::int as n from thing where name = any('{${added.join(',')}}')`);
    return Number(rows[0]?.['n']);
  }

  async function addTogether(count: number): Promise<number> {
    await known();
    await add(fresh());
    const added = Array.from({ length: count }, fresh);
    await Promise.all(added.map(add));
    return transactions(added);
  }

  it('are statements that may be grouped', () => {
    expect(wayOf(insert)).toBe('grouped');
  });

  it('share one commit', async () => {
    expect(await addTogether(10)).toBe(1);
  });

  it('of which one fails: it fails alone, all others are stored once', async () => {
    await known();
    const added = Array.from({ length: 9 }, fresh);
    const outcomes = await Promise.allSettled([...added.slice(0, 4), 'thing 1', ...added.slice(4)].map(add));
    const failed = outcomes.filter((one) => one.status === 'rejected');
    expect(failed).toEqual([{ status: 'rejected', reason: expect.any(AshlarError) }]);
    expect(failed[0]?.reason).toMatchObject({ code: 'unique_violation', status: 409 });
    expect(await owner(`select count(*)::int as n from thing where name = any('{${added.join(',')}}')`)).toEqual([{ n: 9 }]);
  });

  it('are answered after the commit', async () => {
    await known();
    const seen: boolean[] = [];
    await Promise.all(
      Array.from({ length: 5 }, async () => {
        const name = fresh();
        await add(name);
        const { length } = await owner(`select from thing where name = '${name}'`);
        seen.push(length === 1);
      }),
    );
    expect(seen).toEqual(Array(5).fill(true));
  });

  test.for<[string, string, string]>([
    [
      'a trigger',
      'create function noted() returns trigger language plpgsql as $$ begin insert into note values (new.name); return new; end $$; create trigger noted after insert on thing for each row execute function noted(); grant insert on note to public',
      'drop trigger noted on thing; drop function noted',
    ],
    ['a rule', 'create rule noted as on insert to thing do also insert into note values (new.name)', 'drop rule noted on thing'],
    [
      'a deferred constraint',
      'alter table thing add constraint late unique (name, size) deferrable initially deferred',
      'alter table thing drop constraint late',
    ],
  ])('into a table with %s have each a commit of their own', async ([, make, drop]) => {
    await owner(make);
    try {
      expect(await addTogether(5)).toBe(5);
    } finally {
      await owner(drop);
    }
  });

  it('whose commit fails are told so', async () => {
    await owner('create table late (name text, n int unique deferrable initially deferred)');
    await owner(`insert into late values ('a', 1); grant select, insert on late to "${ref.appRole}"`);
    const late: Statement = {
      ...statementOf('insert into late (name, n) values ($1::text, 1)', [], {
        access: 'write',
        byUniqueKey: false,
        insertsOne: true,
      }),
      table: 'late',
    };
    const outcomes = await Promise.allSettled([ask(late, ['b']), ask(late, ['c'])]);
    for (const one of outcomes) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unique_violation' } });
    expect(await owner('select name from late')).toEqual([{ name: 'a' }]);
  });
});
