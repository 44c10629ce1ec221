/** How outbound calls fail. */
import { defineError } from '@ashlar/engine';

export const outboundFailed = defineError<{ reason: string }>({
  code: 'outbound_failed',
  status: 502,
  title: 'An outbound call was refused or broke off',
  solve:
    'The message says why. Private, loopback, link-local and metadata addresses are refused unless the operator lists them in ASHLAR_OUTBOUND_ALLOW.',
  message: (d) => `The outbound call failed: ${d.reason}.`,
});
export const outboundTimeout = defineError<{ timeoutMs: number }>({
  code: 'outbound_timeout',
  status: 504,
  title: 'An outbound call was not answered in time',
  solve: 'Raise `timeout_ms` (up to what the run has left), set `retries`, or do the call in post_process.',
  message: (d) => `The outbound call was not answered within ${d.timeoutMs} ms.`,
});

/** Why one attempt failed: what decides whether there may be another. */
export class AttemptFailed extends Error {
  override readonly name = 'AttemptFailed';
  /** The other side has seen nothing of the request: any method may be sent again. */
  readonly unseen: boolean;
  /** An address, scheme or size was refused: a further attempt would end the same. */
  readonly final: boolean;
  readonly timedOut: boolean;

  constructor(reason: string, is: { unseen?: boolean; final?: boolean; timedOut?: boolean } = {}) {
    super(reason);
    this.unseen = is.unseen ?? false;
    this.final = is.final ?? false;
    this.timedOut = is.timedOut ?? false;
  }
}
