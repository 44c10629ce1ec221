/** Reads of one turn that become one: each gets its own row and its own error. */
import type { Effects, Statement, Value } from '@ashlar/engine';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { testEnvironment, testRun } from '../../../../tests/harness/run.ts';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log/index.ts';
import type { DatabaseRef, Postgres } from '../../base/postgres/index.ts';
import { createTelemetry, type Telemetry } from '../../domains/telemetry/index.ts';
import { createRuntime, type Runtime } from '../index.ts';
import { prepare } from './prepared.ts';

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
  await postgres.asOwner(ref, async (client) => {
    await client.query('create table item (id int8 primary key, code uuid unique, name text)');
    await client.query(
      `insert into item select n, lpad(to_hex(n), 32, '0')::uuid, case when n % 3 = 0 then null else 'item ' || n end from generate_series(1, 200) n`,
    );
    await client.query(`grant select on item to "${ref.appRole}"`);
  });
});
afterAll(async () => {
  await runtime?.stop();
  telemetry?.stop();
});

const int = { type: 'int', pg: 'int8' } as const;
const text = { type: 'text', pg: 'text' } as const;
const facts = { access: 'read', table: 'item', maxRows: 1, byUniqueKey: true, locks: false } as const;
const byId: Statement = {
  ...facts,
  name: 'by_id',
  text: 'select id, name from item where id = $1::int8',
  params: [int],
  columns: [
    { name: 'id', ...int },
    { name: 'name', ...text },
  ],
  combined: {
    name: 'by_ids',
    text: 'select id, name, id from item where id = any($1::int8[])',
    param: { type: 'list', items: 'int', pg: 'int8[]' },
    keyColumn: 2,
  },
};
const byCode: Statement = {
  ...byId,
  name: 'by_code',
  text: 'select id, name from item where code = $1::uuid',
  params: [{ type: 'uuid', pg: 'uuid' }],
  combined: {
    name: 'by_codes',
    text: 'select id, name, code from item where code = any($1::uuid[])',
    param: { type: 'list', items: 'uuid', pg: 'uuid[]' },
    keyColumn: 2,
  },
};
const { combined: _combined, ...plain } = byId;
const drawn: Statement = {
  ...plain,
  name: 'drawn',
  text: 'select random()::text as name, $1::int8 as id',
  columns: [...byId.columns].reverse(),
};

function read(statement: Statement, key: Value) {
  const { run } = testRun(effects, testEnvironment(ref));
  return effects.query(run, 1, { statement, params: [key] }).then(
    ({ rows }) => rows[0] ?? null,
    (error: { readonly code: string }) => error.code,
  );
}

describe('reads of one turn', () => {
  it('by different keys each get their own row, those without one nothing', async () => {
    const keys = Array.from({ length: 150 }, (_, n) => (n * 37) % 250);
    const rows = await Promise.all(keys.map((key) => read(byId, key)));
    expect(rows).toEqual(
      keys.map((key) => (key >= 1 && key <= 200 ? { id: key, name: key % 3 === 0 ? null : `item ${key}` } : null)),
    );
  });

  it('by equal keys share the row', async () => {
    const rows = await Promise.all(Array.from({ length: 20 }, () => read(byId, 7)));
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(new Set(['{"id":7,"name":"item 7"}']));
  });

  it('of which one can not be read fail one by one', async () => {
    const keys = ['00000000-0000-0000-0000-000000000001', 'no uuid at all', '00000000-0000-0000-0000-0000000000C8'];
    expect(await Promise.all(keys.map((key) => read(byCode, key)))).toEqual([
      { id: 1, name: 'item 1' },
      'value_refused',
      // Written in another way than PostgreSQL writes it.
      { id: 200, name: 'item 200' },
    ]);
  });

  it('by one key in two spellings each get its row', async () => {
    const spellings = [
      '00000000-0000-0000-0000-0000000000c8',
      '00000000-0000-0000-0000-0000000000C8',
      '{000000000000000000000000000000c8}',
    ];
    const rows = await Promise.all(spellings.map((key) => read(byCode, key)));
    expect(rows).toEqual(spellings.map(() => ({ id: 200, name: 'item 200' })));
  });

  it('with nothing and with a text that looks like it are two', async () => {
    const params = [text];
    const said: Statement = { ...plain, name: 'said', text: 'select 1::int8 as id, $1::text as name', params };
    expect(await Promise.all([read(said, null), read(said, '[null]')])).toEqual([
      { id: 1, name: null },
      { id: 1, name: '[null]' },
    ]);
  });

  it('that share an execution are one run, when it is looked at how long their statement takes', async () => {
    const listed: Statement = { ...drawn, name: 'listed', byUniqueKey: false, maxRows: 20 };
    const { pace } = prepare(listed, testEnvironment(ref).versionId);
    for (let run = 0; run < 3; run += 1) await read(listed, 1);
    expect(pace.way).toBe('shared');
    const noted = vi.spyOn(pace, 'note');
    await Promise.all(Array.from({ length: 20 }, () => read(listed, 1)));
    expect(noted).toHaveBeenCalledTimes(1);
  });

  it('with equal parameters are executed once, with others not', async () => {
    const [first, same, other] = await Promise.all([read(drawn, 1), read(drawn, 1), read(drawn, 2)]);
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
    expect(await read(drawn, 1)).not.toEqual(first);
  });
});
