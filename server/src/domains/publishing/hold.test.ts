import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Holds } from './hold.ts';

describe('a hold', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets requests of its environment wait until it is released, others not', async () => {
    const holds = new Holds();
    holds.hold('env_a');
    expect(holds.waitFor('env_b')).toBeUndefined();
    const waiting = holds.waitFor('env_a');
    holds.release('env_a');
    await expect(waiting).resolves.toBeUndefined();
    expect(holds.waitFor('env_a')).toBeUndefined();
  });

  it('refuses those who wait after 5 seconds, and is over then', async () => {
    const holds = new Holds();
    holds.hold('env_a');
    const waiting = expect(holds.waitFor('env_a')).rejects.toMatchObject({ code: 'environment_held', status: 503 });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(holds.waitFor('env_a')).toBeDefined();
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(holds.waitFor('env_a')).toBeUndefined();
  });

  it('that is asked for again is not made longer', async () => {
    const holds = new Holds();
    holds.hold('env_a');
    await vi.advanceTimersByTimeAsync(3_000);
    holds.hold('env_a');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(holds.waitFor('env_a')).toBeUndefined();
  });
});
