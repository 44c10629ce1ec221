/** What is measured decides what is advised: planted faults are found, near misses and clean endpoints give nothing. */
import type { Value, ValueObject } from '@ashlar/engine';
import { describe, expect, it } from 'vitest';
import { type EffectCost, RunAccount } from './account.ts';
import { Endpoints, type FinishedRequest } from './endpoints.ts';
import { slowEndpointValue, suggestionsFor } from './slow-endpoints.ts';

const plain = (value: Value | undefined): Record<string, unknown> => JSON.parse(JSON.stringify(value));

function account(...costs: Partial<EffectCost>[]): RunAccount {
  const made = new RunAccount();
  for (const cost of costs) made.add({ step: 1, frame: '', effect: 'query', kind: 'database', durationMs: 1, ...cost });
  return made;
}

const request = (more: Partial<FinishedRequest>): FinishedRequest => ({
  environmentId: 'env_a',
  method: 'GET',
  endpoint: '/api:shop/orders',
  status: 200,
  durationMs: 10,
  ...more,
});

function analysed(...requests: FinishedRequest[]): readonly ValueObject[] {
  const endpoints = new Endpoints();
  for (const one of requests) endpoints.record(0, one);
  return endpoints.ranked(0, 'env_a').map(slowEndpointValue);
}

function advice(...requests: FinishedRequest[]): Record<string, unknown>[] {
  const endpoints = new Endpoints();
  for (const one of requests) endpoints.record(0, one);
  const reports = endpoints.ranked(0, 'env_a');
  return suggestionsFor(reports.map(slowEndpointValue), reports).map(plain);
}

describe('analyze_slow_endpoints', () => {
  it('gives nothing before the first request, and nothing of another environment', () => {
    expect(analysed()).toEqual([]);
    expect(analysed(request({ environmentId: 'env_b' }))).toEqual([]);
  });

  it('ranks by all the time lost, not by the slowest call', () => {
    const many = Array.from({ length: 100 }, () => request({ endpoint: '/often', durationMs: 20 }));
    const ranked = analysed(request({ endpoint: '/rare', durationMs: 1_500 }), ...many);
    expect(ranked.map((row) => row.endpoint)).toEqual(['/often', '/rare']);
    expect(plain(ranked[0])).toMatchObject({ method: 'GET', calls: 100, total_ms: 2_000, trend: null });
    expect(Number(plain(ranked[1]).p50_ms)).toBeCloseTo(1_500, -2);
  });

  it('tells where the time goes and which step takes most of it', () => {
    const costs = account(
      { step: 2, durationMs: 30, rows: 4 },
      { step: 5, effect: 'http_request', kind: 'network', durationMs: 50 },
      { step: 6, effect: 'sleep', kind: 'waiting', durationMs: 10 },
    );
    const [row] = analysed(request({ durationMs: 100, account: costs }));
    expect(plain(row)).toMatchObject({
      where: { database: 30, network: 50, waiting: 10, code: 10 },
      slowest_step: { number: 5, function: 'http_request', calls: 1, total_ms: 50 },
    });
  });

  it('counts the wait for a connection once, although the statement that waited took that long too', () => {
    const costs = account({ durationMs: 30 });
    costs.addWaiting(20);
    expect(plain(analysed(request({ durationMs: 40, account: costs }))[0])).toMatchObject({
      where: { database: 10, waiting: 20, network: 0, code: 10 },
    });
  });

  it('compares with the half hour before, and forgets what is older', () => {
    const endpoints = new Endpoints();
    const half = 1_800_000;
    for (let n = 0; n < 10; n += 1) endpoints.record(0, request({ durationMs: 10 }));
    for (let n = 0; n < 10; n += 1) endpoints.record(half, request({ durationMs: 15 }));
    expect(plain(slowEndpointValue(endpoints.ranked(half, 'env_a')[0]!))).toMatchObject({ calls: 20, trend: 50 });
    expect(endpoints.ranked(3 * half, 'env_a')).toEqual([]);
  });
});

