/** What the functions that ask the world hand to it, and what they refuse before they do. */
import { describe, expect, it } from 'vitest';
import { problemsOf, runStack } from '../../../tests/harness/stack.ts';
import { makeWorld } from '../../../tests/harness/world.ts';
import type { AshlarError } from '../errors.ts';

/** Runs one step and answers what the world was asked, last. */
async function asked(step: Record<string, unknown>): Promise<{ name: string; args: unknown } | undefined> {
  const world = makeWorld();
  await runStack({ stack: [step], ...tables }, { effects: world.effects });
  const last = world.asked.at(-1);
  return last === undefined ? undefined : { name: last.name, args: last.args };
}

/** `any` hides a value's type from the check: what is tested then is the run. */
async function refusal(step: Record<string, unknown>): Promise<string> {
  const hidden = Object.fromEntries(
    Object.entries(step).map(([key, value]) => [key, key === 'function' || key === 'table' ? value : `{{ input.${key} }}`]),
  );
  const input = Object.fromEntries(Object.entries(step).filter(([key]) => key !== 'function' && key !== 'table'));
  const declared = Object.fromEntries(Object.keys(input).map((key) => [key, { type: 'json', required: false }]));
  return runStack({ stack: [hidden], input: declared, ...tables }, { input: input as never }).then(
    () => 'it ran',
    (error: AshlarError) => error.code,
  );
}

const tables = {
  files: {
    'tables/customer.jsonc': {
      auth: true,
      columns: { id: { type: 'int', primary: true }, email: 'email', password: 'password' },
    },
    'tables/order.jsonc': { columns: { id: { type: 'int', primary: true } } },
  },
};

