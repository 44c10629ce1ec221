import { Decimal, type ValueObject } from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToken, type TokenEnvironment, verifyToken } from './tokens.ts';

const environment = (more: Partial<TokenEnvironment> = {}): TokenEnvironment => ({
  id: 'env_a',
  tokenKey: new Uint8Array(32).fill(1),
  validAfter: new Map(),
  revokedTokens: new Set(),
  ...more,
});
const now = Date.parse('2026-11-24T12:00:00Z');
const request = (more: { id?: number | string; extras?: ValueObject | null } = {}) => ({
  table: 'customer',
  id: 7,
  expiresS: 60,
  extras: null,
  nowMs: now,
  ...more,
});

describe('a token', () => {
  it('says who signed in, with what, from when to when', () => {
    const home = environment();
    const verdict = verifyToken(home, createToken(home, request({ extras: { plan: 'pro', rate: Decimal.of(150, 2) } })), now);
    const text = JSON.stringify(verdict);
    expect(JSON.parse(text)).toMatchObject({
      auth: {
        table: 'customer',
        id: 7,
        extras: { plan: 'pro' },
        issued_at: '2026-11-24T12:00:00.000Z',
        expires_at: '2026-11-24T12:01:00.000Z',
      },
    });
    expect(text).toContain('1.5');
  });

  it('shows nothing of its content, and never looks the same twice', () => {
    const home = environment();
    const token = createToken(home, request({ id: 'ada@example.com' }));
    expect(token).toMatch(/^ashlar_[A-Za-z0-9_-]+$/);
    expect(Buffer.from(token.slice(7), 'base64url').toString('latin1')).not.toContain('ada');
    expect(createToken(home, request())).not.toBe(createToken(home, request()));
  });

  it('expires to the millisecond, also when it was seen before', () => {
    const home = environment();
    const token = createToken(home, request());
    expect(verifyToken(home, token, now + 59_999)).toHaveProperty('auth');
    expect(verifyToken(home, token, now + 60_000)).toEqual({ refused: 'expired' });
  });

  it('is bad in another environment, under another key, and for anyone who makes one up', () => {
    const home = environment();
    const token = createToken(home, request());
    expect(verifyToken(home, token, now)).toHaveProperty('auth');
    expect(verifyToken(environment({ id: 'env_b', tokenKey: home.tokenKey }), token, now)).toEqual({ refused: 'bad' });
    expect(verifyToken(environment({ tokenKey: new Uint8Array(32).fill(2) }), token, now)).toEqual({ refused: 'bad' });
    for (const text of [
      '',
      'ashlar_',
      'ashlar_AAAA',
      'Bearer x',
      token.slice(7),
      `${token}=`,
      `${token} `,
      `ashlar_${'A'.repeat(9_000)}`,
    ])
      expect(verifyToken(home, text, now)).toEqual({ refused: 'bad' });
  });

  it('is bad as soon as one character is another, one is missing, or one too many', () => {
    const home = environment();
    const token = createToken(home, request());
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (let at = 0; at < token.length; at += 1) {
      const other = alphabet[(alphabet.indexOf(token[at] ?? '') + 1) % 64] ?? '';
      expect(verifyToken(home, token.slice(0, at) + other + token.slice(at + 1), now)).toEqual({ refused: 'bad' });
      expect(verifyToken(home, token.slice(0, at) + token.slice(at + 1), now)).toEqual({ refused: 'bad' });
    }
    fc.assert(
      fc.property(fc.nat(token.length), fc.constantFrom(...alphabet), (at, character) => {
        expect(verifyToken(home, token.slice(0, at) + character + token.slice(at), now)).toEqual({ refused: 'bad' });
      }),
    );
  });

  it.each([
    ['its row: issued before', { customer: { '7': now + 1 } }, { refused: 'revoked' }],
    ['its row: issued at that moment', { customer: { '7': now } }, null],
    ['another row', { customer: { '8': now + 1 } }, null],
    ['another table', { staff: { '7': now + 1 } }, null],
  ])('revoked for %s', (_name, table, refused) => {
    const validAfter = new Map(
      Object.entries(table).map(([name, rows]) => [name, new Map(Object.entries<number>(rows))] as const),
    );
    const token = createToken(environment(), request());
    const verdict = verifyToken(environment({ validAfter }), token, now);
    if (refused === null) expect(verdict).toHaveProperty('auth');
    else expect(verdict).toEqual(refused);
  });

  it('refuses extras that would not travel', () => {
    expect(() => createToken(environment(), request({ extras: { note: 'x'.repeat(4_200) } }))).toThrow(
      expect.objectContaining({ code: 'token_too_large', status: 400 }),
    );
    const largest = createToken(environment(), request({ extras: { note: 'x'.repeat(4_000) } }));
    expect(verifyToken(environment(), largest, now)).toHaveProperty('auth');
  });
});
