/** What is revoked on one node is on the others; secrets of an instance that can't seal them. */
import { expect, it } from 'vitest';
import { signInFiles, signInPath } from '../harness/sign-in.ts';
import { control, eventually, newInstance, startNode, type TestNode } from './nodes.ts';

async function codeOf(node: TestNode, token: string): Promise<unknown> {
  const answer = await fetch(`${node.url}/api:revoked/me`, { headers: { Authorization: `Bearer ${token}` } });
  const body: unknown = await answer.json();
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : body;
}

it('a revocation is in force within a second on a node that hears no notification', async () => {
  const databaseUrl = await newInstance();
  const [first, second] = [await startNode({ databaseUrl }), await startNode({ databaseUrl, listen: false })];
  expect((await control(first, 'POST', `${signInPath}/publish`, { files: signInFiles })).status).toBe(201);
  const token: unknown = await (await fetch(`${first.url}/api:revoked/sign-in/1`, { method: 'POST' })).json();
  await eventually(async () => (await codeOf(second, String(token))) === 1, 10_000, 'the version on the other node');

  expect((await control(first, 'POST', `${signInPath}/revocations`, { table: 'person', id: 1 })).status).toBe(201);
  expect(await codeOf(first, String(token))).toBe('token_revoked');
  // A second, and one more for a busy machine.
  await eventually(
    async () => (await codeOf(second, String(token))) === 'token_revoked',
    2_000,
    'the revocation on the other node',
  );
});

it('a secret is not taken where nothing could seal it; other variables are', async () => {
  const node = await startNode({ databaseUrl: await newInstance() });
  expect((await control(node, 'POST', `${signInPath}/publish`, { files: signInFiles })).status).toBe(201);
  const set = (name: string) => control(node, 'PUT', `${signInPath}/variables/${name}`, { value: 'v' });
  expect(await set('PLAIN')).toMatchObject({ status: 200, body: { changed: true } });
  const refused = await set('KEY');
  expect(refused).toMatchObject({ status: 422, body: { code: 'secret_key_missing' } });
  expect(refused.body.message).toContain('ASHLAR_SECRET_KEY');
});
