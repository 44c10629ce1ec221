/** What `quote.post.jsonc` computes, as one writes it by hand. */

export interface QuoteInput {
  readonly quantity: number;
  readonly unit_price: number;
  readonly weight: number;
  readonly customer: { readonly tier?: string | null; readonly country?: string | null };
  readonly coupon?: string | null;
  readonly express: boolean;
  readonly gift?: boolean | null;
}

/** What a delivery would cost, in thousandths of a cent. */
export function quoteByHand(input: QuoteInput): object {
  const baseRate = 490;
  const perKilogram = 120;
  const freeFrom = 5_000_000;
  const currency = 'EUR';
  const channel = 'web';
  let taxPermille = 190;
  let tierDiscount = 0;
  let couponDiscount = 0;
  let pointsFactor = 1;
  let zone = 'domestic';
  let zoneFactor = 1_000;
  let note = '';
  let fees = 0;
  let wrapped = false;
  let days = 3;
  let carrier = 'post';

  const subtotal = input.quantity * input.unit_price;
  const weight = input.quantity * input.weight;
  const tier = input.customer.tier ?? 'none';
  if (tier === 'gold') {
    tierDiscount = 100;
    pointsFactor = 3;
  } else if (tier === 'silver') {
    tierDiscount = 50;
    pointsFactor = 2;
  }
  if (input.coupon === 'SAVE10') {
    couponDiscount = 100;
    note = 'coupon';
  }
  const from = input.customer.country ?? null;
  if (from !== null && from !== 'DE') {
    zone = 'abroad';
    zoneFactor = 1_800;
    taxPermille = 0;
    days = 8;
  }
  let discountPermille = tierDiscount + couponDiscount;
  if (discountPermille > 150) {
    discountPermille = 150;
    note = 'largest discount';
  }
  const discount = subtotal * discountPermille;
  const net = subtotal * 1_000 - discount;
  let shipping = (baseRate + perKilogram * weight) * zoneFactor;
  if (net >= freeFrom && zone === 'domestic') {
    shipping = 0;
    carrier = 'own';
  }
  if (input.express) {
    fees = 900_000;
    days = 1;
    carrier = 'courier';
  }
  if (input.gift ?? false) {
    wrapped = true;
    note = 'gift';
  }
  const due = net + shipping + fees;
  const tax = due * taxPermille;
  const points = (due * pointsFactor) % 1_000;
  const label = `${tier}/${zone}/${currency}`;
  const priority = due > 10_000_000 ? 'high' : 'normal';
  const version = 3;
  const validDays = 14;
  const source = 'quote';
  const country = 'DE';
  const language = 'de';
  return {
    due,
    tax,
    discount,
    points,
    label,
    priority,
    note,
    days,
    carrier,
    channel,
    wrapped,
    version,
    valid_days: validDays,
    source,
    country,
    language,
  };
}
