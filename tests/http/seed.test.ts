/** The document's two stacks, unchanged, over HTTP: every branch taken and not taken, and every figure moved by what should move it. */
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLog } from '../../server/src/base/log/index.ts';
import { type RunningServer, readSettings, startServer } from '../../server/src/main.ts';
import { temporaryFolder } from '../harness/postgres.ts';

const adminKey = 'a-key-for-tests-that-is-long-enough-0123456789';
const seed = join(import.meta.dirname, '../../examples/seed');
const lines: string[] = [];
let server: RunningServer;
let folder: string;

const workflow = readFileSync(join(seed, 'stacks/development-workflow.jsonc'), 'utf8');
const plant = (steps: unknown, response?: unknown, more: object = {}): string =>
  JSON.stringify({ stack: steps, ...(response === undefined ? {} : { response }), ...more });

/** Endpoints with faults, beside the document's own. */
const planted: Readonly<Record<string, string>> = {
  'ashlar.jsonc': '{"name": "planted"}',
  'env.jsonc':
    '{"NODE_ENV": {"default": "x"}, "DEBUG_MODE": {"default": "true"}, "PROFILING_ENABLED": {"default": "true"}, "LOG_LEVEL": {"default": "x"}}',
  'tables/note.jsonc': '{"columns": {"id": {"type": "int", "primary": true}, "text": "text"}}',
  'apis/planted/slow.get.jsonc': plant([{ function: 'sleep', duration_ms: 2_600 }], 'slept'),
  'apis/planted/quick.get.jsonc': plant([], 'quick'),
  'apis/planted/fails.get.jsonc': plant([{ function: 'throw_error', code: 'planted', message: 'planted', status: 503 }]),
  'apis/planted/loop.get.jsonc': plant(
    [
      {
        function: 'for_each',
        range: { from: 1, to: 25 },
        as: 'n',
        stack: [{ function: 'get_record', table: 'note', id: '{{ n }}', return_as: 'note' }],
      },
    ],
    'looped',
  ),
  'apis/planted/cached.get.jsonc': plant(
    [
      { function: 'cache_get', key: 'planted', return_as: 'kept' },
      {
        function: 'conditional',
        condition: '{{ kept == null }}',
        true_branch: [{ function: 'cache_set', key: 'planted', value: 1 }],
      },
    ],
    '{{ kept }}',
  ),
  'apis/planted/analysis.get.jsonc': plant(
    [
      { function: 'analyze_slow_endpoints', return_as: 'analysis' },
      { function: 'suggest_optimizations', analysis: '{{ analysis }}', return_as: 'advice' },
    ],
    { analysis: '{{ analysis }}', advice: '{{ advice }}' },
  ),
  'apis/planted/report.get.jsonc': plant('stacks/report.jsonc', {
    report: '{{ performance_report }}',
    analysis: '{{ slow_endpoint_analysis }}',
    advice: '{{ optimization_suggestions }}',
  }),
  'stacks/report.jsonc': readFileSync(join(seed, 'stacks/performance-report.jsonc'), 'utf8'),
  // "Main business logic here", as the document's comment says: something that takes more than five seconds.
  'apis/planted/workflow.post.jsonc': plant('stacks/workflow.jsonc', { performance_metrics: '{{ performance_metrics }}' }),
  'stacks/workflow.jsonc': workflow.replace(
    '// Main business logic here',
    '{"function": "sleep", "duration_ms": 5100}, {"function": "query_records", "table": "note", "return_as": "notes"},',
  ),
};

beforeAll(async () => {
  expect(planted['stacks/workflow.jsonc']).toContain('5100');
  folder = temporaryFolder();
  const settings = readSettings(
    { PORT: '0', ASHLAR_DATA: folder, ASHLAR_ADMIN_KEY: adminKey, ASHLAR_WORKSPACES: seed },
    process.cwd(),
  );
  server = await startServer({ settings, log: createLog({ plain: false, write: (line) => lines.push(line) }), durable: false });
  const published = await call('POST', '/api/workspaces/planted/environments/dev/publish', { files: planted });
  expect(JSON.stringify(published.body)).toContain('"unchanged":false');
});
afterAll(async () => {
  await server?.stop(0);
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers are read member by member, and a wrong one fails the expectation
type Json = any;

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }> {
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: { Authorization: `Bearer ${adminKey}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
}

const get = async (path: string): Promise<Json> => (await fetch(`${server.url}${path}`)).json();
const post = async (path: string): Promise<Json> =>
  (
    await fetch(`${server.url}${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"a": 1}' })
  ).json();
const alertsOf = async (type: string): Promise<Json[]> => (await call('GET', `/api/alerts?alert_type=${type}`)).body;
const set = async (variable: string, value: string): Promise<void> => {
  const { status } = await call('PUT', `/api/workspaces/seed/environments/dev/variables/${variable}`, { value });
  expect(status).toBe(200);
};

describe('development-workflow', () => {
  it('profiles where it is switched on, and logs where debugging is', async () => {
    await set('DEBUG_MODE', 'true');
    await set('PROFILING_ENABLED', 'true');
    lines.length = 0;
    const answer = await post('/api:seed/development-workflow');
    expect(answer.development_context).toMatchObject({ debug_mode: 'true', profiling_enabled: 'true' });
    expect(answer.performance_metrics).toMatchObject({ queries: 0, slow_functions: [], optimization_suggestions: [] });
    expect(answer.performance_metrics.execution_time).toBeGreaterThan(0);
    const logged = lines.filter((line) => line.includes('log_debug_info'));
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? '').data).toMatchObject({ method: 'POST', body: { a: 1 } });
  });

  it('does neither where they are switched off: reading the id of a profile that never began is no error', async () => {
    await set('DEBUG_MODE', 'false');
    await set('PROFILING_ENABLED', 'false');
    lines.length = 0;
    const answer = await post('/api:seed/development-workflow');
    expect(answer).toMatchObject({ development_context: { profiling_enabled: 'false' }, performance_metrics: null });
    expect(lines.filter((line) => line.includes('log_debug_info'))).toEqual([]);
  });

  it('raises an alert when the run took more than five seconds, with its true figures', async () => {
    expect(await alertsOf('performance_issue')).toEqual([]);
    const { performance_metrics: metrics } = await post('/api:planted/workflow');
    expect(metrics.execution_time).toBeGreaterThan(5_000);
    expect(metrics.execution_time).toBeLessThan(8_000);
    expect(metrics.queries).toBe(1);
    expect(metrics.slow_functions).toMatchObject([{ function: 'sleep', calls: 1 }]);
    expect(await alertsOf('performance_issue')).toMatchObject([
      {
        workspace: 'planted',
        data: { endpoint: '/api:planted/workflow', execution_time: metrics.execution_time, recommendation: [] },
      },
    ]);
  });
});

