/** Compiles a workspace: checks every stack, plans it, and makes its program when nothing forbids it. */
import { passwordLeaves, secretLeaves } from './2-check/problems.ts';
import { analyse, type StackAnalysis } from './2-check/workspace.ts';
import { type DatabasePlan, isDatabasePlan } from './3-plan/sql/query-plan.ts';
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
import { library } from './library/index.ts';
import type { Workspace } from './model.ts';
import type { Problems } from './problems.ts';
import { holds } from './types/type.ts';

export interface CompileOptions {
  /** Identities that steps without `id` got at publish, by `path#pointer`. */
  readonly stepIds?: ReadonlyMap<string, string>;
}

/**
 * Checks and compiles. All problems are added to `problems`; when an error is among them, what is answered has stacks that
 * throw when executed, and is good for explaining only.
 */
export function compileWorkspace(workspace: Workspace, problems: Problems, options: CompileOptions = {}): CompiledWorkspace {
  const analysis = analyse(workspace, library, problems, options.stepIds ?? new Map());
  const targets = new Map<string, CallTarget>();
  const find = (name: string): CallTarget => {
    const target = targets.get(name);
    if (target === undefined) throw new Error(`the function ${name} was not compiled`);
    return target;
  };
  const compiled = (stack: StackAnalysis, program: StackProgram): CompiledStack =>
    compiledStack(stack, program, tablesOf(program.planned, targets), problems);
  const compile = (stack: StackAnalysis): CompiledStack => compiled(stack, new StackProgram(planned(stack), find));

  // All programs first: functions may call each other in any order, and what one touches counts its callees'.
  for (const [name, definition] of workspace.functions) {
    const stack = analysis.functions.get(name);
    if (stack !== undefined)
      targets.set(name, { check: prepareArguments(definition.inputs), stack: new StackProgram(planned(stack), find) });
  }
  const functions = new Map<string, CompiledFunction>();
  for (const [name, definition] of workspace.functions) {
    const stack = analysis.functions.get(name);
    if (stack !== undefined) functions.set(name, { definition, stack: compiled(stack, find(name).stack) });
  }
  const endpoints: CompiledEndpoint[] = [];
  for (const { definition, stack } of analysis.endpoints) {
    const answer = definition.response ?? definition.stream?.of ?? definition.stack.steps;
    if (holds(stack.checked.result, 'password')) problems.add(passwordLeaves, answer, { what: 'The answer' });
    if (holds(stack.checked.result, 'secret')) problems.add(secretLeaves, answer, { what: 'The answer' });
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

/** The plans of all database steps, with their step's number. */
function databasePlans(planned: PlannedStack): readonly { readonly step: number; readonly plan: DatabasePlan }[] {
  return [...statementsOf(planned.block)].flatMap(({ step, statement }) =>
    statement.op === 'invoke' && isDatabasePlan(statement.plan) ? [{ step, plan: statement.plan }] : [],
  );
}

interface Tables {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** The tables that a stack may touch, joined and nested ones and those of the functions it calls included. */
function tablesOf(
  stack: PlannedStack,
  targets: ReadonlyMap<string, CallTarget>,
  found: Tables = { reads: new Set(), writes: new Set() },
  seen = new Set<string>(),
): Tables {
  for (const { plan } of databasePlans(stack)) {
    for (const table of plan.reads) found.reads.add(table);
    for (const table of plan.writes) found.writes.add(table);
  }
  for (const { statement } of statementsOf(stack.block)) {
    if (statement.op !== 'run_function' || seen.has(statement.name)) continue;
    seen.add(statement.name);
    const target = targets.get(statement.name);
    if (target !== undefined) tablesOf(target.stack.planned, targets, found, seen);
  }
  return found;
}

function compiledStack(stack: StackAnalysis, program: StackProgram, tables: Tables, problems: Problems): CompiledStack {
  const { checked, summary } = stack;
  const ready = !problems.failed;
  if (ready) program.prepare();
  const plans = databasePlans(program.planned);
  const effects: StackEffects = {
    names: summary.effects,
    reads: tables.reads,
    writes: tables.writes,
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
    statements: plans.flatMap(({ step, plan }) => plan.statements().map((statement) => ({ step, statement }))),
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
