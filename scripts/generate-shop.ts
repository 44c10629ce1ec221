/**
 * Writes examples/shop/seeds/*.jsonl: a shop that looks lived in, always the same one (`node scripts/generate-shop.ts`).
 * What belongs together agrees: totals are the sums of their lines, nobody reviews what they did not buy, nobody orders before
 * they signed up.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Chance, chance } from './shop/chance.ts';
import { categories, firstNames, lastNames, opinions, places, streets } from './shop/words.ts';

const folder = join(import.meta.dirname, '..', 'examples', 'shop', 'seeds');
const opening = Date.UTC(2024, 0, 8, 8);
const lastDay = Date.UTC(2026, 5, 30, 20);
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

type Row = Readonly<Record<string, unknown>>;
interface Product {
  readonly id: number;
  readonly cents: number;
  readonly quality: number;
  readonly row: Row;
}
interface Customer {
  readonly id: number;
  readonly address: string;
  readonly since: number;
  readonly row: Row;
}
interface Purchase {
  readonly product: Product;
  readonly customer: Customer;
  readonly at: number;
}

const iso = (ms: number): string => new Date(ms - (ms % minuteMs)).toISOString();
const money = (cents: number): number => Number((cents / 100).toFixed(2));

function makeProducts(random: Chance): Product[] {
  const products: Product[] = [];
  categories.forEach((category, index) => {
    for (const quality of category.qualities)
      for (const thing of category.things)
        for (const size of category.sizes) {
          const id = products.length + 1;
          const cents = Math.round((random.between(category.cents[0], category.cents[1]) * size.factor) / 10) * 10 - 1;
          const row = {
            id,
            sku: `${category.slug.slice(0, 3).toUpperCase()}-${String(id).padStart(4, '0')}`,
            name: `${quality.word} ${thing}${size.label === '' ? '' : `, ${size.label}`}`,
            description: `${quality.says} ${random.pick(category.remarks)}`,
            category_id: index + 1,
            price: money(cents),
            stock: random.chance(0.06) ? 0 : random.between(3, 240),
            tags: [
              ...new Set([...quality.tags, ...(random.chance(0.12) ? ['sale'] : []), ...(random.chance(0.1) ? ['new'] : [])]),
            ],
            active: id <= 20 || !random.chance(0.02),
            created_at: iso(opening - random.between(1, 400) * dayMs),
          };
          products.push({ id, cents, quality: random.between(28, 50) / 10, row });
        }
  });
  return products;
}

/** The first two can sign in (see the README); the others ordered as guests. */
function makeCustomers(random: Chance, count: number): Customer[] {
  const known = [
    { email: 'ada@example.com', name: 'Ada Lovelace', password: 'correct horse battery', staff: false },
    { email: 'grace@example.com', name: 'Grace Hopper', password: 'staple compiler moth', staff: true },
  ];
  return Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    const place = random.pick(places);
    const first = random.pick(firstNames);
    const last = random.pick(lastNames);
    const since = opening + (index < 80 ? 0 : Math.floor(random.number() ** 1.3 * (lastDay - opening - 30 * dayMs)));
    const person = known[index] ?? {
      email: `${first}.${last}.${id}@example.com`
        .toLowerCase()
        .normalize('NFD')
        .replace(/[^a-z0-9.@]/g, ''),
      name: `${first} ${last}`,
      password: null,
      staff: false,
    };
    const row = { id, ...person, city: random.chance(0.15) ? null : place.city, created_at: iso(since) };
    return { id, since, row, address: `${random.pick(streets)} ${random.between(1, 180)}, ${place.code} ${place.city}` };
  });
}

interface Orders {
  readonly orders: readonly Row[];
  readonly lines: readonly Row[];
  readonly purchases: readonly Purchase[];
}

