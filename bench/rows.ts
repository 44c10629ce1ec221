/** The rows of the tables: the same ones every time. */

/** How many items, and how many orders, as the goals say. */
export const rowCount = 10_000;
/** Each has twenty orders of one to five lines. */
export const customerCount = 500;
const departments = ['books', 'garden', 'kitchen', 'music', 'office', 'outdoor', 'sport', 'tools', 'toys', 'travel'];
/** Two hundred items each: what a list counts is the database's work, the same for both services, and should not hide theirs. */
export const categories = departments.flatMap((name) => Array.from({ length: 5 }, (_, n) => `${name}-${n + 1}`));

/** What is in stock of an item before anything is ordered, also in SQL: what orders took is put back between rounds. */
const stockOf = (id: number): number => 1_000 + (id % 500);
export const stockSql = '1000 + id % 500';

/** Numbers that look random and are the same every time (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const createdAt = (n: number): string => new Date(1_700_000_000_000 + n * 60_000).toISOString();

function itemRows(): readonly object[] {
  const next = numbersFrom(1);
  return Array.from({ length: rowCount }, (_, n) => ({
    id: n + 1,
    name: `Item number ${n + 1}`,
    category: categories[Math.floor(next() * categories.length)],
    price: (Math.floor(next() * 20_000) + 100) / 100,
    stock: stockOf(n + 1),
    active: next() < 0.9,
    created_at: createdAt(n),
  }));
}

function orderRows(): { readonly orders: readonly object[]; readonly lines: readonly object[] } {
  const next = numbersFrom(3);
  const lines: object[] = [];
  const orders = Array.from({ length: rowCount }, (_, n) => {
    const id = n + 1;
    for (let line = Math.floor(next() * 5); line >= 0; line -= 1)
      lines.push({
        id: lines.length + 1,
        order_id: id,
        item_id: Math.floor(next() * rowCount) + 1,
        quantity: Math.floor(next() * 9) + 1,
        price: (Math.floor(next() * 20_000) + 100) / 100,
      });
    const total = Math.floor(next() * 100_000) / 100;
    return { id, customer_id: (n % customerCount) + 1, status: n % 3 === 0 ? 'open' : 'paid', total, created_at: createdAt(n) };
  });
  return { orders, lines };
}

const linesOf = (rows: readonly object[]): string => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;

/** The seed files, by table. */
export function seeds(): Readonly<Record<string, string>> {
  const { orders, lines } = orderRows();
  const customers = Array.from({ length: customerCount }, (_, n) => ({ id: n + 1, name: `Customer number ${n + 1}` }));
  return {
    customer: linesOf(customers),
    item: linesOf(itemRows()),
    order: linesOf(orders),
    order_line: linesOf(lines),
    shelf: linesOf([{ id: 1, name: 'The only one' }]),
  };
}