describe('performance-report', () => {
  const health = async (): Promise<Json> => (await get('/api:planted/report')).report;

  it('gives true figures, and raises an alert only where they are above the thresholds', async () => {
    const { performance_report: report } = await get('/api:seed/performance-report');
    const { cpu_usage: cpu, memory_usage: memory } = report.system_health;
    expect(await alertsOf('resource_threshold_exceeded')).toHaveLength(cpu > 80 || memory > 80 ? 1 : 0);
    for (const name of ['cpu_usage', 'memory_usage', 'disk_usage']) {
      expect(report.system_health[name], name).toBeGreaterThanOrEqual(0);
      expect(report.system_health[name], name).toBeLessThanOrEqual(100);
    }
    expect(report.system_health.database_connections).toBeGreaterThan(0);
    expect(report.api_performance.cache_hit_ratio).toBe(0);
    expect(Date.parse(report.timestamp)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('moves cache_hit_ratio when a filled cache is read', async () => {
    expect(await get('/api:planted/cached')).toBeNull();
    expect((await health()).api_performance.cache_hit_ratio).toBe(0);
    for (let n = 0; n < 3; n += 1) expect(await get('/api:planted/cached')).toBe(1);
    expect((await health()).api_performance.cache_hit_ratio).toBe(0.75);
  });

  it('moves requests_per_minute and error_rate', async () => {
    const before = (await health()).api_performance;
    for (let n = 0; n < 10; n += 1) await get('/api:planted/quick');
    for (let n = 0; n < 5; n += 1) await get('/api:planted/fails');
    const after = (await health()).api_performance;
    expect(after.requests_per_minute - before.requests_per_minute).toBeGreaterThanOrEqual(15);
    expect(after.error_rate).toBeGreaterThan(before.error_rate);
  });

  it('tells of a query in a loop, and of nothing else', async () => {
    await get('/api:planted/loop');
    const { analysis, advice } = await get('/api:planted/analysis');
    const row = analysis.find((one: Json) => one.endpoint === '/api:planted/loop');
    expect(row).toMatchObject({ method: 'GET', calls: 1, slowest_step: { function: 'get_record', calls: 25 } });
    expect(row.where.database).toBeGreaterThan(0);
    expect(advice).toMatchObject([
      {
        kind: 'query_in_loop',
        endpoint: 'GET /api:planted/loop',
        step: { function: 'get_record' },
        evidence: { calls_in_one_run: 25 },
      },
    ]);
  });

  it('analyses the endpoints when the mean answer takes more than two seconds, a planted slow one first', async () => {
    expect(await get('/api:planted/report')).toMatchObject({ analysis: null, advice: null });
    // The quick answers of the last minute count too: enough slow ones, at the same time, outweigh them.
    await Promise.all(Array.from({ length: 150 }, () => get('/api:planted/slow')));
    const answer = await get('/api:planted/report');
    expect(answer.report.api_performance.avg_response_time).toBeGreaterThan(2_000);
    expect(answer.analysis[0]).toMatchObject({
      endpoint: '/api:planted/slow',
      method: 'GET',
      calls: 150,
      slowest_step: { function: 'sleep' },
    });
    expect(answer.analysis[0].p50_ms).toBeGreaterThan(2_500);
    expect(answer.analysis[0].where.waiting).toBeGreaterThan(answer.analysis[0].where.code);
    expect(answer.advice.map((one: Json) => one.kind)).toEqual(['query_in_loop']);
    expect(JSON.stringify(answer.analysis)).not.toContain('/api:seed/');
  });

  it('raises an alert when the processors are busy', async () => {
    const before = (await alertsOf('resource_threshold_exceeded')).length;
    const workers = Array.from({ length: availableParallelism() }, () => new Worker('for (;;);', { eval: true }));
    try {
      for (let turn = 0; turn < 20; turn += 1) {
        await sleep(500);
        if ((await health()).system_health.cpu_usage > 80) break;
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    const alerts = await alertsOf('resource_threshold_exceeded');
    expect(alerts.length).toBeGreaterThan(before);
    expect(alerts[0].data.system_health.cpu_usage).toBeGreaterThan(80);
  });
});

describe('GET /api/system/health', () => {
  it('gives the same figures to the control API, and to nobody without the key', async () => {
    const { status, body } = await call('GET', '/api/system/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', database_connections: body.db_connections });
    expect((await fetch(`${server.url}/api/system/health`)).status).toBe(401);
    expect((await fetch(`${server.url}/api/alerts`)).status).toBe(401);
  });
});
