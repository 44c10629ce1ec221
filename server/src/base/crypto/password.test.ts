import { argon2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Busy, Gate } from './gate.ts';
import { checkPassword, hashPassword } from './password.ts';

describe('a password hash', () => {
  it('is a PHC string of argon2id, m=19 MiB, t=2, p=1, that the algorithm itself agrees with', async () => {
    const hash = await hashPassword('correct horse');
    const [, , , , salt = '', key = ''] = hash.split('$');
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    const parameters = {
      message: 'correct horse',
      nonce: Buffer.from(salt, 'base64'),
      memory: 19_456,
      passes: 2,
      parallelism: 1,
      tagLength: 32,
    };
    expect(argon2Sync('argon2id', parameters).equals(Buffer.from(key, 'base64'))).toBe(true);
    expect(await hashPassword('correct horse')).not.toBe(hash);
  });

  it('is known again, and nothing else is', async () => {
    const hash = await hashPassword('pässwörd');
    const long = 'x'.repeat(1_000);
    expect(await checkPassword('pässwörd', hash)).toBe(true);
    for (const wrong of ['pässwörD', '', 'pässwörd ', `${'pässwörd'}\0`]) expect(await checkPassword(wrong, hash)).toBe(false);
    const longHash = await hashPassword(long);
    expect(await checkPassword(long, longHash)).toBe(true);
    expect(await checkPassword(`${long}x`, longHash)).toBe(false);
  });

  it.each([
    '',
    '$argon2id$',
    'plain text',
    '$argon2id$v=19$m=9999999,t=99,p=99$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  ])('of the form %j belongs to no password', async (hash) => {
    expect(await checkPassword('x', hash)).toBe(false);
  });

  it('takes as long when there is none', async () => {
    const hash = await hashPassword('a');
    const median = async (against: string | null): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 7; i += 1) {
        const started = performance.now();
        await checkPassword('b', against);
        times.push(performance.now() - started);
      }
      return times.sort((x, y) => x - y)[3] ?? 0;
    };
    const [some, none] = [await median(hash), await median(null)];
    expect(none).toBeGreaterThan(some * 0.5);
    expect(none).toBeLessThan(some * 2);
  });

  it.each(['', 'x'.repeat(1_001)])('is not made of a password with a length out of bounds', async (password) => {
    await expect(hashPassword(password)).rejects.toThrow(RangeError);
  });
});

describe('a gate', () => {
  it('runs so many at a time, in order, and refuses when the line is full', async () => {
    const gate = new Gate(2, 3);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const work = (n: number) => async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(n);
      running -= 1;
    };
    const all = [1, 2, 3, 4, 5].map((n) => gate.run(work(n)));
    await expect(gate.run(work(6))).rejects.toThrow(Busy);
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
    await gate
      .run(async () => {
        throw new Error('fails');
      })
      .catch(() => {});
    await gate.run(work(7));
    expect(order.at(-1)).toBe(7);
  });
});
