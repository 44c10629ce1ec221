/** Stacks as JSON: steps of every function, nested, mostly without problems. */
import type { Choices } from './choices.ts';
import { Expressions, type Kind } from './expression.ts';
import { inputTypes } from './values.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type StepJson = { readonly [key: string]: Json };

/** What may stand at a place. */
interface Place {
  readonly depth: number;
  readonly loop: boolean;
  readonly transaction: boolean;
  readonly parallel: boolean;
  readonly final: boolean;
  readonly afterwards: boolean;
  /** Inside a transaction that is tried again: the database only. */
  readonly retried: boolean;
  /** Number of the function whose stack it is; null: the endpoint's. */
  readonly calls: number | null;
  /** Nothing that asks the world. */
  readonly pure: boolean;
}

const variables = ['v0', 'v1', 'v2', 'v3', 'v4'];
const kinds: readonly Kind[] = [
  'int',
  'text',
  'decimal',
  'bool',
  'list',
  'object',
  'ints',
  'float',
  'texts',
  'timestamp',
  'any',
  'unknown',
];

/** Functions of the workspace and what they take. */
const functionInputs: Readonly<Record<string, Json>> = {
  n: 'int',
  t: 'text?',
  d: { type: 'decimal', required: false, nullable: true },
  k: { type: 'int', default: 7 },
  xs: { type: 'int[]', required: false },
  j: { type: 'json', required: false, nullable: true },
};
const leaving: ReadonlySet<string> = new Set(['return', 'throw_error', 'break', 'continue']);
const functionNames = ['f0', 'nested/f1', 'f2'];

const table: Json = {
  columns: {
    id: { type: 'int', primary: true },
    name: { type: 'text', unique: true },
    n: 'int?',
  },
};

const outermost: Omit<Place, 'pure'> = {
  depth: 3,
  loop: false,
  transaction: false,
  parallel: false,
  final: false,
  afterwards: false,
  retried: false,
  calls: null,
};

const asFiles = (files: readonly (readonly [string, Json])[]): ReadonlyMap<string, string> =>
  new Map(files.map(([path, content]) => [path, JSON.stringify(content, null, 1)]));

export class StackGenerator {
  readonly #c: Choices;
  readonly #pure: boolean;
  #names = new Map<string, Kind>();
  #loops = 0;

  /** @param pure - stacks without effects */
  constructor(choices: Choices, pure = false) {
    this.#c = choices;
    this.#pure = pure;
  }

