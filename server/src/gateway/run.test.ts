import { setTimeout as sleep } from 'node:timers/promises';
import { AshlarError, errorOf, type FieldError, inputInvalid, type Run, type ValueObject } from '@ashlar/engine';
import { afterEach, describe, expect, it } from 'vitest';
import {
  adminKey,
  answers,
  call,
  type FakeEndpoint,
  type Fixture,
  fakeSnapshot,
  raw,
  startFixture,
} from '../../../tests/harness/gateway.ts';
import { createToken } from '../domains/access/index.ts';
import { environmentHeld } from '../domains/publishing/errors.ts';

const open: Fixture[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((fixture) => fixture.gateway.stop(0)));
});
/** `schemaMs`: how long a run that met a changed schema waits. */
async function startWith(schemaMs: number, ...endpoints: readonly FakeEndpoint[]): Promise<Fixture> {
  const fixture = await startFixture({ groups: { shop: { endpoints } }, clientLimits: { schemaMs } });
  open.push(fixture);
  return fixture;
}

const start = (...endpoints: readonly FakeEndpoint[]): Promise<Fixture> => startWith(10_000, ...endpoints);

describe('who calls', () => {
  const whoami: FakeEndpoint = { path: '/me', auth: ['customer', 'staff'], execute: (run) => answers(run.auth) };
  const token = (fixture: Fixture, table: string, nowMs = Date.now()): string => {
    const environment = fixture.snapshots.current?.groups.get('shop')?.environment;
    if (environment === undefined) throw new Error('no environment');
    return createToken(environment, { table, id: 7, expiresS: 60, extras: null, nowMs });
  };
  const as = (text: string) => ({ headers: { authorization: text } });

  it('is in `auth`', async () => {
    const fixture = await start(whoami);
    const reply = await call(fixture, 'GET', '/api:shop/me', as(`bearer ${token(fixture, 'customer')}`));
    expect(reply.json).toMatchObject({
      table: 'customer',
      id: 7,
      extras: null,
      issued_at: expect.any(String),
      expires_at: expect.any(String),
    });
  });

  it('is refused with 401 for no token, a bad, an expired or a revoked one, with 403 for one of another table', async () => {
    const fixture = await start(whoami);
    const rows = [
      [undefined, 401, 'token_missing', 'Bearer realm="shop"'],
      ['Bearer nonsense', 401, 'token_bad', 'Bearer realm="shop", error="invalid_token"'],
      ['Basic YTpi', 401, 'token_bad', 'Bearer realm="shop", error="invalid_token"'],
      [
        `Bearer ${token(fixture, 'customer', Date.now() - 61_000)}`,
        401,
        'token_expired',
        'Bearer realm="shop", error="invalid_token"',
      ],
      [`Bearer ${token(fixture, 'robot')}`, 403, 'token_of_other_table', 'Bearer realm="shop", error="insufficient_scope"'],
    ] as const;
    for (const [header, status, code, wanted] of rows) {
      const reply = await call(fixture, 'GET', '/api:shop/me', header === undefined ? {} : as(header));
      expect(reply.json).toMatchObject({ status, code });
      expect(reply.headers['www-authenticate']).toBe(wanted);
    }
    const current = token(fixture, 'customer', Date.now() - 1_000);
    const validAfter = new Map([['customer', new Map([['7', Date.now()]])]]);
    fixture.snapshots.swap(fakeSnapshot({ shop: { endpoints: [whoami], environment: { validAfter } } }));
    expect((await call(fixture, 'GET', '/api:shop/me', as(`Bearer ${current}`))).json).toMatchObject({
      status: 401,
      code: 'token_revoked',
    });
  });

  it('is nobody on public endpoints, and may be nobody where the token is optional', async () => {
    const fixture = await start(
      { path: '/public', execute: (run) => answers(run.auth) },
      { path: '/optional', auth: ['customer'], authOptional: true, execute: (run) => answers(run.auth) },
    );
    const customer = as(`Bearer ${token(fixture, 'customer')}`);
    expect((await call(fixture, 'GET', '/api:shop/public', customer)).json).toBeNull();
    expect((await call(fixture, 'GET', '/api:shop/optional')).json).toBeNull();
    expect((await call(fixture, 'GET', '/api:shop/optional', customer)).json).toMatchObject({ id: 7 });
    expect((await call(fixture, 'GET', '/api:shop/optional', as('Bearer x'))).status).toBe(401);
  });

  it('is settled before the body is looked at', async () => {
    const fixture = await start({ path: '/me', method: 'POST', auth: ['customer'] });
    const reply = await call(fixture, 'POST', '/api:shop/me', {
      headers: { 'content-type': 'application/json' },
      body: '{broken',
    });
    expect(reply.status).toBe(401);
  });
});

