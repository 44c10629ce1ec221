/** Binary floating point numbers (`float` columns, numbers with an exponent). Boxed, so that their type is known. */
import { errorOf, numberOutOfRange } from '../errors.ts';
import { Decimal } from './decimal.ts';

/** A finite double. Immutable. */
export class Float {
  readonly $value: number;

  private constructor(value: number) {
    this.$value = value;
  }

  /** Throws `number_out_of_range` for NaN and infinities: they can't arise. */
  static of(value: number): Float {
    if (!Number.isFinite(value)) throw errorOf(numberOutOfRange, { what: 'A float' });
    // There is one zero.
    return new Float(value === 0 ? 0 : value);
  }

  /** The decimal of its shortest text, which is how floats and decimals meet. */
  toDecimal(): Decimal {
    const text = String(this.$value);
    const decimal = Decimal.parse(text);
    if (decimal === null) throw errorOf(numberOutOfRange, { what: text });
    return decimal;
  }

  /** The shortest text that reads back to the same number: `0.1`, `1e+21`. */
  toText(): string {
    return String(this.$value);
  }

  toJSON(): number {
    return this.$value;
  }
}