  /** The files of a workspace whose endpoint evaluates many expressions, each of which may fail. */
  expressions(count: number): ReadonlyMap<string, string> {
    const place: Place = { ...outermost, pure: this.#pure };
    const c = this.#c;
    const steps = Array.from({ length: count }, (_, i): Json => {
      const kind = this.#c.pick(kinds);
      const value = this.#c.pick([
        () => this.#text(place, kind, 3),
        () => `{{ ${this.#expressions(place).single()} }}`,
        () => `{{ ${this.#expressions(place).single()} }}`,
        () => `{{ ${this.#expressions(place).single()} }}`,
        () => `{{ ${this.#expressions(place).filtered()} }}`,
        () => `{{ ${this.#expressions(place).filtered()} }}`,
        () =>
          `a {{ ${c.pick(kinds) === 'int' ? this.#expressions(place).filtered() : this.#expressions(place).of(c.pick(['object', 'date', 'any'] as const), 1)} }}`,
        () => `{{ ${this.#expressions(place).of('bool', 2)} }}`,
        () => this.#value(place, 2),
      ])();
      return {
        function: 'try_catch',
        try: [{ function: 'create_variable', name: `e${i}`, value }],
        catch: [{ function: 'create_variable', name: `e${i}`, value: '{{ error.code }}' }],
      };
    });
    const response = Array.from({ length: count }, (_, i) => `{{ e${i} }}`);
    return asFiles([
      ['ashlar.jsonc', { name: 't', timezone: 'Europe/Berlin' }],
      ['apis/t/x.post.jsonc', { input: inputs(), stack: steps, response }],
    ]);
  }

  /** The files of a workspace whose endpoint does many things one after the other, each of which may fail. */
  flat(count: number): ReadonlyMap<string, string> {
    const c = this.#c;
    const place: Place = { ...outermost, depth: 1, pure: false };
    const inner: Place = { ...place, depth: 0, loop: true };
    const steps = Array.from({ length: count }, (): Json => {
      const step = c.pick<() => StepJson>([
        () => this.#effect(place),
        () => this.#effect(place),
        () => this.#effect(place),
        () => this.#database(place),
        () => ({
          function: 'for_each',
          range: { from: 0, to: 3 },
          stack: [this.#turn(inner), this.#effect(inner), this.#turn(inner), this.#variable(inner)],
        }),
        () => this.#transaction(place),
        () => this.#transaction(place),
        () => ({ function: 'post_process', stack: [this.#effect({ ...inner, loop: false, afterwards: true })] }),
        () => ({ function: 'group', stack: this.#classic(place) }),
        () => ({ function: 'group', stack: this.#classic(place) }),
      ])();
      this.#names = new Map();
      return {
        function: 'try_catch',
        try: [step],
        catch: [{ function: 'log_debug_info', data: '{{ [error.code, error.step] }}' }],
      };
    });
    return asFiles([
      ['ashlar.jsonc', { name: 't', timezone: 'Europe/Berlin' }],
      ...tables,
      ['functions/again.jsonc', again],
      ...functionNames.map((name): [string, Json] => [`functions/${name}.jsonc`, { input: functionInputs, stack: [] }]),
      ['apis/t/x.post.jsonc', { input: inputs(), stack: steps }],
    ]);
  }

  /** The files of a workspace with one endpoint. */
  workspace(): ReadonlyMap<string, string> {
    const place: Place = { ...outermost, pure: this.#pure };
    const endpoint = this.#stack(place, 6);
    const files: (readonly [string, Json])[] = [
      ['ashlar.jsonc', { name: 't', timezone: 'Europe/Berlin' }],
      ...tables,
      ['functions/again.jsonc', again],
      ...functionNames.map((name, i): [string, Json] => {
        this.#names = new Map();
        const stack = this.#stack({ ...place, depth: 1, calls: i }, 2);
        return [`functions/${name}.jsonc`, { input: functionInputs, ...stack }];
      }),
      ['apis/t/x.post.jsonc', { input: inputs(), ...endpoint }],
    ];
    return asFiles(files);
  }

  #stack(place: Place, most: number): { readonly stack: Json; readonly response?: Json } {
    const stack = this.#steps(place, most);
    const response = this.#c.often(75) ? { response: this.#value(place, 2) } : {};
    return { stack, ...response };
  }

  #expressions(place: Place): Expressions {
    return new Expressions({
      choices: this.#c,
      names: this.#names,
      effects: !place.pure,
      inputs: place.calls === null ? 'endpoint' : 'function',
    });
  }

  #text(place: Place, kind: Kind, depth = 2): string {
    return `{{ ${this.#expressions(place).of(kind, depth)} }}`;
  }

  /** Any JSON with expressions in it. */
  #value(place: Place, depth: number): Json {
    const c = this.#c;
    return c.pick<() => Json>([
      () => this.#text(place, 'unknown', depth + 1),
      () => this.#text(place, c.pick(kinds), depth + 1),
      () => c.pick<Json>([null, true, 0, -5, 1.5, 'plain', [], {}, -0.25, 1e3]),
      () =>
        `a ${this.#text(place, 'unknown', depth)}${c.pick(['', ' b', '{{ 1.50 }}{{ null }}', place.calls === null ? '{{ input.by }}' : ''])}`,
      () => c.many(0, 3, () => (depth > 0 ? this.#value(place, depth - 1) : null)),
      () =>
        Object.fromEntries(
          c.many(0, 3, () => [c.pick(['a', 'b', 'n', '1', '__proto__']), depth > 0 ? this.#value(place, depth - 1) : 1]),
        ),
    ])();
  }

  /** Steps of a block; names that they make are of a kind that nobody knows afterwards, unless the block always runs. */
  #steps(place: Place, most: number, always = true): readonly StepJson[] {
    const before = this.#names;
    this.#names = new Map(before);
    const steps = this.#c.many(most > 3 ? 1 : 0, most, () => this.#step(place));
    const made = this.#names;
    this.#names = new Map(before);
    // Names of a way that never comes to its end are not there afterwards.
    const isLeft = steps.some((step) => leaving.has(String(step['function'])) && step['disabled'] !== true);
    for (const [name, kind] of isLeft ? [] : made)
      if (variables.includes(name) && before.get(name) !== kind) this.#names.set(name, always ? kind : 'unknown');
    return steps;
  }

  /** Steps with names of their own. */
  #inside(place: Place, names: readonly (readonly [string, Kind])[]): readonly StepJson[] {
    const before = this.#names;
    this.#names = new Map([...before, ...names]);
    const steps = this.#steps(place, 3, false);
    const after = this.#names;
    this.#names = new Map(before);
    for (const name of variables) {
      if (names.some(([own]) => own === name)) continue;
      const kind = after.get(name);
      if (kind !== undefined) this.#names.set(name, kind);
    }
    return steps;
  }

  #step(place: Place): StepJson {
    const c = this.#c;
    const isDeep = place.depth > 0;
    if (c.often(4)) {
      const before = this.#names;
      this.#names = new Map(before);
      const left = this.#variable(place);
      this.#names = before;
      return { ...left, disabled: true };
    }
    if (place.loop && c.often(25)) return this.#turn(place);
    // A run that fails at its first step shows little of the others.
    if (place.depth === 3 && !place.pure && c.often(30)) return this.#guarded(place);
    return c.pick([
      () => this.#variable(place),
      () => this.#update(place),
      () => (isDeep ? this.#flow({ ...place, depth: place.depth - 1 }) : this.#variable(place)),
      () => (isDeep ? this.#flow({ ...place, depth: place.depth - 1 }) : this.#leave(place)),
      () => (isDeep ? this.#flow({ ...place, depth: place.depth - 1 }) : this.#variable(place)),
      () => this.#leave(place),
      () => (place.retried ? this.#variable(place) : this.#effect(place)),
      () => (place.retried ? this.#variable(place) : this.#effect(place)),
      () => (place.parallel && place.transaction ? this.#variable(place) : this.#database(place)),
      () => this.#database(place),
    ])();
  }

  /** Ends a turn of a loop, now and then. */
  #turn(place: Place): StepJson {
    const word = this.#c.pick(['break', 'continue']);
    if (this.#c.often(15)) return { function: word };
    return { function: 'conditional', condition: this.#text(place, 'bool', 1), true_branch: [{ function: word }] };
  }

  /** Steps that matter only together: what a copy, a retry, a branch or a `finally` leaves behind. */
  #classic(place: Place): readonly Json[] {
    const c = this.#c;
    const value = (): Json => this.#text(place, 'unknown', 1);
    const log = (name: string): Json => ({ function: 'log_debug_info', data: `{{ ${name} }}` });
    const put = (name: string, to: Json): Json => ({ function: 'create_variable', name, value: to });
    const query: Json = { function: 'direct_query', sql: 'select 1' };
    const leave = (): Json =>
      c.pick<Json>([
        { function: 'throw_error', code: 'mine' },
        { function: 'return', value: 'left' },
        log('v0'),
        put('v1', '{{ 1 / 0 }}'),
      ]);
    return c.pick<() => readonly Json[]>([
      () => [
        put('v0', value()),
        { function: 'post_process', stack: [log('v0'), put('v0', value()), log('v0')] },
        put('v0', value()),
        log('v0'),
      ],
      () => [
        {
          function: 'parallel',
          branches: {
            b: [{ function: 'return', value: value() }],
            a: [put('v0', value()), { function: 'cache_get', key: 'k', return_as: 'v2' }],
            c: [],
          },
          return_as: 'v1',
        },
        log('v1'),
      ],
      () => [
        put('v0', 0),
        { function: 'transaction', retries: 2, stack: [put('v0', '{{ v0 + 1 }}'), put('v3', '{{ v0 }}'), query] },
        log('[v0, v3]'),
      ],
      () => [
        put('v0', 0),
        {
          function: 'for_each',
          list: [1, 2, 3],
          stack: [
            {
              function: c.pick(['transaction', 'group']),
              stack: [
                {
                  function: 'try_catch',
                  try: [query, c.pick<Json>([{ function: 'break' }, { function: 'continue' }, leave()])],
                  catch: [log('error.step'), c.pick<Json>([log('item'), leave()])],
                  finally: [query, log('item')],
                },
              ],
            },
          ],
        },
      ],
    ])();
  }

  #guarded(place: Place): StepJson {
    return {
      function: 'try_catch',
      try: this.#steps({ ...place, depth: 2 }, 3, false),
      catch: [{ function: 'log_debug_info', data: '{{ error.code ~ error.step ~ error.status }}' }],
    };
  }

  #named(made: StepJson, kind: Kind = 'unknown'): StepJson {
    if (!this.#c.often(85)) return made;
    const name = this.#c.pick(variables);
    this.#names.set(name, kind);
    return { ...made, return_as: name };
  }

  #variable(place: Place): StepJson {
    const c = this.#c;
    const name = c.pick(variables);
    const kind = c.pick(kinds);
    const isTyped = c.often(60);
    const value = isTyped ? this.#text(place, kind) : this.#value(place, 2);
    this.#names.set(name, isTyped && kind !== 'any' ? kind : 'unknown');
    return { function: 'create_variable', name, value };
  }

  /** A variable that may be written here. */
  #writable(place: Place): string | undefined {
    const known = variables.filter((name) => this.#names.has(name));
    return place.parallel || known.length === 0 ? undefined : this.#c.pick(known);
  }

  #update(place: Place): StepJson {
    const c = this.#c;
    const name = this.#writable(place);
    if (name === undefined) return this.#variable(place);
    const parts = c.many(0, 3, () =>
      c.pick(['.a', '.n', '[0]', '[1]', '[2]', "['b']", '.__proto__', `[${this.#expressions(place).of('int', 0)}]`, '[input.a]']),
    );
    const path = (place.calls === null ? parts : parts.filter((part) => part !== '[input.a]')).join('');
    const value = this.#value(place, 1);
    this.#names.set(name, 'unknown');
    return { function: 'update_variable', name: `${name}${path}`, value };
  }

  #flow(place: Place): StepJson {
    const c = this.#c;
    const options: (() => StepJson)[] = [
      () => ({
        function: 'conditional',
        condition: this.#text(place, c.pick(['bool', 'unknown'] as const)),
        true_branch: this.#steps(place, 3, false),
        ...(c.often(60) ? { false_branch: this.#steps(place, 3, false) } : {}),
      }),
      () => this.#forEach(place),
      () => this.#switch(place),
      () => this.#while(place),
      () => ({ function: 'group', stack: this.#steps(place, 3, true) }),
      () => this.#call(place),
    ];
    if (!(place.transaction && place.parallel) && !place.pure)
      options.push(
        () => this.#forEach(place),
        () => this.#transaction(place),
        () => this.#transaction(place),
        () => this.#tryCatch(place),
        () => this.#tryCatch(place),
      );
    if (!place.retried) options.push(() => this.#parallel(place));
    if (!place.afterwards && !place.retried && !place.pure)
      options.push(() => ({
        function: 'post_process',
        stack: this.#aside({ ...place, afterwards: true, loop: false, transaction: false }),
      }));
    return c.pick(options)();
  }

  #aside(place: Place): Json {
    const before = this.#names;
    this.#names = new Map(before);
    const steps = this.#steps(place, 3, false);
    this.#names = before;
    return steps;
  }

  #forEach(place: Place): StepJson {
    const c = this.#c;
    const as = c.pick(['item', 'x', 'v0', 'item']);
    const second = c.pick(['index', 'y', 'v1']);
    const inner = { ...place, loop: true };
    const naming = { ...(as === 'item' ? {} : { as }), ...(second === 'index' ? {} : { index_as: second }) };
    const over = c.pick<() => readonly [StepJson, Kind, Kind]>([
      () => [{ list: this.#text(place, 'ints') }, 'unknown', 'int'],
      () => [{ list: this.#text(place, c.pick(['list', 'texts', 'any'] as const)) }, 'unknown', 'int'],
      () => [
        {
          range: {
            from: c.pick<Json>([
              0,
              1,
              3,
              this.#text(place, 'int', 0).replaceAll('9007199254740991', '3').replaceAll('1000000', '2'),
            ]),
            to: c.pick<Json>([2, 4, 0, -1]),
            ...(c.often(60) ? { step: c.pick<Json>([1, -1, 2, -2, 0, '{{ 3 }}']) } : {}),
          },
        },
        'int',
        'int',
      ],
      () => [{ object: this.#text(place, c.pick(['object', 'any'] as const)) }, 'unknown', 'text'],
    ])();
    const [given, itemKind, secondKind] = over;
    const isObject = given.object !== undefined && second === 'index';
    const stack = this.#inside(inner, [
      [as, itemKind],
      [isObject ? 'key' : second, secondKind],
    ]);
    // A range from anywhere would be long.
    if (given.range !== undefined && !this.#isShort(given)) return { function: 'group', stack: [] };
    return { function: 'for_each', ...given, ...naming, stack };
  }

  #isShort(given: StepJson): boolean {
    return !/input\.|v\d|1000000|9007199254740991|wild|\b100\b/.test(JSON.stringify(given.range));
  }

  #while(place: Place): StepJson {
    this.#loops += 1;
    const counter = `w${this.#loops}`;
    const most = this.#c.below(4);
    const isWritable = !place.parallel;
    if (!isWritable) return this.#variable(place);
    const inner = this.#inside({ ...place, loop: true }, [[counter, 'unknown']]);
    const count: StepJson = { function: 'update_variable', name: counter, value: `{{ ${counter} + 1 }}` };
    return {
      function: 'group',
      stack: [
        { function: 'create_variable', name: counter, value: 0 },
        {
          function: 'while',
          condition: `{{ ${counter} < ${most}${this.#c.often(40) ? ` && ${this.#expressions(place).of('bool', 1)}` : ''} }}`,
          stack: [count, ...inner],
        },
      ],
    };
  }

  #tryCatch(place: Place): StepJson {
    const c = this.#c;
    const attempt = this.#steps(place, 4, false);
    const caught = c.often(80)
      ? {
          catch: this.#inside(place, [
            ['error.code', 'text'],
            ['error.status', 'int'],
            ['error.step', 'unknown'],
            ['error.data', 'unknown'],
          ]),
        }
      : {};
    const last = c.often(40) ? { finally: this.#steps({ ...place, final: true, loop: false }, 2, false) } : {};
    return { function: 'try_catch', try: attempt, ...caught, ...last };
  }

  #switch(place: Place): StepJson {
    const c = this.#c;
    const kind = c.pick(['any', 'int', 'text'] as const);
    const value = (): Json => this.#text(place, kind, 1);
    const cases = c.many(
      0,
      3,
      (): Json => ({ when: c.often(50) ? value() : c.many(0, 2, value), stack: this.#steps(place, 2, false) }),
    );
    return { function: 'switch', value: value(), cases, ...(c.often(60) ? { default: this.#steps(place, 2, false) } : {}) };
  }

  #transaction(place: Place): StepJson {
    const c = this.#c;
    const retries = c.below(3);
    const stack = this.#steps({ ...place, transaction: true, retried: place.retried || retries > 0 }, 4, true);
    const isolation = !place.transaction && c.often(30) ? { isolation: c.pick(['serializable', 'repeatable_read']) } : {};
    return { function: 'transaction', stack, ...isolation, ...(retries > 0 ? { retries } : {}) };
  }

  #parallel(place: Place): StepJson {
    const branches = this.#c.many(0, 3, (): [string, Json] => {
      const before = this.#names;
      this.#names = new Map([...before].map(([name]) => [name, 'unknown']));
      const steps = this.#steps({ ...place, parallel: true, loop: false }, 3, false);
      this.#names = before;
      return [this.#c.pick(['a', 'b', 'c', '1']), steps];
    });
    return this.#named({ function: 'parallel', branches: Object.fromEntries(branches) });
  }

  #call(place: Place): StepJson {
    const c = this.#c;
    const callable = functionNames.slice(place.calls === null ? 0 : place.calls + 1);
    if (callable.length === 0 || c.often(15))
      return place.calls === null
        ? this.#named({ function: 'run_function', name: 'again', input: { n: c.pick<Json>([2, 0, 5, 70]) } })
        : this.#variable(place);
    // Called functions may do anything.
    if (place.retried || place.pure || (place.transaction && place.parallel)) return this.#variable(place);
    const input: Record<string, Json> = { n: this.#text(place, c.pick(['int', 'decimal', 'any'] as const), 1) };
    if (c.often(60)) input['t'] = this.#text(place, 'text', 1);
    else input['t'] = null;
    if (c.often(50)) input['d'] = this.#text(place, c.pick(['decimal', 'int', 'any'] as const), 1);
    if (c.often(30)) input['k'] = this.#text(place, 'int', 1);
    if (c.often(30)) input['xs'] = this.#text(place, 'ints', 1);
    if (c.often(30)) input['j'] = this.#text(place, 'unknown', 1);
    return this.#named({ function: 'run_function', name: c.pick(callable), input });
  }

  #leave(place: Place): StepJson {
    const c = this.#c;
    const words = this.#text(place, 'text', 1);
    const error = {
      ...(c.often(60) ? { code: c.pick<Json>(['mine', 'other', null, words]) } : {}),
      ...(c.often(50) ? { message: c.pick<Json>(['No.', words]) } : {}),
      ...(c.often(40) ? { status: c.pick<Json>([409, 404, 399, 600, this.#text(place, 'any', 0)]) } : {}),
      ...(c.often(40) ? { data: this.#value(place, 1) } : {}),
    };
    const options: (() => StepJson)[] = [
      () => ({ function: 'precondition', condition: this.#text(place, 'bool', 1), ...error }),
      () => ({ function: 'throw_error', ...error }),
    ];
    if (place.loop)
      options.push(
        () => ({ function: 'break' }),
        () => ({ function: 'continue' }),
        () => ({ function: 'break' }),
        () => ({ function: 'continue' }),
      );
    if (!place.final && !place.afterwards)
      options.push(() => ({
        function: 'return',
        ...(c.often(80) ? { value: this.#value(place, 1) } : {}),
        ...(place.calls === null && !place.parallel && c.often(40)
          ? { status: c.pick<Json>([201, 202, 199, this.#text(place, 'any', 0)]) }
          : {}),
        ...(place.calls === null && !place.parallel && c.often(30)
          ? { headers: { 'X-A': this.#text(place, 'int', 1), 'x-b': null } }
          : {}),
      }));
    const left = c.pick(options)();
    if (!['throw_error', 'return', 'break', 'continue'].includes(String(left.function)) || c.often(20)) return left;
    return { function: 'conditional', condition: this.#text(place, 'bool', 1), true_branch: [left] };
  }

  #effect(place: Place): StepJson {
    const c = this.#c;
    const key = (): Json => c.pick<Json>(['k', this.#text(place, 'text', 1)]);
    const answers = !place.afterwards;
    const data = (): Json => this.#value(place, 1);
    if (place.pure)
      return c.often(50)
        ? { function: 'set_status', status: c.pick<Json>([201, 599]) }
        : { function: 'set_header', name: c.pick(['X-A', 'x-b']), value: this.#text(place, 'int', 1) };
    return c.pick<() => StepJson>([
      () => ({ function: 'log_debug_info', data: data() }),
      () => ({ function: 'sleep', duration_ms: c.pick<Json>([1, 0, -1, this.#text(place, 'int', 0)]) }),
      () => this.#named(this.#random(place)),
      () => this.#named({ function: 'cache_get', key: key() }),
      () => ({
        function: 'cache_set',
        key: key(),
        value: data(),
        ...(c.often(50) ? { ttl_s: c.pick<Json>([60, 0, this.#text(place, 'any', 0)]) } : {}),
      }),
      () => this.#named({ function: 'hash_password', password: key() }, 'unknown'),
      () =>
        this.#named({
          function: 'check_password',
          password: key(),
          hash: c.pick<Json>([null, key()]),
          ...(c.often(30) ? { account: 'a@b.c' } : {}),
        }),
      () =>
        this.#named({
          function: 'create_auth_token',
          table: 'person',
          id: c.pick<Json>([1, 'u', this.#text(place, 'any', 0)]),
          ...(c.often(40) ? { extras: { a: data() } } : {}),
          ...(c.often(30) ? { expires_s: c.pick<Json>([60, 0]) } : {}),
        }),
      () =>
        answers
          ? { function: 'set_header', name: c.pick(['X-A', 'x-b', 'date', 'bad name']), value: this.#text(place, 'unknown', 1) }
          : { function: 'log_debug_info', data: data() },
      () =>
        answers
          ? { function: 'set_status', status: c.pick<Json>([201, 599, 600, this.#text(place, 'any', 0)]) }
          : { function: 'log_debug_info', data: data() },
      () => this.#named({ function: 'external_api_request', ...this.#request(place) }),
      () => this.#named({ function: 'start_performance_profiling', ...(c.often(50) ? { profile_id: key() } : {}) }),
      () => this.#named({ function: 'end_performance_profiling', profile_id: c.pick<Json>(['p', null, key()]) }),
      () => this.#named({ function: 'get_system_metrics' }),
      () => this.#named({ function: 'trigger_performance_alert', alert_type: key(), ...(c.often(50) ? { data: data() } : {}) }),
      () => this.#named({ function: 'alert_performance_issue', data: data() }),
      () => this.#named({ function: 'analyze_slow_endpoints', ...(c.often(40) ? { limit: c.pick<Json>([1, 0, null]) } : {}) }),
      () => this.#named({ function: 'check_password', password: key(), hash: null }),
      () => this.#named({ function: 'create_auth_token', table: 'person', id: 7 }),
      () => this.#named({ function: 'suggest_optimizations', analysis: [] }),
      () => this.#named({ function: 'suggest_optimizations', analysis: c.pick<Json>([null, this.#text(place, 'list', 1)]) }),
    ])();
  }

  #random(place: Place): StepJson {
    return this.#c.pick<() => StepJson>([
      () => ({ function: 'random', min: this.#text(place, 'int', 0), max: this.#c.pick<Json>([9007199254740991, 3]) }),
      () => ({ function: 'random', bytes: this.#c.pick<Json>([2, 0]) }),
      () => ({
        function: 'random',
        text: { length: this.#c.pick<Json>([3, 0]), ...(this.#c.often(40) ? { alphabet: this.#c.pick<Json>(['ab', 'a']) } : {}) },
      }),
    ])();
  }

  #request(place: Place): StepJson {
    const c = this.#c;
    return {
      url: c.pick<Json>([
        'https://a.example/x',
        'http://a.example?q=1',
        'ftp://a',
        `https://a.example/${this.#text(place, 'int', 0)}`,
      ]),
      ...(c.often(60) ? { method: c.pick<Json>(['post', 'GET', 'PUT', 'NOPE']) } : {}),
      ...(c.often(30) ? { headers: { 'X-B': this.#text(place, 'int', 1), 'x-c': null } } : {}),
      ...(c.often(30) ? { query: { a: this.#text(place, 'int', 1), b: ['x', null, 'y z'] } } : {}),
      ...(c.often(40) ? { body: this.#value(place, 1) } : {}),
      ...(c.often(20) ? { timeout_ms: c.pick<Json>([5, 0]) } : {}),
      ...(c.often(20) ? { retries: 1 } : {}),
      ...(c.often(20) ? { retry_unsafe: true } : {}),
    };
  }

  #database(place: Place): StepJson {
    const c = this.#c;
    if (place.pure || (place.parallel && place.transaction)) return this.#variable(place);
    const id = (): Json => c.pick<Json>([1, '{{ 1 + 1 }}']);
    const found = (): StepJson => (c.often(50) ? { id: id() } : { where: '{{ db.item.n > 1 }}' });
    const data = { name: 'a', n: c.pick<Json>([null, 5]) };
    return this.#named(
      c.pick<() => StepJson>([
        () => ({
          function: 'direct_query',
          sql: 'select $1::int as a',
          params: [this.#text(place, 'unknown', 1)],
          ...(c.often(40) ? { single: true } : {}),
        }),
        () => ({ function: 'query_records', table: 'item', ...(c.often(50) ? { limit: 5 } : {}) }),
        () => ({ function: 'get_record', table: 'item', ...found(), ...(c.often(40) ? { output: ['id', 'name'] } : {}) }),
        () => ({ function: 'has_record', table: 'item', ...found() }),
        () => ({ function: 'add_record', table: 'item', data }),
        () => ({ function: 'edit_record', table: 'item', ...found(), data }),
        () => ({
          function: 'patch_record',
          table: 'item',
          ...found(),
          data: c.pick<Json>([{ n: 1 }, `{{ '{"id": 1}'|json_decode }}`, `{{ '{"zz": 1}'|json_decode }}`, { name: 'x' }]),
        }),
        () => ({ function: 'add_or_edit_record', table: 'item', key: ['name'], data }),
        () => ({ function: 'delete_record', table: 'item', ...found() }),
      ])(),
    );
  }
}

const tables: readonly (readonly [string, Json])[] = [
  ['tables/item.jsonc', table],
  [
    'tables/person.jsonc',
    {
      auth: true,
      columns: { id: { type: 'int', primary: true }, email: { type: 'email', unique: true }, secret: 'password' },
    },
  ],
];

/** Calls itself as often as it is told. */
const again: Json = {
  input: { n: 'int' },
  stack: [
    { function: 'conditional', condition: '{{ input.n <= 0 }}', true_branch: [{ function: 'return', value: 0 }] },
    { function: 'run_function', name: 'again', input: { n: '{{ input.n - 1 }}' }, return_as: 'm' },
    { function: 'return', value: '{{ m + input.n }}' },
  ],
};

function inputs(): Json {
  return Object.fromEntries(
    Object.entries(inputTypes).map(([name, { type, nullable }]) => [
      name,
      {
        type: type.endsWith('[]') ? 'list' : type,
        ...(type.endsWith('[]') ? { items: type.slice(0, -2) } : {}),
        required: false,
        ...(nullable === true ? { nullable: true } : {}),
      },
    ]),
  );
}