function makeOrders(random: Chance, products: readonly Product[], customers: readonly Customer[], count: number): Orders {
  const moments = Array.from({ length: count }, () => opening + Math.floor(random.number() ** 0.8 * (lastDay - opening))).sort(
    (a, b) => a - b,
  );
  const orders: Row[] = [];
  const lines: Row[] = [];
  const purchases: Purchase[] = [];
  moments.forEach((at, index) => {
    const id = index + 1;
    const customer = buyer(random, customers, at);
    const status = statusOf(random, at);
    let subtotal = 0;
    for (const product of cart(random, products)) {
      const quantity = random.chance(0.7) ? 1 : random.between(2, 4);
      subtotal += product.cents * quantity;
      lines.push({ id: lines.length + 1, order_id: id, product_id: product.id, quantity, price: money(product.cents) });
      if (status === 'shipped') purchases.push({ product, customer, at });
    }
    const shipping = subtotal >= 5_000 ? 0 : 490;
    orders.push({
      id,
      customer_id: customer.id,
      status,
      address: customer.address,
      subtotal: money(subtotal),
      shipping: money(shipping),
      total: money(subtotal + shipping),
      note: random.chance(0.05)
        ? random.pick(['Please ring twice', 'Leave it with the neighbours', 'A gift: no invoice, please'])
        : null,
      created_at: iso(at),
    });
  });
  return { orders, lines, purchases };
}

/** Somebody who was there by then; some buy much more often than others. */
function buyer(random: Chance, customers: readonly Customer[], at: number): Customer {
  for (;;) {
    const customer = customers[Math.floor(random.number() ** 1.25 * customers.length)];
    if (customer !== undefined && customer.since <= at) return customer;
  }
}

function statusOf(random: Chance, at: number): string {
  if (random.chance(0.04)) return 'cancelled';
  if (at < lastDay - 6 * dayMs) return 'shipped';
  return random.chance(0.6) ? 'paid' : 'open';
}

/** One to five products, the popular ones more often. */
function cart(random: Chance, products: readonly Product[]): ReadonlySet<Product> {
  const chosen = new Set<Product>();
  const size = 1 + Math.floor(random.number() ** 1.8 * 5);
  while (chosen.size < size) {
    // Popularity has nothing to do with the key: a product's place is spread over the list.
    const place = (Math.floor(random.number() ** 2 * products.length) * 389) % products.length;
    const product = products[place];
    if (product !== undefined) chosen.add(product);
  }
  return chosen;
}

function makeReviews(random: Chance, purchases: readonly Purchase[]): Row[] {
  const seen = new Set<string>();
  const reviews: { readonly at: number; readonly row: Row }[] = [];
  for (const { product, customer, at } of purchases) {
    const key = `${product.id} ${customer.id}`;
    const late = at + random.between(4, 40) * dayMs;
    if (seen.has(key) || late > lastDay || !random.chance(0.3)) continue;
    seen.add(key);
    const rating = Math.max(1, Math.min(5, Math.round(product.quality + (random.number() - 0.5) * 2.4)));
    const text = random.chance(0.3) ? null : random.pick(opinions[rating] ?? []);
    reviews.push({ at: late, row: { product_id: product.id, customer_id: customer.id, rating, text, created_at: iso(late) } });
  }
  reviews.sort((a, b) => a.at - b.at);
  return reviews.map(({ row }, index) => ({ id: index + 1, ...row }));
}

/** Every table's rows. */
export function shopSeeds(): ReadonlyMap<string, readonly Row[]> {
  const random = chance(20_260_701);
  const products = makeProducts(random);
  const customers = makeCustomers(random, 1_200);
  const { orders, lines, purchases } = makeOrders(random, products, customers, 5_000);
  return new Map([
    ['category', categories.map(({ slug, name }, index) => ({ id: index + 1, slug, name }))],
    ['product', products.map(({ row }) => row)],
    ['customer', customers.map(({ row }) => row)],
    ['order', orders],
    ['order_line', lines],
    ['review', makeReviews(random, purchases)],
  ]);
}

/** The text of a seed file: one row a line. */
export function seedText(rows: readonly Row[]): string {
  return `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`;
}

if (import.meta.main) {
  mkdirSync(folder, { recursive: true });
  for (const [table, rows] of shopSeeds()) {
    writeFileSync(join(folder, `${table}.jsonl`), seedText(rows));
    process.stdout.write(`${table}: ${rows.length} rows\n`);
  }
}
