/** Stacks of one database step each, made from decisions: every kind of statement, every type of column, errors included. */
import type { Binding, Statement, Value } from '@ashlar/engine';
import type { StackInput } from '../harness/stack.ts';
import type { Choices } from '../property/generate/choices.ts';

/** Every type of column; `part` refers to `item`, rows of `thing` bring their own key. */
export const tables = {
  item: {
    columns: {
      i: 'int?', b: 'bigint?', d: 'decimal?', f: 'float?', t: 'text?', o: 'bool?', at: 'timestamp?', day: 'date?', u: 'uuid?',
      e: 'email?', kind: { type: 'enum', values: ['red', 'green', 'déjà "vu"'], nullable: true }, j: 'json?',
      texts: { type: 'list', items: 'text', nullable: true }, ints: { type: 'list', items: 'int', nullable: true },
      times: { type: 'list', items: 'timestamp', nullable: true }, code: { type: 'text', unique: true, nullable: true },
      amount: { type: 'int', min: 0, max: 1000, default: 5 },
    },
  },
  part: { columns: { item_id: { references: 'item' }, name: 'text', price: { type: 'decimal', scale: 2, nullable: true } } },
  thing: { columns: { id: { type: 'uuid', primary: true }, name: { type: 'text', unique: true }, size: 'int' } },
} as const; // biome-ignore format: a table

/** What is written into each column, and compared with it, where the stack writes it out. */
const values: Readonly<Record<string, readonly unknown[]>> = {
  i: [0, 1, -3, 7, 9007199254740991, -9007199254740991],
  b: ['9223372036854775807', '-9223372036854775808', 3],
  d: ['0.00', 12.5, -0.5, '123456789012345678901234567890.123456789', 1000000, 0.000001],
  f: [1.5, 0.1, -3, 1e22, 1e-7],
  t: ['', 'plain', 'é€😀 "quoted" \\ ', '\n\t\u0001', 'x'.repeat(3000), 'NULL', '{a,b}', 'a,_%'],
  o: [true, false],
  at: ['2026-01-01T00:00:00.123Z', '1969-12-31T23:59:59.999Z', '{{ now }}'],
  day: ['2026-02-28', '0099-01-01'],
  u: ['018f4e2a-7c1b-7d3e-9a55-0242ac120002', '00000000-0000-0000-0000-000000000000'],
  e: ['ada@example.com', 'B@X.de'],
  kind: ['red', 'green', 'déjà "vu"'],
  j: [{ a: [1, null, { b: 'é' }], c: 1.5 }, [], 'text', 12.5, true, { deep: [[[{}]]] }],
  texts: [[], ['a', 'b,c', '"', null], ['NULL', '']],
  ints: [[], [1, 2, 9007199254740991], [null]],
  times: [['{{ now }}'], []],
  code: ['k1', 'k2', 'k3', 'k4', 'k5'],
  amount: [0, 1000, 7],
};
const columns = Object.keys(values);
const plainColumns = ['i', 'b', 'd', 'f', 't', 'at', 'day', 'u', 'e', 'kind', 'code', 'amount'];

export class DatabaseStacks {
  readonly #c: Choices;

  constructor(choices: Choices) {
    this.#c = choices;
  }

  /** A stack that only reads; the input `n` is a whole number. */
  reading(): StackInput {
    const c = this.#c;
    const step = c.pick([
      () => this.#byKey(),
      () => this.#byKey(),
      () => this.#list(),
      () => this.#list(),
      () => this.#aggregate(),
      () => this.#has(),
    ])();
    return this.#stack(step);
  }

