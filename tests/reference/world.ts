/** The world that both the compiled stack and the reference ask: every answer follows from a seed and from who asks. */
import {
  bool,
  decimal,
  float,
  int,
  list,
  nothing,
  object,
  parseDecimal,
  type Ref,
  RefError,
  type RefOf,
  text,
  timestamp,
} from './value.ts';

/** One effect as it was asked for. */
export interface Asked {
  readonly frame: string;
  readonly step: number;
  readonly name: string;
  /** Arguments with their types, as one text. */
  readonly args: string;
}

/** A column of rows that a database step wants. */
export interface WantedColumn {
  readonly name: string;
  readonly type: string;
}

/** FNV-1a. */
function hash(source: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < source.length; i++) h = Math.imul(h ^ source.charCodeAt(i), 0x01000193) >>> 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
  return (h ^ (h >>> 13)) >>> 0;
}

/** A value with its types, so that 1 and 1.0 differ. */
export function written(value: Ref): string {
  switch (value.type) {
    case 'null':
      return 'null';
    case 'decimal': {
      const digits = value.value.toFixed(value.scale);
      return `decimal ${/^-[0.]+$/.test(digits) ? digits.slice(1) : digits}`;
    }
    case 'timestamp':
      return `timestamp ${value.ms}`;
    case 'date':
      return `date ${value.text}`;
    case 'bytes':
      return `bytes ${value.bytes.join(',')}`;
    case 'list':
      return `[${value.items.map(written).join(', ')}]`;
    case 'object':
      return `{${[...value.members].map(([name, member]) => `${JSON.stringify(name)}: ${written(member)}`).join(', ')}}`;
    case 'text':
      return JSON.stringify(value.value);
    default:
      return `${value.type} ${value.value}`;
  }
}

const start = Date.parse('2026-03-29T00:30:00.250Z');

export class SeededWorld {
  readonly asked: Asked[] = [];
  readonly #seed: number;
  readonly #counts = new Map<string, number>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Asks for an effect. Throws RefError where the world fails. */
  ask(frame: string, step: number, name: string, args: Ref, columns: readonly WantedColumn[] = []): Ref {
    this.asked.push({ frame, step, name, args: name === 'query' ? '' : written(args) });
    const place = `${frame}${step} ${name}`;
    const n = (this.#counts.get(place) ?? 0) + 1;
    this.#counts.set(place, n);
    return this.#answer(`${this.#seed} ${place} ${n}`, name, args, columns);
  }

  #answer(key: string, name: string, args: Ref, columns: readonly WantedColumn[]): Ref {
    const h = hash(key);
    const arg = (wanted: string): Ref => (args.type === 'object' ? (args.members.get(wanted) ?? nothing) : nothing);
    switch (name) {
      case 'now':
        return timestamp(start + (h % 100_000_000));
      case 'uuid':
        return text(`00000000-0000-4000-8000-${h.toString(16).padStart(12, '0')}`);
      case 'random':
        return random(h, arg);
      case 'query':
        return list(Array.from({ length: h % 3 }, (_, i) => row(`${key} ${i}`, columns)));
      case 'direct_query':
        if (h % 11 === 0) throw new RefError('unique_violation', 409);
        return list(Array.from({ length: h % 4 }, (_, i) => anything(hash(`${key} ${i}`), true)));
      case 'commit':
        if (h % 3 === 0) throw new RefError('conflict', 409);
        return nothing;
      case 'http_request':
        if (h % 7 === 0) throw new RefError('outbound_failed', 502);
        return object([
          ['status', int(h % 2 === 0 ? 200 : 404)],
          ['headers', object([['x-a', text('1')]])],
          ['body', anything(hash(`${key} body`))],
          ['duration_ms', int(h % 50)],
        ]);
      case 'cache_get':
        if (h % 13 === 0) throw new RefError('cache_unavailable', 503);
        return anything(h);
      case 'hash_password':
        return text(`hash of ${written(arg('password'))}`);
      case 'check_password':
        return bool(h % 2 === 0);
      case 'create_auth_token':
        return text(`token ${h}`);
      case 'start_profiling':
        return object([
          ['id', arg('profileId')],
          ['started_at', timestamp(start)],
          ['endpoint', text('POST /api:t/x')],
        ]);
      case 'end_profiling':
        return h % 2 === 0
          ? nothing
          : object([
              ['id', arg('profileId')],
              ['queries', int(h % 5)],
            ]);
      case 'system_metrics':
        return object([
          ['cpu_usage', parseDecimal('12.50')],
          ['db_connections', nothing],
        ]);
      case 'raise_alert':
        return object([
          ['id', text(`alert ${h}`)],
          ['alert_type', arg('alertType')],
          ['created_at', timestamp(start)],
        ]);
      case 'slow_endpoints':
      case 'suggest_optimizations':
        return list(
          Array.from({ length: h % 3 }, (_, i) =>
            object([
              ['endpoint', text(`e${i}`)],
              ['calls', int(i)],
            ]),
          ),
        );
      default:
        return nothing;
    }
  }
}

function random(h: number, arg: (name: string) => Ref): Ref {
  const [min, max, bytes, length] = [arg('min'), arg('max'), arg('bytes'), arg('length')];
  if (min.type === 'int' && max.type === 'int') return int(min.value + (BigInt(h) % (max.value - min.value + 1n)));
  if (bytes.type === 'int') return { type: 'bytes', bytes: Array.from({ length: Number(bytes.value) }, (_, i) => (h + i) % 256) };
  return text('r'.repeat(length.type === 'int' ? Math.min(20, Number(length.value)) : 0));
}

function row(key: string, columns: readonly WantedColumn[]): RefOf<'object'> {
  return object(
    columns.map(({ name, type }) => {
      const h = hash(`${key} ${name}`);
      if (name === '~n') return [name, int(h % 3)] as const;
      if (type === 'bool') return [name, bool(h % 2 === 0)] as const;
      if (type === 'int') return [name, name !== 'id' && h % 4 === 0 ? nothing : int(h % 100)] as const;
      return [name, h % 5 === 0 ? text('') : text(`t${h % 10}`)] as const;
    }),
  );
}

/** Any value that the world may hold. */
function anything(h: number, asObject = false): Ref {
  const values: readonly Ref[] = [
    nothing,
    int(h % 10),
    parseDecimal('2.50'),
    float(0.5),
    text('w'),
    bool(h % 2 === 0),
    list([int(3), nothing, text('z')]),
    timestamp(start),
    { type: 'date', text: '2026-02-28' },
  ];
  const one = values[h % values.length] ?? nothing;
  const two = values[(h >>> 8) % values.length] ?? nothing;
  if (!asObject && h % 3 !== 0) return one;
  return object([
    ['a', one],
    ['b', two],
    ['n', decimal(parseDecimal('1.0').value, 1)],
  ]);
}
