/** Runs stacks by walking their JSON: what each step of flow means, from the contract. */
import { type JsonNode, type JsonObject, member } from '../../engine/src/1-syntax/ast.ts';
import { parsePath, parseValue } from '../../engine/src/1-syntax/index.ts';
import { Problems } from '../../engine/src/problems.ts';
import { evaluate, syntax } from './expression.ts';
import { write } from './filters/path.ts';
import { checkInput } from './inputs.ts';
import { ask, library } from './library.ts';
import { equals, truthy } from './operators.ts';
import { functionOf, isDisabled, type RefStack } from './program.ts';
import { type Ending, end, newRun, type RefRun, type Shared, type Under } from './run.ts';
import { Scope } from './scope.ts';
import { toText } from './text.ts';
import { int, nothing, object, type Ref, RefError, text, wrongType } from './value.ts';

/** How a run ended. */
export interface RefOutcome {
  readonly value?: Ref;
  readonly status?: number;
  readonly headers?: ReadonlyMap<string, string>;
  readonly error?: RefError;
}

/** Runs the endpoint of a program, and what it left for afterwards. */
export function runProgram(shared: Shared, input: Ref): RefOutcome {
  const run = newRun();
  let outcome: RefOutcome;
  try {
    const value = runStack(shared, run, shared.program.endpoint, input);
    outcome = { value, status: run.status ?? 200, headers: run.headers };
  } catch (error) {
    return { error: refError(error) };
  }
  for (const work of run.afterwards) {
    try {
      work(newRun());
    } catch (error) {
      // It is told to the log, the answer has left.
      refError(error);
    }
  }
  return outcome;
}

function refError(error: unknown): RefError {
  if (error instanceof RefError) return error;
  throw error;
}

function runStack(shared: Shared, run: RefRun, stack: RefStack, input: Ref): Ref {
  const under: Under = { shared, run, stack, input, scope: Scope.stack() };
  const ended = runSteps(under, stack.steps);
  if (ended.kind === 'return') return ended.value;
  if (stack.response === undefined) return nothing;
  try {
    return evaluated(under, stack.response, 0);
  } catch (error) {
    throw located(error, 'response');
  }
}

function located(error: unknown, step: string): unknown {
  if (error instanceof RefError) error.step ??= step;
  return error;
}

/** The value of a JSON node with its expressions; `now` and `uuid` are asked by the step. */
function evaluated(under: Under, node: JsonNode, step: number): Ref {
  return evaluate(parseValue(node, new Problems(), syntax), namesOf(under, step));
}

function namesOf({ shared, run, input, scope }: Under, step: number) {
  return {
    timezone: shared.timezone,
    coverage: shared.coverage,
    read: (name: string): Ref => {
      if (name === 'now') return shared.world.ask(run.frame, step, 'now', nothing);
      if (name === 'uuid') return shared.world.ask(run.frame, step, 'uuid', object([['version', int(4)]]));
      if (name === 'input') return input;
      return shared.roots.get(name) ?? scope.read(name);
    },
  };
}

/** Runs the steps of an array, until one leaves. */
export function runSteps(under: Under, steps: JsonNode | undefined): Ending {
  if (steps?.kind !== 'array') return end;
  for (const step of steps.items) {
    if (step.kind !== 'object' || isDisabled(step)) continue;
    const ended = runStep(under, step);
    if (ended.kind !== 'end') return ended;
  }
  return end;
}

