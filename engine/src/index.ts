/** The face of the engine: what server, CLI and tests may use. */
export type * from './1-syntax/ast.ts';
export {
  type Expected,
  expectedAt,
  type Path,
  type PathPart,
  type Place,
  parseExpression,
  parsePath,
  parseValue,
  printExpression,
  readJson,
  type Syntax,
} from './1-syntax/index.ts';
export { pgName } from './3-plan/sql/column-types.ts';
export { quoteIdentifier, quoteLiteral } from './3-plan/sql/quote.ts';
export { searchExpression } from './3-plan/sql/search.ts';
export { statementsOf } from './4-emit/stack.ts';
export { type CompileOptions, compileWorkspace } from './compile.ts';
export type * from './compiled.ts';
export type * from './effects.ts';
export { completeEffects, effectNames, onlyReading, syncEffects } from './effects.ts';
export * from './errors.ts';
export {
  contextFrame,
  type ExplainedEffects,
  type ExplainedSending,
  type ExplainedStack,
  type ExplainedStatement,
  type ExplainedStep,
  type ExplainSection,
  explainSections,
  explainStack,
  type FramePlace,
  independentCalls,
  type StackToExplain,
  sectionText,
} from './explain/index.ts';
export type { AnyFilter, FilterParameter } from './filters/define.ts';
export { filterFamilies } from './filters/define.ts';
export { filters, findFilter } from './filters/index.ts';
export {
  type CheckedInputs,
  type FieldCode,
  fieldCodes,
  headerName,
  inputSchema,
  inputsSchema,
  isFile,
  prepareArguments,
  prepareInputs,
  type RawInputs,
  rowSchema,
  type SchemaOptions,
  typeOfRow,
  typeSchema,
  type UnknownInputs,
  type UploadedFile,
  validateValue,
} from './inputs/index.ts';
export type { IrStatement } from './ir.ts';
export { findFunction } from './library/index.ts';
export * from './limits.ts';
export type * from './model.ts';
export { didYouMean, nearest } from './nearest.ts';
export type { Problem, ProblemKind, Severity } from './problems.ts';
export { defineProblem, lineColumn, Problems, problemKinds } from './problems.ts';
export { checkHeader } from './run/headers.ts';
export type { Outcome, PostProcess, RunOptions, StepObserver } from './run/run.ts';
export { Run } from './run/run.ts';
export type { CancelSignal } from './run/signal.ts';
export { CancelSource } from './run/signal.ts';
export type { Binding, CombinedRead, ResultColumn, Statement } from './run/statement.ts';
export { type StatementWay, wayOf } from './run/way.ts';
export { fileSchemas, type JsonSchema, type SchemaKind, schemaFiles } from './schema/index.ts';
export type { StepInfo } from './types/step-info.ts';
export { Bigint } from './values/bigint.ts';
export { Decimal } from './values/decimal.ts';
export { emptyObject } from './values/empty-object.ts';
export { EncodedJson, mostEncodedBytes } from './values/encoded.ts';
export { Float } from './values/float.ts';
export { decodeJson, encodeForSending, encodeJson, type JsonOptions, type LargeInts } from './values/json.ts';
export { badJson } from './values/json-reader.ts';
export { isList, isObject } from './values/kinds.ts';
export { equals, toText, truthy, typeName } from './values/operators.ts';
export { toPlain, toValue } from './values/plain.ts';
export { PlainDate, Timestamp } from './values/time.ts';
export type * from './values/value.ts';
export { fileBytesMax, isLeftOut, type LocalEnv, localEnvFile, readLocalEnv, versionBytesMax } from './workspace/folder.ts';
export { isTimezone, limitsOf, readWorkspace, scheduleFlaw } from './workspace/index.ts';
export { symlinkSkipped } from './workspace/problems.ts';
