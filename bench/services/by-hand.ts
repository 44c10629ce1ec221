/**
 * The same service as one writes it by hand and with care: node:http, `pg` with named prepared statements, a pool of ten
 * connections, inputs checked, the two statements of a page sent at the same time.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Pool, types } from 'pg';
import { answerMessages, cpuUs } from '../child.ts';

// int8 and numeric arrive as text; the table's fit into numbers.
types.setTypeParser(20, Number);
types.setTypeParser(1700, Number);

const pool = new Pool({ ...JSON.parse(process.env.DATABASE ?? '{}'), max: 10 });
const columns = 'id, name, category, price, stock, active, created_at';

const byId = { name: 'item_by_id', text: `select ${columns} from item where id = $1` };
const page = {
  name: 'item_page',
  text: `select ${columns} from item where category = $1 and active order by price, id limit 20 offset $2`,
};
const total = { name: 'item_total', text: 'select count(*) as total from item where category = $1 and active' };
const insert = {
  name: 'item_insert',
  text: `insert into item (name, category, price, stock, active, created_at) values ($1, $2, $3, $4, true, $5) returning ${columns}`,
};

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body: unknown = JSON.parse(Buffer.concat(parts).toString());
  if (typeof body !== 'object' || body === null) throw new TypeError('the body is no object');
  return { ...body };
}

async function readItem(response: ServerResponse, text: string): Promise<void> {
  const id = Number(text);
  if (!Number.isSafeInteger(id)) return answer(response, 400, { error: 'id' });
  const { rows } = await pool.query({ ...byId, values: [id] });
  return rows.length === 0 ? answer(response, 404, { error: 'no such item' }) : answer(response, 200, rows[0]);
}

async function listItems(response: ServerResponse, query: URLSearchParams): Promise<void> {
  const category = query.get('category');
  const number = Number(query.get('page') ?? 1);
  if (category === null || !Number.isSafeInteger(number) || number < 1) return answer(response, 400, { error: 'category, page' });
  const [items, counted] = await Promise.all([
    pool.query({ ...page, values: [category, (number - 1) * 20] }),
    pool.query({ ...total, values: [category] }),
  ]);
  return answer(response, 200, { items: items.rows, total: counted.rows[0]?.total });
}

async function addItem(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { name, category, price, stock } = await bodyOf(request);
  const valid =
    typeof name === 'string' &&
    name.length > 0 &&
    name.length <= 200 &&
    typeof category === 'string' &&
    typeof price === 'number' &&
    price >= 0 &&
    typeof stock === 'number' &&
    Number.isSafeInteger(stock) &&
    stock >= 0;
  if (!valid) return answer(response, 400, { error: 'name, category, price, stock' });
  const { rows } = await pool.query({ ...insert, values: [name, category, price, stock, new Date()] });
  return answer(response, 200, rows[0]);
}

async function logic(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { numbers } = await bodyOf(request);
  if (!Array.isArray(numbers) || numbers.length > 1_000) return answer(response, 400, { error: 'numbers' });
  let sum = 0;
  let largest: number | null = null;
  const doubled: number[] = [];
  for (const number of numbers) {
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) return answer(response, 400, { error: 'numbers' });
    sum += number;
    if (largest === null || number > largest) largest = number;
    doubled.push(number * 2);
  }
  return answer(response, 200, { sum, largest, doubled });
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method, url = '' } = request;
  const [path = '', query = ''] = url.split('?');
  if (method === 'GET' && path === '/api:bench/items') return listItems(response, new URLSearchParams(query));
  if (method === 'GET' && path.startsWith('/api:bench/items/')) return readItem(response, path.slice('/api:bench/items/'.length));
  if (method === 'POST' && path === '/api:bench/items') return addItem(request, response);
  if (method === 'POST' && path === '/api:bench/logic') return logic(request, response);
  return answer(response, 404, { error: 'nothing here' });
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => answer(response, 500, { error: String(error) }));
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
process.on('SIGTERM', () => process.exit(0));

function address(): string {
  const found = server.address();
  if (found === null || typeof found === 'string') throw new Error('the service has no port');
  return `http://127.0.0.1:${found.port}`;
}

answerMessages(async (message) => (JSON.stringify(message).includes('cpu') ? cpuUs() : address()));
