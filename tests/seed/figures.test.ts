/**
 * Planted cause -> field -> expectation: each figure of get_system_metrics moves with what it speaks of and with nothing else.
 * The clock is put forward and the machine's readings are set, so that the values are exact.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../../server/src/domains/telemetry/machine.ts';
import { plantedFiles } from './planted.ts';
import { type Json, type SeedServer, startSeedServer } from './seed-server.ts';

let server: SeedServer;
beforeAll(async () => {
  server = await startSeedServer();
  const published = await server.control('POST', '/api/workspaces/planted/environments/dev/publish', {
    files: plantedFiles(server.otherServer),
  });
  expect(published).toMatchObject({ unchanged: false });
});

const figures = (): Promise<Json> => server.get('/api:tool/figures');
const times = async (n: number, path: string): Promise<void> => {
  for (let i = 0; i < n; i += 1) await server.get(path);
};
/** After it nothing of what was answered before is within the last 60 s. */
const quietMinute = (): void => server.skip(61_000);

interface Planted {
  readonly cause: string;
  readonly plant: () => unknown;
  readonly field: string;
  readonly expectation: (value: number) => void;
}

const table: readonly Planted[] = [
  {
    cause: 'a minute without a request',
    plant: quietMinute,
    field: 'requests_per_minute',
    expectation: (value) => expect(value).toBe(0),
  },
  {
    cause: 'seven requests, and none before',
    plant: async () => {
      quietMinute();
      await times(7, '/api:tool/read');
    },
    field: 'requests_per_minute',
    expectation: (value) => expect(value).toBe(7),
  },
  {
    cause: 'seven requests 58 seconds ago',
    plant: async () => {
      quietMinute();
      await times(7, '/api:tool/read');
      server.skip(58_000);
    },
    field: 'requests_per_minute',
    expectation: (value) => expect(value).toBe(7),
  },
  {
    cause: 'seven requests 61 seconds ago',
    plant: async () => {
      await times(7, '/api:tool/read');
      quietMinute();
    },
    field: 'requests_per_minute',
    expectation: (value) => expect(value).toBe(0),
  },
  {
    cause: 'one answer of 503 among four',
    plant: async () => {
      quietMinute();
      await times(3, '/api:tool/read');
      await times(1, '/api:tool/fails');
    },
    field: 'error_rate',
    expectation: (value) => expect(value).toBe(25),
  },
  {
    cause: 'answers of 404, which are the caller’s errors',
    plant: async () => {
      quietMinute();
      await times(3, '/api:tool/refuses');
    },
    field: 'error_rate',
    expectation: (value) => expect(value).toBe(0),
  },
  {
    cause: 'two answers that take 300 ms',
    plant: async () => {
      quietMinute();
      await times(2, '/api:tool/takes');
    },
    field: 'avg_response_time',
    expectation: (value) => {
      expect(value).toBeGreaterThanOrEqual(298);
      expect(value).toBeLessThan(900);
    },
  },
  {
    cause: 'no request for a minute',
    plant: quietMinute,
    field: 'avg_response_time',
    expectation: (value) => expect(value).toBe(0),
  },
  ...(
    [
      ['cpu_usage', 'cpuUsage', 93.5],
      ['memory_usage', 'memoryUsage', 41.2],
      ['disk_usage', 'diskUsage', 77],
      ['event_loop_delay_ms', 'eventLoopDelayMs', 12.5],
    ] as const
  ).map(
    ([field, reading, value]): Planted => ({
      cause: `a reading of ${value}`,
      plant: () => {
        server.machine[reading] = value;
      },
      field,
      expectation: (found) => expect(found).toBe(value),
    }),
  ),
];

describe('the cache', () => {
  it('has a ratio of 0 before the first read, then hits by reads', async () => {
    expect((await figures()).cache_hit_ratio).toBe(0);
    await times(2, '/api:tool/read');
    expect((await figures()).cache_hit_ratio).toBe(0);
    await server.post('/api:tool/keep');
    expect((await figures()).cache_hit_ratio).toBe(0);
    await times(6, '/api:tool/read');
    expect((await figures()).cache_hit_ratio).toBe(0.75);
  });
});

describe('a planted cause moves its figure', () => {
  it.each(table)('$cause -> $field', async ({ plant, field, expectation }) => {
    await plant();
    expectation((await figures())[field]);
  });
});

describe('true readings', () => {
  it('db_connections and database_connections are the sessions that PostgreSQL lists', async () => {
    let seen: unknown;
    // Pools open and close connections of their own accord: equal at one of a few looks a second apart.
    for (let look = 0; look < 8; look += 1) {
      await sleep(1_050);
      server.skip(1_050);
      const { db_connections: one, database_connections: other } = await figures();
      const [sessions] = await server.get('/api:tool/sessions');
      seen = [one, other, sessions.n];
      if (one === other && one === sessions.n) break;
    }
    const [one, other, listed] = seen as number[];
    expect([one, other]).toEqual([listed, listed]);
    expect(listed).toBeGreaterThan(0);
  });

  it('processor and memory are what the system says by another way', async () => {
    const machine = new Machine(process.cwd());
    try {
      const before = process.cpuUsage();
      await work(2_100);
      const { user, system } = process.cpuUsage(before);
      const { cpuUsage, memoryUsage } = await machine.read();
      // At least as busy as this process alone made it; the last sample may be of another second.
      expect(cpuUsage).toBeGreaterThan(((user + system) / 1_000 / 2_100 / availableParallelism()) * 100 - 15);
      expect(Math.abs(memoryUsage - memoryInUse())).toBeLessThan(5);
    } finally {
      machine.stop();
    }
  });
});

/** Keeps a processor busy, and lets timers run. */
async function work(ms: number): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    for (let i = 0; i < 100_000; i += 1) Math.sqrt(i);
    await new Promise(setImmediate);
  }
}

/** Per cent of the container's limit, else of what /proc tells of the machine. */
function memoryInUse(): number {
  const limit = process.constrainedMemory();
  if (limit > 0 && limit < totalmem()) return ((limit - process.availableMemory()) / limit) * 100;
  const text = readFileSync('/proc/meminfo', 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}: *(\\d+) kB$`, 'm').exec(text)?.[1]);
  return (1 - kilobytes('MemAvailable') / kilobytes('MemTotal')) * 100;
}