describe('suggest_optimizations', () => {
  const times = (n: number, cost: Partial<EffectCost>): Partial<EffectCost>[] => Array.from({ length: n }, () => cost);

  it('finds a query in a loop, with its step and its evidence', () => {
    const [found, ...more] = advice(request({ account: account(...times(25, { step: 4, durationMs: 2 })) }));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: 'query_in_loop',
      endpoint: 'GET /api:shop/orders',
      step: { number: 4, function: 'query' },
      evidence: { calls_in_one_run: 25, duration_ms: 50 },
      expected_gain: 48,
    });
  });

  it('finds it in a function that a loop calls', () => {
    expect(advice(request({ account: account(...times(12, { frame: '3>', step: 1 })) }))[0]).toMatchObject({
      kind: 'query_in_loop',
      step: { number: 1, within: '3>' },
    });
  });

  it('finds it in what runs after the answer, which nobody waits for', () => {
    const after = new RunAccount(true);
    for (let n = 0; n < 12; n += 1) after.add({ step: 7, frame: '', effect: 'query', kind: 'database', durationMs: 50 });
    const endpoints = new Endpoints();
    endpoints.record(0, request({ account: account({ step: 1, durationMs: 4 }) }));
    const { environmentId, method, endpoint } = request({});
    endpoints.recordPostProcess(0, { environmentId, method, endpoint, account: after });
    const reports = endpoints.ranked(0, 'env_a');
    const analysis = reports.map(slowEndpointValue);
    expect(plain(analysis[0])).toMatchObject({ calls: 1, where: { database: 4, code: 6 }, slowest_step: { number: 1 } });
    expect(suggestionsFor(analysis, reports).map(plain)).toMatchObject([
      { kind: 'query_in_loop', step: { number: 7, after_answer: true }, expected_gain: null },
    ]);
  });

  it('finds a list without a bound', () => {
    expect(advice(request({ account: account({ rows: 2_000, unbounded: true, durationMs: 40 }) }))).toMatchObject([
      { kind: 'unbounded_list', evidence: { rows: 2_000, duration_ms: 40 }, expected_gain: 39.5 },
    ]);
  });

  it('finds a slow call without a time limit', () => {
    const costs = account({ effect: 'http_request', kind: 'network', durationMs: 1_200, unlimited: true });
    expect(advice(request({ account: costs }))).toMatchObject([
      { kind: 'outbound_without_time_limit', evidence: { longest_ms: 1_200 }, expected_gain: null },
    ]);
  });

  it.each<[string, RunAccount[]]>([
    ['a clean endpoint', [account({ rows: 20 })]],
    ['nine queries of one step', [account(...times(9, {}))]],
    ['ten queries of ten steps', [account(...Array.from({ length: 10 }, (_, step) => ({ step })))]],
    ['ten runs with one query each', Array.from({ length: 10 }, () => account({}))],
    [
      'nine turns of a page with its total and nested rows',
      [account(...times(9, {}), ...times(9, { beside: true }), ...times(9, { beside: true }))],
    ],
    ['a large page that has a bound', [account({ rows: 900, unbounded: false })]],
    ['a short list without a bound', [account({ rows: 499, unbounded: true })]],
    [
      'a fast call without a time limit',
      [account({ effect: 'http_request', kind: 'network', durationMs: 900, unlimited: true })],
    ],
    [
      'a slow call with a time limit',
      [account({ effect: 'http_request', kind: 'network', durationMs: 5_000, unlimited: false })],
    ],
    ['a sleep in a loop', [account(...times(30, { effect: 'sleep', kind: 'waiting' }))]],
  ])('says nothing of %s', (_name, accounts) => {
    expect(advice(...accounts.map((one) => request({ account: one })))).toEqual([]);
  });

  it.each<[string, Value]>([
    ['null', null],
    ['nothing', []],
    ['an endpoint that is not there', [{ endpoint: '/gone', method: 'GET' }]],
    ['things that are no analysis', [1, 'x', null, ['y']]],
  ])('of %s gives nothing', (_name, analysis) => {
    const endpoints = new Endpoints();
    endpoints.record(0, request({ account: account(...times(30, {})) }));
    expect(suggestionsFor(analysis, endpoints.ranked(0, 'env_a'))).toEqual([]);
  });
});
