/**
 * Exact decimals: a coefficient and a scale, `coefficient × 10^-scale`, the scale as written (12.50 stays 12.50). Sums and
 * products are exact; a quotient has at most 34 significant digits (decimal128), rounded half to even.
 */
import { divisionByZero, errorOf, numberOutOfRange } from '../errors.ts';

/** Significant digits and scale that a decimal may have: repeated multiplication must not fill the memory. */
export const maxDecimalDigits = 1_000;
/** Significant digits of a quotient (decimal128). */
export const quotientDigits = 34;
const bound = 10n ** BigInt(maxDecimalDigits);
const powers: bigint[] = [1n];
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/;

/** Part of the language since ECMAScript's "JSON.parse source text access"; TypeScript's library does not know it yet. */
const { rawJSON } = JSON as JSON & { readonly rawJSON: (text: string) => object };

function power(exponent: number): bigint {
  for (let next = powers.length; next <= exponent; next++) powers.push((powers[next - 1] ?? 1n) * 10n);
  return powers[exponent] ?? 1n;
}

const magnitude = (n: bigint): bigint => (n < 0n ? -n : n);

/** Divides, rounding half away from zero. `divisor` is positive. */
function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = magnitude(dividend % divisor) * 2n;
  return rest < divisor ? quotient : quotient + (dividend < 0n ? -1n : 1n);
}

/** An exact decimal number. Immutable. */
export class Decimal {
  readonly $coefficient: bigint;
  /** Digits after the point. */
  readonly $scale: number;

  protected constructor(coefficient: bigint, scale: number) {
    if (coefficient >= bound || coefficient <= -bound || scale > maxDecimalDigits)
      throw errorOf(numberOutOfRange, { what: `A decimal of more than ${maxDecimalDigits} digits` });
    this.$coefficient = coefficient;
    this.$scale = scale;
  }

  /** Reads `-12.50`, `.5`, `1e-3`; null when the text is no number or has more digits than a decimal may have. */
  static parse(text: string): Decimal | null {
    if (text.length > 2 * maxDecimalDigits + 16) return null;
    const match = pattern.exec(text);
    if (match === null) return null;
    const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
    if (whole === '' && fraction === '') return null;
    let scale = fraction.length - Number(exponent);
    if (scale > maxDecimalDigits || scale < -maxDecimalDigits) return null;
    let coefficient = BigInt(whole + fraction);
    if (scale < 0) {
      coefficient *= power(-scale);
      scale = 0;
    }
    if (coefficient >= bound) return null;
    return new Decimal(sign === '-' ? -coefficient : coefficient, scale);
  }

  /** `n × 10^-scale`: `of(1250n, 2)` is 12.50. `n` is an integer. Throws `number_out_of_range` beyond the digits allowed. */
  static of(n: number | bigint, scale = 0): Decimal {
    return new Decimal(BigInt(n), scale);
  }