  /** One that writes. */
  writing(): StackInput {
    const c = this.#c;
    const id = '{{ input.n % 40 }}';
    const step = c.pick([
      () => ({ function: 'add_record', table: 'item', data: this.#data() }),
      () => ({ function: 'add_record', table: 'item', data: this.#data() }),
      () => ({ function: 'edit_record', table: 'item', id, data: this.#data() }),
      () => ({ function: 'edit_record', table: 'item', where: this.#where(1), data: this.#data() }),
      () => ({
        function: 'add_or_edit_record',
        table: 'item',
        key: ['code'],
        data: { ...this.#data(), code: "{{ 'k' ~ (input.n % 5) }}" },
      }),
      () => ({ function: 'delete_record', table: 'item', id }),
      () => ({
        function: 'add_record',
        table: 'part',
        data: { item_id: id, name: 'part {{ input.n }}', price: this.#value('d') },
      }),
      () => ({ function: 'delete_record', table: 'part', id }),
    ])();
    return this.#stack(step);
  }

  #stack(step: object): StackInput {
    return {
      input: { n: 'int' },
      stack: [{ ...step, return_as: 'r' }],
      ...(this.#c.often(50) ? { response: '{{ r }}' } : { response: { seen: '{{ r|to_text }}' } }),
    };
  }

  #value(column: string): unknown {
    if (column === 'i' && this.#c.often(50)) return '{{ input.n }}';
    return this.#c.pick(values[column] ?? [null]);
  }

  /** The same as an expression; numbers are compared with what the input makes of them as well. */
  #operand(column: string): string {
    const value = this.#value(column);
    if (typeof value === 'string' && value.startsWith('{{')) return value.slice(2, -2).trim();
    return JSON.stringify(value);
  }

  #data(): Record<string, unknown> {
    const c = this.#c;
    const chosen = columns.filter(() => c.often(35));
    return Object.fromEntries(
      (chosen.length === 0 ? ['t'] : chosen).map((name) => [name, c.often(12) && name !== 'amount' ? null : this.#value(name)]),
    );
  }

  #output(): object {
    const c = this.#c;
    return c.often(40) ? { output: ['id', ...columns.filter(() => c.often(30))] } : {};
  }

  #byKey(): object {
    const c = this.#c;
    const by = c.pick<() => object>([
      () => ({ id: '{{ input.n % 40 }}' }),
      () => ({ where: "{{ db.item.code == 'k' ~ (input.n % 5) }}" }),
      () => ({ where: this.#where(2) }),
      () => ({ id: '{{ input.n }}', with: { parts: { table: 'part', where: '{{ db.part.item_id == db.item.id }}', limit: 3 } } }),
    ])();
    return { function: 'get_record', table: 'item', ...by, ...this.#output() };
  }

  #list(): object {
    const c = this.#c;
    const bounds = c.pick<object>([
      { limit: 5 },
      { limit: 20, offset: 3 },
      { page: 1, per_page: 10 },
      { page: 2, per_page: 7, totals: true },
      {},
    ]);
    const sort = c.often(60) ? { sort: [c.pick(['id', '-id', 'amount', '-t', 'd']), 'id'] } : {};
    return {
      function: 'query_records',
      table: 'item',
      ...(c.often(75) ? { where: Object.keys(bounds).length === 0 && c.often(50) ? this.#computed() : this.#where(2) } : {}),
      ...sort,
      ...bounds,
      ...this.#output(),
    };
  }

  #aggregate(): object {
    const c = this.#c;
    const aggregate = c.pick<object>([
      { n: '{{ db.item|count }}' },
      { total: '{{ db.item.amount|sum }}', least: '{{ db.item.d|min }}', most: '{{ db.item.at|max }}' },
      { mean: '{{ db.item.d|avg }}', whole: '{{ db.item.i|sum }}' },
    ]);
    return {
      function: 'query_records',
      table: 'item',
      ...(c.often(50) ? { where: this.#computed() } : {}),
      ...(c.often(50) ? { group_by: [c.pick(['kind', 'o', 'amount'])] } : {}),
      aggregate,
    };
  }

  #has(): object {
    return { function: 'has_record', table: 'item', where: this.#where(2) };
  }

  /** One that may fail, for statements that look at every row: which rows others look at is the plan's business. */
  #computed(): string {
    const c = this.#c;
    const term = c.pick(['db.item.amount / (input.n % 3)', 'db.item.i * 9007199254740991', 'db.item.i + input.n']);
    return `{{ ${term} > ${c.below(4)} }}`;
  }

  #where(depth: number): string {
    return `{{ ${this.#condition(depth)} }}`;
  }

  #condition(depth: number): string {
    const c = this.#c;
    if (depth > 0 && c.often(35)) return `(${this.#condition(depth - 1)} ${c.pick(['&&', '||'])} ${this.#condition(depth - 1)})`;
    if (depth > 0 && c.often(10)) return `!(${this.#condition(depth - 1)})`;
    const column = c.pick(plainColumns);
    const db = `db.item.${column}`;
    return c.pick([
      () => `${db} ${c.pick(['==', '!=', '<', '>=', '<=', '>'])} ${this.#operand(column)}`,
      () => `${db} == null`,
      () => `${db} in [${this.#operand(column)}, null]`,
      () => `db.item.t ${c.pick(['like', 'ilike', 'contains'])} '%${c.pick(['a', 'é', '_', ''])}%'`,
      () => `db.item.texts contains 'a'`,
      () => `db.item.id ${c.pick(['<', '>', '=='])} input.n % 40`,
    ])();
  }
}

interface Asked {
  readonly statement: Statement;
  readonly params: readonly Value[];
}

const text: Binding = { type: 'text', pg: 'text' };
const base = { columns: [{ name: 'v', ...text }], maxRows: 1, byUniqueKey: true, locks: false, table: 'thing' } as const;
const types = [
  'int8',
  'int4',
  'numeric',
  'float8',
  'bool',
  'uuid',
  'date',
  'timestamptz',
  'jsonb',
  'int8[]',
  'text',
  'numeric(5,2)',
  'varchar(3)',
];
const texts = [
  '',
  'abc',
  '1',
  '-7',
  '1.5',
  '1e400',
  'NaN',
  '99999999999999999999',
  't',
  'yes',
  '2026-02-30',
  '2026-02-28',
  '{1,2}',
  '{1,',
  '{"a": 1}',
  '{a',
  '018f4e2a-7c1b-7d3e-9a55-0242ac120002',
  'éé',
  '\u0000x',
];
const casts = new Map<string, Statement>();

/** A text that may be none of a type. */
export function castOf(choices: Choices): Asked {
  const type = choices.pick(types);
  let statement = casts.get(type);
  if (statement === undefined) {
    statement = { ...base, name: `cast ${type}`, text: `select $1::${type}::text as v`, params: [text], access: 'read' };
    casts.set(type, statement);
  }
  const param = choices.pick(texts);
  return { statement, params: [choices.often(5) ? null : param] };
}

const insert: Statement = {
  ...base,
  name: 'insert of a thing',
  text: 'insert into thing (id, name, size) values ($1::uuid, $2::text, 100 / $3::int8) returning name as v',
  params: [{ type: 'uuid', pg: 'uuid' }, text, { type: 'int', pg: 'int8' }],
  access: 'write',
  byUniqueKey: false,
  insertsOne: true,
};

/** An insert with its own key; every fourth or so fails: its name is taken, its size can't be computed, a value is missing. */
export function insertOfThing(choices: Choices, n: number): Asked {
  const id = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const name = n === 0 || choices.often(85) ? `thing ${n}` : choices.pick(['thing 0', null]);
  return {
    statement: insert,
    params: [
      choices.often(3) ? '00000000-0000-4000-8000-000000000000' : id,
      n === 0 ? 'thing 0' : name,
      choices.often(10) ? 0 : 7,
    ],
  };
}
