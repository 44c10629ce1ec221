/**
 * The snapshot: everything a request needs, compiled, immutable, swapped whole. A request reads one from beginning to end.
 */
import type { CompiledEndpoint, CompiledWorkspace, GroupDefinition, Limits, ValueObject } from '@ashlar/engine';
import type { DatabaseRef } from '../../base/postgres/index.ts';

/** One environment of a workspace with the version that is in force there. */
export interface ServedEnvironment {
  /** Opaque (`env_…`). */
  readonly id: string;
  readonly workspaceId: string;
  readonly workspace: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** Opaque (`ver_…`). */
  readonly versionId: string;
  readonly database: DatabaseRef;
  readonly compiled: CompiledWorkspace;
  /** Declared variables with their values. */
  readonly env: ValueObject;
  readonly limits: Limits;
  /** Secret that signs this environment's tokens and seals its cursors. */
  readonly tokenKey: Uint8Array;
  /** Table -> key as text -> tokens issued before this many milliseconds since the epoch are revoked. */
  readonly validAfter: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly revokedTokens: ReadonlySet<string>;
}

export interface ServedGroup {
  readonly definition: GroupDefinition;
  readonly environment: ServedEnvironment;
  readonly endpoints: readonly CompiledEndpoint[];
}

export interface Snapshot {
  /** Grows with every change; what nodes compare. */
  readonly revision: number;
  /** By what follows `/api:`, for example `shop` or `shop:staging`. */
  readonly groups: ReadonlyMap<string, ServedGroup>;
  readonly environments: ReadonlyMap<string, ServedEnvironment>;
}

/** Holds the snapshot in force. */
export interface SnapshotSource {
  /** Undefined until the first one was built: the node serves nothing then. */
  readonly current: Snapshot | undefined;
  /** Called after a swap. Returns the way to stop. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** True while a non-additive schema change commits: the gate holds that environment's requests. */
  held(environmentId: string): Promise<void> | undefined;
}
