/** Makes the JavaScript function of a stack, in the variants that are needed, and runs it. */
import { type EffectName, syncEffects } from '../effects.ts';
import { errorOf, inputInvalid, wrongType } from '../errors.ts';
import type { CheckedInputs } from '../inputs/index.ts';
import type { IrBlock, IrExpression, IrStatement } from '../ir.ts';
import type { Outcome, Run } from '../run/run.ts';
import { yieldSignal } from '../run/signal.ts';
import type { StepInfo } from '../types/step-info.ts';
import { isObject, typeName } from '../values/kinds.ts';
import type { Value, ValueObject } from '../values/value.ts';
import { type Code, code, compileFunction } from './code.ts';
import { Constants } from './expression.ts';
import { helpers } from './helpers.ts';
import type { Variant } from './statements/emitter.ts';
import { StatementEmitter } from './statements.ts';

/** A planned stack, ready to become JavaScript. */
export interface PlannedStack {
  readonly label: string;
  readonly steps: readonly StepInfo[];
  readonly block: IrBlock;
  readonly response: IrExpression | null;
  readonly slots: number;
  /** Every effect that may be asked for, through functions too. */
  readonly effects: ReadonlySet<EffectName>;
}

type Compiled = (run: Run, input: ValueObject) => Value | Promise<Value>;

/** A function of the workspace, as run_function finds it. */
export interface CallTarget {
  readonly check: (args: ValueObject) => CheckedInputs;
  readonly stack: StackProgram;
}

/** Which function a run_function step calls: asked when it runs, so that functions may call each other in a circle. */
export type FindTarget = (name: string) => CallTarget;

/** How a stack may run: `restart` without a promise, dropped and started again when slow; `direct` without a promise, has no loop; `await`. */
type Mode = 'restart' | 'direct' | 'await';

function modeOf(stack: PlannedStack): Mode {
  const kinds = statementKinds(stack.block);
  if (kinds.has('post_process') || kinds.has('transaction')) return 'await';
  if (stack.effects.size === 0) return 'restart';
  const loops = kinds.has('for_each') || kinds.has('while') || kinds.has('run_function') || kinds.has('parallel');
  return !loops && [...stack.effects].every((effect) => syncEffects.has(effect)) ? 'direct' : 'await';
}

function statementKinds(block: IrBlock, kinds = new Set<IrStatement['op']>()): Set<IrStatement['op']> {
  for (const step of block)
    for (const s of step.statements) {
      kinds.add(s.op);
      for (const inner of innerBlocks(s)) statementKinds(inner, kinds);
    }
  return kinds;
}

/** The blocks that a statement holds. */
export function innerBlocks(s: IrStatement): readonly IrBlock[] {
  switch (s.op) {
    case 'if':
      return [s.then, s.otherwise];
    case 'switch':
      return [...s.cases.map((c) => c.block), s.otherwise];
    case 'try':
      return [s.body, s.catch ?? [], s.finally ?? []];
    case 'parallel':
      return s.branches.map((b) => b.block);
    case 'for_each':
    case 'while':
    case 'group':
    case 'transaction':
    case 'post_process':
      return [s.block];
    default:
      return [];
  }
}

/** Every statement of a block, nested ones included, with its step's number. */
export function* statementsOf(block: IrBlock): Generator<{ readonly step: number; readonly statement: IrStatement }> {
  for (const step of block)
    for (const statement of step.statements) {
      yield { step: step.step, statement };
      for (const inner of innerBlocks(statement)) yield* statementsOf(inner);
    }
}

export class StackProgram {
  readonly planned: PlannedStack;
  readonly mode: Mode;
  readonly #find: FindTarget;
  /** By variant, as `#variant` numbers them. */
  readonly #compiled: (Compiled | undefined)[] = [];

  constructor(planned: PlannedStack, find: FindTarget) {
    this.planned = planned;
    this.#find = find;
    this.mode = modeOf(planned);
  }

