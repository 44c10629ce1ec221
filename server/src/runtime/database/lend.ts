/** Lending a connection within the run's deadline, whatever opening one takes. */
import { errorOf, type Run } from '@ashlar/engine';
import { databaseUnavailable, type LentClient, type Postgres } from '../../base/postgres/index.ts';
import { accountOf } from '../account-of.ts';
import { hostOf } from '../host.ts';

/** A client for the run; the wait is counted. Throws `database_unavailable`. */
export async function lendFor(postgres: Postgres, run: Run, role: 'app' | 'query'): Promise<LentClient> {
  const host = hostOf(run);
  const startedAt = run.clock();
  const waitMs = Math.max(1, Math.ceil(run.remainingMs()));
  const lending = postgres.lend(host.environment.database, role, waitMs);
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), waitMs);
  try {
    const client = await Promise.race([lending, late.promise]);
    if (client !== null) return client;
  } finally {
    clearTimeout(timer);
    accountOf(host).addWaiting(run.clock() - startedAt);
  }
  // It may still come, when nobody waits for it any more.
  lending.then((client) => client.release()).catch(() => {});
  throw errorOf(databaseUnavailable, {});
}
