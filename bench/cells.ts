/** What is measured over HTTP: the same requests go to both services. */
import { categories, customerCount, numbersFrom, rowCount } from './rows.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}

export interface Cell {
  readonly name: string;
  /** Requests that are sent in turn. */
  readonly requests: readonly Request[];
  /** Members of the answer that differ between two calls of the same request. */
  readonly varying: readonly string[];
  /** Adds or changes rows: they are put back before each service's turn. */
  readonly writes: boolean;
}

const variety = 500;

function cell(
  name: string,
  request: (next: () => number, n: number) => Request,
  written: { readonly varying: readonly string[] } | null = null,
): Cell {
  const next = numbersFrom(2);
  const requests = Array.from({ length: variety }, (_, n) => request(next, n));
  return { name, requests, varying: written?.varying ?? [], writes: written !== null };
}

const below = (next: () => number, end: number): number => Math.floor(next() * end);
const oneOf = (next: () => number): string => categories[below(next, categories.length)] ?? '';

export const readById: Cell = cell('read-by-id', (next) => ({
  method: 'GET',
  path: `/api:bench/items/${below(next, rowCount) + 1}`,
}));

const listFiltered = cell('list-filtered', (next) => ({
  method: 'GET',
  path: `/api:bench/items?category=${oneOf(next)}&page=${below(next, 5) + 1}`,
}));

const insert = cell(
  'insert',
  (next) => ({
    method: 'POST',
    path: '/api:bench/items',
    body: {
      name: `New item ${below(next, 1_000)}`,
      category: oneOf(next),
      price: below(next, 20_000) / 100,
      stock: below(next, 500),
    },
  }),
  { varying: ['id', 'created_at'] },
);

const logic = cell('logic-100', (next) => ({
  method: 'POST',
  path: '/api:bench/logic',
  body: { numbers: Array.from({ length: 100 }, () => below(next, 1_000_000)) },
}));

/** No two of the requests lock the same item, so that waiting for each other's locks is rare. */
const order = cell(
  'order-in-transaction',
  (next, n) => ({
    method: 'POST',
    path: '/api:bench/orders',
    body: {
      customer: below(next, customerCount) + 1,
      first: 2 * n + 1,
      first_quantity: below(next, 3) + 1,
      second: 2 * n + 2,
      second_quantity: below(next, 3) + 1,
    },
  }),
  { varying: ['id', 'order_id', 'created_at'] },
);

const nestedList = cell('nested-list', (next) => ({
  method: 'GET',
  path: `/api:bench/orders?customer=${below(next, customerCount) + 1}`,
}));

export const cells: readonly Cell[] = [readById, listFiltered, insert, logic, order, nestedList];

/** The request as it goes over the wire. */
export function rawRequest({ method, path, body }: Request, host: string): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = [`Host: ${host}`, 'Accept: application/json'];
  if (body !== undefined) headers.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`);
  return `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${text}`;
}
