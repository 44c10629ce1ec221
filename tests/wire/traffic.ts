/** Requests that know their answers: reads and inserts with tags, each in a run of its own, and what became of them. */
import { AshlarError, type Binding, type Effects, type Run, type Statement } from '@ashlar/engine';
import { systemClock } from '../../server/src/base/clock.ts';
import type { DatabaseRef, Postgres } from '../../server/src/base/postgres/index.ts';
import { createQuery, createTransactions, TriggerWatch } from '../../server/src/runtime/database/index.ts';
import { testEnvironment, testRun } from '../harness/run.ts';
import { makeWorld } from '../harness/world.ts';

const text: Binding = { type: 'text', pg: 'text' };
const column = (name: string) => ({ name, type: 'text', pg: 'text' }) as const;

let names = 0;

/** A statement as the compiler makes them; it may go on a shared connection unless `more` says otherwise. */
export function statementOf(sql: string, columns: readonly string[], more: Partial<Statement> = {}): Statement {
  names += 1;
  const params = [...new Set(sql.match(/\$\d/g))].map(() => text);
  const base = {
    name: `traffic ${names}`,
    text: sql,
    params,
    columns: columns.map(column),
    access: 'read',
    table: 'tagged',
    maxRows: 1,
  } as const;
  return { ...base, byUniqueKey: true, locks: false, ...more };
}

export const statements = {
  read: statementOf('select $1::text as tag, length($2::text)::text as n', ['tag', 'n']),
  readRow: statementOf("select $1::text as tag, name as n from kept where name = 'row ' || length($2::text)", ['tag', 'n']),
  own: statementOf('select $1::text as tag, length($2::text)::text as n', ['tag', 'n'], { byUniqueKey: false, maxRows: null }),
  changing: statementOf('select $1::text as tag, length($2::text)::text as n, changing from changing', ['tag', 'n', 'changing']),
  dividing: statementOf('select $1::text as tag, (1 / $2::int8)::text as n', ['tag', 'n']),
  slow: statementOf('select $1::text as tag, pg_sleep($2::text::float8)::text as n', ['tag', 'n']),
  large: statementOf(
    `select $1::text as tag, ${Array.from({ length: 6 }, (_, i) => `repeat($2::text, 8400000) as c${i}`).join(', ')}`,
    ['tag', ...Array.from({ length: 6 }, (_, i) => `c${i}`)],
  ),
  insert: statementOf('insert into tagged (tag) values ($1::text) returning tag', ['tag'], {
    access: 'write',
    byUniqueKey: false,
    insertsOne: true,
  }),
} as const;

export interface Outcome {
  readonly tag: string;
  readonly kind: 'read' | 'insert';
  readonly what: keyof typeof statements | 'transaction';
  /** Null: it was answered rightly. */
  readonly code: string | null;
  /** Since it was asked for. */
  readonly ms: number;
  readonly deadlineMs: number;
}

/** A database with the table that traffic is about. */
export async function taggedDatabase(postgres: Postgres): Promise<DatabaseRef> {
  const ref = await postgres.createDatabase();
  await postgres.asOwner(ref, (client) =>
    client.query(`create table tagged (tag text primary key); grant select, insert on tagged to "${ref.appRole}"`),
  );
  return ref;
}

export class Traffic {
  readonly effects: Effects;
  readonly #ref: DatabaseRef;
  readonly #transactions: ReturnType<typeof createTransactions>;
  #tags = 0;

  constructor(postgres: Postgres, ref: DatabaseRef) {
    this.#ref = ref;
    this.#transactions = createTransactions(postgres);
    const query = createQuery(postgres, new TriggerWatch(postgres, systemClock.monotonic));
    this.effects = makeWorld({ query }).effects;
  }

  #run(deadlineMs: number): Run {
    return testRun(this.effects, testEnvironment(this.#ref), { limits: { deadlineMs } }).run;
  }

  #tag(): string {
    this.#tags += 1;
    return `tag ${process.pid} ${this.#tags}`;
  }

  /** One read; its answer must bear its own tag. */
  async read(what: Exclude<keyof typeof statements, 'insert'>, param: string, deadlineMs: number): Promise<Outcome> {
    const tag = this.#tag();
    return this.#outcome({ tag, kind: 'read', what, deadlineMs }, async () => {
      const { rows } = await this.effects.query(this.#run(deadlineMs), 1, { statement: statements[what], params: [tag, param] });
      if (rows.length !== 1 || rows[0]?.['tag'] !== tag)
        throw new Error(`the answer for ${tag} was ${JSON.stringify(rows).slice(0, 200)}`);
      if (what === 'read' && rows[0]['n'] !== String(param.length)) throw new Error(`the answer for ${tag} had another length`);
    });
  }

  /** One insert; with a tag that is there already it must fail. */
  async insert(deadlineMs: number, tag = this.#tag()): Promise<Outcome> {
    return this.#outcome({ tag, kind: 'insert', what: 'insert', deadlineMs }, async () => {
      const { rows } = await this.effects.query(this.#run(deadlineMs), 1, { statement: statements.insert, params: [tag] });
      if (rows.length !== 1 || rows[0]?.['tag'] !== tag) throw new Error(`the answer for ${tag} was ${JSON.stringify(rows)}`);
    });
  }

  /** One insert in a transaction. */
  async transaction(deadlineMs: number): Promise<Outcome> {
    const tag = this.#tag();
    return this.#outcome({ tag, kind: 'insert', what: 'transaction', deadlineMs }, async () => {
      const run = this.#run(deadlineMs);
      await this.#transactions.begin(run, 'read_committed');
      try {
        await this.effects.query(run, 1, { statement: statements.insert, params: [tag] });
        await this.#transactions.commit(run);
      } catch (error) {
        await this.#transactions.rollback(run);
        throw error;
      }
    });
  }

  async #outcome(about: Omit<Outcome, 'code' | 'ms'>, work: () => Promise<void>): Promise<Outcome> {
    const startedAt = performance.now();
    let code: string | null = null;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AshlarError)) throw error;
      code = error.code;
    }
    return { ...about, code, ms: performance.now() - startedAt };
  }
}
