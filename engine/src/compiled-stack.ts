/** One compiled stack: its program, and what is told of it. Texts that only people ask for are made when they do. */
import type { StackAnalysis } from './2-check/workspace.ts';
import { type DatabasePlan, isDatabasePlan } from './3-plan/sql/query-plan.ts';
import { planStack } from './3-plan/stack.ts';
import { type CallTarget, StackProgram, statementsOf } from './4-emit/stack.ts';
import type { CompiledStack, StackEffects } from './compiled.ts';
import { prepareArguments } from './inputs/index.ts';
import type { IrBlock, IrExpression } from './ir.ts';
import type { StackSummary } from './library/define.ts';
import type { Input } from './model.ts';
import type { Problem } from './problems.ts';
import type { Outcome, Run } from './run/run.ts';
import type { StepInfo } from './types/step-info.ts';
import type { Type } from './types/type.ts';
import type { ValueObject } from './values/value.ts';

/** The tables that a stack touches: own ones, or with those of the functions that it calls. */
interface Tables {
  readonly reads: Set<string>;
  readonly writes: Set<string>;
}

/** A checked stack becomes a program. Nothing of the check is kept but what this says. */
export class ProgramStack implements CompiledStack {
  readonly label: string;
  readonly steps: readonly StepInfo[];
  readonly slotNames: readonly string[];
  readonly result: Type;
  readonly program: StackProgram;
  /** What check and plan found wrong or doubtful in this stack. */
  readonly problems: readonly Problem[];
  /** Names of functions that it calls, or that it may look as if it called. */
  readonly calls: ReadonlySet<string>;
  /** The functions of these names, so far as there are such; set once all of the workspace are made. */
  readonly callees = new Map<string, ProgramStack>();
  readonly #summary: StackSummary;
  readonly #hosts: ReadonlySet<string>;
  readonly #inputs: ReadonlyMap<string, Input>;
  #target: CallTarget | undefined;
  #effects: StackEffects | undefined;

  /** @param inputs - of a function: what a call of it is checked against */
  constructor(analysis: StackAnalysis, inputs: ReadonlyMap<string, Input>) {
    const { checked, check, summary, problems, hosts } = analysis;
    const { label, steps, slotNames } = checked;
    const { block, response } = planStack(check, checked);
    this.label = label;
    this.steps = steps;
    this.slotNames = slotNames;
    this.result = checked.result;
    this.program = new StackProgram(
      { label, steps, block, response, slots: slotNames.length, effects: summary.effects },
      (name) => this.#calleeOf(name).target,
    );
    this.problems = problems.list;
    this.calls = new Set([...analysis.calls, ...callsOf(block)]);
    this.#summary = { effects: summary.effects, needsTransaction: summary.needsTransaction };
    this.#hosts = hosts;
    this.#inputs = inputs;
  }

  /** This stack as run_function calls it. */
  get target(): CallTarget {
    this.#target ??= { check: prepareArguments(this.#inputs), stack: this.program };
    return this.#target;
  }

  get pure(): boolean {
    return this.program.mode === 'restart';
  }

  get ir(): IrBlock {
    return this.program.planned.block;
  }

  get response(): IrExpression | null {
    return this.program.planned.response;
  }

  get effects(): StackEffects {
    this.#effects ??= {
      names: this.#summary.effects,
      ...tablesOf(this),
      hosts: this.#hosts,
      needsTransaction: this.#summary.needsTransaction,
    };
    return this.#effects;
  }

  get statements(): CompiledStack['statements'] {
    return databasePlans(this.ir).flatMap(({ step, plan }) => plan.statements().map((statement) => ({ step, statement })));
  }

  get javascript(): string {
    return this.program.source({ awaits: this.program.mode === 'await', instrumented: false }).text;
  }

  execute(run: Run, input: ValueObject): Outcome | Promise<Outcome> {
    return this.program.execute(run, input);
  }

  #calleeOf(name: string): ProgramStack {
    const callee = this.callees.get(name);
    if (callee === undefined) throw new Error(`the function ${name} was not compiled`);
    return callee;
  }
}

/** The stack for explaining only: in a workspace with problems nothing runs. */
export function withoutRun(stack: ProgramStack): CompiledStack {
  const { label, steps, pure, effects, ir, response, slotNames, result } = stack;
  return {
    label,
    steps,
    pure,
    effects,
    ir,
    response,
    slotNames,
    result,
    get statements() {
      return stack.statements;
    },
    get javascript() {
      return stack.javascript;
    },
    execute() {
      throw new Error(`${label} has problems and can't be run`);
    },
  };
}

function callsOf(block: IrBlock): readonly string[] {
  return [...statementsOf(block)].flatMap(({ statement }) => (statement.op === 'run_function' ? [statement.name] : []));
}

/** The plans of all database steps, with their step's number. */
function databasePlans(block: IrBlock): readonly { readonly step: number; readonly plan: DatabasePlan }[] {
  return [...statementsOf(block)].flatMap(({ step, statement }) =>
    statement.op === 'invoke' && isDatabasePlan(statement.plan) ? [{ step, plan: statement.plan }] : [],
  );
}

/** The tables that a stack may touch, joined and nested ones and those of the functions it calls included. */
function tablesOf(
  stack: ProgramStack,
  found: Tables = { reads: new Set(), writes: new Set() },
  seen = new Set<ProgramStack>(),
): Tables {
  for (const { plan } of databasePlans(stack.ir)) {
    for (const table of plan.reads) found.reads.add(table);
    for (const table of plan.writes) found.writes.add(table);
  }
  for (const name of callsOf(stack.ir)) {
    const callee = stack.callees.get(name);
    if (callee === undefined || seen.has(callee)) continue;
    seen.add(callee);
    tablesOf(callee, found, seen);
  }
  return found;
}
