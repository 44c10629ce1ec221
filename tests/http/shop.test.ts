/** examples/shop over HTTP: every endpoint is called, and what belongs together agrees. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedText, shopSeeds } from '../../scripts/generate-shop.ts';
import { startTestServer, type TestAnswer, type TestServer, testAdminKey } from '../harness/server.ts';
import { filesUnder } from '../house/sources.ts';

const shop = join(import.meta.dirname, '../../examples/shop');
const ada = { email: 'ada@example.com', password: 'correct horse battery' };
const grace = { email: 'grace@example.com', password: 'staple compiler moth' };

let server: TestServer;
let rates: Server;
let rateAnswer: { status: number; body: string };
const tokens = { ada: '', grace: '' };
/** `GET /products/{id}` of every call that was made. */
const called = new Set<string>();

beforeAll(async () => {
  rates = createServer((_request, response) => {
    response.writeHead(rateAnswer.status, { 'Content-Type': 'application/json' }).end(rateAnswer.body);
  });
  await new Promise<void>((resolve) => rates.listen(0, '127.0.0.1', resolve));
  server = await startTestServer({ workspaces: [shop], settings: { ASHLAR_OUTBOUND_ALLOW: '127.0.0.1/32' } });
  const { port } = rates.address() as AddressInfo;
  const variable = '/api/workspaces/shop/environments/dev/variables/RATES_URL';
  const set = await server.call('PUT', variable, { body: { value: `http://127.0.0.1:${port}/latest` }, token: testAdminKey });
  expect(set.status).toBe(200);
  tokens.ada = (await call('POST', '/auth/sign-in', { body: ada })).body.token;
  tokens.grace = (await call('POST', '/auth/sign-in', { body: grace })).body.token;
});
afterAll(() => void rates.close());

function call(method: string, path: string, options: { body?: unknown; token?: string } = {}): Promise<TestAnswer> {
  const route = path.replace(/\?.*/, '').replace(/\/\d+/, '/{id}');
  called.add(`${method} ${route}`);
  return server.call(method, `/api:shop${path}`, options);
}

async function stockOf(id: number): Promise<number> {
  return (await call('GET', `/products/${id}`)).body.stock;
}

describe('the folder', () => {
  it('is published without a problem or a hint', () => {
    expect(server.said.join('\n')).not.toMatch(/problem|warning|hint|not published/i);
    expect(server.said.join('\n')).toContain('/api:shop/docs');
  });

  it('has the seeds that the generator writes', () => {
    const written = new Map(filesUnder('examples/shop/seeds', '.jsonl').map((file) => [file.path.split('/').at(-1), file.text]));
    const made = shopSeeds();
    expect([...written.keys()]).toEqual([...made.keys()].map((table) => `${table}.jsonl`).sort());
    for (const [table, rows] of made) expect(written.get(`${table}.jsonl`) === seedText(rows), table).toBe(true);
    expect([...made.values()].reduce((sum, rows) => sum + rows.length, 0)).toBeGreaterThan(10_000);
  });
});

