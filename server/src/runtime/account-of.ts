/** The counters of a run, made when its first effect asks. */
import { RunAccount } from '../domains/telemetry/index.ts';
import type { RunHost } from './host.ts';

/** The account of a run's host. */
export function accountOf(host: RunHost): RunAccount {
  host.account ??= new RunAccount();
  return host.account;
}
