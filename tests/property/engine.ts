/** Runs a workspace by the engine and by the reference, in the same world, and holds the two against each other. */
import type { AshlarError, EffectName, Effects, Run, Value, ValueObject } from '@ashlar/engine';
import { Coverage } from '../reference/coverage.ts';
import { type RefOutcome, runProgram } from '../reference/interpreter.ts';
import { readProgram } from '../reference/program.ts';
import type { Shared } from '../reference/run.ts';
import { numberText } from '../reference/text.ts';
import {
  bool,
  float,
  int,
  list,
  nothing,
  object,
  parseDecimal,
  type Ref,
  RefError,
  text,
  timestamp,
} from '../reference/value.ts';
import { type Asked, SeededWorld, type WantedColumn, written } from '../reference/world.ts';

/** The engine as a module: the one of the sources, or a changed copy of it. */
export type Engine = typeof import('@ashlar/engine');

export type Files = ReadonlyMap<string, string>;

const timezone = 'Europe/Berlin';

/** What a run did, in a form that can be compared. */
export interface Observed {
  readonly result: string;
  readonly effects: readonly string[];
}

/** What the reference makes of a run; `undecided` where the texts leave the effects to who is first. */
export interface ObservedReference extends Observed {
  readonly undecided: boolean;
}

/** Of the engine, with the steps that it took off the budget. */
export interface ObservedRun extends Observed {
  readonly steps: number;
}

export class EngineUnderTest {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  toValue(ref: Ref): Value {
    const { Decimal, Float, PlainDate, Timestamp } = this.#engine;
    switch (ref.type) {
      case 'null':
        return null;
      case 'bool':
      case 'text':
        return ref.value;
      case 'int':
        return Number(ref.value);
      case 'decimal':
        return Decimal.parse(numberText(ref));
      case 'float':
        return Float.of(ref.value);
      case 'timestamp':
        return Timestamp.parse(new Date(ref.ms).toISOString());
      case 'date':
        return PlainDate.parse(ref.text);
      case 'bytes':
        return Uint8Array.from(ref.bytes);
      case 'list':
        return ref.items.map((item) => this.toValue(item));
      case 'object':
        return this.toObject(ref);
    }
  }

  toObject(ref: Ref): ValueObject {
    const made: Record<string, Value> = Object.create(null);
    if (ref.type === 'object') for (const [name, member] of ref.members) made[name] = this.toValue(member);
    return made;
  }

  toRef(value: unknown): Ref {
    const { Decimal, Float, PlainDate, Timestamp } = this.#engine;
    if (value === null || value === undefined) return nothing;
    if (typeof value === 'boolean') return bool(value);
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new Error(`${value} is no int`);
      return int(value);
    }
    if (value instanceof Decimal) return parseDecimal(value.toText());
    if (value instanceof Float) return float(value.$value);
    if (value instanceof Timestamp) return timestamp(value.$ms);
    if (value instanceof PlainDate) return { type: 'date', text: value.$text };
    if (value instanceof Uint8Array) return { type: 'bytes', bytes: [...value] };
    if (Array.isArray(value)) return list(value.map((item) => this.toRef(item)));
    if (typeof value !== 'object') throw new Error(`a ${typeof value} is no value`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== null && prototype !== Object.prototype) throw new Error('an object with a prototype is no value');
    return object(Object.entries(value).map(([name, member]) => [name, this.toRef(member)] as const));
  }

  /** Compiles; null when the workspace has errors. */
  compile(files: Files): { readonly execute: (world: SeededWorld, input: Ref, more?: RunMore) => Promise<ObservedRun> } | null {
    const { compileWorkspace, Problems, readWorkspace } = this.#engine;
    const problems = new Problems();
    const compiled = compileWorkspace(readWorkspace(files, problems), problems);
    if (problems.failed) return null;
    const endpoint = compiled.endpoints[0];
    if (endpoint === undefined) throw new Error('no endpoint');
    return {
      execute: async (world, input, more = {}) => {
        const run = this.#run(world, more);
        let result: string;
        try {
          const outcome = await endpoint.stack.execute(run, this.toObject(input));
          const headers = [...(outcome.headers ?? [])].sort().join(' ');
          result = `${outcome.status} [${headers}] ${written(this.toRef(outcome.value))}`;
          for (const work of run.postProcesses ?? []) await this.#afterwards(work, run);
        } catch (error) {
          result = this.#failure(error);
        }
        return { result, effects: effectsOf(world.asked), steps: run.limits.steps - run.steps };
      },
    };
  }

  async #afterwards(work: (run: Run) => unknown, run: Run): Promise<void> {
    try {
      await work(new this.#engine.Run(run.options));
    } catch (error) {
      if (!(error instanceof this.#engine.AshlarError)) throw error;
    }
  }

  #failure(error: unknown): string {
    if (!(error instanceof this.#engine.AshlarError))
      return `not an error of the engine: ${String(error instanceof Error ? error.stack : error)}`;
    const { code, status, step, payload } = error as AshlarError;
    return failure(code, status, step, this.toRef(payload));
  }

  #run(world: SeededWorld, more: RunMore): Run {
    const { Run, defaultLimits } = this.#engine;
    return new Run({
      effects: this.#effects(world),
      limits: { ...defaultLimits, steps: 200_000, ...more.limits },
      requestId: 'req_test',
      request: this.toObject(request),
      auth: null,
      env: {},
      timezone,
      decimals: 'number',
      sealKey: new Uint8Array(32),
      clock: more.clock ?? (() => 0),
      pause: async () => {},
      ...(more.observer === undefined ? {} : { observer: more.observer }),
      host: null,
    });
  }

  #effects(world: SeededWorld): Effects {
    const { syncEffects, AshlarError } = this.#engine;
    const answer = (name: EffectName, run: Run, step: number, args: unknown): unknown => {
      try {
        return this.#ask(world, name, run, step, args);
      } catch (error) {
        if (error instanceof RefError) throw new AshlarError(error.code, error.status, 'The world fails.');
        throw error;
      }
    };
    return new Proxy({} as Effects, {
      get: (_target, property) => {
        const name = String(property) as EffectName;
        if (syncEffects.has(name)) return (run: Run, step: number, args: unknown) => answer(name, run, step, args);
        return async (run: Run, step: number, args: unknown) => answer(name, run, step, args);
      },
    });
  }

  #ask(world: SeededWorld, name: EffectName, run: Run, step: number, args: unknown): unknown {
    if (name === 'query') {
      const { statement } = args as { statement: { columns: readonly WantedColumn[] } };
      const columns = statement.columns.map((column) => ({ name: column.name, type: column.type }));
      const rows = this.toValue(world.ask(run.frame, step, name, nothing, columns)) as readonly ValueObject[];
      return { rows, count: rows.length };
    }
    const answered = this.toValue(world.ask(run.frame, step, name, this.toRef(args)));
    return name === 'direct_query' ? { rows: answered, count: 0 } : answered;
  }
}