  /** The program text of a variant. */
  source(variant: Variant, constants = new Constants()): Code {
    const { block, slots, response, label, steps } = this.planned;
    const emitter = new StatementEmitter(variant, constants, constants.add(steps), label);
    const body = emitter.functionBody(
      block,
      Array.from({ length: slots }, (_, i) => i),
      response,
    );
    return code`return ${variant.awaits ? code`async ` : code``}(run, input) => {
${body}
};`;
  }

  #variant(awaits: boolean, instrumented: boolean): Compiled {
    const place = (awaits ? 2 : 0) + (instrumented ? 1 : 0);
    let compiled = this.#compiled[place];
    if (compiled === undefined) {
      const constants = new Constants();
      const source = this.source({ awaits, instrumented }, constants);
      compiled = compileFunction<Compiled>(source)({ ...helpers, ...this.#calls() }, constants.values);
      this.#compiled[place] = compiled;
    }
    return compiled;
  }

  #calls(): object {
    return {
      call: async (run: Run, step: number, statement: { readonly name: string }, args: Value): Promise<Value> => {
        const target = this.#find(statement.name);
        const frame = run.enterCall(step);
        try {
          return await target.stack.run(run, checkArguments(target, statement.name, args));
        } finally {
          run.leaveCall(frame);
        }
      },
      callPure: (run: Run, step: number, statement: { readonly name: string }, args: Value): Value => {
        const target = this.#find(statement.name);
        const frame = run.enterCall(step);
        try {
          return target.stack.runPure(run, checkArguments(target, statement.name, args));
        } finally {
          run.leaveCall(frame);
        }
      },
    };
  }

  /** Compiles what the first run needs, so that publishing and not the first caller pays for it. */
  prepare(): void {
    this.#variant(this.mode === 'await', false);
  }

  /** Runs it inside a run under way (or as its whole). */
  run(run: Run, input: ValueObject): Value | Promise<Value> {
    const instrumented = run.observer !== undefined;
    if (this.mode === 'await') return this.#variant(true, instrumented)(run, input);
    if (this.mode === 'direct') return this.#variant(false, instrumented)(run, input);
    const { steps, tickAt, status } = run;
    // A caller may have set some: what is started again must leave them as they were.
    const headers = run.responseHeaders === null ? null : new Map(run.responseHeaders);
    const postProcesses = run.postProcesses?.length ?? 0;
    try {
      return this.runPure(run, input);
    } catch (error) {
      if (error !== yieldSignal) throw error;
      run.steps = steps;
      run.tickAt = tickAt;
      run.status = status;
      run.responseHeaders = headers;
      if (run.postProcesses !== null) run.postProcesses.length = postProcesses;
      return this.#yielding(run, input, instrumented);
    }
  }

  /** Runs a pure stack without a promise; throws the yield signal when its turn has lasted too long. */
  runPure(run: Run, input: ValueObject): Value {
    return this.#variant(false, run.observer !== undefined)(run, input) as Value;
  }

  async #yielding(run: Run, input: ValueObject, instrumented: boolean): Promise<Value> {
    await run.pause();
    return this.#variant(true, instrumented)(run, input);
  }

  /** Runs it as an endpoint or task: with status and headers. Throws AshlarError. */
  execute(run: Run, input: ValueObject): Outcome | Promise<Outcome> {
    const value = this.run(run, input);
    return value instanceof Promise ? value.then((v) => outcome(run, v)) : outcome(run, value);
  }
}

function outcome(run: Run, value: Value): Outcome {
  return { status: run.status ?? 200, headers: run.responseHeaders, value };
}

function checkArguments(target: CallTarget, name: string, args: Value): ValueObject {
  const given = args === null ? {} : args;
  if (!isObject(given)) throw errorOf(wrongType, { what: `The input of ${name}`, wanted: 'an object', found: typeName(given) });
  const checked = target.check(given);
  if (checked.errors.length > 0) throw errorOf(inputInvalid, {}, { fields: checked.errors, payload: { function: name } });
  return checked.input;
}