describe('browsing', () => {
  it('lists the categories with their products', async () => {
    const { status, body } = await call('GET', '/categories');
    expect(status).toBe(200);
    expect(body).toHaveLength(8);
    expect(body[0]).toEqual({ slug: 'accessories', name: 'Accessories', products: expect.any(Number) });
    const { body: all } = await call('GET', '/products');
    expect(body.reduce((sum: number, one: { products: number }) => sum + one.products, 0)).toBe(all.total);
  });

  it('pages through products by category and price, cheapest first', async () => {
    const prices: number[] = [];
    const way = '/products?category=coffee&min_price=10&max_price=20&per_page=25';
    for (let page: number | null = 1; page !== null; ) {
      const { body }: TestAnswer = await call('GET', `${way}&page=${page}`);
      for (const one of body.items) {
        expect(one.category).toBe('coffee');
        prices.push(one.price);
      }
      if (body.next_page === null) expect(prices).toHaveLength(body.total);
      page = body.next_page;
    }
    expect(prices.length).toBeGreaterThan(25);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...prices)).toBeLessThanOrEqual(20);
  });

  it('filters by tag', async () => {
    const { body } = await call('GET', '/products?tag=decaf&per_page=100');
    expect(body.items.length).toBeGreaterThan(5);
    for (const one of body.items) expect(one.tags).toContain('decaf');
  });

  it('searches names and descriptions, by cursor', async () => {
    const names = new Set<string>();
    let cursor = '';
    let total = 0;
    do {
      const { body } = await call('GET', `/products/search?q=roasted${cursor === '' ? '' : `&cursor=${cursor}`}`);
      for (const one of body.items) names.add(one.name);
      total = body.total;
      cursor = body.next_cursor ?? '';
    } while (cursor !== '');
    expect(total).toBeGreaterThan(20);
    expect(names.size).toBe(total);
  });

  it('shows a product with category, rating and newest reviews', async () => {
    const { body } = await call('GET', '/products/2');
    expect(body).toMatchObject({ id: 2, sku: 'COF-0002', category: { slug: 'coffee', name: 'Coffee' } });
    expect(body.reviews).toHaveLength(3);
    const ratings: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body: page }: TestAnswer = await call('GET', `/products/2/reviews${cursor === '' ? '' : `?cursor=${cursor}`}`);
      for (const review of page.items) {
        expect(review.by.name).toMatch(/\w/);
        ratings.push(review.rating);
      }
      cursor = page.next_cursor;
    }
    expect(body.rating.count).toBe(ratings.length);
    expect(body.rating.average).toBeCloseTo(ratings.reduce((a, b) => a + b, 0) / ratings.length, 1);
  });

  it.each([
    ['/products/999999', 404, 'unknown_product'],
    ['/products/abc', 400, 'input_invalid'],
    ['/products?page=0', 400, 'input_invalid'],
    ['/products/search?q=a', 400, 'input_invalid'],
    ['/products/search?q=tea&cursor=made-up', 400, 'bad_cursor'],
  ])('%s answers %i %s', async (path, status, code) => {
    expect(await call('GET', path)).toMatchObject({ status, body: { code } });
  });
});

describe('a price in another currency', () => {
  it('is converted at the rate of the other server', async () => {
    rateAnswer = { status: 200, body: '{"rates": {"USD": 1.25}}' };
    const { body } = await call('GET', '/products/2/price?currency=USD');
    expect(body.currency).toBe('EUR');
    expect(body.converted).toEqual({ currency: 'USD', price: Number((body.price * 1.25).toFixed(2)) });
  });

  it.each([
    { status: 500, body: '{"error": "down"}' },
    { status: 200, body: 'not JSON' },
    { status: 200, body: '{"rates": {}}' },
  ])('is left out where the other server answers $status $body', async (answer) => {
    rateAnswer = answer;
    const { status, body } = await call('GET', '/products/2/price?currency=USD');
    expect(status).toBe(200);
    expect(body.converted).toEqual({ currency: 'USD', price: null });
  });

  it('needs nobody in the currency of the shop', async () => {
    const { body } = await call('GET', '/products/2/price?currency=EUR');
    expect(body.converted).toEqual({ currency: 'EUR', price: body.price });
  });
});

describe('signing up and in', () => {
  it('makes a customer once', async () => {
    const person = { email: ' Lise@Example.com ', password: 'fission 1938', name: 'Lise Meitner', city: 'Wien' };
    const made = await call('POST', '/auth/sign-up', { body: person });
    expect(made).toMatchObject({ status: 201, body: { customer: { email: 'lise@example.com', staff: false } } });
    expect(JSON.stringify(made.body)).not.toContain('argon2');
    expect(await call('GET', '/me', { token: made.body.token })).toMatchObject({
      status: 200,
      body: { orders: { count: 0, total: 0 } },
    });
    expect(await call('POST', '/auth/sign-up', { body: person })).toMatchObject({ status: 409, body: { code: 'email_taken' } });
  });

  it('names every field that is wrong', async () => {
    const { status, body } = await call('POST', '/auth/sign-up', { body: { email: 'no', password: 'short' } });
    expect(status).toBe(400);
    expect(body.errors.map((one: { field: string }) => one.field)).toEqual(['email', 'password', 'name']);
  });

  it.each([
    ['a wrong password', { ...ada, password: 'wrong' }],
    ['an unknown address', { email: 'nobody@example.com', password: 'wrong' }],
  ])('refuses %s with the same words', async (_what, body) => {
    const answer = await call('POST', '/auth/sign-in', { body });
    expect(answer).toMatchObject({
      status: 401,
      body: { code: 'wrong_password', message: 'The email address or the password is wrong.' },
    });
  });

  it('shows and changes what the customer sends, and nothing else', async () => {
    const before = (await call('GET', '/me', { token: tokens.ada })).body.customer;
    const changed = await call('PATCH', '/me', { body: { city: 'London', staff: true }, token: tokens.ada });
    expect(changed.body).toEqual({ ...before, city: 'London' });
    expect((await call('PATCH', '/me', { body: { city: null }, token: tokens.ada })).body.city).toBeNull();
  });

  it('lets nobody in without a token', async () => {
    expect(await call('GET', '/me')).toMatchObject({ status: 401, body: { code: 'token_missing' } });
    expect((await call('GET', '/me', { token: `${tokens.ada}x` })).status).toBe(401);
  });
});

