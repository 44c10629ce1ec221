/** The shapes of the control API's answers that the commands read. */
import type { Problem } from '@ashlar/engine';

export interface PlanChange {
  readonly kind: string;
  readonly table: string;
  readonly column: string | null;
  readonly additive: boolean;
  readonly description: string;
  readonly sql: readonly string[];
}
export interface PlanShown {
  readonly schema_version: string;
  readonly additive: boolean;
  readonly changes: readonly PlanChange[];
}
export interface PublishAnswer {
  readonly version: string;
  readonly publication: string | null;
  readonly unchanged: boolean;
  readonly problems: readonly Problem[];
  readonly plan: PlanShown | null;
}
export interface PlanAnswer {
  readonly unchanged: boolean;
  readonly problems: readonly Problem[];
  readonly plan: PlanShown | null;
  readonly publishable: boolean;
}
export interface VersionAnswer {
  readonly id: string;
  readonly author: string;
  readonly message: string;
  readonly published_at: string;
  readonly in_force: boolean;
}
export interface VariableAnswer {
  readonly name: string;
  readonly description: string;
  readonly secret: boolean;
  readonly value: string | null;
  readonly from: 'set' | 'default' | 'none';
}
export interface ChangedAnswer {
  readonly changed: boolean;
}
/** What a refusal carries beside its message. */
export interface RefusalPayload {
  readonly problems?: readonly Problem[];
  readonly plan?: PlanShown | null;
}
