/** The face of telemetry: figures of this node, what requests cost, alerts. */
export type { EffectCost, StepAccount, TimeKind } from './account.ts';
export { RunAccount } from './account.ts';
export { expectStorable } from './alerts.ts';
export { telemetryCalls } from './calls.ts';
export type { FinishedPostProcess, FinishedRequest } from './endpoints.ts';
export type { MachineFigures, MachineReader } from './machine.ts';
export { metricsValue } from './metrics.ts';
export type { Profiled } from './profiles.ts';
export type { StepNames } from './step-names.ts';
export type { SystemFigures, Telemetry, TelemetryOptions } from './telemetry.ts';
export { createTelemetry } from './telemetry.ts';
