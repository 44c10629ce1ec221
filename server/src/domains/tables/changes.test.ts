import { Problems } from '@ashlar/engine';
import { beforeAll, describe, expect, test } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { type TableText, testTables } from '../../../../tests/harness/tables.ts';
import type { DatabaseRef, Postgres } from '../../base/postgres/index.ts';
import { applyPlan, definitionOf, finishPlan, planSchema, type SchemaPlan, schemaState } from './index.ts';

type Tables = Readonly<Record<string, TableText>>;

let postgres: Postgres;
beforeAll(async () => {
  postgres = await testPostgres();
});

async function publish(
  ref: DatabaseRef,
  from: Tables,
  to: Tables,
  drops: readonly string[],
  rows: readonly string[],
): Promise<SchemaPlan> {
  const problems = new Problems();
  const { definition } = await schemaState(postgres, ref);
  expect(definition).toEqual(definitionOf(testTables(from)));
  const plan = planSchema(definition, testTables(to), { drops, tablesWithRows: new Set(rows), problems });
  expect(problems.list.map(({ message }) => message)).toEqual([]);
  await applyPlan(postgres, ref, plan);
  await finishPlan(postgres, ref);
  return plan;
}

/** What the catalogue says, names and definitions, sorted: independent of how the tables came about. */
async function catalogue(ref: DatabaseRef): Promise<unknown> {
  return postgres.asOwner(ref, async (client) => {
    const columns = await client.query(
      `select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as not_null, a.attidentity as identity,
              pg_get_expr(d.adbin, d.adrelid) as default_value, case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end as collation
       from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
       where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped order by 1, 2`,
    );
    const constraints = await client.query(
      `select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition, convalidated from pg_constraint
       where connamespace = 'public'::regnamespace and contype <> 'n' order by 1, 2`,
    );
    const indexes = await client.query(
      `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition, i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
       where c.relnamespace = 'public'::regnamespace order by 1`,
    );
    return { columns: columns.rows, constraints: constraints.rows, indexes: indexes.rows };
  });
}

interface Case {
  readonly name: string;
  readonly from: Tables;
  readonly to: Tables;
  readonly drops?: readonly string[];
  /** Rows put in before, as SQL, and what is there afterwards. */
  readonly rows?: string;
  readonly select?: string;
  readonly kept?: readonly unknown[];
  readonly additive: boolean;
}

const item = (columns: Record<string, unknown>, indexes: readonly unknown[] = []): Tables => ({ item: { columns, indexes } });
// biome-ignore format: a table of types
const everyType = {
  a: 'int', b: 'bigint', c: { type: 'decimal', scale: 2, min: 0 }, d: 'float', e: { type: 'text', min: 1, max: 10 }, f: 'bool', g: 'timestamp', h: 'date',
  i: 'uuid', j: 'email', k: 'password', l: { type: 'enum', values: ["it's", 'b'] }, m: 'json', n: { type: 'list', items: 'text', max: 3 },
  o: { type: 'list', items: 'int' }, p: { type: 'timestamp', default: 'now' }, q: { type: 'uuid', default: 'uuid' }, r: { type: 'int', default: 7, unique: true },
};

