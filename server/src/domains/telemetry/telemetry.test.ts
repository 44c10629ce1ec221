/** The figures are true: what is planted changes the figure that it should, on a real database. */
import { AshlarError, Timestamp } from '@ashlar/engine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../../tests/harness/postgres.ts';
import { systemClock } from '../../base/clock.ts';
import type { Postgres } from '../../base/postgres/index.ts';
import { RunAccount } from './account.ts';
import { listAlerts, storeAlert } from './alerts.ts';
import { metricsValue } from './metrics.ts';
import { Profiles } from './profiles.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';

let postgres: Postgres;
const made: Telemetry[] = [];
const start = (): Telemetry => {
  const telemetry = createTelemetry({ clock: systemClock, postgres, dataPath: '/tmp' });
  made.push(telemetry);
  return telemetry;
};
beforeAll(async () => {
  postgres = await testPostgres();
});
afterAll(() => {
  for (const telemetry of made) telemetry.stop();
});

const request = { environmentId: 'env_a', method: 'GET', endpoint: '/x', status: 200, durationMs: 10 };

describe('get_system_metrics', () => {
  it('begins with nothing', async () => {
    expect(await start().system()).toMatchObject({ avgResponseMs: 0, requestsPerMinute: 0, errorRate: 0, cacheHitRatio: 0 });
  });

  it('counts answers, their mean time and the share of errors', async () => {
    const telemetry = start();
    for (const [status, durationMs] of [
      [200, 10],
      [404, 20],
      [500, 30],
      [503, 3_940],
    ] as const)
      telemetry.record({ ...request, status, durationMs });
    expect(await telemetry.system()).toMatchObject({ requestsPerMinute: 4, avgResponseMs: 1_000, errorRate: 50 });
  });

  it('tells the share of reads that the cache answered', async () => {
    const telemetry = start();
    for (const hit of [false, true, true, true]) telemetry.cacheRead(hit);
    expect((await telemetry.system()).cacheHitRatio).toBe(0.75);
  });

  it('measures machine and database, percentages from 0 to 100', async () => {
    const telemetry = start();
    const busyUntil = performance.now() + 1_300;
    while (performance.now() < busyUntil) await new Promise((resolve) => setImmediate(resolve));
    const figures = await telemetry.system();
    for (const name of ['cpuUsage', 'memoryUsage', 'diskUsage'] as const) {
      expect(figures[name], name).toBeGreaterThan(0);
      expect(figures[name], name).toBeLessThanOrEqual(100);
    }
    expect(figures.databaseResponseMs).toBeGreaterThan(0);
    expect(figures.databaseResponseMs).toBeLessThan(2_000);
    expect(figures.nodeConnections).toBe(postgres.connections());
  });

  it('sees connections that are opened', async () => {
    const before = (await start().system()).databaseConnections ?? 0;
    const ref = await postgres.createDatabase();
    const lent = await Promise.all(Array.from({ length: 5 }, () => postgres.lend(ref, 'app', 5_000)));
    const during = (await start().system()).databaseConnections ?? 0;
    for (const client of lent) client.release();
    expect(during).toBeGreaterThanOrEqual(before + 4);
  });

  it('feels a blocked event loop', async () => {
    const telemetry = start();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const blockUntil = performance.now() + 400;
    while (performance.now() < blockUntil);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect((await telemetry.system()).eventLoopDelayMs).toBeGreaterThan(1);
  });

  it('gives numbers under the names that stacks read', async () => {
    const value: Record<string, unknown> = JSON.parse(JSON.stringify(metricsValue(await start().system())));
    for (const name of [
      'cpu_usage',
      'memory_usage',
      'disk_usage',
      'db_connections',
      'database_connections',
      'database_response_time',
      'avg_response_time',
      'requests_per_minute',
      'error_rate',
      'cache_hit_ratio',
      'uptime_s',
      'event_loop_delay_ms',
    ])
      expect(typeof value[name], name).toBe('number');
    expect(value.db_connections).toBe(value.database_connections);
  });
});

