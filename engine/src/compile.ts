/** Compiles a workspace: checks every stack, plans it, and makes its program when nothing forbids it. */
import { passwordLeaves, secretLeaves } from './2-check/problems.ts';
import { endpointLabel, functionLabel, type StackAnalysis, taskLabel, WorkspaceCheck } from './2-check/workspace.ts';
import type { CompiledStack, CompiledWorkspace } from './compiled.ts';
import { ProgramStack, withoutRun } from './compiled-stack.ts';
import { callsTheSame, type Definition, dropCallersOfChanged, keepStack, keptStack, type Surroundings } from './kept-stacks.ts';
import { library } from './library/index.ts';
import type { EndpointDefinition, Input, TaskDefinition, Workspace } from './model.ts';
import type { Problems } from './problems.ts';
import { holds } from './types/type.ts';

export interface CompileOptions {
  /** Identities that steps without `id` got at publish, by `path#pointer`. */
  readonly stepIds?: ReadonlyMap<string, string>;
}

/**
 * Checks and compiles. All problems are added to `problems`; when an error is among them, what is answered has stacks that
 * throw when executed, and is good for explaining only. Stacks of definitions that were compiled before, in a workspace that
 * this one was read after (`readWorkspace`), are taken over where they would come out the same.
 */
export function compileWorkspace(workspace: Workspace, problems: Problems, options: CompileOptions = {}): CompiledWorkspace {
  const compilation = new Compilation(workspace, options.stepIds ?? new Map());
  const functions = compilation.functions();
  const endpoints = workspace.endpoints.map((definition) => ({ definition, stack: compilation.endpoint(definition) }));
  const tasks = [...workspace.tasks.values()].map((definition) => ({ definition, stack: compilation.task(definition) }));
  const stacks = [...functions.values(), ...endpoints.map(({ stack }) => stack), ...tasks.map(({ stack }) => stack)];
  for (const stack of stacks) problems.list.push(...stack.problems);
  const { failed } = problems;
  if (!failed) for (const { program } of stacks) program.prepare();
  const offered = (stack: ProgramStack): CompiledStack => (failed ? withoutRun(stack) : stack);
  const inFunctions = [...workspace.functions].flatMap(([name, definition]) => {
    const stack = functions.get(name);
    return stack === undefined ? [] : [[name, { definition, stack: offered(stack) }] as const];
  });
  return {
    workspace,
    endpoints: endpoints.map(({ definition, stack }) => ({ definition, stack: offered(stack) })),
    functions: new Map(inFunctions),
    tasks: new Map(tasks.map(({ definition, stack }) => [definition.name, { definition, stack: offered(stack) }])),
  };
}

const noInputs: ReadonlyMap<string, Input> = new Map();

/** Stack by stack, so that what the check knows of one is let go before the next. */
class Compilation {
  readonly #workspace: Workspace;
  readonly #surroundings: Surroundings;
  readonly #functions = new Map<string, ProgramStack>();
  readonly #check: WorkspaceCheck;

  constructor(workspace: Workspace, stepIds: ReadonlyMap<string, string>) {
    this.#workspace = workspace;
    this.#surroundings = { workspace, stepIds };
    this.#check = new WorkspaceCheck(workspace, library, stepIds, (name) => this.#functions.get(name)?.result);
  }

  /** All functions, in the workspace's order: they come first, for a stack is taken over or not by those that it calls. */
  functions(): ReadonlyMap<string, ProgramStack> {
    const { functions } = this.#workspace;
    for (const [name, definition] of functions) {
      const kept = keptStack(definition, functionLabel(name), this.#surroundings);
      if (kept !== undefined) this.#functions.set(name, kept);
    }
    dropCallersOfChanged(this.#functions, (name) => functions.has(name));
    const made: (readonly [Definition, ProgramStack])[] = [];
    for (const [name, definition] of functions) {
      const analysis = this.#functions.has(name) ? undefined : this.#check.function(name);
      if (analysis === undefined) continue;
      const stack = new ProgramStack(analysis, definition.inputs);
      this.#functions.set(name, stack);
      made.push([definition, stack]);
    }
    // Only now: functions may call each other in any order, and in a circle.
    for (const [definition, stack] of made) this.#finish(definition, stack);
    return new Map([...functions.keys()].flatMap((name) => this.#named(name)));
  }

  #named(name: string): readonly (readonly [string, ProgramStack])[] {
    const stack = this.#functions.get(name);
    return stack === undefined ? [] : [[name, stack]];
  }

  endpoint(definition: EndpointDefinition): ProgramStack {
    return this.#stack(definition, endpointLabel(this.#workspace, definition), () => {
      const analysis = this.#check.endpoint(definition);
      const { problems, checked } = analysis;
      const answer = definition.response ?? definition.stream?.of ?? definition.stack.steps;
      if (holds(checked.result, 'password')) problems.add(passwordLeaves, answer, { what: 'The answer' });
      if (holds(checked.result, 'secret')) problems.add(secretLeaves, answer, { what: 'The answer' });
      return analysis;
    });
  }

  task(definition: TaskDefinition): ProgramStack {
    return this.#stack(definition, taskLabel(definition.name), () => this.#check.task(definition));
  }

  #stack(definition: Definition, label: string, check: () => StackAnalysis): ProgramStack {
    const kept = keptStack(definition, label, this.#surroundings);
    if (kept !== undefined && [...kept.calls].every((name) => callsTheSame(kept, name, this.#functions))) return kept;
    return this.#finish(definition, new ProgramStack(check(), noInputs));
  }

  #finish(definition: Definition, stack: ProgramStack): ProgramStack {
    for (const name of stack.calls) {
      const callee = this.#functions.get(name);
      if (callee !== undefined) stack.callees.set(name, callee);
    }
    keepStack(definition, stack, this.#surroundings);
    return stack;
  }
}