describe('an error of a stack', () => {
  const thrown = new AshlarError('out_of_stock', 409, 'No more left.', { payload: { sku: 'a' }, step: 's1' });
  thrown.location = () => ({ file: 'apis/test/index.get.jsonc', pointer: '/stack/0', line: 1, column: 12 });
  const failing: FakeEndpoint = { execute: () => Promise.reject(thrown) };

  it('leaves as a problem document', async () => {
    const fixture = await start(failing);
    const reply = await call(fixture, 'GET', '/api:shop');
    expect(reply.status).toBe(409);
    expect(reply.json).toEqual({
      type: 'about:blank',
      title: 'The request was refused by the stack',
      status: 409,
      detail: 'No more left.',
      code: 'out_of_stock',
      message: 'No more left.',
      payload: { sku: 'a' },
      request_id: reply.headers['x-request-id'],
    });
  });

  it('shows step and place only to those with the debug key', async () => {
    const fixture = await start(failing);
    const shown = await call(fixture, 'GET', '/api:shop', { headers: { 'x-ashlar-debug': adminKey } });
    expect(shown.json).toMatchObject({ step: 's1', location: { file: 'apis/test/index.get.jsonc', line: 1, column: 12 } });
    const hidden = await call(fixture, 'GET', '/api:shop', { headers: { 'x-ashlar-debug': 'wrong' } });
    expect(hidden.json).not.toHaveProperty('step');
    expect(hidden.json).not.toHaveProperty('location');
  });

  it('of a declared kind points to its page; fields are named', async () => {
    const fields: readonly FieldError[] = [{ in: 'body', field: 'a', code: 'required', message: 'a is required.' }];
    const fixture = await start({ execute: () => Promise.reject(errorOf(inputInvalid, {}, { fields })) });
    const reply = await call(fixture, 'GET', '/api:shop');
    expect(reply.json).toMatchObject({ type: '/errors/input_invalid', errors: fields });
    const page = await call(fixture, 'GET', '/errors/input_invalid');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await call(fixture, 'GET', '/errors/%3Cscript%3E')).status).toBe(404);
  });

  it('that limits a rate says when to come again', async () => {
    const fixture = await start({
      execute: () => Promise.reject(new AshlarError('rate_limited', 429, 'Too many.', { payload: { reset_s: 12.2 } })),
    });
    expect((await call(fixture, 'GET', '/api:shop')).headers['retry-after']).toBe('13');
  });
});

describe('a client that goes away', () => {
  async function seen(endpoint: FakeEndpoint): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const execute = async (run: Run) => {
      await sleep(150);
      resolve(run.signal?.aborted === true);
      return answers('x');
    };
    const fixture = await start({ ...endpoint, execute });
    await raw(fixture, 'GET /api:shop HTTP/1.1\r\nHost: x\r\n\r\n', 50);
    return promise;
  }

  it('stops a stack that only reads', async () => {
    expect(await seen({ effects: ['query', 'now'] })).toBe(true);
  });
  it.each([
    ['writes a table', { effects: ['query'], writes: ['order'] }],
    ['calls out', { effects: ['http_request'] }],
    ['sets a cache', { effects: ['cache_set'] }],
  ])('never one that %s', async (_name, endpoint) => {
    expect(await seen(endpoint)).toBe(false);
  });
});

