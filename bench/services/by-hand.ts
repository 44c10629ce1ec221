/**
 * The same service as one writes it by hand and with care: Fastify, `pg` with named prepared statements, a pool of ten
 * connections, inputs checked by schemas, answers written by compiled serialisers where that is faster, independent statements
 * sent at the same time.
 */
import Fastify from 'fastify';
import { Pool, type PoolClient, types } from 'pg';
import { answerMessages, cpuUs } from '../child.ts';

// int8 and numeric arrive as text; the tables' fit into numbers.
types.setTypeParser(20, Number);
types.setTypeParser(1700, Number);

const pool = new Pool({ ...JSON.parse(process.env.DATABASE ?? '{}'), max: 10 });
const app = Fastify({ logger: false });

const int = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const text = { type: 'string' } as const;
const time = { type: 'string', format: 'date-time' } as const;
const object = (properties: object) => ({ type: 'object', properties, required: Object.keys(properties) }) as const;
const list = (items: object) => ({ type: 'array', items }) as const;

const itemSchema = object({
  id: int,
  name: text,
  category: text,
  price: number,
  stock: int,
  active: { type: 'boolean' },
  created_at: time,
});
const answers = (schema: object) => ({ response: { 200: schema } });

const columns = 'id, name, category, price, stock, active, created_at';

const byId = { name: 'item_by_id', text: `select ${columns} from item where id = $1` };
app.get<{ Params: { id: number } }>(
  '/api::bench/items/:id',
  { schema: { params: object({ id: int }), ...answers(itemSchema) } },
  async ({ params }, reply) => {
    const { rows } = await pool.query({ ...byId, values: [params.id] });
    if (rows.length === 0) return reply.code(404).send({ error: 'no such item' });
    return rows[0];
  },
);

const page = {
  name: 'item_page',
  text: `select ${columns} from item where category = $1 and active order by price, id limit 20 offset $2`,
};
const total = { name: 'item_total', text: 'select count(*) as total from item where category = $1 and active' };
app.get<{ Querystring: { category: string; page: number } }>(
  '/api::bench/items',
  {
    schema: {
      querystring: {
        type: 'object',
        properties: { category: text, page: { ...int, minimum: 1, default: 1 } },
        required: ['category'],
      },
      ...answers(object({ items: list(itemSchema), total: int })),
    },
  },
  async ({ query }) => {
    const [items, counted] = await Promise.all([
      pool.query({ ...page, values: [query.category, (query.page - 1) * 20] }),
      pool.query({ ...total, values: [query.category] }),
    ]);
    return { items: items.rows, total: counted.rows[0].total };
  },
);

const insert = {
  name: 'item_insert',
  text: `insert into item (name, category, price, stock, active, created_at) values ($1, $2, $3, $4, true, $5) returning ${columns}`,
};
app.post<{ Body: { name: string; category: string; price: number; stock: number } }>(
  '/api::bench/items',
  {
    schema: {
      body: object({
        name: { ...text, minLength: 1, maxLength: 200 },
        category: text,
        price: { ...number, minimum: 0 },
        stock: { ...int, minimum: 0 },
      }),
      ...answers(itemSchema),
    },
  },
  async ({ body: { name, category, price, stock } }) => {
    const { rows } = await pool.query({ ...insert, values: [name, category, price, stock, new Date()] });
    return rows[0];
  },
);

// Without a schema of the answer: a list of numbers is written faster by JSON.stringify.
app.post<{ Body: { numbers: number[] } }>(
  '/api::bench/logic',
  { schema: { body: object({ numbers: { ...list(int), maxItems: 1_000 } }) } },
  async ({ body: { numbers } }) => {
    let sum = 0;
    let largest: number | null = null;
    const doubled: number[] = [];
    for (const one of numbers) {
      sum += one;
      if (largest === null || one > largest) largest = one;
      doubled.push(one * 2);
    }
    return { sum, largest, doubled };
  },
);

