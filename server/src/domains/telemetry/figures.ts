/** Measured numbers as values of the language: decimals with a few digits, which JSON shows as plain numbers. */
import { Decimal } from '@ashlar/engine';

/** A measured number, rounded to `digits` after the point. */
export function figure(value: number, digits = 2): Decimal {
  return Decimal.of(Math.round(value * 10 ** digits), digits);
}
