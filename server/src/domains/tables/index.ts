/** Tables: planning, showing and applying changes of a workspace's schema, and its seeds. */
export { type ApplyOptions, applyPlan, type FinishOptions, type FinishProgress, finishPlan } from './apply.ts';
export type { ChangeKind, ChangeStage, SchemaChange, SchemaPlan } from './change.ts';
export { schemaBusy } from './errors.ts';
export { type PlanOptions, planSchema } from './plan.ts';
export { createSchemaChanges, type PlannedChange, type SchemaChanges, type SeedWork } from './publishing.ts';
export * from './seeds/index.ts';
export type { ColumnShape, Definition, IndexShape, TableShape } from './shape.ts';
export { definitionOf, schemaVersionOf } from './shape.ts';
export { type SchemaState, schemaState } from './state.ts';
