/** Control calls about tokens: revoking, and what is revoked. */
import { errorOf, type FieldError, inputInvalid, Timestamp } from '@ashlar/engine';
import { Type } from 'typebox';
import type { Clock } from '../../base/clock.ts';
import type { Sealer } from '../../base/crypto/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { type AnyCall, defineCall, pageOf } from '../../control/define.ts';
import { type EnvironmentRecord, getEnvironment, openSecrets } from '../environments/index.ts';
import { listRevocations, type Revocation, revokeRow, revokeToken } from './revocations.ts';
import { tokenFacts } from './tokens.ts';

export interface AccessCallParts {
  readonly postgres: Postgres;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Tables whose rows sign in, in the version in force; none before the first publication. */
  readonly authTables: (environment: EnvironmentRecord) => Promise<readonly string[]>;
  /** Puts the change in force on this node before the call answers. */
  readonly refresh: () => Promise<void>;
}

const path = '/api/workspaces/{name}/environments/{env}/revocations';
const params = Type.Object({ name: Type.String(), env: Type.String() });
const text = Type.String();
const name = Type.String({ maxLength: 500, minLength: 1, pattern: '^[^\\u0000]*$' });

const revocation = Type.Union([
  Type.Object({
    table: text,
    id: Type.String({ description: 'Key of the row.' }),
    before: Type.String({ format: 'date-time', description: 'Tokens issued before this are revoked.' }),
  }),
  Type.Object({
    token_id: text,
    revoked_at: Type.String({ format: 'date-time' }),
    expires_at: Type.String({ format: 'date-time', description: 'The revocation is forgotten then: the token has ended.' }),
  }),
]);

const revokeBody = Type.Object(
  {
    table: Type.Optional(Type.String({ description: 'Auth table of the row whose tokens are revoked.' })),
    id: Type.Optional(Type.Union([name, Type.Integer()], { description: 'Key of the row.' })),
    before: Type.Optional(
      Type.String({ description: 'Tokens issued before this time (ISO 8601 with offset) are revoked; now by default.' }),
    ),
    token: Type.Optional(Type.String({ maxLength: 10_000, description: 'One token, as a client sends it.' })),
    token_id: Type.Optional(Type.String({ pattern: '^tok_[0-9a-z]{1,64}$', description: 'One token, by its id.' })),
  },
  { additionalProperties: false },
);

/** The calls of this domain. */
export function accessCalls(parts: AccessCallParts): readonly AnyCall[] {
  return [listRevocationsCall(parts), revokeCall(parts)];
}

const listRevocationsCall = ({ postgres }: AccessCallParts): AnyCall =>
  defineCall({
    method: 'GET',
    path,
    id: 'listRevocations',
    summary: 'List revoked tokens',
    description: 'Rows whose tokens of before a time are revoked, then single tokens until they would have ended.',
    permission: 'admin',
    params,
    paged: true,
    answer: Type.Array(revocation),
    errors: ['not_found', 'bad_cursor'],
    handler: async ({ params: { name, env }, query }) => {
      const environment = await getEnvironment(postgres, name, env);
      const found = await listRevocations(postgres, environment.id, query.limit + 1, query.cursor);
      const { page, nextCursor } = pageOf(found, query.limit, (last) => last.cursor);
      return { body: page.map(({ shown }) => shown), nextCursor };
    },
  });

const revokeCall = (parts: AccessCallParts): AnyCall =>
  defineCall({
    method: 'POST',
    path,
    id: 'revokeTokens',
    summary: 'Revoke tokens',
    description:
      'All tokens of a row (`table` and `id`) that were issued before now, or before `before`; or one (`token`, or `token_id`). In force on every node within a second; it can not be taken back.',
    permission: 'admin',
    params,
    body: revokeBody,
    answer: revocation,
    errors: ['not_found'],
    handler: async ({ params: { name, env }, body }) => {
      const environment = await getEnvironment(parts.postgres, name, env);
      const revoked = await (body.token === undefined && body.token_id === undefined
        ? revokeOfRow(parts, environment, body)
        : revokeOne(parts, environment, body));
      await parts.refresh();
      return { status: 201, body: revoked };
    },
  });

interface RevokeBody {
  readonly table?: string;
  readonly id?: string | number;
  readonly before?: string;
  readonly token?: string;
  readonly token_id?: string;
}

async function revokeOfRow(parts: AccessCallParts, environment: EnvironmentRecord, body: RevokeBody): Promise<Revocation> {
  const { table, id } = body;
  if (table === undefined || id === undefined)
    throw refused(table === undefined ? 'table' : 'id', 'required', 'is required; or send `token` or `token_id` for one token');
  const tables = await parts.authTables(environment);
  if (!tables.includes(table))
    throw refused(
      'table',
      'not_allowed',
      tables.length === 0 ? 'is no auth table; there is none' : `must be one of ${tables.join(', ')}`,
    );
  const now = parts.clock.now();
  // Without `before` those of this millisecond are meant, too.
  const before = body.before === undefined ? now + 1 : timeOf(body.before, now);
  const holds = await revokeRow(parts.postgres, environment.id, table, String(id), new Date(before));
  return { table, id: String(id), before: holds.toISOString() };
}

function timeOf(before: string, nowMs: number): number {
  const time = Timestamp.parse(before);
  if (time === null) throw refused('before', 'wrong_type', 'must be a time with an offset, such as 2026-01-31T12:00:00Z');
  if (time.$ms > nowMs) throw refused('before', 'too_large', 'must not lie ahead: a token of after now would be born revoked');
  return time.$ms;
}

/** The longest life of a token (`create_auth_token`): as long is a revocation kept whose token isn't known. */
const longestLifeMs = 315_360_000_000;

async function revokeOne(parts: AccessCallParts, environment: EnvironmentRecord, body: RevokeBody): Promise<Revocation> {
  const { token, token_id } = body;
  if (
    body.table !== undefined ||
    body.id !== undefined ||
    body.before !== undefined ||
    (token !== undefined && token_id !== undefined)
  )
    throw refused(token === undefined ? 'token_id' : 'token', 'not_allowed', 'stands alone');
  const now = parts.clock.now();
  const facts = token === undefined ? null : tokenFacts({ id: environment.id, ...openSecrets(environment, parts.sealer) }, token);
  if (token !== undefined && facts === null) throw refused('token', 'not_allowed', 'is no token of this environment');
  const tokenId = facts?.tokenId ?? token_id ?? '';
  const expires = new Date(facts?.expiresMs ?? now + longestLifeMs);
  await revokeToken(parts.postgres, environment.id, tokenId, expires);
  return { token_id: tokenId, revoked_at: new Date(now).toISOString(), expires_at: expires.toISOString() };
}

function refused(field: string, code: string, what: string) {
  const error: FieldError = { in: 'body', field, code, message: `${field} ${what}.` };
  return errorOf(inputInvalid, {}, { fields: [error] });
}
