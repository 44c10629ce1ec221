/** What is measured: the same requests go to both services. */
import { categories, numbersFrom, rowCount } from './rows.ts';

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
}

const variety = 500;

function cell(name: string, request: (next: () => number) => Request, varying: readonly string[] = []): Cell {
  const next = numbersFrom(2);
  return { name, requests: Array.from({ length: variety }, () => request(next)), varying };
}

const oneOf = (next: () => number): string => categories[Math.floor(next() * categories.length)] ?? '';

/** The cells in the order of measuring; the one that adds rows comes last, so that the others always meet the same table. */
export const cells: readonly Cell[] = [
  cell('read-by-id', (next) => ({ method: 'GET', path: `/api:bench/items/${Math.floor(next() * rowCount) + 1}` })),
  cell('list-filtered', (next) => ({
    method: 'GET',
    path: `/api:bench/items?category=${oneOf(next)}&page=${Math.floor(next() * 10) + 1}`,
  })),
  cell('logic-100', (next) => ({
    method: 'POST',
    path: '/api:bench/logic',
    body: { numbers: Array.from({ length: 100 }, () => Math.floor(next() * 1_000_000)) },
  })),
  cell(
    'insert',
    (next) => ({
      method: 'POST',
      path: '/api:bench/items',
      body: {
        name: `New item ${Math.floor(next() * 1_000)}`,
        category: oneOf(next),
        price: Math.floor(next() * 20_000) / 100,
        stock: Math.floor(next() * 500),
      },
    }),
    ['id', 'created_at'],
  ),
];

/** The request as it goes over the wire. */
export function rawRequest({ method, path, body }: Request, host: string): string {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = [`Host: ${host}`, 'Accept: application/json'];
  if (body !== undefined) headers.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`);
  return `${method} ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n${text}`;
}