describe('a profile', () => {
  const at = (key: object, account: RunAccount, nowMs: number) => ({
    key,
    endpoint: 'GET /x',
    names: { stack: undefined, functions: undefined },
    account,
    nowMs,
  });
  it('holds what happened since it began, and nothing before', () => {
    const profiles = new Profiles();
    const key = {};
    const account = new RunAccount();
    const cost = { frame: '', effect: 'query', kind: 'database', durationMs: 5 } as const;
    account.add({ ...cost, step: 1 });
    expect(profiles.start('p', at(key, account, 100), 0)).toMatchObject({ id: 'p', started_at: Timestamp.of(0) });
    for (let n = 0; n < 12; n += 1) account.add({ ...cost, step: 2, rows: 3 });
    account.add({ step: 3, frame: '', effect: 'sleep', kind: 'waiting', durationMs: 1 });
    const report = JSON.parse(JSON.stringify(profiles.end('p', at(key, account, 180.456))));
    expect(report).toMatchObject({
      id: 'p',
      execution_time: 80.46,
      database_time: 60,
      queries: 12,
      slow_functions: [{ number: 2, calls: 12, duration_ms: 60, rows: 36 }],
      optimization_suggestions: [{ kind: 'query_in_loop', step: { number: 2 } }],
    });
    expect(report.steps.map((step: { number: number }) => step.number)).toEqual([2, 3]);
    expect(report.memory).toBeGreaterThanOrEqual(0);
  });
  it('of another run, or ended before, is null', () => {
    const profiles = new Profiles();
    const key = {};
    profiles.start('p', at(key, new RunAccount(), 0), 0);
    expect(profiles.end('p', at({}, new RunAccount(), 1))).toBeNull();
    expect(profiles.end('p', at(key, new RunAccount(), 1))).toMatchObject({ steps: [], optimization_suggestions: [] });
    expect(profiles.end('p', at(key, new RunAccount(), 1))).toBeNull();
  });
  it('can be open a hundred times in a run', () => {
    const profiles = new Profiles();
    const key = {};
    for (let n = 0; n < 100; n += 1) profiles.start(`p${n}`, at(key, new RunAccount(), 0), 0);
    expect(() => profiles.start('one more', at(key, new RunAccount(), 0), 0)).toThrow(
      expect.objectContaining({ code: 'too_many_profiles' }),
    );
  });
});

describe('alerts', () => {
  const alert = { environmentId: 'env_alerts', alertType: 'performance_issue', endpoint: 'GET /x', data: { n: 1 } };
  beforeAll(async () => {
    await postgres.control("insert into workspaces (id, name) values ('ws_alerts', 'alerts')");
    await postgres.control(
      `insert into environments (id, workspace_id, name, database, owner_role, app_role, app_password, query_role, query_password, token_key)
       values ('env_alerts', 'ws_alerts', 'dev', 'x', 'x', 'x', 'x', 'x', 'x', '')`,
    );
  });

  it('are stored, and listed newest first, page by page', async () => {
    const ids: unknown[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await storeAlert(postgres, { ...alert, data: { n } })).id);
    await storeAlert(postgres, { ...alert, alertType: 'other' });
    const listed: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await listAlerts(postgres, { limit: 2, cursor, alertType: 'performance_issue' });
      listed.push(...page.alerts.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([...listed].sort()).toEqual([...ids].sort());
    const { alerts, nextCursor } = await listAlerts(postgres, { limit: 100, cursor: undefined, alertType: undefined });
    expect(nextCursor).toBeUndefined();
    expect(alerts).toHaveLength(6);
    expect([...alerts].sort((a, b) => (a.created_at < b.created_at ? 1 : -1)).map(({ created_at }) => created_at)).toEqual(
      alerts.map(({ created_at }) => created_at),
    );
    expect(alerts.at(-1)).toMatchObject({ workspace: 'alerts', environment: 'dev', endpoint: 'GET /x', data: { n: 0 } });
  });

  it('take what a text of the language can hold', async () => {
    await storeAlert(postgres, {
      ...alert,
      alertType: 'odd',
      data: { nul: 'a\0b', slash: '\\u0000', half: '\ud800', pair: '😀', list: [null] },
    });
    const { alerts } = await listAlerts(postgres, { limit: 1, cursor: undefined, alertType: 'odd' });
    expect(alerts[0]?.data).toMatchObject({ nul: 'a\ufffdb', slash: '\\u0000', half: '\ufffd', pair: '😀', list: [null] });
  });

  it('refuse what is too large, and cursors that are not theirs', async () => {
    await expect(storeAlert(postgres, { ...alert, data: 'x'.repeat(70_000) })).rejects.toMatchObject({
      code: 'alert_too_large',
      status: 400,
    });
    for (const cursor of [
      '',
      'x',
      Buffer.from('[1,2]').toString('base64url'),
      Buffer.from('["now()","x"]').toString('base64url'),
    ])
      await expect(listAlerts(postgres, { limit: 1, cursor, alertType: undefined })).rejects.toBeInstanceOf(AshlarError);
  });
});