describe('ordering', () => {
  const address = 'Hauptstraße 1, 8010 Graz';

  it('quotes a cart, with shipping below 50', async () => {
    const { body: product } = await call('GET', '/products/1');
    const { body } = await call('POST', '/quote', { body: { items: [{ product_id: 1, quantity: 2 }] } });
    const subtotal = Number((product.price * 2).toFixed(2));
    expect(subtotal).toBeLessThan(50);
    expect(body.prices).toEqual({ subtotal, shipping: 4.9, total: Number((subtotal + 4.9).toFixed(2)) });
    expect(body.lines[0]).toMatchObject({ product_id: 1, quantity: 2, in_stock: true });
  });

  it('moves the stock, and back again when the order is cancelled', async () => {
    const before = [await stockOf(2), await stockOf(3)];
    const items = [
      { product_id: 3, quantity: 1 },
      { product_id: 2, quantity: 2 },
    ];
    const made = await call('POST', '/orders', { body: { items, address }, token: tokens.ada });
    expect(made).toMatchObject({
      status: 201,
      body: { status: 'open', lines: items.map((one) => expect.objectContaining(one)) },
    });
    expect([await stockOf(2), await stockOf(3)]).toEqual([before[0]! - 2, before[1]! - 1]);

    const shown = await call('GET', `/orders/${made.body.id}`, { token: tokens.ada });
    expect(shown.body.lines.map((line: { product: { id: number } }) => line.product.id).sort()).toEqual([2, 3]);
    const list = await call('GET', '/orders?status=open', { token: tokens.ada });
    expect(list.body.items[0]).toMatchObject({ id: made.body.id, total: made.body.total });

    const cancelled = await call('POST', `/orders/${made.body.id}/cancel`, { token: tokens.ada });
    expect(cancelled.body.status).toBe('cancelled');
    expect([await stockOf(2), await stockOf(3)]).toEqual(before);
    const again = await call('POST', `/orders/${made.body.id}/cancel`, { token: tokens.ada });
    expect(again).toMatchObject({ status: 409, body: { code: 'too_late' } });
    expect([await stockOf(2), await stockOf(3)]).toEqual(before);
  });

  it('changes nothing where one line fails', async () => {
    const before = await stockOf(2);
    const { body: orders } = await call('GET', '/orders', { token: tokens.ada });
    const last = { product_id: 999_999, quantity: 1 };
    const failed = await call('POST', '/orders', {
      body: { items: [{ product_id: 2, quantity: 1 }, last], address },
      token: tokens.ada,
    });
    expect(failed).toMatchObject({ status: 404, body: { code: 'unknown_product' } });
    expect(await stockOf(2)).toBe(before);
    expect((await call('GET', '/orders', { token: tokens.ada })).body.total).toBe(orders.total);
  });

  it('never sells what is not there, also to many at once', async () => {
    const { body } = await call('GET', '/products?per_page=100');
    const scarce = body.items.find((one: { stock: number }) => one.stock >= 5 && one.stock < 12) ?? body.items[0];
    const item = { product_id: scarce.id, quantity: 3 };
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call('POST', '/orders', { body: { items: [item], address }, token: tokens.ada })),
    );
    const sold = answers.filter((answer) => answer.status === 201).length;
    expect(sold).toBe(Math.min(12, Math.floor(scarce.stock / 3)));
    const refused = answers.filter((answer) => answer.status !== 201);
    for (const answer of refused)
      expect(answer).toMatchObject({ status: 409, body: { code: 'out_of_stock', payload: { product_id: scarce.id } } });
    expect(await stockOf(scarce.id)).toBe(scarce.stock - 3 * sold);
  });

  it.each([
    [{ items: [], address }, 'input_invalid'],
    [{ items: [{ product_id: 1, quantity: 0 }], address }, 'input_invalid'],
    [
      {
        items: [
          { product_id: 1, quantity: 1 },
          { product_id: 1, quantity: 1 },
        ],
        address,
      },
      'product_twice',
    ],
  ])('refuses %j', async (body, code) => {
    expect(await call('POST', '/orders', { body, token: tokens.ada })).toMatchObject({ status: 400, body: { code } });
  });

  it("shows nobody another one's orders", async () => {
    const { body } = await call('GET', '/orders', { token: tokens.ada });
    expect(body.total).toBeGreaterThan(10);
    const [one] = body.items;
    expect(await call('GET', `/orders/${one.id}`, { token: tokens.grace })).toMatchObject({
      status: 404,
      body: { code: 'unknown_order' },
    });
    expect((await call('POST', `/orders/${one.id}/cancel`, { token: tokens.grace })).status).toBe(404);
  });
});