  add(other: Decimal): Decimal {
    if (this.$scale === other.$scale) return new Decimal(this.$coefficient + other.$coefficient, this.$scale);
    const scale = Math.max(this.$scale, other.$scale);
    return new Decimal(this.#at(scale) + other.#at(scale), scale);
  }

  subtract(other: Decimal): Decimal {
    const scale = Math.max(this.$scale, other.$scale);
    return new Decimal(this.#at(scale) - other.#at(scale), scale);
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.$coefficient * other.$coefficient, this.$scale + other.$scale);
  }

  /** 34 significant digits, half to even; written as short as possible (10.00 / 4 is 2.5). Throws `division_by_zero`. */
  divide(other: Decimal): Decimal {
    if (other.$coefficient === 0n) throw errorOf(divisionByZero, { operator: '/' });
    if (this.$coefficient === 0n) return new Decimal(0n, 0);
    const negative = this.$coefficient < 0n !== other.$coefficient < 0n;
    const dividend = magnitude(this.$coefficient);
    const divisor = magnitude(other.$coefficient);
    // So many zeros behind the dividend that the quotient has 34 digits, or 35 at most.
    const zeros = quotientDigits + digitCount(divisor) - digitCount(dividend);
    const scaled = zeros >= 0 ? dividend * power(zeros) : dividend;
    const by = zeros >= 0 ? divisor : divisor * power(-zeros);
    let scale = this.$scale - other.$scale + zeros;
    let quotient = scaled / by;
    let exact = scaled % by === 0n;
    let halfway = 0;
    if (quotient >= power(quotientDigits)) {
      const last = quotient % 10n;
      quotient /= 10n;
      scale -= 1;
      halfway = last < 5n ? -1 : last > 5n || !exact ? 1 : 0;
      exact = exact && last === 0n;
    } else {
      const rest = (scaled % by) * 2n;
      halfway = rest < by ? -1 : rest > by ? 1 : 0;
    }
    if (!exact && (halfway > 0 || (halfway === 0 && quotient % 2n === 1n))) quotient += 1n;
    return shortest(negative ? -quotient : quotient, scale);
  }

  /** What is left of a division to a whole number; has the dividend's sign. Throws `division_by_zero`. */
  remainder(other: Decimal): Decimal {
    if (other.$coefficient === 0n) throw errorOf(divisionByZero, { operator: '%' });
    const scale = Math.max(this.$scale, other.$scale);
    return new Decimal(this.#at(scale) % other.#at(scale), scale);
  }

  negate(): Decimal {
    return new Decimal(-this.$coefficient, this.$scale);
  }

  /** -1, 0 or 1, by value: 1.0 and 1.00 are the same. */
  compare(other: Decimal): -1 | 0 | 1 {
    const scale = Math.max(this.$scale, other.$scale);
    const a = this.#at(scale);
    const b = other.#at(scale);
    return a < b ? -1 : a > b ? 1 : 0;
  }

  /** By value: 1.0 and 1.00 are equal. */
  equals(other: Decimal): boolean {
    return this.compare(other) === 0;
  }

  isZero(): boolean {
    return this.$coefficient === 0n;
  }

  /** Whether there is nothing but zeros after the point. */
  isInteger(): boolean {
    return this.$scale === 0 || this.$coefficient % power(this.$scale) === 0n;
  }

  /** To `digits` after the point, half away from zero, as PostgreSQL's numeric; negative digits round to tens, hundreds … */
  round(digits = 0): Decimal {
    if (digits > maxDecimalDigits) throw errorOf(numberOutOfRange, { what: 'The number of digits' });
    if (digits >= this.$scale) return new Decimal(this.#at(digits), digits);
    const drop = this.$scale - Math.max(digits, -2 * maxDecimalDigits);
    const coefficient = divideHalfUp(this.$coefficient, power(drop));
    return digits >= 0 ? new Decimal(coefficient, digits) : new Decimal(coefficient * power(drop - this.$scale), 0);
  }

  /** Without the fraction, towards zero. */
  truncate(): bigint {
    return this.$coefficient / power(this.$scale);
  }

  /** The same value without zeros at the end of the fraction. */
  normalize(): Decimal {
    return shortest(this.$coefficient, this.$scale);
  }

  /** All digits, as written: `-12.50`. */
  toText(): string {
    if (this.$scale === 0) return this.$coefficient.toString();
    const digits = magnitude(this.$coefficient)
      .toString()
      .padStart(this.$scale + 1, '0');
    const point = digits.length - this.$scale;
    return `${this.$coefficient < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`;
  }

  /** The nearest double; may be infinite beyond its range. */
  toNumber(): number {
    return Number(this.toText());
  }

  /** For JSON.stringify: a bare number with all its digits. */
  toJSON(): object | string {
    return rawJSON(this.toText());
  }

  #at(scale: number): bigint {
    return scale === this.$scale ? this.$coefficient : this.$coefficient * power(scale - this.$scale);
  }
}

/** Number of decimal digits of a positive integer. */
function digitCount(n: bigint): number {
  return n.toString().length;
}

/** Takes zeros off the end of the fraction. A negative scale, or one beyond the bound, is brought into range. */
function shortest(coefficient: bigint, scale: number): Decimal {
  if (scale <= 0) return Decimal.of(coefficient * power(-scale), 0);
  let digits = coefficient;
  let places = scale;
  while (places >= 8 && digits % 100_000_000n === 0n && digits !== 0n) {
    digits /= 100_000_000n;
    places -= 8;
  }
  while (places > 0 && digits % 10n === 0n) {
    digits /= 10n;
    places -= 1;
  }
  // A quotient smaller than the smallest decimal is rounded to the last place there is.
  if (places > maxDecimalDigits) return Decimal.of(divideHalfUp(digits, power(places - maxDecimalDigits)), maxDecimalDigits);
  return Decimal.of(digits, places);
}
