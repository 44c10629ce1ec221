/**
 * What the effects' bodies need to find again of a run: `run.host`. The gateway makes one per request (a task's runner one
 * per run) and reads `account` and `committed` afterwards.
 */
import type { CompiledStack, Run } from '@ashlar/engine';
import type { ServedEnvironment } from '../domains/publishing/index.ts';
import type { RunAccount } from '../domains/telemetry/index.ts';

export interface RunHost {
  readonly environment: ServedEnvironment;
  /** Method and URL pattern, `GET /api:shop/orders/{id}`; `task nightly` of a task. */
  readonly endpoint: string;
  readonly clientAddress: string;
  /** Who acts, `workspace/table/id`; null: nobody signed in. */
  readonly actor: string | null;
  /** The stack that runs, for the names of its steps in profiles. */
  readonly stack?: CompiledStack;
  /** What the run's effects cost; made by the first effect. Hand it to `telemetry.record`. */
  account?: RunAccount;
  /** Something of this run is committed, or nobody knows whether it is: it must not be run once more. */
  committed?: boolean;
}

/** The host of a run. Throws when the run was started without one, which is a defect. */
export function hostOf(run: Run): RunHost {
  const host: unknown = run.host;
  if (!isRunHost(host)) throw new Error('the run has no host: start it with RunOptions.host = RunHost');
  return host;
}

function isRunHost(host: unknown): host is RunHost {
  return typeof host === 'object' && host !== null && 'environment' in host && 'endpoint' in host;
}
