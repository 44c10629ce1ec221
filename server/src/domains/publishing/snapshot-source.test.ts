import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../base/log/index.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { revisionChannel } from '../environments/index.ts';
import type { Snapshot } from './snapshot.ts';
import { ControlSnapshots, holdChannel } from './snapshot-source.ts';

/** A control database that is only a number, and can be away. */
class Control {
  revision = 1;
  away = false;
  builds = 0;
  /** Resolves when the build under way may end. */
  gate: Promise<void> = Promise.resolve();
  readonly handlers = new Map<string, (payload: string) => void>();

  source(listen = true): ControlSnapshots {
    const read = async () => {
      if (this.away) throw new Error('away');
      return { revision: this.revision, unfinished: false };
    };
    const postgres: Pick<Postgres, 'listen'> = {
      listen: async (channel, handler) => {
        this.handlers.set(channel, handler);
        return async () => void this.handlers.delete(channel);
      },
    };
    return new ControlSnapshots({
      postgres,
      log: silentLog,
      nodeId: 'me',
      listen,
      revision: read,
      recover: () => undefined,
      build: async (): Promise<Snapshot> => {
        this.builds += 1;
        const { revision } = await read();
        await this.gate;
        return { revision, groups: new Map(), environments: new Map() };
      },
    });
  }
}

describe('the snapshot in force', () => {
  let control: Control;
  const opened: ControlSnapshots[] = [];
  const start = async (listen?: boolean): Promise<ControlSnapshots> => {
    const source = control.source(listen);
    opened.push(source);
    await source.start();
    return source;
  };
  beforeEach(() => {
    vi.useFakeTimers();
    control = new Control();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((source) => source.stop()));
    vi.useRealTimers();
  });

  it('does not exist before the first one was built', async () => {
    const source = control.source();
    expect(source.current).toBeUndefined();
    control.away = true;
    await expect(source.start()).rejects.toThrow('away');
    expect(source.current).toBeUndefined();
  });

  it('follows a notification at once, without waiting for the next look', async () => {
    const source = await start();
    control.revision = 2;
    control.handlers.get(revisionChannel)?.('2');
    await vi.advanceTimersByTimeAsync(0);
    expect(source.current?.revision).toBe(2);
  });

  it('follows within half a second when the notification is lost', async () => {
    const source = await start(false);
    expect(control.handlers.size).toBe(0);
    control.revision = 2;
    await vi.advanceTimersByTimeAsync(499);
    expect(source.current?.revision).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(source.current?.revision).toBe(2);
  });

  it('is not built again for a revision that it has', async () => {
    await start();
    control.handlers.get(revisionChannel)?.('1');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(control.builds).toBe(1);
  });

  it('stays while the control database is away, and follows when it is back', async () => {
    const source = await start();
    control.away = true;
    control.revision = 2;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(source.current?.revision).toBe(1);
    control.away = false;
    await vi.advanceTimersByTimeAsync(500);
    expect(source.current?.revision).toBe(2);
  });

  it('holds what was committed before `refresh` was called, also when one was being built', async () => {
    const source = await start();
    const { promise, resolve } = Promise.withResolvers<void>();
    control.gate = promise;
    const first = source.refresh();
    await vi.advanceTimersByTimeAsync(0);
    control.revision = 2;
    const [second, third] = [source.refresh(), source.refresh()];
    resolve();
    await Promise.all([first, second, third]);
    expect(source.current?.revision).toBe(2);
    expect(control.builds).toBe(3);
  });

  it('is told to listeners until they leave', async () => {
    const source = await start();
    const seen: number[] = [];
    const leave = source.onChange((snapshot) => seen.push(snapshot.revision));
    control.revision = 2;
    await source.refresh();
    leave();
    control.revision = 3;
    await source.refresh();
    expect(seen).toEqual([2]);
  });

  it("holds an environment that another node announced, not for this node's own announcement", async () => {
    const source = await start();
    control.handlers.get(holdChannel)?.('hold env_mine me');
    control.handlers.get(holdChannel)?.('hold env_theirs other');
    expect(source.held('env_mine')).toBeUndefined();
    const held = source.held('env_theirs');
    control.revision = 2;
    control.handlers.get(holdChannel)?.('release env_theirs other');
    await held;
    // Released after the new version is here.
    expect(source.current?.revision).toBe(2);
  });
});
