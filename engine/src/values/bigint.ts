/** Values of `bigint` columns and inputs: numbers in a stack, texts in JSON. */
import { errorOf, numberOutOfRange } from '../errors.ts';
import { Decimal } from './decimal.ts';

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

/**
 * A whole number of PostgreSQL's int8. It computes, compares and sorts as the decimal that it is (what is computed from it is a
 * plain decimal); only its JSON is a text, because most readers of JSON take numbers for doubles and would lose digits. Immutable.
 */
export class Bigint extends Decimal {
  /** Whether int8 holds the number. */
  static holds(n: bigint): boolean {
    return n >= least && n <= greatest;
  }

  /** Throws `number_out_of_range` beyond int8. */
  static override of(n: number | bigint): Bigint {
    const whole = BigInt(n);
    if (!Bigint.holds(whole)) throw errorOf(numberOutOfRange, { what: 'A bigint' });
    return new Bigint(whole, 0);
  }

  /** Reads digits; null when the text is something else or beyond int8. */
  static override parse(text: string): Bigint | null {
    if (!/^[+-]?\d{1,19}$/.test(text)) return null;
    const whole = BigInt(text.startsWith('+') ? text.slice(1) : text);
    return Bigint.holds(whole) ? new Bigint(whole, 0) : null;
  }

  /** The same number without the box. */
  toDecimal(): Decimal {
    return Decimal.of(this.$coefficient);
  }

  /** For JSON.stringify: a text. */
  override toJSON(): string {
    return this.toText();
  }
}
