/** The effects that need no database: time, randomness, outbound calls, cache, passwords, tokens, log. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AshlarError, CancelSource, Decimal, type HttpRequestArgs, type RandomArgs, type Value } from '@ashlar/engine';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testPostgres } from '../../../tests/harness/postgres.ts';
import { noDatabase, testEnvironment, testRun } from '../../../tests/harness/run.ts';
import { systemClock } from '../base/clock.ts';
import { createLog } from '../base/log/index.ts';
import { verifyToken } from '../domains/access/index.ts';
import { createTelemetry, type Telemetry } from '../domains/telemetry/index.ts';
import { createRuntime, type Runtime } from './index.ts';

let runtime: Runtime;
let telemetry: Telemetry;
let server: Server;
let url: string;
const lines: string[] = [];
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/json': (response) =>
    response.setHeader('Content-Type', 'application/json').end('{"rate": 1.50, "n": 7, "list": [null, 12345678901234567890]}'),
  '/problem': (response) =>
    response.writeHead(404, { 'Content-Type': 'application/problem+json; charset=utf-8' }).end('{"status": 404}'),
  '/broken': (response) => response.setHeader('Content-Type', 'application/json').end('{"rate": '),
  '/text': (response) => response.setHeader('Content-Type', 'text/plain').end('grün'),
  '/latin': (response) =>
    response.setHeader('Content-Type', 'text/plain; charset=iso-8859-1').end(Buffer.from([0x67, 0x72, 0xfc, 0x6e])),
  '/empty': (response) => response.writeHead(204).end(),
  '/silent': () => {},
};

beforeAll(async () => {
  server = createServer((request, response) => answers[request.url ?? '']?.(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  telemetry = createTelemetry({ clock: systemClock, postgres: await testPostgres(), dataPath: '/tmp' });
  runtime = createRuntime({
    postgres: await testPostgres(),
    settings: { outboundAllow: [`127.0.0.1:${port}`] },
    clock: systemClock,
    log: createLog({ plain: false, write: (line) => lines.push(line) }),
    telemetry,
  });
});
afterAll(async () => {
  await runtime?.stop();
  telemetry?.stop();
  server?.closeAllConnections();
  server?.close();
});

const start = (options: Parameters<typeof testRun>[2] = {}, environment = testEnvironment(noDatabase)) =>
  testRun(runtime.effects, environment, options);
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'it did not fail',
    (error: AshlarError) => error.code,
  );

describe('time', () => {
  it('is now, in whole milliseconds', () => {
    const before = Date.now();
    const { $ms } = runtime.effects.now(start().run, 1, null);
    expect($ms).toBeGreaterThanOrEqual(before);
    expect($ms).toBeLessThanOrEqual(Date.now());
  });
  it('makes keys that sort by their time', async () => {
    const { run } = start();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.push(runtime.effects.uuid(run, 1, { version: 7 }));
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(runtime.effects.uuid(run, 1, { version: 4 })).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });
  it('passes in a sleep, which counts as waiting', async () => {
    const { run, host } = start();
    const before = performance.now();
    await runtime.effects.sleep(run, 4, { durationMs: 60 });
    expect(performance.now() - before).toBeGreaterThan(55);
    expect(host.account?.waitingMs).toBeGreaterThan(55);
    expect(host.account?.steps.get(4)).toMatchObject({ effect: 'sleep', calls: 1 });
  });
  it('a sleep ends with the deadline or the client', async () => {
    const before = performance.now();
    expect(await codeOf(runtime.effects.sleep(start({ limits: { deadlineMs: 80 } }).run, 1, { durationMs: 60_000 }))).toBe(
      'deadline_exceeded',
    );
    const source = new CancelSource(undefined);
    const pending = codeOf(runtime.effects.sleep(start({ signal: source }).run, 1, { durationMs: 60_000 }));
    source.abort();
    expect(await pending).toBe('cancelled');
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe('randomness', () => {
  const draw = (args: RandomArgs): Value => runtime.effects.random(start().run, 1, args);
  it('stays within its bounds, both included, however wide', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
        const [min, max] = a < b ? [a, b] : [b, a];
        const value = draw({ kind: 'int', min, max });
        expect(Number.isSafeInteger(value)).toBe(true);
        expect(Number(value) >= min && Number(value) <= max).toBe(true);
      }),
    );
    const eyes = new Set(Array.from({ length: 300 }, () => draw({ kind: 'int', min: 1, max: 6 })));
    expect([...eyes].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(draw({ kind: 'int', min: 5, max: 5 })).toBe(5);
  });
  it('gives bytes, and texts of the alphabet', () => {
    expect(draw({ kind: 'bytes', bytes: 16 })).toHaveLength(16);
    expect(draw({ kind: 'text', length: 40, alphabet: 'äb😀' })).toMatch(/^[äb😀]{40}$/u);
  });
});

describe('an outbound call', () => {
  const call = (path: string, more: Partial<HttpRequestArgs> = {}, options: Parameters<typeof testRun>[2] = {}) => {
    const { run, host } = start(options);
    const args = {
      url: `${url}${path}`,
      method: 'GET',
      headers: {},
      body: null,
      timeoutMs: 0,
      retries: 0,
      retryUnsafe: false,
      maxBytes: 1_000,
    };
    return { host, answer: runtime.effects.http_request(run, 2, { ...args, ...more }) };
  };

  it.each<[string, number, string]>([
    ['/json', 200, '{"rate":1.50,"n":7,"list":[null,12345678901234567890]}'],
    ['/problem', 404, '{"status":404}'],
    ['/broken', 200, '"{\\"rate\\": "'],
    ['/text', 200, '"grün"'],
    ['/latin', 200, '"grün"'],
    ['/empty', 204, 'null'],
  ])('%s answers %d with %s', async (path, status, body) => {
    const answer = await call(path).answer;
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toBe(body);
    expect(Number.isInteger(answer.duration_ms)).toBe(true);
  });

  it('keeps the digits of a decimal', async () => {
    const { body } = await call('/json').answer;
    expect(body).toMatchObject({ rate: expect.any(Decimal) });
  });

  it('counts as network, and notes that it had no time limit', async () => {
    const { host, answer } = call('/text');
    await answer;
    expect(host.account?.networkMs).toBeGreaterThan(0);
    expect(host.account?.steps.get(2)?.unlimitedCallMs).toBeGreaterThan(0);
    const limited = call('/text', { timeoutMs: 500 });
    await limited.answer;
    expect(limited.host.account?.steps.get(2)?.unlimitedCallMs).toBe(0);
  });

  it('ends by its own time limit, by the deadline of the run, or with the client', async () => {
    expect(await codeOf(call('/silent', { timeoutMs: 60 }).answer)).toBe('outbound_timeout');
    expect(await codeOf(call('/silent', {}, { limits: { deadlineMs: 80 } }).answer)).toBe('deadline_exceeded');
    const source = new CancelSource(undefined);
    const pending = codeOf(call('/silent', {}, { signal: source }).answer);
    setTimeout(() => source.abort(), 30);
    expect(await pending).toBe('cancelled');
  });
});

describe('the cache', () => {
  it('gives null on a miss, the value on a hit, and counts both', async () => {
    const { run } = start();
    const value: Value = { list: [1, Decimal.of(150, 2)] };
    expect(await runtime.effects.cache_get(run, 1, { key: 'k' })).toBeNull();
    await runtime.effects.cache_set(run, 1, { key: 'k', value, ttlS: 60 });
    expect(await runtime.effects.cache_get(run, 1, { key: 'k' })).toBe(value);
    expect((await telemetry.system()).cacheHitRatio).toBe(0.5);
  });
  it('of another environment is another', async () => {
    const other = start({}, testEnvironment(noDatabase, { id: 'env_other' })).run;
    await runtime.effects.cache_set(start().run, 1, { key: 'mine', value: 1, ttlS: null });
    expect(await runtime.effects.cache_get(other, 1, { key: 'mine' })).toBeNull();
  });
});

describe('passwords and tokens', () => {
  it('hash, and know again', async () => {
    const { run, host } = start();
    const hash = await runtime.effects.hash_password(run, 1, { password: 'correct horse' });
    const check = (password: string, against: string | null) =>
      runtime.effects.check_password(run, 2, { password, hash: against, account: null });
    expect(await check('correct horse', hash)).toBe(true);
    expect(await check('wrong horse', hash)).toBe(false);
    expect(await check('correct horse', null)).toBe(false);
    expect(host.account?.steps.get(2)?.calls).toBe(3);
    expect(await codeOf(runtime.effects.hash_password(run, 1, { password: '' }))).toBe('value_refused');
  });
  it('tokens open in their environment', async () => {
    const environment = testEnvironment(noDatabase);
    const { run } = start({}, environment);
    const token = await runtime.effects.create_auth_token(run, 1, {
      table: 'user',
      id: 'u1',
      expiresS: 60,
      extras: { admin: true },
    });
    expect(verifyToken(environment, token, Date.now())).toMatchObject({
      auth: { table: 'user', id: 'u1', extras: { admin: true } },
    });
    expect(await codeOf(runtime.effects.create_auth_token(run, 1, { table: 'user', id: null, expiresS: 60, extras: null }))).toBe(
      'wrong_type',
    );
  });
});

describe('log_debug_info', () => {
  it("writes to the server's log with the request's id, and no secret", () => {
    lines.length = 0;
    runtime.effects.log(start().run, 3, {
      data: { n: Decimal.of(5, 1), headers: { authorization: 'Bearer abc', 'x-api-key': 'abc' } },
    });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      request_id: 'req_test',
      endpoint: 'GET /api:test/thing',
      step: 3,
      data: { n: 0.5 },
    });
    expect(lines[0]).not.toContain('abc');
  });
  it('leaves out what would drown it', () => {
    lines.length = 0;
    runtime.effects.log(start().run, 3, { data: 'x'.repeat(100_000) });
    expect(lines[0]?.length).toBeLessThan(1_000);
  });
});
