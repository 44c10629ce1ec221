/** What compiling a workspace gives: everything that a server needs to answer its endpoints, and `explain` to show. */
import type { EffectName } from './effects.ts';
import type { IrBlock, IrExpression } from './ir.ts';
import type { EndpointDefinition, FunctionDefinition, TaskDefinition, Workspace } from './model.ts';
import type { Outcome, Run } from './run/run.ts';
import type { Statement } from './run/statement.ts';
import type { StepInfo } from './types/step-info.ts';
import type { Type } from './types/type.ts';
import type { ValueObject } from './values/value.ts';

/** What a stack may touch, read off its plan: shown by `explain`, later held against policies. */
export interface StackEffects {
  readonly names: ReadonlySet<EffectName>;
  /** Tables; `*` where a direct_query decides. */
  readonly reads: ReadonlySet<string>;
  readonly writes: ReadonlySet<string>;
  /** Literal hosts of outbound calls; `*` where an expression decides. */
  readonly hosts: ReadonlySet<string>;
  /** Locks rows outside a transaction of its own: callers must bring one. */
  readonly needsTransaction: boolean;
}

export interface CompiledStack {
  /** `GET /orders/{id}`, `function pricing/total`, `task nightly`. */
  readonly label: string;
  readonly steps: readonly StepInfo[];
  /** No effects: runs without a promise. */
  readonly pure: boolean;
  readonly effects: StackEffects;
  readonly ir: IrBlock;
  /** What is answered when no `return` runs; null without a response. */
  readonly response?: IrExpression | null;
  /** Names that users gave to the slots of `ir`, by number: for `explain`. */
  readonly slotNames?: readonly string[];
  /** Every SQL text that is known before a run (with all values, without those that may be left out, with null for all). */
  readonly statements: readonly { readonly step: number; readonly statement: Statement }[];
  /** The JavaScript as compiled, plain variant. */
  readonly javascript: string;
  /** Type of the answer's value. */
  readonly result: Type;
  /** Runs it. Throws AshlarError. The caller runs `run.postProcesses` after the answer. */
  execute(run: Run, input: ValueObject): Outcome | Promise<Outcome>;
}

export interface CompiledEndpoint {
  readonly definition: EndpointDefinition;
  readonly stack: CompiledStack;
}
export interface CompiledFunction {
  readonly definition: FunctionDefinition;
  readonly stack: CompiledStack;
}
export interface CompiledTask {
  readonly definition: TaskDefinition;
  readonly stack: CompiledStack;
}

export interface CompiledWorkspace {
  readonly workspace: Workspace;
  readonly endpoints: readonly CompiledEndpoint[];
  readonly functions: ReadonlyMap<string, CompiledFunction>;
  readonly tasks: ReadonlyMap<string, CompiledTask>;
}
