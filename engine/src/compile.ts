/** Compiles a workspace: checks every stack, plans it, and makes its program when nothing forbids it. */

import { passwordLeaves } from './2-check/problems.ts';
import { holdsPassword } from './2-check/types.ts';
import { analyse, type StackAnalysis } from './2-check/workspace.ts';
import { isExplainable } from './3-plan/sql/statement.ts';
import { planStack } from './3-plan/stack.ts';
import { type CallTarget, type PlannedStack, StackProgram, statementsOf } from './4-emit/stack.ts';
import type {
  CompiledEndpoint,
  CompiledFunction,
  CompiledStack,
  CompiledTask,
  CompiledWorkspace,
  StackEffects,
} from './compiled.ts';
import { prepareArguments } from './inputs/index.ts';
import type { Problems } from './problems.ts';
import type { Workspace } from './workspace/model.ts';

export interface CompileOptions {
  /** Identities that steps without `id` got at publish, by `path#pointer`. */
  readonly stepIds?: ReadonlyMap<string, string>;
}

/**
 * Checks and compiles. All problems are added to `problems`; when an error is among them, what is answered has stacks that
 * throw when executed, and is good for explaining only.
 */
export function compileWorkspace(workspace: Workspace, problems: Problems, options: CompileOptions = {}): CompiledWorkspace {
  const analysis = analyse(workspace, problems, options.stepIds ?? new Map());
  const targets = new Map<string, CallTarget>();
  const find = (name: string): CallTarget => {
    const target = targets.get(name);
    if (target === undefined) throw new Error(`the function ${name} was not compiled`);
    return target;
  };
  const compile = (stack: StackAnalysis): CompiledStack => compiledStack(stack, new StackProgram(planned(stack), find), problems);

  const functions = new Map<string, CompiledFunction>();
  for (const [name, definition] of workspace.functions) {
    const stack = analysis.functions.get(name);
    if (stack === undefined) continue;
    const program = new StackProgram(planned(stack), find);
    targets.set(name, { check: prepareArguments(definition.inputs), stack: program });
    functions.set(name, { definition, stack: compiledStack(stack, program, problems) });
  }
  const endpoints: CompiledEndpoint[] = [];
  for (const { definition, stack } of analysis.endpoints) {
    if (holdsPassword(stack.checked.result)) problems.add(passwordLeaves, definition.response ?? definition.stack.steps, {});
    endpoints.push({ definition, stack: compile(stack) });
  }
  const tasks = new Map<string, CompiledTask>();
  for (const { definition, stack } of analysis.tasks) tasks.set(definition.name, { definition, stack: compile(stack) });
  return { workspace, endpoints, functions, tasks };
}

function planned(stack: StackAnalysis): PlannedStack {
  const { checked, check, summary } = stack;
  const { block, response } = planStack(check, checked);
  return {
    label: checked.label,
    steps: checked.steps,
    block,
    response,
    slots: checked.slotNames.length,
    effects: summary.effects,
  };
}

function compiledStack(stack: StackAnalysis, program: StackProgram, problems: Problems): CompiledStack {
  const { checked, summary } = stack;
  const ready = !problems.failed;
  if (ready) program.prepare();
  const statements = [...statementsOf(program.planned.block)].flatMap(({ step, statement }) =>
    statement.op === 'invoke' && isExplainable(statement.plan)
      ? statement.plan.statements().map((s) => ({ step, statement: s }))
      : [],
  );
  const effects: StackEffects = {
    names: summary.effects,
    reads: new Set(statements.filter((s) => s.statement.access === 'read').map((s) => s.statement.table)),
    writes: new Set(statements.filter((s) => s.statement.access === 'write').map((s) => s.statement.table)),
    hosts: stack.hosts,
    needsTransaction: summary.needsTransaction,
  };
  return {
    label: checked.label,
    steps: checked.steps,
    pure: program.mode === 'restart',
    effects,
    ir: program.planned.block,
    response: program.planned.response,
    slotNames: checked.slotNames,
    statements,
    get javascript() {
      return program.source({ awaits: program.mode === 'await', instrumented: false }).text;
    },
    result: checked.result,
    execute(run, input) {
      if (!ready) throw new Error(`${checked.label} has problems and can't be run`);
      return program.execute(run, input);
    },
  };
}