describe('a step asks the world for', () => {
  const http = { method: 'GET', headers: {}, body: null, timeoutMs: 0, retries: 0, retryUnsafe: false, maxBytes: 10_000_000 };
  const url = 'https://example.com/a';
  it.each<[Record<string, unknown>, string, unknown]>([
    [{ function: 'external_api_request', url }, 'http_request', { ...http, url }],
    [
      { function: 'http_request', url: `${url}?x=1#end`, query: { q: 'a b&c', none: null, list: [1, 2], n: 1.5 } },
      'http_request',
      { ...http, url: `${url}?x=1&q=a%20b%26c&list=1&list=2&n=1.5` },
    ],
    [
      {
        function: 'external_api_request',
        url,
        method: 'post',
        headers: { 'X-Key': 'k', none: null },
        data: { a: 1.5 },
        timeout: 500,
      },
      'http_request',
      {
        ...http,
        url,
        method: 'POST',
        headers: { 'x-key': 'k', 'content-type': 'application/json' },
        body: '{"a":1.5}',
        timeoutMs: 500,
      },
    ],
    [
      {
        function: 'external_api_request',
        url,
        method: 'PUT',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: { a: 'ü', b: 2 },
      },
      'http_request',
      { ...http, url, method: 'PUT', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=%C3%BC&b=2' },
    ],
    [{ function: 'get_cache', key: 'k' }, 'cache_get', { key: 'k' }],
    [{ function: 'cache_set', key: 'k', value: [1], ttl: 60 }, 'cache_set', { key: 'k', value: [1], ttlS: 60 }],
    [{ function: 'cache_set', key: 'k', value: null }, 'cache_set', { key: 'k', value: null, ttlS: null }],
    [{ function: 'hash_password', password: 'x' }, 'hash_password', { password: 'x' }],
    [
      { function: 'check_password', password: 'x', hash: null, account: 'a@b.c' },
      'check_password',
      { password: 'x', hash: null, account: 'a@b.c' },
    ],
    [
      { function: 'create_auth_token', table: 'customer', id: 7 },
      'create_auth_token',
      { table: 'customer', id: 7, expiresS: 86_400, extras: null },
    ],
    [{ function: 'random', min: 1, max: 6 }, 'random', { kind: 'int', min: 1, max: 6 }],
    [{ function: 'random', bytes: 16 }, 'random', { kind: 'bytes', bytes: 16 }],
    [{ function: 'random', text: { length: 4, alphabet: 'ab' } }, 'random', { kind: 'text', length: 4, alphabet: 'ab' }],
    [{ function: 'wait', duration_ms: 5 }, 'sleep', { durationMs: 5 }],
    [{ function: 'log_debug_info', data: { a: null } }, 'log', { data: { a: null } }],
    [{ function: 'start_performance_profiling', profile_id: 'p' }, 'start_profiling', { profileId: 'p' }],
    [{ function: 'end_performance_profiling', profile_id: 'p' }, 'end_profiling', { profileId: 'p' }],
    [{ function: 'get_system_metrics' }, 'system_metrics', null],
    [{ function: 'trigger_performance_alert', alert_type: 't', data: 1 }, 'raise_alert', { alertType: 't', data: 1 }],
    [{ function: 'alert_performance_issue', data: 1 }, 'raise_alert', { alertType: 'performance_issue', data: 1 }],
    [{ function: 'analyze_slow_endpoints' }, 'slow_endpoints', { limit: 10 }],
    [{ function: 'suggest_optimizations', analysis: null }, 'suggest_optimizations', { analysis: null }],
  ])('%j: %s', async (step, name, args) => {
    expect(await asked(step)).toEqual({ name, args });
  });
});

describe('a step refuses at run time', () => {
  const url = 'https://example.com/';
  it.each<[Record<string, unknown>, string]>([
    [{ function: 'external_api_request', url: 1 }, 'wrong_type'],
    [{ function: 'external_api_request', url: 'ftp://x' }, 'argument_refused'],
    [{ function: 'external_api_request', url, method: 'TRACE' }, 'argument_refused'],
    [{ function: 'external_api_request', url, headers: { 'a b': 'x' } }, 'argument_refused'],
    [{ function: 'external_api_request', url, headers: { a: 'x\r\nInjected: y' } }, 'argument_refused'],
    [{ function: 'external_api_request', url, headers: { Host: 'inside' } }, 'argument_refused'],
    [{ function: 'external_api_request', url, headers: { 'Transfer-Encoding': 'chunked' } }, 'argument_refused'],
    [{ function: 'external_api_request', url, headers: ['a'] }, 'wrong_type'],
    [{ function: 'external_api_request', url, body: 'x' }, 'argument_refused'],
    [{ function: 'external_api_request', url, timeout_ms: 0 }, 'argument_refused'],
    [{ function: 'external_api_request', url, timeout_ms: '5' }, 'wrong_type'],
    [{ function: 'external_api_request', url, retries: 11 }, 'argument_refused'],
    [{ function: 'cache_get', key: '' }, 'argument_refused'],
    [{ function: 'cache_get', key: 'x'.repeat(513) }, 'argument_refused'],
    [{ function: 'cache_get', key: 1 }, 'wrong_type'],
    [{ function: 'cache_set', key: 'k', value: 1, ttl_s: -1 }, 'argument_refused'],
    [{ function: 'hash_password', password: '' }, 'argument_refused'],
    [{ function: 'hash_password', password: 'x'.repeat(1_001) }, 'argument_refused'],
    [{ function: 'hash_password', password: null }, 'wrong_type'],
    [{ function: 'check_password', password: 'x', hash: 1 }, 'wrong_type'],
    [{ function: 'create_auth_token', table: 'customer', id: null }, 'argument_refused'],
    [{ function: 'create_auth_token', table: 'customer', id: 1, expires_s: 0 }, 'argument_refused'],
    [{ function: 'create_auth_token', table: 'customer', id: 1, extras: [1] }, 'wrong_type'],
    [{ function: 'random', min: 2, max: 1 }, 'argument_refused'],
    [{ function: 'random', bytes: 0 }, 'argument_refused'],
    [{ function: 'random', text: { length: 5, alphabet: 'x' } }, 'argument_refused'],
    [{ function: 'random', text: { size: 5 } }, 'argument_refused'],
    [{ function: 'sleep', duration_ms: -1 }, 'argument_refused'],
    [{ function: 'set_status', status: 99 }, 'argument_refused'],
    [{ function: 'set_status', status: 600 }, 'argument_refused'],
    [{ function: 'set_header', name: 'Content-Security-Policy', value: 'x' }, 'header_refused'],
    [{ function: 'set_header', name: 'X-Content-Type-Options', value: 'x' }, 'header_refused'],
    [{ function: 'set_header', name: 'content-length', value: 1 }, 'header_refused'],
    [{ function: 'set_header', name: 'x', value: 'a\nb' }, 'header_refused'],
    [{ function: 'set_header', name: 'a:b', value: 'x' }, 'header_refused'],
    [{ function: 'analyze_slow_endpoints', limit: 0 }, 'argument_refused'],
    [{ function: 'suggest_optimizations', analysis: 'x' }, 'wrong_type'],
    [{ function: 'trigger_performance_alert', alert_type: '' }, 'argument_refused'],
  ])('%j: %s', async (step, code) => {
    expect(await refusal(step)).toBe(code);
  });
});

describe('a step is a problem when', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a token is for a table that can not sign in', { function: 'create_auth_token', table: 'order', id: 1 }, 'table_not_auth'],
    ['random is asked for nothing', { function: 'random' }, 'random_kind'],
    ['random is asked for half a range', { function: 'random', min: 1 }, 'random_kind'],
    ['random is asked for two things', { function: 'random', min: 1, max: 2, bytes: 3 }, 'random_kind'],
    [
      'the status is set after the answer',
      { function: 'post_process', stack: [{ function: 'set_status', status: 201 }] },
      'after_answer',
    ],
    [
      'a header is set after the answer',
      { function: 'post_process', stack: [{ function: 'set_response_header', name: 'a', value: 'b' }] },
      'after_answer',
    ],
  ])('%s', (_name, step, code) => {
    expect(problemsOf({ stack: [step], ...tables }).map((problem) => problem.code)).toContain(code);
  });
});

describe('status and headers', () => {
  it('reach the answer', async () => {
    const outcome = await runStack({
      stack: [
        { function: 'set_status', status: 201 },
        { function: 'set_header', name: 'X-Count', value: 5 },
        { function: 'set_header', name: 'x-count', value: 6 },
      ],
    });
    expect(outcome.status).toBe(201);
    expect(outcome.headers?.get('x-count')).toBe('6');
  });
});