describe('reviewing', () => {
  it('is for those who have bought, once a product', async () => {
    const { body: orders } = await call('GET', '/orders?status=shipped', { token: tokens.ada });
    const product: number = orders.items[0].lines[0].product_id;
    const review = await call('POST', `/products/${product}/reviews`, { body: { rating: 2, text: 'Hm.' }, token: tokens.ada });
    expect(review).toMatchObject({ status: 200, body: { rating: 2, text: 'Hm.', product_id: product } });
    const count = (await call('GET', `/products/${product}`)).body.rating.count;
    const second = await call('POST', `/products/${product}/reviews`, { body: { rating: 5 }, token: tokens.ada });
    expect(second.body).toMatchObject({ id: review.body.id, rating: 5 });
    expect((await call('GET', `/products/${product}`)).body.rating.count).toBe(count);
    const stranger = await call('POST', '/auth/sign-up', { body: { email: 's@example.com', password: 'a stranger', name: 'S' } });
    const refused = await call('POST', `/products/${product}/reviews`, { body: { rating: 1 }, token: stranger.body.token });
    expect(refused).toMatchObject({ status: 403, body: { code: 'not_bought' } });
  });
});

describe('reports', () => {
  it.each(['/reports/sales', '/reports/best-sellers'])('%s is for staff', async (path) => {
    expect(await call('GET', path, { token: tokens.ada })).toMatchObject({ status: 403, body: { code: 'staff_only' } });
    expect((await call('GET', path, { token: tokens.grace })).status).toBe(200);
  });

  it('sums what was sold in a time', async () => {
    const year = '/reports/sales?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    const { body } = await call('GET', year, { token: tokens.grace });
    const seeds = shopSeeds();
    const orders = (seeds.get('order') ?? []).filter(
      (one) => one['status'] !== 'cancelled' && String(one['created_at']).startsWith('2025'),
    );
    const cents = orders.reduce((sum, one) => sum + Math.round(Number(one['subtotal']) * 100), 0);
    expect(Math.round(body.turnover * 100)).toBe(cents);
    expect(body.categories).toHaveLength(8);
  });

  it('keeps the best sellers for a minute', async () => {
    const first = await call('GET', '/reports/best-sellers', { token: tokens.grace });
    expect(first.body).toHaveLength(10);
    expect((await call('GET', '/reports/best-sellers', { token: tokens.grace })).body).toEqual(first.body);
  });
});

it('every endpoint of the shop was called', async () => {
  const { body } = await server.call('GET', '/api:shop/openapi.json');
  const declared = Object.entries<object>(body.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path.replace('/api:shop', '')}`),
  );
  expect(declared.length).toBeGreaterThanOrEqual(15);
  expect(declared.filter((one) => !called.has(one))).toEqual([]);
});