function stepId(step: JsonObject): string {
  const id = member(step, 'id');
  const means = ['get_record', 'has_record', 'edit_record', 'patch_record', 'delete_record', 'create_auth_token'];
  if (id?.kind === 'string' && !means.includes(functionOf(step))) return id.value;
  return step.pointer
    .replace(/^\/stack\//, '')
    .split('/')
    .join('.');
}

function runStep(under: Under, node: JsonObject): Ending {
  const step = new Step(under, node);
  under.shared.coverage.saw(`function ${step.name}`);
  try {
    const flow = flows[step.name];
    if (flow !== undefined) return flow(step);
    const run = library[step.name];
    if (run === undefined) throw new Error(`the reference knows no function ${step.name}`);
    step.keep(run(step));
    return end;
  } catch (error) {
    throw located(error, stepId(node));
  }
}

/** One step under way. */
export class Step {
  readonly under: Under;
  readonly node: JsonObject;
  readonly number: number;
  readonly name: string;

  constructor(under: Under, node: JsonObject) {
    this.under = under;
    this.node = node;
    this.number = under.stack.numbers.get(node) ?? 0;
    this.name = functionOf(node);
  }

  param(name: string): JsonNode | undefined {
    return member(this.node, name);
  }

  /** The value of a parameter; undefined when it was left out. */
  value(name: string): Ref | undefined {
    const node = this.param(name);
    return node === undefined ? undefined : evaluated(this.under, node, this.number);
  }

  valueOf(node: JsonNode): Ref {
    return evaluated(this.under, node, this.number);
  }

  /** A constant text. */
  literal(name: string): string | undefined {
    const node = this.param(name);
    return node?.kind === 'string' ? node.value : undefined;
  }

  /** Keeps the result under the step's `return_as`. */
  keep(value: Ref): void {
    const name = this.literal('return_as');
    if (name !== undefined) this.under.scope.write(name, value);
  }

  steps(name: string, scope = this.under.scope): Ending {
    return runSteps({ ...this.under, scope }, this.param(name));
  }
}

type Flow = (step: Step) => Ending;

const flows: Readonly<Record<string, Flow>> = {
  create_variable(step) {
    step.under.scope.write(step.literal('name') ?? '', step.value('value') ?? nothing);
    return end;
  },
  update_variable(step) {
    const node = step.param('name');
    if (node?.kind !== 'string') throw new Error('a path is expected');
    const path = parsePath(node, new Problems(), syntax);
    if (path === null) throw new Error('a path is expected');
    const parts = path.parts.map((part): string | number => {
      if (part.kind === 'member') return part.name;
      const index = evaluate(part.index, namesOf(step.under, step.number));
      if (index.type === 'text') return index.value;
      if (index.type === 'int') return Number(index.value);
      throw wrongType();
    });
    const { scope } = step.under;
    const next = step.value('value') ?? nothing;
    scope.write(path.name, write(scope.read(path.name), parts, next));
    return end;
  },
  conditional: (step) => step.steps(truthy(step.value('condition') ?? nothing) ? 'true_branch' : 'false_branch'),
  switch: switchStep,
  for_each: forEach,
  while(step) {
    while (truthy(step.value('condition') ?? nothing)) {
      const ended = step.steps('stack');
      if (ended.kind === 'break') return end;
      if (ended.kind === 'return') return ended;
    }
    return end;
  },
  break: () => ({ kind: 'break' }),
  continue: () => ({ kind: 'continue' }),
  group: (step) => step.steps('stack'),
  return: returnStep,
  precondition(step) {
    if (truthy(step.value('condition') ?? nothing)) return end;
    throw thrown(step, 'precondition_failed', 'A precondition does not hold.');
  },
  throw_error(step) {
    throw thrown(step, 'error', 'The stack ended with an error.');
  },
  try_catch: tryCatch,
  parallel,
  run_function: runFunction,
  post_process(step) {
    const { under } = step;
    const scope = under.scope.copy();
    const { frame } = under.run;
    under.run.afterwards.push((run) => {
      run.frame = frame;
      runSteps({ ...under, run, scope }, step.param('stack'));
    });
    return end;
  },
  transaction,
};

function switchStep(step: Step): Ending {
  const value = step.value('value') ?? nothing;
  const cases = step.param('cases');
  for (const one of cases?.kind === 'array' ? cases.items : []) {
    if (one.kind !== 'object') continue;
    const when = member(one, 'when');
    const wanted = when?.kind === 'array' ? when.items : when === undefined ? [] : [when];
    if (wanted.some((node) => equals(value, step.valueOf(node)))) return runSteps(step.under, member(one, 'stack'));
  }
  return step.steps('default');
}

function* turnsOf(step: Step): Generator<readonly [Ref, Ref]> {
  const given = step.value('list');
  if (given !== undefined) {
    if (given.type !== 'list' && given.type !== 'null') throw wrongType();
    const items = given.type === 'list' ? given.items : [];
    for (const [i, item] of items.entries()) yield [item, int(i)];
    return;
  }
  const over = step.value('object');
  if (over !== undefined) {
    if (over.type !== 'object' && over.type !== 'null') throw wrongType();
    if (over.type === 'object') for (const [key, member] of over.members) yield [member, text(key)];
    return;
  }
  const range = step.param('range');
  const bound = (name: string, otherwise: Ref): Ref => {
    const node = range?.kind === 'object' ? member(range, name) : undefined;
    return node === undefined ? otherwise : step.valueOf(node);
  };
  const [from, to, by] = [bound('from', int(0)), bound('to', int(0)), bound('step', int(1))];
  if (from.type !== 'int' || to.type !== 'int' || by.type !== 'int' || by.value === 0n) throw wrongType();
  let i = 0;
  for (let n = from.value; by.value > 0n ? n <= to.value : n >= to.value; n += by.value) yield [int(n), int(i++)];
}

function forEach(step: Step): Ending {
  const as = step.literal('as') ?? 'item';
  const second = step.literal('index_as') ?? (step.param('object') === undefined ? 'index' : 'key');
  for (const [item, index] of turnsOf(step)) {
    const names: readonly (readonly [string, Ref])[] = [
      [as, item],
      [second, index],
    ];
    const ended = step.steps('stack', step.under.scope.inner(names));
    if (ended.kind === 'break') return end;
    if (ended.kind === 'return') return ended;
  }
  return end;
}

function returnStep(step: Step): Ending {
  const value = step.value('value') ?? nothing;
  const status = step.value('status');
  const headers = step.value('headers');
  const { run } = step.under;
  if (status !== undefined && status.type !== 'null') run.status = between(status, 200, 599);
  if (headers !== undefined && headers.type !== 'null') {
    if (headers.type !== 'object') throw wrongType();
    for (const [name, header] of headers.members) if (header.type !== 'null') run.headers.set(name.toLowerCase(), toText(header));
  }
  return { kind: 'return', value };
}

/** An int within bounds. */
function between(value: Ref, least: number, most: number): number {
  if (value.type !== 'int' || value.value < least || value.value > most) throw wrongType();
  return Number(value.value);
}

/** The error of throw_error and precondition. */
function thrown(step: Step, otherwise: string, sentence: string): RefError {
  const code = step.value('code') ?? nothing;
  const message = step.value('message') ?? nothing;
  const status = step.value('status') ?? nothing;
  const data = step.value('data') ?? nothing;
  if (code.type !== 'text' && code.type !== 'null') return wrongType();
  if (message.type !== 'text' && message.type !== 'null') return wrongType();
  const chosen = status.type === 'null' ? 400 : between(status, 400, 599);
  return new RefError(code.type === 'text' ? code.value : otherwise, chosen, {
    data,
    text: message.type === 'text' ? message.value : sentence,
  });
}

/** A savepoint around what may fail, where a transaction is open. Answers how to end it. */
function savepoint(step: Step): { readonly keep: () => void; readonly undo: () => void } | null {
  const { run } = step.under;
  if (run.transactions === 0) return null;
  const depth = run.transactions;
  const left = run.afterwards.length;
  ask(step, 'savepoint', [['depth', int(depth)]]);
  run.transactions = depth + 1;
  return {
    keep: () => {
      ask(step, 'release_savepoint', [['depth', int(depth)]]);
      run.transactions = depth;
    },
    undo: () => {
      run.transactions = depth;
      run.afterwards.length = Math.min(run.afterwards.length, left);
      ask(step, 'rollback_to_savepoint', [['depth', int(depth)]]);
    },
  };
}

function tryCatch(step: Step): Ending {
  const catchable = (error: unknown): error is RefError => error instanceof RefError && !error.uncatchable;
  let ended: Ending;
  try {
    ended = attempt(step, catchable);
  } catch (error) {
    // Limits skip `finally`.
    if (catchable(error)) {
      located(error, stepId(step.node));
      replacing(error, () => step.steps('finally'));
    }
    throw error;
  }
  step.steps('finally');
  return ended;
}

/** An error of `work` replaces the one under way, and keeps it as its cause. */
function replacing(under: RefError, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (error instanceof RefError) error.replaced ??= under;
    throw error;
  }
}

