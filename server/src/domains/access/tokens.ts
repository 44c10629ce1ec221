/**
 * Tokens of auth tables: sealed texts that say which row of which table signed in, and until when. Nobody but the server can
 * read or make one; an environment's tokens open in no other. (The key is the environment's; the clear prefix is there for
 * people and for programs that look for leaked secrets.)
 */
import { hash } from 'node:crypto';
import {
  AshlarError,
  decodeJson,
  defineError,
  encodeJson,
  errorOf,
  Timestamp,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { newId } from '../../base/crypto/index.ts';
import type { ServedEnvironment } from '../publishing/index.ts';
import { open, seal } from './seal.ts';

const tokenTooLarge = defineError<{ limitBytes: number }>({
  code: 'token_too_large',
  status: 400,
  title: 'The extras of a token are too large',
  solve: 'A token travels with every request: put ids into `extras` and read the rest from the database.',
  message: (d) => `The extras of a token may have ${d.limitBytes} bytes at most.`,
});

const prefix = 'ashlar_';
const extrasBytes = 4_096;
/** A token with the largest extras, sealed, is shorter; nothing longer is looked at. */
const longestToken = 8_192;

/** What a token needs of an environment. */
export type TokenEnvironment = Pick<ServedEnvironment, 'id' | 'tokenKey' | 'validAfter' | 'revokedTokens'>;

export interface TokenRequest {
  readonly table: string;
  /** The row's key. */
  readonly id: number | string;
  readonly expiresS: number;
  /** Kept in the token. */
  readonly extras: ValueObject | null;
  readonly nowMs: number;
}

/** Makes a token. Throws `token_too_large`. */
export function createToken(environment: TokenEnvironment, request: TokenRequest): string {
  let extras: string;
  try {
    extras = encodeJson(request.extras, { decimals: 'number', limitBytes: extrasBytes });
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    throw errorOf(tokenTooLarge, { limitBytes: extrasBytes }, { cause: error });
  }
  if (Buffer.byteLength(extras) > extrasBytes) throw errorOf(tokenTooLarge, { limitBytes: extrasBytes });
  const expiresMs = request.nowMs + request.expiresS * 1_000;
  const head = [newId('tok'), request.table, request.id, request.nowMs, expiresMs];
  const text = `${JSON.stringify(head).slice(0, -1)},${extras}]`;
  return prefix + seal(environment.tokenKey, 'token', environment.id, text);
}

/** What an opened token says. */
interface Token {
  readonly tokenId: string;
  readonly table: string;
  /** The row's key as text. */
  readonly key: string;
  readonly issuedMs: number;
  readonly expiresMs: number;
  /** `auth` of a stack: `{table, id, extras, issued_at, expires_at}`. */
  readonly auth: ValueObject;
}

export type Verdict = { readonly auth: ValueObject } | { readonly refused: 'bad' | 'expired' | 'revoked' };

/** Judges a token. `bad`: not one of this environment, or changed. Never throws. */
export function verifyToken(environment: TokenEnvironment, text: string, nowMs: number): Verdict {
  const token = openToken(environment, text);
  if (token === null) return { refused: 'bad' };
  if (nowMs >= token.expiresMs) return { refused: 'expired' };
  if (environment.revokedTokens.has(token.tokenId)) return { refused: 'revoked' };
  const validAfter = environment.validAfter.get(token.table)?.get(token.key);
  if (validAfter !== undefined && token.issuedMs < validAfter) return { refused: 'revoked' };
  return { auth: token.auth };
}

/** What a token of this environment is, whether or not it still counts; null when it is none. */
export function tokenFacts(
  environment: Pick<TokenEnvironment, 'id' | 'tokenKey'>,
  text: string,
): Pick<Token, 'tokenId' | 'expiresMs'> | null {
  const token = openToken(environment, text);
  return token === null ? null : { tokenId: token.tokenId, expiresMs: token.expiresMs };
}

/** Opened tokens of a key, so that the cipher runs once and not with every request. Expiry and revocation are not cached. */
const opened = new WeakMap<Uint8Array, Map<string, Token>>();
const keptTokens = 10_000;

function openToken(environment: Pick<TokenEnvironment, 'id' | 'tokenKey'>, text: string): Token | null {
  if (text.length > longestToken || !text.startsWith(prefix)) return null;
  let known = opened.get(environment.tokenKey);
  if (known === undefined) {
    known = new Map();
    opened.set(environment.tokenKey, known);
  }
  // The environment is part of the entry: two environments never share a key, but nothing here has to rely on that. Hashed,
  // so that neither a heap dump nor the time of the look-up tells a token.
  const entry = hash('sha256', `${environment.id} ${text}`, 'base64');
  const found = known.get(entry);
  if (found !== undefined) return found;
  const content = open(environment.tokenKey, 'token', environment.id, text.slice(prefix.length));
  if (content === null) return null;
  const token = readToken(content);
  if (known.size >= keptTokens) known.delete(known.keys().next().value ?? '');
  known.set(entry, token);
  return token;
}

/** Reads the sealed content; it is ours, so a wrong form is a defect. */
function readToken(content: string): Token {
  const parts: Value = decodeJson(content);
  if (!Array.isArray(parts)) throw new Error('a sealed token holds no list');
  const [tokenId, table, id, issuedMs, expiresMs, extras = null]: readonly (Value | undefined)[] = parts;
  if (typeof tokenId !== 'string' || typeof table !== 'string' || typeof issuedMs !== 'number' || typeof expiresMs !== 'number')
    throw new Error('a sealed token lacks a part');
  if (typeof id !== 'number' && typeof id !== 'string') throw new Error('a sealed token has no key');
  const auth: ValueObject = Object.assign(Object.create(null), {
    table,
    id,
    extras,
    issued_at: Timestamp.of(issuedMs),
    expires_at: Timestamp.of(expiresMs),
  });
  return { tokenId, table, key: String(id), issuedMs, expiresMs, auth };
}