// biome-ignore format: a table of cases
const cases: readonly Case[] = [
  { name: 'a table with every type', from: {}, to: item(everyType, [{ columns: ['e', 'a desc'] }, { columns: ['n'], type: 'gin' }, { columns: ['e'], type: 'search', language: 'german' }]), additive: true },
  { name: 'tables that refer to each other', from: {}, to: { a: { columns: { b_id: { type: 'int', references: 'b' } } }, b: { columns: { a_id: { type: 'int', references: 'a', nullable: true, on_delete: 'set_null' } } } }, additive: true },
  { name: 'a uuid key', from: {}, to: item({ id: { type: 'uuid', primary: true }, n: 'int' }), additive: true },
  { name: 'a nullable column is added', from: item({ n: 'int' }), to: item({ n: 'int', note: 'text?' }), rows: 'insert into item (n) values (1)', select: 'n, note', kept: [{ n: '1', note: null }], additive: true },
  { name: 'a column with a default is added', from: item({ n: 'int' }), to: item({ n: 'int', note: { type: 'text', default: "o'clock" } }), rows: 'insert into item (n) values (1)', select: 'n, note', kept: [{ n: '1', note: "o'clock" }], additive: true },
  { name: 'a time of now is added', from: item({ n: 'int' }), to: item({ n: 'int', t: { type: 'timestamp', default: 'now' } }), rows: 'insert into item (n) values (1)', select: 'n, t is not null as there', kept: [{ n: '1', there: true }], additive: true },
  { name: 'a list with a default is added', from: item({ n: 'int' }), to: item({ n: 'int', l: { type: 'list', items: 'text', default: ['a', "b'"] } }), rows: 'insert into item (n) values (1)', select: 'l', kept: [{ l: ['a', "b'"] }], additive: true },
  { name: 'a json column with a default is added', from: item({ n: 'int' }), to: item({ n: 'int', j: { type: 'json', default: { a: [1, 'x\\'] } } }), rows: 'insert into item (n) values (1)', select: 'j', kept: [{ j: { a: [1, 'x\\'] } }], additive: true },
  { name: 'int becomes bigint', from: item({ n: 'int' }), to: item({ n: 'bigint' }), rows: 'insert into item (n) values (1)', select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'bigint becomes int', from: item({ n: 'bigint' }), to: item({ n: 'int' }), rows: 'insert into item (n) values (1)', select: 'n', kept: [{ n: '1' }], additive: false },
  { name: 'int becomes decimal, its default and limits too', from: item({ n: { type: 'int', default: 3, min: 1 } }), to: item({ n: { type: 'decimal', default: 3, min: 1 } }), rows: 'insert into item (n) values (7)', select: 'n', kept: [{ n: '7' }], additive: false },
  { name: 'float becomes decimal with all its digits', from: item({ n: 'float' }), to: item({ n: 'decimal' }), rows: 'insert into item (n) values (0.30000000000000004)', select: 'n', kept: [{ n: '0.30000000000000004' }], additive: false },
  { name: 'a decimal keeps more digits', from: item({ n: { type: 'decimal', scale: 2 } }), to: item({ n: { type: 'decimal', scale: 4 } }), rows: 'insert into item (n) values (1.25)', select: 'n', kept: [{ n: '1.2500' }], additive: true },
  { name: 'a decimal keeps all digits', from: item({ n: { type: 'decimal', scale: 2 } }), to: item({ n: 'decimal' }), rows: 'insert into item (n) values (1.25)', select: 'n', kept: [{ n: '1.25' }], additive: true },
  { name: 'a date becomes a time', from: item({ n: 'date' }), to: item({ n: 'timestamp' }), rows: "insert into item (n) values ('2026-01-02')", select: 'n::text', kept: [{ n: '2026-01-02 00:00:00+00' }], additive: false },
  { name: 'a text becomes an email', from: item({ n: 'text' }), to: item({ n: 'email' }), rows: "insert into item (n) values (' Ada@Example.com')", select: 'n', kept: [{ n: 'ada@example.com' }], additive: false },
  { name: 'one value becomes a list', from: item({ n: 'text?' }), to: item({ n: { type: 'list', items: 'text', nullable: true } }), rows: "insert into item (n) values ('a'), (null)", select: 'n', kept: [{ n: ['a'] }, { n: null }], additive: false },
  { name: 'an enum gets a value', from: item({ s: { type: 'enum', values: ['a'] } }), to: item({ s: { type: 'enum', values: ['a', 'b'] } }), rows: "insert into item (s) values ('a')", select: 's', kept: [{ s: 'a' }], additive: true },
  { name: 'an enum loses a value that no row has', from: item({ s: { type: 'enum', values: ['a', 'b'] } }), to: item({ s: { type: 'enum', values: ['a'] } }), rows: "insert into item (s) values ('a')", select: 's', kept: [{ s: 'a' }], additive: false },
  { name: 'an enum becomes text', from: item({ s: { type: 'enum', values: ['a', 'b'] } }), to: item({ s: 'text' }), rows: "insert into item (s) values ('a')", select: 's', kept: [{ s: 'a' }], additive: true },
  { name: 'a column may be null', from: item({ n: 'int' }), to: item({ n: 'int?' }), rows: 'insert into item (n) values (1)', select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'a column must have a value and fills it with its default', from: item({ n: 'int?' }), to: item({ n: { type: 'int', default: 9 } }), rows: 'insert into item (n) values (1), (null)', select: 'n', kept: [{ n: '1' }, { n: '9' }], additive: false },
  { name: 'limits are loosened', from: item({ n: { type: 'int', min: 1, max: 5 } }), to: item({ n: { type: 'int', min: 0 } }), rows: 'insert into item (n) values (1)', select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'limits are tightened', from: item({ n: { type: 'int', min: 0 } }), to: item({ n: { type: 'int', min: 1 } }), rows: 'insert into item (n) values (1)', select: 'n', kept: [{ n: '1' }], additive: false },
  { name: 'a default goes', from: item({ n: { type: 'int', default: 1 }, m: 'int' }), to: item({ n: 'int', m: 'int' }), rows: 'insert into item (n, m) values (1, 2)', select: 'n', kept: [{ n: '1' }], additive: false },
  { name: 'a column is renamed with all that carries its name', from: item({ n: { type: 'int', min: 1, unique: true } }, [{ columns: ['n desc'] }]), to: item({ m: { type: 'int', min: 1, unique: true, was: 'n' } }, [{ columns: ['m desc'] }]), rows: 'insert into item (n) values (1)', select: 'm', kept: [{ m: '1' }], additive: false },
  { name: 'a searched column is renamed', from: item({ n: 'text' }, [{ columns: ['n'], type: 'search' }]), to: item({ m: { type: 'text', was: 'n' } }, [{ columns: ['m'], type: 'search' }]), rows: "insert into item (n) values ('x')", select: 'm', kept: [{ m: 'x' }], additive: false },
  { name: 'a table is renamed, others refer to it', from: { ...item({ n: 'int' }), line: { columns: { item_id: { type: 'int', references: 'item' } } } }, to: { thing: { was: 'item', columns: { n: 'int' } }, line: { columns: { item_id: { type: 'int', references: 'thing' } } } }, rows: 'insert into item (n) values (1); insert into line (item_id) values (1)', additive: false },
  { name: 'a was that stayed in the file does nothing', from: item({ m: { type: 'int', was: 'n' } }), to: item({ m: { type: 'int', was: 'n' } }), rows: 'insert into item (m) values (1)', select: 'm', kept: [{ m: '1' }], additive: true },
  { name: 'a column is dropped', from: item({ n: 'int', note: 'text' }, [{ columns: ['note'] }]), to: item({ n: 'int' }), drops: ['item.note'], rows: "insert into item (n, note) values (1, 'x')", select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'a column is dropped beside a new one', from: item({ n: 'int', note: 'text' }), to: item({ n: 'int', comment: 'text?' }), drops: ['item.note'], rows: "insert into item (n, note) values (1, 'x')", select: 'n, comment', kept: [{ n: '1', comment: null }], additive: true },
  { name: 'a column is made anew by name', from: item({ n: 'int', note: 'text' }, [{ columns: ['note'] }]), to: item({ n: 'int', note: 'date?' }, [{ columns: ['note'] }]), drops: ['item.note'], rows: "insert into item (n, note) values (1, 'x')", select: 'n, note', kept: [{ n: '1', note: null }], additive: false },
  { name: 'any type changes in an empty table', from: item({ n: 'json' }), to: item({ n: 'date' }), additive: false },
  { name: 'tables that refer to each other are dropped', from: { ...item({ n: 'int' }), a: { columns: { b_id: { type: 'int', references: 'b' } } }, b: { columns: { a_id: { type: 'int?', references: 'a' } } } }, to: item({ n: 'int' }), drops: ['a', 'b'], rows: 'insert into item (n) values (1); insert into b (a_id) values (null); insert into a (b_id) values (1)', select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'a reference is added, changed and removed', from: { ...item({ n: 'int', o: { type: 'int', references: 'other' }, p: { type: 'int', references: 'other' } }), other: { columns: { n: 'int' } } }, to: { ...item({ n: { type: 'int', references: 'other' }, o: { type: 'int', references: 'other', on_delete: 'cascade' }, p: 'int' }), other: { columns: { n: 'int' } } }, rows: 'insert into other (n) values (5); insert into item (n, o, p) values (1, 1, 1)', select: 'n', kept: [{ n: '1' }], additive: false },
  { name: 'indexes come and go', from: item({ n: 'int', m: 'int' }, [{ columns: ['n'] }]), to: item({ n: 'int', m: { type: 'int', unique: true } }, [{ columns: ['n', 'm desc'] }]), rows: 'insert into item (n, m) values (1, 2)', select: 'n', kept: [{ n: '1' }], additive: true },
  { name: 'a collation is set', from: item({ n: 'text' }), to: item({ n: { type: 'text', collate: 'de-x-icu' } }), rows: "insert into item (n) values ('ä')", select: 'n', kept: [{ n: 'ä' }], additive: true },
  { name: 'a collation is taken away', from: item({ n: { type: 'text', collate: 'de-x-icu' } }), to: item({ n: 'text' }), rows: "insert into item (n) values ('ä')", select: 'n', kept: [{ n: 'ä' }], additive: true },
  { name: 'long names', from: {}, to: { [`t${'x'.repeat(50)}`]: { columns: { [`c${'y'.repeat(50)}`]: { type: 'int', min: 1, unique: true } } } }, additive: true },
];

