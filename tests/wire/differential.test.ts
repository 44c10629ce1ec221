/**
 * Random statements of the compiler, through the client for hot messages and through `pg`: the same values, the same JSON to the
 * byte, the same errors. Two databases with the same history, one for each. `TEST_SOAK=10` compares 10,000 statements,
 * `WIRE_SEED=…` repeats a run's choices.
 */
import { isDeepStrictEqual } from 'node:util';
import { AshlarError, type Effects, encodeJson, type Run, type Statement, type ValueObject } from '@ashlar/engine';
import { DatabaseError } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../server/src/base/clock.ts';
import type { DatabaseRef, LentClient, Postgres } from '../../server/src/base/postgres/index.ts';
import { decoderOf } from '../../server/src/runtime/database/decode.ts';
import { compileParams } from '../../server/src/runtime/database/encode.ts';
import { statementError } from '../../server/src/runtime/database/errors.ts';
import { createQuery, TriggerWatch } from '../../server/src/runtime/database/index.ts';
import { rowOf, textOnly } from '../../server/src/runtime/database/statement.ts';
import { hostOf } from '../../server/src/runtime/host.ts';
import { makeDatabase, tableFiles } from '../harness/database.ts';
import { testPostgres } from '../harness/postgres.ts';
import { testEnvironment, testRun } from '../harness/run.ts';
import { compileStack, type StackInput } from '../harness/stack.ts';
import { makeWorld } from '../harness/world.ts';
import { Choices, numbersOf } from '../property/generate/choices.ts';
import { runs, timeFor } from '../property/soak.ts';
import { castOf, DatabaseStacks, insertOfThing, tables } from './differential-stacks.ts';

const seed = Number(process.env['WIRE_SEED'] ?? Math.floor(Math.random() * 1e6));
const wanted = runs(1_000);

type Asked = Parameters<Effects['query']>[2];
type Outcome = { readonly rows: readonly ValueObject[]; readonly count: number } | { readonly error: AshlarError };

let postgres: Postgres;
let wired: DatabaseRef;
/** The other database's client, that nothing else uses. */
let plain: LentClient;
let overWire: Effects['query'];
let compared = 0;
const codes = new Map<string, number>();

beforeAll(async () => {
  postgres = await testPostgres();
  wired = await makeDatabase(postgres, tables);
  plain = await postgres.lend(await makeDatabase(postgres, tables), 'app', 5_000);
  overWire = makeWorld({ query: createQuery(postgres, new TriggerWatch(postgres, systemClock.monotonic)) }).effects.query;
});
afterAll(() => plain?.release(true));

async function outcomeOf(run: Run, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AshlarError) return { error };
    if (error instanceof DatabaseError) return { error: statementError(error, hostOf(run)) };
    throw error;
  }
}

/** `pg` answers one after the other. */
let queue: Promise<unknown> = Promise.resolve();
function throughPg(run: Run, { statement, params }: Asked): Promise<Outcome> {
  const asked = outcomeOf(run, async () => {
    const values = compileParams(statement.params)(params);
    const answer = queue.then(() => plain.query({ text: statement.text, values, rowMode: 'array', types: textOnly }));
    queue = answer.catch(() => {});
    const { rows, rowCount } = await answer;
    const names = statement.columns.map(({ name }) => name);
    const decoders = statement.columns.map(decoderOf);
    return { rows: rows.map((row: (string | null)[]) => rowOf(names, decoders, row, run.limits)), count: rowCount ?? 0 };
  });
  return asked;
}

const shown = ({ code, status, message, payload }: AshlarError) => ({ code, status, message, payload });

function expectSame(statement: Statement, expected: Outcome, found: Outcome): void {
  const [a, b] = [expected, found].map((one) => ('error' in one ? shown(one.error) : one));
  if (!isDeepStrictEqual(b, a)) expect(b, statement.text).toStrictEqual(a);
}

