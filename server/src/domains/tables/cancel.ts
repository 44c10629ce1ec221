/** Statements that end when a signal says so. */
import { cancelled, errorOf } from '@ashlar/engine';
import type { PoolClient } from 'pg';
import type { Postgres } from '../../base/postgres/index.ts';

const repeatMs = 50;

/**
 * Runs `work` on a connection; when the signal fires, the statement under way is cancelled in PostgreSQL and `cancelled` thrown.
 * The connection must not be used afterwards.
 */
export async function cancellable<T>(
  postgres: Postgres,
  client: PoolClient,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) throw errorOf(cancelled, {});
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  let again: NodeJS.Timeout | undefined;
  const send = (): void => void postgres.control('select pg_cancel_backend($1)', [pid]).catch(() => {});
  // Sent again, because between two statements there is nothing to cancel.
  const cancel = (): void => {
    send();
    again = setInterval(send, repeatMs);
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work();
  } catch (error) {
    throw signal.aborted ? errorOf(cancelled, {}, { cause: error }) : error;
  } finally {
    signal.removeEventListener('abort', cancel);
    clearInterval(again);
  }
}
