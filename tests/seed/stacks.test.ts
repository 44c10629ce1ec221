/** The document's two stacks as an example serves them: unchanged, every branch taken and not taken, true to what was planted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFunction } from '@ashlar/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { plantedFiles, rowCount, seedFolder } from './planted.ts';
import { type Json, type SeedServer, startSeedServer } from './seed-server.ts';

let server: SeedServer;
beforeAll(async () => {
  server = await startSeedServer();
});

const set = async (variable: string, value: string): Promise<void> => {
  const answer = await server.control('PUT', `/api/workspaces/seed/environments/dev/variables/${variable}`, { value });
  expect(answer).toEqual({ changed: expect.any(Boolean) });
};
const alerts = (type: string): Promise<Json[]> => server.control('GET', `/api/alerts?alert_type=${type}`);
const workflow = (headers: Readonly<Record<string, string>> = {}): Promise<Json> =>
  server.post('/api:seed/development-workflow', headers);
const report = (): Promise<Json> => server.get('/api:seed/performance-report');

it.each(['development-workflow.jsonc', 'performance-report.jsonc'])('%s is the document’s, byte for byte', (name) => {
  const served = readFileSync(join(seedFolder, 'stacks', name));
  expect(served.equals(readFileSync(join(import.meta.dirname, 'fixtures', name)))).toBe(true);
});

describe('development-workflow', () => {
  it('obeys a variable that was set within a second', async () => {
    for (const value of ['true', 'false', 'true']) {
      await set('PROFILING_ENABLED', value);
      const setAt = performance.now();
      let answer = await workflow();
      while (answer.development_context.profiling_enabled !== value && performance.now() - setAt < 5_000)
        answer = await workflow();
      expect(performance.now() - setAt).toBeLessThan(1_000);
      expect(answer.development_context.profiling_enabled).toBe(value);
      expect(answer.performance_metrics === null).toBe(value === 'false');
    }
  });

  it('logs the request where debugging is on, without what would open a door', async () => {
    await set('DEBUG_MODE', 'true');
    server.lines.length = 0;
    const secrets = { Authorization: 'Bearer very.secret.token', Cookie: 'theme=dark; session=0123456789abcdef' };
    await workflow({ ...secrets, 'X-Harmless': 'shown' });
    const [line, ...more] = server.lines.filter((one) => one.includes('log_debug_info'));
    expect(more).toEqual([]);
    const { data } = JSON.parse(line ?? '');
    expect(data).toMatchObject({
      endpoint: '/api:seed/development-workflow',
      method: 'POST',
      body: { a: 1 },
      headers: { authorization: '***', cookie: '***', 'x-harmless': 'shown' },
    });
    expect(Date.parse(data.timestamp)).toBeGreaterThan(Date.now() - 60_000);
    expect(line).not.toMatch(/very\.secret|0123456789abcdef/);
  });

  it('logs nothing where it is off', async () => {
    await set('DEBUG_MODE', 'false');
    server.lines.length = 0;
    await workflow();
    expect(server.lines.filter((one) => one.includes('log_debug_info'))).toEqual([]);
  });

  it('raises no alert for a quick run', async () => {
    expect((await workflow()).performance_metrics.execution_time).toBeLessThan(5_000);
    expect(await alerts('performance_issue')).toEqual([]);
  });
});

describe('performance-report', () => {
  it.each([
    { reading: 'nothing above 80', cpu: 80, memory: 80, raised: 0 },
    { reading: 'a busy processor', cpu: 80.1, memory: 20, raised: 1 },
    { reading: 'little memory left', cpu: 10, memory: 95, raised: 1 },
  ])('$reading -> $raised alerts', async ({ cpu, memory, raised }) => {
    const before = await alerts('resource_threshold_exceeded');
    Object.assign(server.machine, { cpuUsage: cpu, memoryUsage: memory });
    const { performance_report: given } = await report();
    expect(given.system_health).toMatchObject({ cpu_usage: cpu, memory_usage: memory, disk_usage: 30 });
    const after = await alerts('resource_threshold_exceeded');
    expect(after).toHaveLength(before.length + raised);
    if (raised > 0) expect(after[0]).toMatchObject({ workspace: 'seed', data: given });
    Object.assign(server.machine, { cpuUsage: 10, memoryUsage: 20 });
  });
});

describe('advice', () => {
  const advice = (): Promise<Json> => server.get('/api:tool/advice');
  const clean = Object.keys(plantedFiles('')).flatMap((path) => /^apis\/(clean\/.*)\.get\.jsonc$/.exec(path)?.[1] ?? []);

  beforeAll(async () => {
    const published = await server.control('POST', '/api/workspaces/planted/environments/dev/publish', {
      files: plantedFiles(server.otherServer),
    });
    expect(published).toMatchObject({ unchanged: false });
  });

  it('is [] before the first request, and so is the analysis', async () => {
    expect(await advice()).toEqual({ analysis: [], advice: [], none: [] });
  });

  it('is [] where nothing is planted, however close', async () => {
    await server.post('/api:tool/fill');
    expect(clean.length).toBeGreaterThan(10);
    await Promise.all(clean.map((path) => server.get(`/api:${path}`)));
    const { analysis, advice: given } = await advice();
    expect(given).toEqual([]);
    const analysed = analysis.map((row: Json) => row.endpoint);
    for (const path of clean) expect(analysed).toContain(`/api:${path}`);
  });

  const planted: readonly [path: string, expected: object][] = [
    ['loop', { kind: 'query_in_loop', step: { function: 'get_record' }, evidence: { calls_in_one_run: 25 } }],
    [
      'loop-in-function',
      {
        kind: 'query_in_loop',
        step: { function: 'get_record', file: 'functions/notes/one.jsonc', within: 'notes/one' },
        evidence: { calls_in_one_run: 12 },
      },
    ],
    [
      'loop-after',
      {
        kind: 'query_in_loop',
        step: { function: 'get_record', after_answer: true },
        evidence: { calls_in_one_run: 15 },
        expected_gain: null,
      },
    ],
    [
      'loop-after-in-function',
      { kind: 'query_in_loop', step: { function: 'get_record', within: 'notes/later', after_answer: true } },
    ],
    ['unbounded', { kind: 'unbounded_list', step: { function: 'query_records' }, evidence: { rows: rowCount } }],
    ['unbounded-sql', { kind: 'unbounded_list', step: { function: 'direct_query' }, evidence: { rows: rowCount } }],
    [
      'calls-in-turn',
      { kind: 'calls_in_turn', step: { number: 1, function: 'external_api_request' }, evidence: { steps: [1, 2] } },
    ],
    ['unlimited-call', { kind: 'outbound_without_time_limit', step: { function: 'external_api_request' } }],
  ];

  it.each(planted)('names what is planted in %s, with its step, and nothing else', async (path, expected) => {
    await server.get(`/api:planted/${path}`);
    const endpoint = `GET /api:planted/${path}`;
    // What runs after the answer may not be done yet.
    let found: Json[] = [];
    for (let look = 0; look < 50 && found.length === 0; look += 1)
      found = (await advice()).advice.filter((one: Json) => one.endpoint === endpoint);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ endpoint, ...expected });
    expect(found[0].suggestion.length).toBeGreaterThan(20);
  });

  it('in the end names every planted one, and none of the near misses', async () => {
    const { advice: given } = await advice();
    expect(given.map((one: Json) => one.endpoint).sort()).toEqual(planted.map(([path]) => `GET /api:planted/${path}`).sort());
  });
});

describe('a slow endpoint', () => {
  const slow = '/api:planted/slow';

  it('is analysed only when the mean answer takes more than two seconds, then first, with true percentiles', async () => {
    const files = plantedFiles(server.otherServer);
    const steps = [{ function: 'sleep', duration_ms: 2_300 }];
    await server.control('POST', '/api/workspaces/planted/environments/dev/publish', {
      files: { ...files, 'apis/planted/slow.get.jsonc': JSON.stringify({ stack: steps, response: 1 }) },
    });
    server.skip(61_000);
    expect(await server.get('/api:tool/report')).toMatchObject({ analysis: null, advice: null });
    server.skip(61_000);
    await Promise.all(Array.from({ length: 20 }, () => server.get(slow)));
    const answer = await server.get('/api:tool/report');
    expect(answer.report.api_performance.avg_response_time).toBeGreaterThan(2_000);
    const [first] = answer.analysis;
    expect(first).toMatchObject({ endpoint: slow, method: 'GET', calls: 20, errors: 0, trend: null });
    expect(first.slowest_step).toMatchObject({ function: 'sleep', calls: 20 });
    for (const percentile of ['p50_ms', 'p95_ms', 'p99_ms']) {
      expect(first[percentile], percentile).toBeGreaterThan(2_300 * 0.97);
      expect(first[percentile], percentile).toBeLessThan(4_500);
    }
    expect(first.total_ms).toBeGreaterThan(20 * 2_300);
    expect(first.where.waiting).toBeGreaterThan(first.total_ms * 0.8);
  });
});

describe('a profile', () => {
  it('names steps of functions, counts a transaction as the database’s time, and its own statements only', async () => {
    const profile = await server.get('/api:tool/profile');
    expect(profile.queries).toBe(2);
    const steps = Object.fromEntries(profile.steps.map((step: Json) => [step.function, step]));
    expect(steps.transaction).toMatchObject({ effect: 'transaction', calls: 2 });
    expect(steps.add_record).toMatchObject({ effect: 'query', calls: 1, rows: 1 });
    expect(steps.get_record).toMatchObject({ within: 'notes/one', file: 'functions/notes/one.jsonc' });
    const sum = profile.steps.reduce((all: number, step: Json) => all + step.duration_ms, 0);
    expect(profile.database_time).toBeGreaterThan(0);
    expect(profile.database_time).toBeLessThanOrEqual(sum + 0.05);
    expect(profile.execution_time).toBeGreaterThanOrEqual(profile.database_time);
  });
});

describe('what the check knows of an answer is what comes', () => {
  const fieldsOf = (name: string): readonly string[] => {
    const declared = findFunction(name)?.declaration.result;
    // None of these looks at its step.
    const found = typeof declared === 'function' ? declared({} as Parameters<typeof declared>[0]) : undefined;
    return [...((found?.items ?? found)?.fields?.keys() ?? [])].sort();
  };

  it('of get_system_metrics, analyze_slow_endpoints, suggest_optimizations and end_performance_profiling', async () => {
    const { analysis, advice } = await server.get('/api:tool/advice');
    for (const [name, value] of [
      ['get_system_metrics', await server.get('/api:tool/figures')],
      ['analyze_slow_endpoints', analysis[0]],
      ['suggest_optimizations', advice[0]],
      ['end_performance_profiling', await server.get('/api:tool/profile')],
    ])
      expect(Object.keys(value).sort(), name).toEqual(fieldsOf(name));
  });
});

it('an alert holds what a stack gave it, without the caller’s credentials', async () => {
  await server.post('/api:tool/telltale', { Authorization: 'Bearer very.secret.token', 'X-Harmless': 'shown' });
  const [alert] = await alerts('telltale');
  expect(alert).toMatchObject({
    data: { headers: { authorization: '***', 'x-harmless': 'shown' }, text: 'sent ***' },
    endpoint: 'POST /api:tool/telltale',
  });
});
