/** Revocations in the control database (semantics 38); snapshots carry them to every node. */
import { badCursor, errorOf } from '@ashlar/engine';
import type { Postgres } from '../../base/postgres/index.ts';
import { bumpRevision } from '../environments/index.ts';

/** Revokes all tokens of a row that were issued before a moment. A later moment stays. Answers the one that holds. */
export function revokeRow(postgres: Postgres, environmentId: string, table: string, key: string, before: Date): Promise<Date> {
  return postgres.controlTransaction(async (client) => {
    const { rows } = await client.query<{ valid_after: Date }>(
      `insert into token_valid_after (environment_id, table_name, row_key, valid_after) values ($1, $2, $3, $4)
       on conflict (environment_id, table_name, row_key)
         do update set valid_after = greatest(token_valid_after.valid_after, excluded.valid_after)
       returning valid_after`,
      [environmentId, table, key, before],
    );
    await bumpRevision(client);
    return rows[0]?.valid_after ?? before;
  });
}

/** Revokes one token until it would have ended by itself. Those that have are forgotten on this occasion. */
export function revokeToken(postgres: Postgres, environmentId: string, tokenId: string, expiresAt: Date): Promise<void> {
  return postgres.controlTransaction(async (client) => {
    await client.query('delete from revoked_tokens where expires_at <= now()');
    await client.query(
      `insert into revoked_tokens (environment_id, token_id, expires_at) values ($1, $2, $3)
       on conflict (environment_id, token_id) do update set expires_at = greatest(revoked_tokens.expires_at, excluded.expires_at)`,
      [environmentId, tokenId, expiresAt],
    );
    await bumpRevision(client);
  });
}

/** A revocation as it is listed. */
export type Revocation =
  | { readonly table: string; readonly id: string; readonly before: string }
  | { readonly token_id: string; readonly revoked_at: string; readonly expires_at: string };

interface Row {
  readonly kind: 'row' | 'token';
  readonly first: string;
  readonly second: string;
  readonly at: Date;
  readonly expires_at: Date | null;
}

/** An item of the list with its place there. */
export interface ListedRevocation {
  readonly shown: Revocation;
  readonly cursor: string;
}

/** Revocations in force: rows by table and key, then tokens by id. Throws `bad_cursor`. */
export async function listRevocations(
  postgres: Postgres,
  environmentId: string,
  limit: number,
  cursor: string | undefined,
): Promise<readonly ListedRevocation[]> {
  const after = cursor === undefined ? ['', '', ''] : readCursor(cursor);
  const { rows } = await postgres.control<Row>(
    `select * from (
       select 'row' as kind, table_name as first, row_key as second, valid_after as at, null::timestamptz as expires_at
         from token_valid_after where environment_id = $1
       union all
       select 'token', token_id, '', revoked_at, expires_at
         from revoked_tokens where environment_id = $1 and expires_at > now()
     ) found
     where (kind, first, second) > ($2, $3, $4) order by kind, first, second limit $5`,
    [environmentId, ...after, limit],
  );
  return rows.map((row) => ({ shown: shownOf(row), cursor: writeCursor([row.kind, row.first, row.second]) }));
}

function shownOf({ first, second, at, expires_at }: Row): Revocation {
  if (expires_at === null) return { table: first, id: second, before: at.toISOString() };
  return { token_id: first, revoked_at: at.toISOString(), expires_at: expires_at.toISOString() };
}

const writeCursor = (parts: readonly string[]): string => Buffer.from(JSON.stringify(parts)).toString('base64url');

function readCursor(text: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === 3 && parts.every((part) => typeof part === 'string' && !part.includes('\0')))
      return parts;
  } catch {
    // What is no JSON is no cursor of ours.
  }
  throw errorOf(badCursor, {});
}
