/**
 * How a function is declared: once, here. The check, the JSON Schema for editors, the reference page, the plan and the
 * profiler's labels are read from the declaration; adding a function touches one file and its test.
 */
import type { Expression, JsonNode, JsonObject, Span } from '../1-syntax/ast.ts';
import type { EffectName } from '../effects.ts';
import type { Invoke, IrBlock, IrExpression, IrPathPart, IrStatement } from '../ir.ts';
import type { Table, Workspace } from '../model.ts';
import type { ProblemKind } from '../problems.ts';
import type { Mark, Type } from '../types/type.ts';
import type { TypeName } from '../values/value.ts';

/**
 * What a parameter holds:
 * - `value`: any JSON with expressions; `types` narrows it (checked statically where known, by the function at run time).
 * - `condition`: a value whose truth is asked.
 * - `stack`, `branches`, `cases`: nested steps.
 * - `variable`: the literal name of a variable to make; `path`: a literal path to one (`cart.lines[0].count`).
 * - `table`: the literal name of a table.
 * - `where`: a condition over rows of `table`; `row_value`: an expression over rows (`db.…` allowed).
 * - `literal`: a constant of the given `schema`, no expression.
 * - `raw`: JSON that the function's own `check` reads (with, join, aggregate, …), described by `schema`.
 */
export type ParameterKind =
  | 'value'
  | 'condition'
  | 'stack'
  | 'branches'
  | 'cases'
  | 'variable'
  | 'path'
  | 'table'
  | 'where'
  | 'row_value'
  | 'literal'
  | 'raw';

export interface FunctionParameter {
  readonly kind: ParameterKind;
  readonly description: string;
  readonly required?: boolean;
  /** Of a value: accepted types; a statically known other one is a problem (null: only if listed, or not required). */
  readonly types?: readonly TypeName[];
  /** JSON Schema of a literal or raw parameter; for others derived from the kind. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** Other spellings that users bring; the check names the canonical one as a hint. */
  readonly aliases?: readonly string[];
  /** Shown in the reference. */
  readonly default?: unknown;
  /** The function's own `check` looks at it, at the right moment. */
  readonly deferred?: true;
}

/** A parameter of other systems that has no counterpart here, so that no spelling of it could be right. */
export interface ParameterHabit {
  /** Its name, and those of parameters that only belong to it. */
  readonly names: readonly [string, ...string[]];
  /** What to write instead, made from the step. */
  readonly instead: (step: JsonObject) => string;
  /** The parameter that counts as given, so that the one mistake stays one. */
  readonly means?: string;
}

