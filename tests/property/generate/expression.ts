/** Expressions as text, of a wanted type as far as the check can know it. */
import type { Choices } from './choices.ts';
import { decimalDigits, floatDigits, intDigits, textValues } from './values.ts';

/** `any`: the check knows nothing, so it may stand anywhere. `unknown`: the check may know more than the generator does. */
export type Kind =
  | 'int'
  | 'decimal'
  | 'float'
  | 'text'
  | 'bool'
  | 'timestamp'
  | 'date'
  | 'ints'
  | 'texts'
  | 'list'
  | 'object'
  | 'any'
  | 'unknown';

export interface Surroundings {
  readonly choices: Choices;
  /** Names that may be read, by kind. */
  readonly names: ReadonlyMap<string, Kind>;
  /** Whether `now` and `uuid` may be asked. */
  readonly effects: boolean;
  /** Whose inputs are there. */
  readonly inputs: 'endpoint' | 'function';
}

type InputNames = Readonly<Partial<Record<Kind, readonly string[]>>>;

const endpointInputs: InputNames = {
  int: ['input.i2', 'input.i'],
  decimal: ['input.d2', 'input.d'],
  float: ['input.f2', 'input.f'],
  text: ['input.t2', 'input.t'],
  bool: ['input.b2', 'input.b'],
  timestamp: ['input.at2', 'input.at'],
  date: ['input.day2', 'input.day'],
  ints: ['input.xs2', 'input.xs'],
  texts: ['input.ts'],
  object: ['input.o2', 'input.o'],
};
const functionInputs: InputNames = {
  int: ['input.n', 'input.k'],
  decimal: ['input.d'],
  text: ['input.t'],
  ints: ['input.xs'],
};
const inputNames = { endpoint: endpointInputs, function: functionInputs };
const endpointWild = [
  'input.a',
  'input.a2',
  'input.a3',
  'input.a.a',
  'input.a2.b',
  'input.a3[0]',
  "input.o['a']",
  'input.o.n',
  'input.a.length',
  'input.a2.constructor',
  'input.a.__proto__',
  'input.by',
];
const wild = { endpoint: endpointWild, function: ['input.j', 'input.j.a', 'input.j[0]'] };
const keys = ['a', 'b', 'n', '1', '__proto__', 'length', 'x y'];
const paths = ['a', 'b.n', 'a[0]', '1', '["a.b"]', '', '[2]', 'a.b.n', "['a']", 'a..b'];
const formats = [
  'Y-m-d',
  'H:i:s.v',
  'D, d M y',
  'jS F Y z',
  'N w W o t L',
  'a A g G h u',
  'e T P p O Z I U',
  'c',
  'r',
  '\\Y\\\\x',
  '',
];
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', '+02:00', 'Nowhere/Land'];

/** A text between quotes, as the language writes it. */
export function quoted(value: string): string {
  const escaped = [...value].map((character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    const unit = character.charCodeAt(0);
    const isSpecial =
      unit < 32 || unit === 0x2028 || unit === 0x2029 || (character.length === 1 && unit >= 0xd800 && unit < 0xe000);
    return isSpecial ? `\\u${unit.toString(16).padStart(4, '0')}` : character;
  });
  // A template looks for braces first.
  return `'${escaped.join('')}'`;
}

export class Expressions {
  readonly #c: Choices;
  readonly #s: Surroundings;
  readonly #locals: readonly string[];

  constructor(surroundings: Surroundings, locals: readonly string[] = []) {
    this.#c = surroundings.choices;
    this.#s = surroundings;
    this.#locals = locals;
  }

