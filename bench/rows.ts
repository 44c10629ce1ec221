/** The rows of the table: the same ones every time. */

/** How many rows, as the goals say. */
export const rowCount = 10_000;
export const categories = ['books', 'garden', 'kitchen', 'music', 'office', 'outdoor', 'sport', 'tools', 'toys', 'travel'];

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

/** The seed file of the table. */
export function itemLines(): string {
  const next = numbersFrom(1);
  const lines = Array.from({ length: rowCount }, (_, n) =>
    JSON.stringify({
      id: n + 1,
      name: `Item number ${n + 1}`,
      category: categories[Math.floor(next() * categories.length)],
      price: (Math.floor(next() * 20_000) + 100) / 100,
      stock: Math.floor(next() * 500),
      active: next() < 0.9,
      created_at: new Date(1_700_000_000_000 + n * 60_000).toISOString(),
    }),
  );
  return `${lines.join('\n')}\n`;
}