function partsOf(error: RefError): readonly (readonly [string, Ref])[] {
  return [
    ['code', text(error.code)],
    ['message', text(error.text ?? '')],
    ['status', int(error.status)],
    ['step', error.step === undefined ? nothing : text(error.step)],
    ['data', error.data],
  ];
}

function attempt(step: Step, catchable: (error: unknown) => error is RefError): Ending {
  const point = savepoint(step);
  try {
    const ended = step.steps('try');
    point?.keep();
    return ended;
  } catch (error) {
    if (!catchable(error)) throw error;
    point?.undo();
    // Without a catch the error goes on.
    if (step.param('catch') === undefined) throw error;
    const cause = error.replaced === undefined ? nothing : object(partsOf(error.replaced));
    const value = object([...partsOf(error), ['cause', cause]]);
    step.under.shared.coverage.saw('caught');
    return step.steps('catch', step.under.scope.inner([['error', value]]));
  }
}

function parallel(step: Step): Ending {
  const node = step.param('branches');
  const { under } = step;
  const results: [string, Ref][] = [];
  const { race } = under.shared;
  const { retried } = race;
  let failure: unknown = null;
  for (const [i, branch] of (node?.kind === 'object' ? node.members : []).entries()) {
    const run = newRun(`${under.run.frame}${step.number}#${i}>`, under.run.depth);
    const scope = under.scope.branch();
    try {
      const ended = runSteps({ ...under, run, scope }, branch.value);
      results.push([branch.key, ended.kind === 'return' ? ended.value : scope.read(lastResult(branch.value) ?? '')]);
    } catch (error) {
      failure ??= error;
    }
    if (run.status !== null) under.run.status = run.status;
    for (const [name, value] of run.headers) under.run.headers.set(name, value);
    under.run.afterwards.push(...run.afterwards);
  }
  if (failure !== null) {
    race.undecided ||= race.retried > retried;
    throw failure;
  }
  step.keep(object(results));
  return end;
}

