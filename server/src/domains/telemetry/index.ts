/** The face of telemetry: figures of this node, what requests cost, alerts. */
export type { EffectCost, StepAccount, TimeKind } from './account.ts';
export { RunAccount } from './account.ts';
export { telemetryCalls } from './calls.ts';
export type { FinishedRequest } from './endpoints.ts';
export { metricsValue } from './metrics.ts';
export type { Profiled } from './profiles.ts';
export type { SystemFigures, Telemetry, TelemetryOptions } from './telemetry.ts';
export { createTelemetry } from './telemetry.ts';