describe('from one definition to the next', () => {
  test.for(cases)('$name', async ({ from, to, drops = [], rows, select, kept, additive }) => {
    const [ref, fresh] = await Promise.all([postgres.createDatabase(), postgres.createDatabase()]);
    await publish(ref, {}, from, [], []);
    if (rows !== undefined) await postgres.asOwner(ref, (client) => client.query(rows));
    const plan = await publish(ref, from, to, drops, rows === undefined ? [] : Object.keys(from));
    expect(plan.additive).toBe(additive);
    await publish(fresh, {}, to, [], []);
    expect(await catalogue(ref)).toEqual(await catalogue(fresh));
    if (select !== undefined)
      expect((await postgres.asOwner(ref, (client) => client.query(`select ${select} from item order by id`))).rows).toEqual(
        kept,
      );
    const state = await schemaState(postgres, ref);
    expect(state.definition).toEqual(definitionOf(testTables(to)));
    expect(state.pending).toEqual([]);
    // Planning again from there changes nothing.
    const again = planSchema(state.definition, testTables(to), {
      drops: [],
      tablesWithRows: new Set(),
      problems: new Problems(),
    });
    expect(again.changes).toEqual([]);
    await Promise.all([postgres.dropDatabase(ref), postgres.dropDatabase(fresh)]);
  });
});