/** One statement both ways; answers as `pg` did. */
async function both(run: Run, step: number, asked: Asked): Promise<Exclude<Outcome, { error: unknown }>> {
  const { statement, params } = asked;
  const expected = throughPg(run, asked);
  const ways = statement.access === 'read' ? [false, true] : [compared % 2 === 1];
  compared += 1;
  const found = ways.map(async (encode) => {
    if (!encode) return { encoded: null, outcome: await outcomeOf(run, () => overWire(run, step, { statement, params })) };
    const answer = await outcomeOf(run, () => overWire(run, step, { statement, params, encode }));
    return {
      encoded: 'error' in answer ? null : ((answer as { encoded?: { utf8: string } }).encoded?.utf8 ?? null),
      outcome: answer,
    };
  });
  const told = await expected;
  for (const { encoded, outcome } of await Promise.all(found))
    if ('error' in told || encoded === null) expectSame(statement, told, outcome);
    else {
      const json = told.rows.map((row) => encodeJson(row, { decimals: run.decimals })).join(',');
      if (encoded !== Buffer.from(json).toString('latin1'))
        expect(Buffer.from(encoded, 'latin1').toString(), statement.text).toBe(json);
      expect('count' in outcome && outcome.count, statement.text).toBe(told.count);
    }
  const code = 'error' in told ? told.error.code : 'answered';
  codes.set(code, (codes.get(code) ?? 0) + 1);
  if ('error' in told) throw told.error;
  return told;
}

const effects = makeWorld({ query: both }).effects;
const newRun = (): Run => testRun(effects, testEnvironment(wired), { decimals: compared % 2 === 0 ? 'number' : 'text' }).run;

/** A compiled stack, to be executed with inputs; null where it has problems. */
function prepare(stack: StackInput): ((n: number) => Promise<void>) | null {
  let compiled: ReturnType<typeof compileStack>;
  try {
    compiled = compileStack({ ...stack, files: tableFiles(tables) });
  } catch {
    return null;
  }
  return async (n) => {
    try {
      await compiled.stack.execute(newRun(), { n });
    } catch (error) {
      // What the stack answers is not looked at here; a difference is.
      if (!(error instanceof AshlarError)) throw error;
    }
  };
}

async function ask(asked: Asked): Promise<void> {
  await both(newRun(), 1, asked).catch((error: unknown) => {
    if (!(error instanceof AshlarError)) throw error;
  });
}

let [made, refused] = [0, 0];
function some(choices: Choices, count: number, make: (stacks: DatabaseStacks) => StackInput) {
  return Array.from({ length: count }, () => prepare(make(new DatabaseStacks(choices)))).filter((stack) => {
    made += 1;
    if (stack === null) refused += 1;
    return stack !== null;
  });
}

test(
  `${wanted} statements of the compiler are answered as \`pg\` answers them (WIRE_SEED=${seed})`,
  async () => {
    for (let round = 0; compared < wanted; round += 1) {
      const choices = new Choices(numbersOf(seed + round * 7_919, 4_000));
      // Writes one after the other: both databases get the same history.
      for (const stack of some(choices, 12, (stacks) => stacks.writing()))
        for (let i = 0; i < 2; i += 1) await stack(choices.below(60) - 5);
      // Reads and casts of one turn share connections and Syncs, errors among them; inserts with keys of their own share commits.
      const reads = some(choices, 10, (stacks) => stacks.reading()).flatMap((stack) =>
        Array.from({ length: 4 }, () => stack(choices.below(60) - 5)),
      );
      const casts = Array.from({ length: 12 }, () => ask(castOf(choices)));
      const inserts = Array.from({ length: 12 }, (_, i) => ask(insertOfThing(choices, round * 100 + i)));
      await Promise.all([...reads, ...casts, ...inserts]);
    }
    console.info(
      `${compared} statements, ${made} stacks of which ${refused} have problems; ${[...codes].map(([code, n]) => `${code} ${n}`).join(', ')}`,
    );
    expect(refused / made, 'stacks that do not compile').toBeLessThan(0.3);
    for (const code of [
      'answered',
      'unique_violation',
      'reference_violation',
      'division_by_zero',
      'number_out_of_range',
      'value_refused',
    ])
      expect([...codes.keys()]).toContain(code);
  },
  timeFor(60_000),
);
