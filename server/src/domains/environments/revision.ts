/** The instance's revision: grows with every change that nodes must see. NOTIFY carries it, polling reads it. */
import type { PoolClient } from 'pg';

/** Control channel whose payload is the new revision. */
export const revisionChannel = 'ashlar_revision';

/** Announces a change; part of the transaction that makes it, so that both come true at one moment. Answers the new revision. */
export async function bumpRevision(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ revision: string }>(
    `with next as (update instance set revision = revision + 1 returning revision)
     select revision, pg_notify('${revisionChannel}', revision::text) from next`,
  );
  const revision = Number(rows[0]?.revision);
  if (!Number.isSafeInteger(revision)) throw new Error('the control database has no instance row');
  return revision;
}
