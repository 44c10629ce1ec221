/** Measured numbers as values of the language: decimals with a few digits, which JSON shows as plain numbers. */
import { Decimal } from '@ashlar/engine';

/** A measured number, rounded to `digits` after the point. */
export function figure(value: number, digits = 2): Decimal {
  // By way of its text, so that 12.5 stays 12.5 and does not become 12.50.
  return Decimal.parse(String(Math.round(value * 10 ** digits) / 10 ** digits)) ?? Decimal.of(0);
}
