import type { EventEmitter } from 'node:events';
import type { PoolClient } from 'pg';
import { describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { EnvironmentLock } from './environment-lock.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Two nodes: each has a lock of its own, the database is one. */
async function nodes() {
  const postgres = await testPostgres();
  return [new EnvironmentLock(postgres), new EnvironmentLock(postgres)] as const;
}

describe("an environment's lock", () => {
  it('lets one work at a time, on one node and on two', async () => {
    const [one, two] = await nodes();
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await pause(30);
      inside -= 1;
    };
    await Promise.all([
      one.run('w', 'dev', work),
      one.run('w', 'dev', work),
      two.run('w', 'dev', work),
      two.run('w', 'dev', work),
    ]);
    expect(most).toBe(1);
  });

  it('does not hold up another environment', async () => {
    const [one, two] = await nodes();
    const { promise, resolve } = Promise.withResolvers<void>();
    const holding = one.run('w', 'dev', () => promise);
    expect(await two.run('w', 'staging', async () => 'free')).toBe('free');
    resolve();
    await holding;
  });

  it('is tried without waiting', async () => {
    const [one, two] = await nodes();
    const { promise, resolve } = Promise.withResolvers<void>();
    const holding = one.run('w', 'tried', () => promise);
    await pause(100);
    expect([await one.tryRun('w', 'tried', pause0), await two.tryRun('w', 'tried', pause0)]).toEqual([false, false]);
    resolve();
    await holding;
    expect(await two.tryRun('w', 'tried', pause0)).toBe(true);
  });

  it('is free again after the work failed, and more stand in line than there are connections', async () => {
    const [one] = await nodes();
    await expect(one.run('w', 'dev', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    const postgres = await testPostgres();
    const all = Array.from({ length: 30 }, (_, index) =>
      one.run(`w${index % 10}`, 'dev', async () => (await postgres.control<{ one: number }>('select 1 as one')).rows[0]?.one),
    );
    expect(await Promise.all(all)).toEqual(Array.from({ length: 30 }, () => 1));
  });

  it('leaves no listener on a pooled connection, also when the work is refused', async () => {
    const postgres = await testPostgres();
    const clients = new Set<EventEmitter>();
    const watched: typeof postgres = Object.create(postgres, {
      controlTransaction: {
        value: <T>(work: (client: PoolClient) => Promise<T>) =>
          postgres.controlTransaction((client) => {
            clients.add(client);
            return work(client);
          }),
      },
    });
    const lock = new EnvironmentLock(watched);
    await lock.run('w', 'listeners', pause0);
    const before = Math.max(...[...clients].map((client) => client.listenerCount('error')));
    for (let index = 0; index < 20; index += 1)
      await expect(lock.run('w', 'listeners', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(Math.max(...[...clients].map((client) => client.listenerCount('error')))).toBe(before);
  });
});

const pause0 = (): Promise<void> => Promise.resolve();
