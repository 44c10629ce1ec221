/** The face of telemetry: figures of this node, what requests cost, alerts. */
export type { EffectCost, StepAccount, TimeKind } from './account.ts';
export { RunAccount } from './account.ts';
