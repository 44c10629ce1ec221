/** The station "token": who calls an endpoint that asks for it. */
import { type AshlarError, defineError, type EndpointDefinition, errorOf, type ValueObject } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { bearerToken } from '../base/http/index.ts';
import type { Verdict } from '../domains/access/index.ts';
import type { ServedEnvironment } from '../domains/publishing/index.ts';

const tokenMissing = defineError<{ tables: string }>({
  code: 'token_missing',
  status: 401,
  title: 'The endpoint needs a token',
  solve: 'Send `Authorization: Bearer TOKEN` with what `create_auth_token` gave at sign-in.',
  message: (d) => `This endpoint needs a token of ${d.tables}.`,
});
const tokenBad = defineError<object>({
  code: 'token_bad',
  status: 401,
  title: 'The token is not one of this environment',
  solve: 'Sign in again. Tokens are bound to their environment and can not be changed.',
  message: () => 'The token is not valid here.',
});
const tokenExpired = defineError<object>({
  code: 'token_expired',
  status: 401,
  title: 'The token has expired',
  solve: 'Sign in again; `expires_s` of `create_auth_token` decides how long a token lasts.',
  message: () => 'The token has expired.',
});
const tokenRevoked = defineError<object>({
  code: 'token_revoked',
  status: 401,
  title: 'The token was revoked',
  solve: 'Sign in again.',
  message: () => 'The token was revoked.',
});
const tokenOfOtherTable = defineError<{ found: string; tables: string }>({
  code: 'token_of_other_table',
  status: 403,
  title: 'The token belongs to another auth table than the endpoint asks for',
  solve: "Sign in through the table that the endpoint's `auth` names.",
  message: (d) => `This endpoint needs a token of ${d.tables}, not of ${d.found}.`,
});

const refusals = { bad: tokenBad, expired: tokenExpired, revoked: tokenRevoked } as const;

/** The WWW-Authenticate header that goes with a refusal (RFC 6750), or null. */
export function challenge(error: AshlarError, realm: string): string | null {
  if (error.status === 401)
    return error.code === tokenMissing.code ? `Bearer realm="${realm}"` : `Bearer realm="${realm}", error="invalid_token"`;
  return error.code === tokenOfOtherTable.code ? `Bearer realm="${realm}", error="insufficient_scope"` : null;
}

/**
 * Decides who calls.
 * @returns what stacks see as `auth`: `{table, id, extras, issued_at, expires_at}`, null on public endpoints
 * @throws token_missing, token_bad, token_expired, token_revoked, token_of_other_table
 */
export function authenticate(
  definition: EndpointDefinition,
  environment: ServedEnvironment,
  header: string | undefined,
  verifyToken: (environment: ServedEnvironment, text: string, nowMs: number) => Verdict,
  clock: Clock,
): ValueObject | null {
  const { auth: tables, authOptional } = definition;
  if (tables.length === 0 && !authOptional) return null;
  const token = bearerToken(header);
  if (token === null) {
    if (authOptional) return null;
    throw errorOf(tokenMissing, { tables: tables.join(' or ') });
  }
  const verdict = token === '' ? { refused: 'bad' as const } : verifyToken(environment, token, clock.now());
  if ('refused' in verdict) throw errorOf(refusals[verdict.refused], {});
  const table = verdict.auth.table;
  if (tables.length > 0 && (typeof table !== 'string' || !tables.includes(table)))
    throw errorOf(tokenOfOtherTable, { found: String(table), tables: tables.join(' or ') });
  return verdict.auth;
}
