/** The face of the engine: what server, CLI and tests may use. */
export type * from './1-syntax/ast.ts';
export type { StepInfo } from './3-plan/ir.ts';
export type { Binding, ResultColumn, Statement } from './3-plan/sql/statement.ts';
export type * from './compiled.ts';
export type * from './effects.ts';
export { syncEffects } from './effects.ts';
export * from './errors.ts';
export * from './limits.ts';
export type { Problem, ProblemKind, Severity } from './problems.ts';
export { lineColumn, Problems, problemKinds } from './problems.ts';
export type { Outcome, PostProcess, RunOptions } from './run/run.ts';
export { Run } from './run/run.ts';
export type * from './values/value.ts';
export type * from './workspace/model.ts';
