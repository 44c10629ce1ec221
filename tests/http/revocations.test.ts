/** Tokens revoked through the control API. */
import { beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestAnswer, type TestServer, testAdminKey } from '../harness/server.ts';
import { signInFiles, signInPath } from '../harness/sign-in.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ workspaces: [] });
  const published = await server.call('POST', `${signInPath}/publish`, { body: { files: signInFiles }, token: testAdminKey });
  expect(published.status).toBe(201);
});

const signIn = async (id: number): Promise<string> => (await server.call('POST', `/api:revoked/sign-in/${id}`)).body;
/** Status, and code or answer. */
async function me(token: string): Promise<readonly unknown[]> {
  const { status, body } = await server.call('GET', '/api:revoked/me', { token });
  return [status, status === 200 ? body : body.code];
}
const revoke = (body: unknown): Promise<TestAnswer> =>
  server.call('POST', `${signInPath}/revocations`, { body, token: testAdminKey });

describe('revoking', () => {
  it('ends all tokens of a row that were issued until now, and no other', async () => {
    const [old, other] = [await signIn(1), await signIn(2)];
    expect(await me(old)).toEqual([200, 1]);
    const answer = await revoke({ table: 'person', id: 1 });
    expect(answer).toMatchObject({ status: 201, body: { table: 'person', id: '1', before: expect.any(String) } });
    expect([await me(old), await me(other)]).toEqual([
      [401, 'token_revoked'],
      [200, 2],
    ]);
    // A token of the same millisecond is revoked, too.
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await me(await signIn(1))).toEqual([200, 1]);
  });

  it('ends one token alone', async () => {
    const [lost, kept] = [await signIn(3), await signIn(3)];
    const answer = await revoke({ token: lost });
    expect(answer).toMatchObject({ status: 201, body: { token_id: expect.stringMatching(/^tok_/) } });
    expect([await me(lost), await me(kept)]).toEqual([
      [401, 'token_revoked'],
      [200, 3],
    ]);
    expect(await revoke({ token_id: answer.body.token_id })).toMatchObject({ status: 201 });
  });

  it('before a time leaves later tokens alone, and an earlier time takes nothing back', async () => {
    const token = await signIn(4);
    await revoke({ table: 'person', id: 4, before: '2020-01-01T00:00:00Z' });
    expect(await me(token)).toEqual([200, 4]);
    await revoke({ table: 'person', id: 4 });
    const { body } = await revoke({ table: 'person', id: 4, before: '2020-01-01T00:00:00Z' });
    expect(String(body.before) > '2026').toBe(true);
    expect(await me(token)).toEqual([401, 'token_revoked']);
  });

  it.each([
    [{}, 'table', 'required'],
    [{ table: 'person' }, 'id', 'required'],
    [{ table: 'persons', id: 1 }, 'table', 'not_allowed'],
    [{ table: 'person', id: 1, before: '2020-01-01' }, 'before', 'wrong_type'],
    [{ table: 'person', id: 1, before: '2999-01-01T00:00:00Z' }, 'before', 'too_large'],
    [{ table: 'person', id: 1, token: 'x' }, 'token', 'not_allowed'],
    [{ token: 'ashlar_x' }, 'token', 'not_allowed'],
    [{ token_id: 'x' }, 'token_id', 'not_allowed'],
  ])('%j is refused', async (body, field, code) => {
    expect(await revoke(body)).toMatchObject({
      status: 400,
      body: { code: 'input_invalid', errors: [{ in: 'body', field, code }] },
    });
  });

  it('is listed page by page', async () => {
    await revoke({ table: 'person', id: 'x/1' });
    await revoke({ token_id: 'tok_abc' });
    const all: unknown[] = [];
    for (let path: string | undefined = `${signInPath}/revocations?limit=2`; path !== undefined; ) {
      const answer: TestAnswer = await server.call('GET', path, { token: testAdminKey });
      all.push(...answer.body);
      path = /<([^>]+)>/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(all).toContainEqual({ table: 'person', id: 'x/1', before: expect.any(String) });
    expect(all.at(-1)).toMatchObject({ token_id: expect.stringMatching(/^tok_/), expires_at: expect.any(String) });
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(all.length);
    const wrong = await server.call('GET', `${signInPath}/revocations?cursor=x`, { token: testAdminKey });
    expect(wrong.body.code).toBe('bad_cursor');
  });
});