const lineProperties = { id: int, item_id: int, quantity: int, price: number };
const orderProperties = { id: int, customer_id: int, status: text, total: number, created_at: time };
const ordersOf = {
  name: 'orders_of',
  text: 'select id, customer_id, status, total, created_at from "order" where customer_id = $1 order by id desc limit 20',
};
const linesOf = {
  name: 'lines_of',
  text: 'select id, item_id, quantity, price, order_id from order_line where order_id = any($1) order by id',
};
// Two statements were faster than one with a join, its rows grouped here, and than one with json_agg.
app.get<{ Querystring: { customer: number } }>(
  '/api::bench/orders',
  {
    schema: {
      querystring: object({ customer: int }),
      ...answers(list(object({ ...orderProperties, lines: list(object(lineProperties)) }))),
    },
  },
  async ({ query }) => {
    const orders = await pool.query<{ id: number; lines?: object[] }>({ ...ordersOf, values: [query.customer] });
    const byOrder = new Map<number, object[]>();
    for (const order of orders.rows) {
      order.lines = [];
      byOrder.set(order.id, order.lines);
    }
    const lines = await pool.query<{ order_id: number }>({ ...linesOf, values: [[...byOrder.keys()]] });
    // The schema of the answer leaves out order_id.
    for (const line of lines.rows) byOrder.get(line.order_id)?.push(line);
    return orders.rows;
  },
);

const quantity = { ...int, minimum: 1, maximum: 100 };
const lockItems = {
  name: 'items_locked',
  text: 'select id, price, stock from item where id = any($1) order by id for update',
};
const addOrder = {
  name: 'order_insert',
  text: 'insert into "order" (customer_id, status, total, created_at) values ($1, $2, $3, $4) returning id, customer_id, status, total, created_at',
};
const addLine = {
  name: 'line_insert',
  text: 'insert into order_line (order_id, item_id, quantity, price) values ($1, $2, $3, $4) returning id, order_id, item_id, quantity, price',
};
const setStock = { name: 'item_stock', text: 'update item set stock = $1 where id = $2' };

interface OrderBody {
  readonly customer: number;
  readonly first: number;
  readonly first_quantity: number;
  readonly second: number;
  readonly second_quantity: number;
}

async function order(client: PoolClient, body: OrderBody): Promise<object | null> {
  const items = await client.query<{ id: number; price: number; stock: number }>({
    ...lockItems,
    values: [[body.first, body.second]],
  });
  const first = items.rows.find(({ id }) => id === body.first);
  const second = items.rows.find(({ id }) => id === body.second);
  if (first === undefined || second === undefined) return null;
  if (first.stock < body.first_quantity || second.stock < body.second_quantity) return null;
  const cents = Math.round((first.price * body.first_quantity + second.price * body.second_quantity) * 100);
  const added = await client.query<{ id: number }>({ ...addOrder, values: [body.customer, 'open', cents / 100, new Date()] });
  const [row] = added.rows;
  if (row === undefined) throw new Error('no row came back');
  const one = await client.query({ ...addLine, values: [row.id, first.id, body.first_quantity, first.price] });
  const other = await client.query({ ...addLine, values: [row.id, second.id, body.second_quantity, second.price] });
  await client.query({ ...setStock, values: [first.stock - body.first_quantity, first.id] });
  await client.query({ ...setStock, values: [second.stock - body.second_quantity, second.id] });
  return { ...row, lines: [one.rows[0], other.rows[0]] };
}

async function inTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

app.post<{ Body: OrderBody }>(
  '/api::bench/orders',
  {
    schema: {
      body: object({ customer: int, first: int, first_quantity: quantity, second: int, second_quantity: quantity }),
      ...answers(object({ ...orderProperties, lines: list(object({ ...lineProperties, order_id: int })) })),
    },
  },
  async ({ body }, reply) => {
    const found = await inTransaction((client) => order(client, body));
    return found ?? reply.code(409).send({ error: 'there are not so many left' });
  },
);

await app.listen({ port: 0, host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));

function address(): string {
  const found = app.server.address();
  if (found === null || typeof found === 'string') throw new Error('the service has no port');
  return `http://127.0.0.1:${found.port}`;
}

answerMessages(async (message) => (JSON.stringify(message).includes('cpu') ? cpuUs() : address()));