/** What a run may be given beside the usual. */
export interface RunMore {
  readonly limits?: Partial<Run['limits']>;
  readonly clock?: () => number;
  readonly observer?: Run['observer'];
}

const request = object([
  ['path', text('/api:t/x')],
  ['method', text('POST')],
]);

const failure = (code: string, status: number, step: string | undefined, data: Ref): string =>
  `error ${code} ${status} at ${step ?? '?'} with ${written(data)}`;

/** In order; those of parallel branches by branch, since branches may interleave. */
function effectsOf(asked: readonly Asked[]): readonly string[] {
  const frames = new Map<string, string[]>();
  for (const { frame, step, name, args } of asked) {
    const branch = frame.slice(0, frame.lastIndexOf('#') === -1 ? 0 : frame.indexOf('>', frame.lastIndexOf('#')) + 1);
    frames.set(branch, [...(frames.get(branch) ?? []), `${frame}${step} ${name} ${args}`]);
  }
  return [...frames].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, lines]) => lines);
}

/** What the reference makes of it. */
export function observeReference(files: Files, world: SeededWorld, input: Ref, coverage: Coverage): ObservedReference {
  const shared: Shared = {
    program: readProgram(files),
    world,
    coverage,
    roots: new Map<string, Ref>([
      ['request', request],
      ['auth', nothing],
      ['env', object([])],
    ]),
    timezone,
    race: { retried: 0, undecided: false },
  };
  const outcome = runProgram(shared, input);
  return { result: resultOf(outcome), effects: effectsOf(world.asked), undecided: shared.race.undecided };
}

function resultOf({ value, status, headers, error }: RefOutcome): string {
  if (error !== undefined) return failure(error.code, error.status, error.step, error.data);
  return `${status} [${[...(headers ?? [])].sort().join(' ')}] ${written(value ?? nothing)}`;
}

/** How two observations differ; null when they agree. */
export function difference(engine: Observed, reference: ObservedReference): string | null {
  if (reference.undecided) return null;
  if (engine.result !== reference.result) return `engine:    ${engine.result}\nreference: ${reference.result}`;
  for (let i = 0; i < Math.max(engine.effects.length, reference.effects.length); i++)
    if (engine.effects[i] !== reference.effects[i])
      return `effect ${i + 1}\nengine:    ${engine.effects[i] ?? 'none'}\nreference: ${reference.effects[i] ?? 'none'}`;
  return null;
}

export { Coverage, SeededWorld };