/** The name of a branch's last result. */
function lastResult(steps: JsonNode): string | undefined {
  if (steps.kind !== 'array') return undefined;
  const names = steps.items.flatMap((step) => {
    const name = step.kind === 'object' && !isDisabled(step) ? member(step, 'return_as') : undefined;
    return name?.kind === 'string' ? [name.value] : [];
  });
  return names.at(-1);
}

function runFunction(step: Step): Ending {
  const { shared, run } = step.under;
  const name = step.literal('name') ?? '';
  const called = shared.program.functions.get(name);
  if (called === undefined) throw new Error(`no function ${name}`);
  const given = step.value('input') ?? nothing;
  if (run.depth >= 64) throw new RefError('recursion_limit', 503, { uncatchable: true });
  if (given.type !== 'object' && given.type !== 'null') throw wrongType();
  const input = checkInput(name, called.inputs, given.type === 'object' ? given : object([]));
  const { frame } = run;
  run.depth += 1;
  run.frame = `${frame}${step.number}>`;
  try {
    const value = runStack(shared, run, called, input);
    run.frame = frame;
    step.keep(value);
  } finally {
    run.depth -= 1;
    run.frame = frame;
  }
  return end;
}

function transaction(step: Step): Ending {
  const { run, scope } = step.under;
  const retries = step.param('retries');
  const most = retries?.kind === 'number' ? Number(retries.text) : 0;
  const back = scope.save();
  for (let attempt = 0; ; attempt++) {
    try {
      return once(step);
    } catch (error) {
      const again = error instanceof RefError && error.code === 'conflict' && attempt < most && run.transactions === 0;
      if (!again) throw error;
      step.under.shared.coverage.saw('retried');
      step.under.shared.race.retried += 1;
      back();
    }
  }
}

/** One attempt of a transaction: a nested one is a savepoint. */
function once(step: Step): Ending {
  const { run } = step.under;
  const inner = savepoint(step);
  if (inner !== null) {
    let ended: Ending;
    try {
      ended = step.steps('stack');
      inner.keep();
    } catch (error) {
      inner.undo();
      throw error;
    }
    return ended;
  }
  const left = run.afterwards.length;
  ask(step, 'begin', [['isolation', text(step.literal('isolation') ?? 'read_committed')]]);
  run.transactions = 1;
  let ended: Ending;
  try {
    ended = step.steps('stack');
  } catch (error) {
    run.transactions = 0;
    run.afterwards.length = Math.min(run.afterwards.length, left);
    ask(step, 'rollback', null);
    throw located(error, stepId(step.node));
  }
  run.transactions = 0;
  try {
    ask(step, 'commit', null);
  } catch (error) {
    run.afterwards.length = Math.min(run.afterwards.length, left);
    throw error;
  }
  return ended;
}
