/** The counters of a run, made when its first effect asks. */
import type { Run } from '@ashlar/engine';
import { RunAccount, type TimeKind } from '../domains/telemetry/index.ts';
import type { RunHost } from './host.ts';
import { hostOf } from './host.ts';

/** The account of a run's host. */
export function accountOf(host: RunHost): RunAccount {
  host.account ??= new RunAccount();
  return host.account;
}

/** Does the work and counts its time, also where it fails. */
export async function counted<T>(run: Run, step: number, effect: string, kind: TimeKind, work: () => Promise<T>): Promise<T> {
  const startedAt = run.clock();
  try {
    return await work();
  } finally {
    accountOf(hostOf(run)).add({ step, frame: run.frame, effect, kind, durationMs: run.clock() - startedAt });
  }
}