describe('post_process', () => {
  it('runs after the answer, in a run of its own, and its failure is only logged', async () => {
    const order: string[] = [];
    const answered = Promise.withResolvers<void>();
    let first: Run | undefined;
    const fixture = await start({
      execute: (run) => {
        first = run;
        run.postProcesses = [
          async (own) => {
            await answered.promise;
            order.push(own === first ? 'same run' : `own run of ${own.requestId === run.requestId ? 'the request' : 'another'}`);
            throw new Error('too bad');
          },
          () => order.push('second'),
        ];
        return answers('x');
      },
    });
    const reply = await call(fixture, 'GET', '/api:shop');
    expect([reply.status, order]).toEqual([200, []]);
    answered.resolve();
    await fixture.gateway.stop(10_000);
    expect(order).toEqual(['own run of the request', 'second']);
    expect(fixture.logged.join()).toContain('too bad');
  });

  it('does not run when the run failed', async () => {
    const order: string[] = [];
    const fixture = await start({
      execute: (run) => {
        run.postProcesses = [() => order.push('ran')];
        return answers('x', 200, { 'x-a': 'a\nb' });
      },
    });
    expect((await call(fixture, 'GET', '/api:shop')).status).toBe(400);
    await fixture.gateway.stop(1_000);
    expect(order).toEqual([]);
  });
});

describe('publishing', () => {
  const versioned = (text: string): FakeEndpoint => ({ execute: () => answers(text) });

  it('lets a request that runs keep its version', async () => {
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const fixture = await start({
      execute: async () => {
        begun.resolve();
        await end.promise;
        return answers('old');
      },
    });
    const running = call(fixture, 'GET', '/api:shop');
    await begun.promise;
    fixture.snapshots.swap(fakeSnapshot({ shop: { endpoints: [versioned('new')] } }));
    expect((await call(fixture, 'GET', '/api:shop')).json).toBe('new');
    end.resolve();
    expect((await running).json).toBe('old');
  });

  it('holds requests, which then see the new version', async () => {
    const fixture = await start(versioned('old'));
    const hold = Promise.withResolvers<void>();
    fixture.snapshots.holds.set('env_shop', hold.promise);
    const held = call(fixture, 'GET', '/api:shop');
    await sleep(50);
    fixture.snapshots.holds.clear();
    fixture.snapshots.swap(fakeSnapshot({ shop: { endpoints: [versioned('new')] } }));
    hold.resolve();
    expect((await held).json).toBe('new');
  });

  it('refuses held requests with 503 and when to come again', async () => {
    const fixture = await start(versioned('old'));
    const refused = Promise.reject(errorOf(environmentHeld, {}));
    refused.catch(() => undefined);
    fixture.snapshots.holds.set('env_shop', refused);
    const reply = await call(fixture, 'GET', '/api:shop');
    expect([reply.json, reply.headers['retry-after']]).toMatchObject([{ status: 503, code: 'environment_held' }, '1']);
  });

  const schemaChanged = (): never => {
    throw new AshlarError('schema_changed', 503, 'The tables have changed.');
  };

  it('runs a request that met the new tables once more, with what it sent', async () => {
    let attempts = 0;
    const fixture = await start({
      method: 'POST',
      execute: () => {
        attempts += 1;
        setImmediate(publish);
        return schemaChanged();
      },
    });
    const echo = (run: Run): ValueObject => ({ body: run.request?.body ?? null });
    const publish = (): void =>
      fixture.snapshots.swap(fakeSnapshot({ shop: { endpoints: [{ method: 'POST', execute: (run) => answers(echo(run)) }] } }));
    const reply = await call(fixture, 'POST', '/api:shop', { headers: { 'content-type': 'application/json' }, body: '{"a":1}' });
    expect([reply.json, attempts]).toEqual([{ body: { a: 1 } }, 1]);
  });

  it('gives up when no new version comes', async () => {
    let attempts = 0;
    const fixture = await startWith(100, {
      execute: () => {
        attempts += 1;
        return schemaChanged();
      },
    });
    expect((await call(fixture, 'GET', '/api:shop')).json).toMatchObject({ status: 503, code: 'schema_changed' });
    expect(attempts).toBe(1);
  });

  it('gives up when the new version fails as well', async () => {
    let attempts = 0;
    const endpoint: FakeEndpoint = {
      execute: () => {
        attempts += 1;
        if (attempts === 1) setImmediate(() => fixture.snapshots.swap(fakeSnapshot({ shop: { endpoints: [endpoint] } })));
        return schemaChanged();
      },
    };
    const fixture = await start(endpoint);
    expect((await call(fixture, 'GET', '/api:shop')).json).toMatchObject({ status: 503, code: 'schema_changed' });
    expect(attempts).toBe(2);
  });
});
