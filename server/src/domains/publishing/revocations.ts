/** Revoked tokens, as they stand in the control database (semantics 38). */
import type { PoolClient } from 'pg';

export interface Revocations {
  /** Table -> key as text -> tokens issued before this many milliseconds since the epoch are revoked. */
  readonly validAfter: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly revokedTokens: ReadonlySet<string>;
  /** Equal for equal content. */
  readonly fingerprint: string;
}

/** By environment; inside the transaction that reads a snapshot. Tokens that ended by themselves are left out. */
export async function revocationsOf(client: PoolClient): Promise<ReadonlyMap<string, Revocations>> {
  const after = await client.query<{ environment_id: string; table_name: string; row_key: string; valid_after: Date }>(
    'select environment_id, table_name, row_key, valid_after from token_valid_after order by 1, 2, 3',
  );
  const revoked = await client.query<{ environment_id: string; token_id: string }>(
    'select environment_id, token_id from revoked_tokens where expires_at > now() order by 1, 2',
  );
  const found = new Map<string, { validAfter: Map<string, Map<string, number>>; revokedTokens: Set<string> }>();
  const of = (environmentId: string) => {
    const known = found.get(environmentId) ?? { validAfter: new Map(), revokedTokens: new Set<string>() };
    found.set(environmentId, known);
    return known;
  };
  for (const row of after.rows) {
    const { validAfter } = of(row.environment_id);
    const rows = validAfter.get(row.table_name) ?? new Map<string, number>();
    validAfter.set(row.table_name, rows.set(row.row_key, row.valid_after.getTime()));
  }
  for (const row of revoked.rows) of(row.environment_id).revokedTokens.add(row.token_id);
  return new Map(
    [...found].map(([id, { validAfter, revokedTokens }]) => [
      id,
      {
        validAfter,
        revokedTokens,
        fingerprint: JSON.stringify([[...validAfter].map(([table, rows]) => [table, [...rows]]), [...revokedTokens]]),
      },
    ]),
  );
}
