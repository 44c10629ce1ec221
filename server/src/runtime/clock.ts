/** Time and names: now, uuid, sleep. */
import { randomBytes, randomUUID } from 'node:crypto';
import { type Run, Timestamp } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { accountOf } from './account-of.ts';
import { hostOf } from './host.ts';

/** UUID of version 7 (RFC 9562, 5.7): milliseconds first, so that keys made later sort later. */
function uuid7(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Makes the effects of time. */
export function createClockEffects(clock: Clock) {
  return {
    now: (): Timestamp => Timestamp.of(clock.now()),
    uuid: (_run: Run, _step: number, { version }: { readonly version: 4 | 7 }): string =>
      version === 4 ? randomUUID() : uuid7(clock.now()),
    sleep: async (run: Run, step: number, { durationMs }: { readonly durationMs: number }): Promise<null> => {
      const startedAt = run.clock();
      // A sleep beyond the deadline ends with it, and the check below says so.
      await pause(run, Math.min(durationMs, Math.ceil(run.remainingMs()) + 2));
      accountOf(hostOf(run)).add({
        step,
        frame: run.frame,
        effect: 'sleep',
        kind: 'waiting',
        durationMs: run.clock() - startedAt,
      });
      run.check();
      return null;
    },
  };
}

/** Waits, or less when the run is cancelled. */
function pause(run: Run, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => {
    clearTimeout(timer);
    run.signal?.removeEventListener('abort', done);
    resolve();
  };
  const timer = setTimeout(done, ms);
  if (run.signal?.aborted === true) done();
  else run.signal?.addEventListener('abort', done);
  return promise;
}
