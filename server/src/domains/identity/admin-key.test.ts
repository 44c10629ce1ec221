import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, testPostgres } from '../../../../tests/harness/postgres.ts';
import { openAdminKey } from './index.ts';

describe('the admin key', () => {
  let dataPath: string;
  beforeEach(async () => {
    dataPath = temporaryFolder();
    await (await testPostgres()).control('update instance set admin_key_hash = null');
  });
  afterEach(() => rmSync(dataPath, { recursive: true, force: true }));

  const open = async (given: string | null = null, path = dataPath) =>
    openAdminKey({ postgres: await testPostgres(), dataPath: path, given });
  const long = 'a-key-for-tests-that-is-long-enough-0123456789';

  it('is made at the first start, kept in a file that only its owner reads, and not shown again', async () => {
    const first = await open();
    expect(first.generated).toMatch(/^ashlar_[a-z2-7]{52}$/);
    const file = join(dataPath, 'admin-key');
    expect(readFileSync(file, 'utf8').trim()).toBe(first.generated);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second).toMatchObject({ generated: null, file, given: false });
    expect(second.verify(first.generated ?? '')).toBe(true);
  });

  it('is stored as a hash only', async () => {
    const { generated } = await open();
    const { rows } = await (await testPostgres()).control<{ text: string }>(
      "select encode(admin_key_hash, 'escape') as text from instance",
    );
    expect(rows[0]?.text).not.toContain(generated?.slice(7, 20));
  });

  it.each(['', 'x', `${long} `, `${long}0`, long.slice(1), long.toUpperCase()])('is not %j', async (text) => {
    expect((await open(long)).verify(text)).toBe(false);
  });

  it('of ASHLAR_ADMIN_KEY holds for this node and, stored, for those without one', async () => {
    const generated = (await open()).generated ?? '';
    const given = await open(long);
    expect([given.verify(long), given.verify(generated), given.given]).toEqual([true, false, true]);
    const other = temporaryFolder();
    const without = await open(null, other);
    rmSync(other, { recursive: true });
    expect([without.verify(long), without.generated, without.file]).toEqual([true, null, null]);
  });

  it('is one key when two nodes start at the same moment', async () => {
    const other = temporaryFolder();
    const nodes = await Promise.all([open(), open(null, other)]);
    rmSync(other, { recursive: true });
    const made = nodes.map((node) => node.generated).filter((key) => key !== null);
    expect(made).toHaveLength(1);
    expect(nodes.every((node) => node.verify(made[0] ?? ''))).toBe(true);
  });
});