  /** An expression of the kind, at most so deep. */
  of(kind: Kind, depth: number): string {
    if (kind !== 'unknown' && kind !== 'any' && this.#c.often(10)) return this.#wild(depth);
    if (depth <= 0 || !this.#c.left) return this.#leaf(kind);
    if (this.#c.often(12)) return `(${this.of('bool', depth - 1)} ? ${this.#middle(kind, depth)} : ${this.of(kind, depth - 1)})`;
    if (this.#c.often(8)) return `(${this.of(kind, depth - 1)} ?? ${this.of(kind, depth - 1)})`;
    return this.#made(kind, depth - 1);
  }

  /** In the middle of a condition a filter with arguments needs brackets. */
  #middle(kind: Kind, depth: number): string {
    return `(${this.of(kind, depth - 1)})`;
  }

  #wild(depth: number): string {
    const options = wild[this.#s.inputs];
    const one = this.#c.pick(options);
    return depth > 0 && this.#c.often(20) ? `(${this.#c.pick(options)} ?? ${one})` : one;
  }

  #leaf(kind: Kind): string {
    const c = this.#c;
    const named = [...this.#s.names].filter(([, k]) => k === kind || (kind === 'unknown' && k !== 'any')).map(([name]) => name);
    if (named.length > 0 && c.often(45)) return c.pick(named);
    const given = inputNames[this.#s.inputs][kind] ?? [];
    if (given.length > 0 && c.often(50)) return c.pick(given);
    return this.#literal(kind);
  }

  #literal(kind: Kind): string {
    const c = this.#c;
    const sign = (digits: string): string => (c.often(25) ? `-${digits}` : digits);
    switch (kind) {
      case 'int':
        return sign(c.pick(intDigits));
      case 'decimal':
        return sign(c.pick(decimalDigits));
      case 'float':
        return sign(c.pick(floatDigits));
      case 'text':
        return quoted(c.pick(textValues));
      case 'bool':
        return c.pick(['true', 'false']);
      case 'timestamp':
        return this.#s.effects ? 'now' : "('0'|to_int|add_secs_to_timestamp:1.5)";
      case 'date':
        return this.#s.inputs === 'endpoint' ? 'input.day2' : 'input.j';
      case 'ints':
        return `[${c.many(0, 3, () => this.#literal('int')).join(', ')}]`;
      case 'texts':
        return `[${c.many(0, 3, () => this.#literal('text')).join(', ')}]`;
      case 'list':
        return `[${c.many(0, 3, () => this.#leaf(c.pick(['int', 'text', 'decimal', 'bool', 'unknown'] as const))).join(', ')}]`;
      case 'object':
        return `{${this.#entries(0)}}`;
      case 'any':
        if (this.#locals.includes('item') && c.often(60)) return 'item';
        return c.pick(wild[this.#s.inputs]);
      case 'unknown': {
        const local = this.#locals.length > 0 && c.often(50) ? c.pick(this.#locals) : undefined;
        return (
          local ??
          (c.often(15) ? 'null' : this.#leaf(c.pick(['int', 'text', 'decimal', 'float', 'bool', 'timestamp', 'any'] as const)))
        );
      }
    }
  }

  #entries(depth: number): string {
    const names = new Set(this.#c.many(0, 3, () => this.#c.pick(keys)));
    return [...names].map((name) => `${quoted(name)}: ${this.of('unknown', depth)}`).join(', ');
  }

  /** A filter's argument: brackets are always right. */
  #arg(kind: Kind, depth: number): string {
    return `(${this.of(kind, depth)})`;
  }

  #lambda(kind: Kind, depth: number, locals: readonly string[] = ['item', 'index']): string {
    const names = new Map(this.#s.names);
    for (const local of locals) names.delete(local);
    names.set('index', 'int');
    return `(${new Expressions({ ...this.#s, names }, locals).of(kind, depth)})`;
  }

  #made(kind: Kind, d: number): string {
    const c = this.#c;
    const n = (): Kind => c.pick(['int', 'decimal', 'float'] as const);
    const aList = (): Kind => c.pick(['ints', 'texts', 'list'] as const);
    switch (kind) {
      case 'int':
        return c.pick([
          () => `(${this.of('int', d)} ${c.pick(['+', '-', '*', '%'])} ${this.of('int', d)})`,
          () => `(-(${this.of('int', d)}))`,
          () => `(${this.of(c.pick(['text', 'list', 'object'] as const), d)}|count)`,
          () => `(${this.of('text', d)}|strlen)`,
          () => `(${this.of(c.pick(['text', 'decimal', 'float', 'bool', 'timestamp', 'int'] as const), d)}|to_int)`,
          () => `(${this.of('int', d)}|round${c.pick(['', ':0', ':2', ':(-1)', ':(-2)'])})`,
          () => `(${this.of('ints', d)}|${c.pick(['sum', 'first', 'last', 'min', 'max'])})`,
          () => `(${this.of('ints', d)}|find:${this.#lambda('bool', d)})`,
          () => `(${this.of('int', d)}|${c.pick(['min', 'max'])}:${this.#arg('int', d)})`,
          () => `(${this.of('timestamp', d)} - ${this.of('timestamp', d)})`,
          () => `(${this.of('date', d)} - ${this.of('date', d)})`,
          () => `${this.#bracketed('ints', d)}[${this.of('int', 0)}]`,
          () => `(${this.of('int', d)}|${c.pick(['first_notnull', 'default'])}:${this.#arg('int', d)})`,
        ])();
      case 'decimal':
        return c.pick([
          () => `(${this.of('decimal', d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of(n(), d)})`,
          () => `(${this.of(n(), d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('decimal', d)})`,
          () => `(${this.of('int', d)} / ${this.of('int', d)})`,
          () => `(-(${this.of('decimal', d)}))`,
          () => `(${this.of(c.pick(['decimal', 'float'] as const), d)}|round${c.pick(['', ':0', ':2', ':(-1)', ':30'])})`,
          () => `(${this.of(c.pick(['decimal', 'float', 'int', 'text', 'bool'] as const), d)}|to_decimal)`,
          () => `(${this.of('ints', d)}|avg)`,
          () => `(${this.of('decimal', d)}|${c.pick(['min', 'max'])}:${this.#arg('decimal', d)})`,
        ])();
      case 'float':
        return c.pick([
          () => `(${this.of('float', d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('float', d)})`,
          () => `(${this.of('float', d)} ${c.pick(['+', '-', '*', '/'])} ${this.#literal(n())})`,
          () => `(${this.#literal(n())} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('float', d)})`,
          () => `(${this.of('float', d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('int', d)})`,
          () => `(-(${this.of('float', d)}))`,
        ])();
      case 'text':
        return c.pick([
          () => `(${this.of('text', d)} + ${this.of('text', d)})`,
          () => `(${this.of('unknown', d)} ~ ${this.of('unknown', d)})`,
          () =>
            `(${this.of('text', d)}|${c.pick(['trim', 'to_upper', 'to_lower', 'upper', 'lower', 'base64_encode', 'sha256', 'trim:" a"', "trim:'\ud83d\ude00x'"])})`,
          () => `(${this.of('text', d)}|substr:${this.#arg('int', 0)}${c.often(60) ? `:${this.#arg('int', 0)}` : ''})`,
          () => `(${this.of('text', d)}|substr:${c.pick(['1', '-1', '0', '2'])}${c.pick(['', ':1', ':-1', ':2', ':null'])})`,
          () => `(${this.of(aList(), d)}|join${c.often(60) ? `:${this.#arg('text', d)}` : ''})`,
          () => `(${this.of('text', d)}|replace:${this.#arg('text', 0)}:${this.#arg('text', 0)})`,
          () =>
            `(${this.of(c.pick(['text', 'int', 'decimal', 'float', 'bool', 'timestamp', 'date'] as const), d)}|concat:${this.#arg('unknown', d)}${c.often(50) ? `:${this.#arg('text', 0)}` : ''})`,
          () =>
            `(${this.of(c.pick(['text', 'int', 'decimal', 'float', 'bool', 'timestamp', 'date', 'list', 'object'] as const), d)}|to_text)`,
          () => `(${this.of('unknown', d)}|json_encode)`,
          () =>
            `(${this.of(c.pick(['timestamp', 'timestamp', 'date', 'int'] as const), d)}|format_timestamp:${quoted(c.pick(formats))}${c.often(50) ? `:${quoted(c.pick(zones))}` : ''})`,
          () => `(${this.of('texts', d)}|${c.pick(['first', 'last', 'min', 'max'])})`,
        ])();
      case 'bool':
        return this.#bool(d);
      case 'timestamp':
        return c.pick([
          () => `(${this.of(c.pick(['timestamp', 'int'] as const), d)}|add_secs_to_timestamp:${this.#arg(n(), d)})`,
          () => `(${this.of('timestamp', d)}|add_secs_to_timestamp:${c.pick(['60', '-0.5', '0.0005', '1.0015', '86400'])})`,
          () => `(${this.of('timestamp', d)}|${c.pick(['min', 'max'])}:${this.#arg('timestamp', d)})`,
        ])();
      case 'date':
        return this.#leaf('date');
      case 'ints':
        return c.pick([
          () => `[${c.many(0, 4, () => this.of('int', d)).join(', ')}]`,
          () =>
            `(${this.of('ints', d)}|${c.pick(['unique', 'sort', 'filter_null', 'sort:"":"number":false', 'sort:null:null:true', 'sort:"":"text"'])})`,
          () => `(${this.of('ints', d)}|filter:${this.#lambda('bool', d)})`,
          () => `(${this.of('ints', d)}|map:${this.#lambda('int', d)})`,
          () => `(${this.of('ints', d)}|push:${this.#arg('int', d)})`,
          () => `(${this.of('int', d)}|safe_array)`,
        ])();
      case 'texts':
        return c.pick([
          () => `[${c.many(0, 4, () => this.of('text', d)).join(', ')}]`,
          () => `(${this.of('text', d)}|split:${quoted(c.pick([',', '', 'a', 'b']))})`,
          () => `(${this.of('object', d)}|keys)`,
          () =>
            `(${this.of('texts', d)}|${c.pick(['unique', 'sort', 'filter_null', 'sort:"":"itext"', 'sort:"":"number"', 'sort:"":"text":false', 'sort:"":"odd"'])})`,
        ])();
      case 'list':
        return this.#list(d);
      case 'object':
        return c.pick([
          () => `{${this.#entries(d)}}`,
          () =>
            `(${this.of('object', d)}|${c.pick(['pick', 'unpick'])}:${c.pick(["'a'", "['a', 'n']", "['b', 'a', '__proto__', 5]", '[]'])})`,
          () => `(${this.of('object', d)}|set:${quoted(c.pick(keys))}:${this.#arg('unknown', d)})`,
          () => `(${this.of('object', d)}|filter_null)`,
        ])();
      case 'any':
        return this.#any(d);
      case 'unknown':
        if (c.often(35)) return this.#beside(d);
        return this.of(
          c.pick([
            'int',
            'text',
            'bool',
            'decimal',
            'float',
            'list',
            'object',
            'ints',
            'texts',
            'timestamp',
            'date',
            'any',
          ] as const),
          d,
        );
    }
  }

  /** One operator over two leaves, each operator and each pair of types as often as any other. */
  single(): string {
    const c = this.#c;
    const number = (): string => this.#leaf(c.pick(['int', 'decimal', 'float'] as const));
    const comparison = (): string => c.pick(['==', '!=', '<', '<=', '>', '>=']);
    const word = (): string =>
      `${c.often(50) ? 'not ' : ''}${c.pick(['in', 'contains', 'overlaps', 'like', 'ilike', 'between'])}`;
    const any = (): string =>
      this.#leaf(c.pick(['int', 'text', 'decimal', 'float', 'timestamp', 'date', 'bool', 'any'] as const));
    return c.pick([
      ...Array.from({ length: 10 }, () => () => `(${number()} ${c.pick(['+', '-', '*', '/', '%'])} ${number()})`),
      () => `(${number()} ${comparison()} ${number()})`,
      ...Array.from({ length: 7 }, () => () => `(${number()} ${c.pick(['==', '<', '>='])} ${number()})`),
      () => {
        const kind = c.pick(['timestamp', 'date', 'text', 'bool', 'timestamp', 'date'] as const);
        return `(${this.#leaf(kind)} ${comparison()} ${this.#leaf(kind)})`;
      },
      ...Array.from({ length: 3 }, () => () => {
        const kind = c.pick(['timestamp', 'date'] as const);
        return `(${this.#leaf(kind)} ${comparison()} ${this.#leaf(kind)})`;
      }),
      () => `(${this.#nothing()} ${c.pick(['+', '-', '*', '/', '%'])} ${number()})`,
      () => `(${number()} ${c.pick(['+', '-', '*', '/', '%'])} ${this.#nothing()})`,
      () => `(${this.#nothing()} ${c.pick([comparison(), '~'])} ${any()})`,
      () => `(${any()} ${c.pick([comparison(), '~'])} ${this.#nothing()})`,
      () => `(${this.#nothing()} ${word()} ${this.#leaf('any')})`,
      () => `(${this.#leaf('any')} ${word()} ${this.#nothing()})`,
      () => `(${this.#nothing()} ${word()} ${this.#nothing()})`,
      () => `(${this.#leaf('text')} ${c.pick(['like', 'not like', 'ilike', 'not ilike'])} ${this.#leaf('text')})`,
      () => `(${any()} ${c.pick(['&&', '||', '??'])} ${any()})`,
      () => `(${any()} is ${c.pick(['', 'not '])}null)`,
      () => `(!${any()})`,
      () => {
        const kind = c.pick(['timestamp', 'date'] as const);
        return `(${this.#leaf(kind)} - ${this.#leaf(kind)})`;
      },
    ])();
  }

  /** One filter over leaves, with each number of its arguments. */
  filtered(): string {
    const c = this.#c;
    const number = (): string => this.#leaf(c.pick(['int', 'decimal', 'float'] as const));
    const t = (): string => this.#arg('text', 0);
    const l = (): string => this.#leaf(c.pick(['ints', 'texts', 'list', 'any'] as const));
    const o = (): string => this.#leaf(c.pick(['object', 'any'] as const));
    const path = (): string => quoted(c.pick(paths));
    const rows = (): string =>
      c.pick(['[{a: 2, n: 1}, {a: 1}, {n: null, a: 1}]', "[{a: 'b', b: {n: 2}}, {a: 'B', b: {n: 1}}]", this.#leaf('any')]);
    const value = (): string =>
      this.#leaf(c.pick(['int', 'text', 'decimal', 'float', 'bool', 'list', 'object', 'any', 'timestamp', 'date'] as const));
    const nullable = (): string => c.pick([this.#leaf('text'), this.#leaf('text'), this.#nothing()]);
    const templates: readonly (() => string)[] = [
      () => `${nullable()}|${c.pick(['trim', `trim:${t()}`])}`,
      () => `${nullable()}|${c.pick(['to_upper', 'to_lower'])}`,
      () => `${nullable()}|${c.pick(['sha256', 'base64_encode'])}`,
      () => `${c.pick([this.#leaf('any'), this.#leaf('text')])}|${c.pick(['sha256', 'base64_encode', 'to_text', 'strlen'])}`,
      () => `${nullable()}|substr:${this.#arg('int', 0)}${c.pick(['', `:${this.#arg('int', 0)}`])}`,
      () => `${nullable()}|split:${t()}`,
      () => `${l()}|join${c.pick(['', `:${t()}`])}`,
      () => `${nullable()}|replace:${t()}:${t()}`,
      () =>
        `${this.#leaf(c.pick(['text', 'int', 'decimal', 'date', 'any'] as const))}|concat:(${value()})${c.pick(['', `:${t()}`])}`,
      () => `${number()}|round${c.pick(['', ':1', ':-1', `:${this.#arg('int', 0)}`])}`,
      () => `${this.#leaf(c.pick(['ints', 'any'] as const))}|${c.pick(['sum', 'avg', 'min', 'max'])}`,
      () => `[${number()}, ${number()}, ${this.#nothing()}]|${c.pick(['sum', 'avg', 'min', 'max', 'sort', 'unique'])}`,
      () => `${number()}|${c.pick(['min', 'max'])}:(${number()})`,
      () => `${l()}|push:(${value()})`,
      () => `${value()}|safe_array`,
      () => `${this.#leaf(c.pick(['text', 'ints', 'object', 'any'] as const))}|count`,
      () => `${nullable()}|strlen`,
      () => `${rows()}|${c.pick(['unique', 'filter_null', 'sort'])}:${path()}`,
      () => `${rows()}|sort:${path()}:${quoted(c.pick(['', 'text', 'itext', 'number']))}${c.pick(['', ':true', ':false'])}`,
      () => `${l()}|${c.pick(['unique', 'filter_null', 'sort', 'first', 'last'])}`,
      () => `${l()}|${c.pick(['every', 'some', 'find', 'filter'])}:${this.#lambda('bool', 1)}`,
      () => `${l()}|map:${this.#lambda('unknown', 1)}`,
      () => `${l()}|reduce:${this.#lambda('unknown', 1, ['result', 'item', 'index'])}:(${value()})`,
      () => `${o()}|get:${c.pick([path(), '0'])}${c.pick(['', `:(${value()})`])}`,
      () => `${o()}|set:${path()}:(${value()})`,
      () => `${o()}|keys`,
      () => `${o()}|${c.pick(['pick', 'unpick'])}:${c.pick(["'a'", "['b', 'a', '__proto__', 5]"])}`,
      () => `${this.#leaf(c.pick(['text', 'decimal', 'float', 'bool', 'timestamp', 'any'] as const))}|to_int`,
      () => `${this.#leaf(c.pick(['text', 'decimal', 'float', 'bool', 'any'] as const))}|to_decimal`,
      () => `${value()}|${c.pick(['to_text', 'json_encode'])}`,
      () => `${nullable()}|json_decode`,
      () => `${value()}|json_encode|json_decode`,
      () =>
        `${this.#leaf(c.pick(['timestamp', 'date', 'int'] as const))}|format_timestamp:${quoted(c.pick(formats))}${c.pick(['', `:${quoted(c.pick(zones))}`])}`,
      () => `${this.#leaf(c.pick(['timestamp', 'int'] as const))}|add_secs_to_timestamp:(${number()})`,
      () => `${this.#leaf('any')}|first_notnull:(${value()})`,
      () => `${o()}|contains:(${this.#leaf('any')})`,
      () => `${this.#leaf(c.pick(['text', 'ints'] as const))}|contains:(${this.#leaf('any')})`,
    ];
    return `(${c.pick(templates)()})`;
  }

  /** An operator with null on a side, or with numbers of two types. */
  #beside(d: number): string {
    const c = this.#c;
    const n = (): Kind => c.pick(['int', 'decimal', 'float'] as const);
    const one = (): string =>
      this.of(c.pick(['int', 'text', 'decimal', 'float', 'timestamp', 'date', 'bool', 'any'] as const), d);
    const operator = c.pick(['+', '-', '*', '/', '%', '==', '!=', '<', '<=', '>', '>=', '~', 'and between', 'word', 'list']);
    const word = `${c.often(50) ? 'not ' : ''}${c.pick(['in', 'contains', 'overlaps', 'like', 'ilike', 'between'])}`;
    if (operator === 'word') return `(${this.#nothing()} ${word} ${this.of(c.pick(['list', 'any'] as const), 0)})`;
    if (operator === 'list') return `(${this.of('any', d)} ${word} ${this.#nothing()})`;
    const sign = operator === 'and between' ? c.pick(['<', '==', '+', '/']) : operator;
    return c.pick([
      () => `(${this.of(n(), d)} ${sign} ${this.of(n(), d)})`,
      () => `(${this.of(n(), d)} ${sign} ${this.of(n(), d)})`,
      () => `(${this.#leaf(n())} ${sign} ${this.#leaf(n())})`,
      () => `(${this.#nothing()} ${sign} ${this.#fitting(sign, one)})`,
      () => `(${this.#fitting(sign, one)} ${sign} ${this.#nothing()})`,
    ])();
  }

  /** An operand that the check lets stand beside an operator. */
  #fitting(sign: string, one: () => string): string {
    return /[-+*/%]/.test(sign) ? this.#leaf(this.#c.pick(['int', 'decimal', 'float'] as const)) : one();
  }

  /** null, of a type that nobody knows. */
  #nothing(): string {
    return this.#s.inputs === 'endpoint' ? 'input.none' : 'input.j.none';
  }

  #bracketed(kind: Kind, d: number): string {
    return `(${this.of(kind, d)})`;
  }

  #bool(d: number): string {
    const c = this.#c;
    const ordered = (): Kind => c.pick(['int', 'text', 'decimal', 'float', 'timestamp', 'date', 'bool'] as const);
    const any = (): Kind =>
      c.pick(['int', 'text', 'decimal', 'float', 'timestamp', 'date', 'bool', 'ints', 'object', 'any'] as const);
    const n = (): Kind => c.pick(['int', 'decimal', 'float'] as const);
    const negation = c.often(50) ? 'not ' : '';
    return c.pick([
      () => {
        const k = any();
        return `(${this.of(k, d)} ${c.pick(['==', '!='])} ${this.of(k, d)})`;
      },
      () => `(${this.of(n(), d)} ${c.pick(['==', '!=', '<', '<=', '>', '>='])} ${this.of(n(), d)})`,
      () => {
        const k = ordered();
        return `(${this.of(k, d)} ${c.pick(['<', '<=', '>', '>='])} ${this.of(k, d)})`;
      },
      () => `(${this.of('any', d)} ${c.pick(['==', '!='])} null)`,
      () => `(null ${c.pick(['==', '!=', '<', '<=', '>', '>='])} ${this.of('any', d)})`,
      () => `(${this.of('any', d)} ${c.pick(['<', '<=', '>', '>='])} null)`,
      () => `(!${this.#bracketed('unknown', d)})`,
      () => `(${this.of('unknown', d)} ${c.pick(['&&', '||'])} ${this.of('unknown', d)})`,
      () => `(${this.of('bool', d)} ${c.pick(['&&', '||'])} ${this.of('bool', d)})`,
      () => `(${this.of('unknown', d)} is ${c.pick(['', 'not '])}null)`,
      () => `(${this.of(n(), d)} ${negation}in ${this.of('ints', d)})`,
      () => `(${this.of('text', d)} ${negation}in ${this.of('texts', d)})`,
      () => `(${this.of('any', d)} ${negation}in ${c.pick([() => this.of('list', d), () => 'null', () => this.of('any', d)])()})`,
      () =>
        `(${this.of('text', d)} ${negation}${c.pick(['like', 'ilike'])} ${c.pick([() => quoted(c.pick(['a%', '%b%', '_b', 'A_', '\\%', '%\\_%', '', '%', '_', 'a%c'])), () => this.of('text', 0)])()})`,
      () =>
        `(${c.pick(['null', this.#leaf('text'), this.#leaf('any')])} ${negation}${c.pick(['like', 'ilike'])} ${c.pick(['null', "'%a%'", this.#leaf('any')])})`,
      () => `(${this.of('text', d)} ${negation}contains ${this.of('text', 0)})`,
      () =>
        `(${this.of(c.pick(['ints', 'list'] as const), d)} ${negation}contains ${c.pick([() => this.of('int', 0), () => 'null', () => this.of('any', 0)])()})`,
      () =>
        `(${this.of(c.pick(['object', 'any'] as const), d)} ${negation}contains ${c.pick([() => this.of('object', d), () => this.of('any', 0), () => 'null'])()})`,
      () =>
        `(${this.of(c.pick(['ints', 'list', 'texts'] as const), d)} ${negation}overlaps ${c.pick([() => this.of('list', d), () => 'null', () => this.of('any', 0)])()})`,
      () => `(null ${negation}overlaps ${this.of('list', d)})`,
      () => {
        const k = ordered();
        return `(${this.of(k, d)} ${negation}between [${this.of(k, d)}, ${this.of(k, d)}])`;
      },
      () =>
        `(${this.of('any', d)} ${negation}between ${c.pick([() => 'null', () => this.of('any', 0), () => `[null, ${this.of('any', 0)}]`, () => `[${this.of('any', 0)}, null]`])()})`,
      () => `(${this.#nothing()} ${negation}${c.pick(['in', 'between', 'contains'])} ${c.pick(['[1, 2]', '[null, 3]'])})`,
      () => `(${this.of(c.pick(['ints', 'texts', 'list'] as const), d)}|${c.pick(['every', 'some'])}:${this.#lambda('bool', d)})`,
      () => `(${this.of(c.pick(['text', 'list', 'object'] as const), d)}|contains:${this.#arg('any', 0)})`,
    ])();
  }

  #list(d: number): string {
    const c = this.#c;
    const some = (): Kind => c.pick(['ints', 'texts', 'list'] as const);
    return c.pick([
      () => `[${c.many(0, 4, () => this.of('unknown', d)).join(', ')}]`,
      () => `(${this.of(some(), d)}|map:${this.#lambda('unknown', d)})`,
      () => `(${this.of('list', d)}|filter:${this.#lambda('bool', d)})`,
      () => `(${this.of('list', d)}|filter:${this.#lambda('unknown', d)})`,
      () => `(${this.of('list', d)}|${c.pick(['push', 'append'])}:${this.#arg('unknown', d)})`,
      () =>
        `(${this.of('list', d)}|${c.pick(['unique', 'sort', 'filter_null'])}${c.often(40) ? `:${quoted(c.pick(paths))}` : ''})`,
      () =>
        `(${this.of('list', d)}|sort:${quoted(c.pick(paths))}:${quoted(c.pick(['', 'text', 'itext', 'number', 'int', 'constructor']))}${c.pick(['', ':true', ':false', ':null'])})`,
      () => `(${this.of('unknown', d)}|safe_array)`,
      () => `(null|push:${this.#arg('unknown', d)})`,
    ])();
  }

  #any(d: number): string {
    const c = this.#c;
    return c.pick([
      () =>
        `(${this.of('any', d)}|get:${c.pick([quoted(c.pick(paths)), c.pick(['0', '1', '-1'])])}${c.often(40) ? `:${this.#arg('unknown', d)}` : ''})`,
      () => `(${this.of('text', d)}|json_decode)`,
      () => `(${quoted(c.pick(textValues))}|json_decode)`,
      () =>
        `(${this.of(c.pick(['ints', 'texts', 'list'] as const), d)}|reduce:${this.#lambda('unknown', d, ['result', 'item', 'index'])}:${this.#arg('unknown', d)})`,
      () => `(${this.of('ints', d)}|reduce:(result + item):${c.pick(['0', '0.0', '1', "''"])})`,
      () => `(${this.of('list', d)}|find:${this.#lambda('bool', d)})`,
      () => `(${this.of('any', d)}|set:${quoted(c.pick(paths))}:${this.#arg('unknown', d)})`,
      () => `(${this.of('list', d)}|${c.pick(['set:0', 'set:1', 'set:5', 'set:"[0].a"'])}:${this.#arg('unknown', d)})`,
      () => `(${this.of('any', d)}|${c.pick(['first_notnull', 'default'])}:${this.#arg('any', d)})`,
      () =>
        `(${this.of('any', d)}|${c.pick(['sum', 'avg', 'min', 'max', 'first', 'last', 'count', 'keys', 'to_int', 'to_decimal', 'to_text', 'trim', 'sort', 'unique', 'strlen', 'round', 'length', 'sha256', 'base64_encode', 'to_upper', 'filter_null', 'safe_array', 'json_encode', 'json_decode'])})`,
      () => `${this.#bracketed('any', d)}[${this.of(c.pick(['int', 'text', 'any'] as const), d)}]`,
      () => `${this.#bracketed('any', d)}.${c.pick(['a', 'b', 'n', 'length', 'constructor', '__proto__', 'toString', 'size'])}`,
      () => `(${this.of('any', d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('any', d)})`,
      () => `(-(${this.of('any', d)}))`,
      () =>
        `(${this.of('any', d)} ${c.pick(['+', '-', '*', '/', '%'])} ${this.#literal(c.pick(['int', 'decimal', 'float'] as const))})`,
      () =>
        `(${this.#literal(c.pick(['int', 'decimal', 'float'] as const))} ${c.pick(['+', '-', '*', '/', '%'])} ${this.of('any', d)})`,
    ])();
  }
}