export interface FunctionExample {
  readonly title: string;
  /** Steps of a stack (JSON values). */
  readonly stack: readonly unknown[];
  /** Variables and what they hold afterwards; absent where the effects decide. */
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** The families of functions, in the order of the reference, each with its page's title. A family is a folder beside this file. */
export const functionFamilies = {
  variables: 'Variables',
  flow: 'Flow',
  database: 'Database',
  network: 'Network',
  cache: 'Cache',
  security: 'Security',
  utility: 'Utility',
  performance: 'Performance',
} as const;

export type FunctionFamily = keyof typeof functionFamilies;

export interface FunctionDeclaration {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly family: FunctionFamily;
  readonly description: string;
  readonly parameters: Readonly<Record<string, FunctionParameter>>;
  /** Parameters of other systems that the check knows better advice for than a list of what there is. */
  readonly habits?: readonly ParameterHabit[];
  /** Every effect that the function itself may ask for (nested steps have their own). Empty: pure. */
  readonly effects: readonly EffectName[];
  /** Whether `return_as` makes sense, and what type it gets. Called after the parameters were checked. */
  readonly result: null | ((step: StepCheck) => Type);
  /** Checks beyond what the parameters say. */
  readonly check?: (step: StepCheck) => void;
  readonly plan: (step: StepPlan) => readonly IrStatement[];
  readonly examples: readonly FunctionExample[];
}

/** A function found by a name that somebody wrote. */
export interface FoundFunction {
  readonly declaration: FunctionDeclaration;
  /** Whether it was written as it is declared; else the check hints at the declared name. */
  readonly canonical: boolean;
}

/** The functions there are, as the check asks for them: it knows none by itself. */
export interface Library {
  find(name: string): FoundFunction | undefined;
  /** The canonical name nearest to an unknown one. */
  nearest(name: string): string | undefined;
}

/** Declares a function. */
export function defineFunction(declaration: FunctionDeclaration): FunctionDeclaration {
  return declaration;
}

/** What a function's own check sees of one step. */
export interface StepCheck {
  readonly node: JsonObject;
  readonly workspace: Workspace;
  /** The JSON of a parameter, if it is there. */
  param(name: string): JsonNode | undefined;
  /** The parsed expression of a `value`, `condition`, `where` or `row_value` parameter. */
  expression(name: string): Expression | undefined;
  /** Parses JSON inside a raw parameter as an expression; the same node always gives the same expression. */
  parse(node: JsonNode): Expression;
  /** The static type of a checked expression. */
  typeOf(expression: Expression): Type;
  /** Checks an expression of a raw parameter in the step's scope; with `rows`, `db.NAME.…` (and names such as `parent`) stand for rows of tables. */
  checkExpression(expression: Expression, rows?: RowScope): Type;
  /** The table that a `table` parameter names, if it exists. */
  table(name?: string): Table | undefined;
  /** The literal value of a `literal` parameter, `undefined` when absent. */
  literal(name: string): unknown;
  problem<D extends object>(kind: ProblemKind<D>, at: { readonly span: Span; readonly pointer: string }, details: D): void;
  /** Where the step stands. */
  readonly flow: Flow;
  /** For functions with nested steps: how control passes through them. */
  readonly walk: StepWalk;
  /** The type of what a function of the workspace answers. */
  functionType(name: string): Type;
  /** What is known of a function of the workspace before its stack is checked. */
  summary(functionName: string): StackSummary | undefined;
  /** What steps nested below this one do, through run_function too. */
  nested(parameter: string): StackSummary;
}

/** What a stack does, read off its steps without checking them; run_function's are included. */
export interface StackSummary {
  readonly effects: ReadonlySet<EffectName>;
  /** Locks rows outside a transaction of its own. */
  readonly needsTransaction: boolean;
}

/** How the check passes through nested steps. Control functions call it from their `check`. */
export interface StepWalk {
  /** Checks the nested steps of an array node in order. `what` names it in problems. */
  block(node: JsonNode | undefined, what: string, flow?: Partial<Flow>): void;
  /** Ways of which one is taken: afterwards names of each exist, null where a way did not make them. */
  ways(...ways: readonly (() => void)[]): void;
  /** A body that runs any number of times. `nodes` are its stacks, whose names exist from the start of the second turn on. */
  loop(nodes: readonly (JsonNode | undefined)[], body: () => void): void;
  /** What follows may happen after any of the steps in `nodes` (a catch block). */
  afterAny(nodes: readonly (JsonNode | undefined)[]): void;
  /** Names that exist only inside `body`; their slots are found by `key` in the plan (`slot(key)`). */
  withNames(
    names: readonly { readonly key: string; readonly name: string; readonly type: Type; readonly at: JsonNode }[],
    body: () => void,
  ): void;
  /** A parallel branch: sees what exists read-only, makes its own. Answers the type of its result. */
  branch(name: string, node: JsonNode): Type;
  /** The steps of post_process: they see what exists, and leave nothing. */
  aside(node: JsonNode | undefined, what: string): void;
  /** This step makes (or gives a new type to) the variable that a `variable` parameter names. */
  assign(parameter: string, type: Type): void;
  /** This step changes what a `path` parameter names. */
  assignPath(parameter: string, type: Type): void;
  /** Control never passes this step. */
  leave(): void;
  /** The stack answers a value of this type here. */
  returns(type: Type): void;
  /** The step shows a value, which does not carry the mark in a first turn, to the client: a loop around it looks at it again. */
  shows(expression: Expression, mark: Mark, found: () => void): void;
}

/** Which rows an expression may speak of: `db.NAME.COLUMN`, and bare names for the enclosing row (`parent.COLUMN`). */
export interface RowScope {
  /** After `db.`: tables and aliases of joins. */
  readonly db: ReadonlyMap<string, RowSource>;
  /** Bare names, e.g. `parent`: enclosing rows. `parent.parent` is reached by the source's own `parent`. */
  readonly names?: ReadonlyMap<string, RowSource>;
}
export interface RowSource {
  readonly columns: ReadonlyMap<string, Type>;
  readonly parent?: RowSource;
}

export interface Flow {
  readonly inTransaction: boolean;
  readonly inLoop: boolean;
  readonly inParallel: boolean;
  readonly inFinally: boolean;
  readonly inPostProcess: boolean;
  /** A function's stack (run_function), not an endpoint's. */
  readonly inFunction: boolean;
}

/** What a function's plan sees of one step: the same reading, plus lowering to the IR. Only steps without errors are planned. */
export interface StepPlan extends StepCheck {
  readonly number: number;
  /** Slot of `return_as`, or null. */
  readonly into: number | null;
  /** Lowers a checked expression. */
  lower(expression: Expression): IrExpression;
  /** Lowers the expression of a parameter; null when the parameter is absent. */
  value(name: string): IrExpression | null;
  /** An object of the named parameters' values, absent ones left out: the usual `args` of an invoke. */
  values(...names: readonly string[]): IrExpression;
  /** The slot that `walk.assign` or `walk.withNames` made, by its key (the parameter's name). */
  slot(key: string): number;
  /** Slot of the last return_as of a parallel branch, null without one. */
  lastResult(branch: string): number | null;
  /** Slots of a parallel branch's own names that hide outer ones, each with the outer slot. */
  inherited(branch: string): readonly (readonly [number, number])[];
  /** The parts of a `path` parameter after its variable. */
  path(parameter: string): { readonly slot: number; readonly parts: readonly IrPathPart[] };
  /** The nested steps of a `stack` parameter; empty when absent. */
  block(parameter: string): IrBlock;
  /** The nested steps of any array node inside `branches` or `cases`; empty for undefined. */
  blockOf(node: JsonNode | undefined): IrBlock;
  /** The usual effect step: `invoke(run, step, plan, args)` awaited into return_as. */
  invoke<P, A>(invoke: Invoke<P, A>, plan: P, args: IrExpression, options?: { readonly awaits?: boolean }): IrStatement;
}
