/** Values for property tests. */
import fc from 'fast-check';
import { Decimal } from '../../engine/src/values/decimal.ts';
import { Float } from '../../engine/src/values/float.ts';
import { PlainDate, Timestamp } from '../../engine/src/values/time.ts';
import type { Value } from '../../engine/src/values/value.ts';

/** Ints, small ones (which meet each other) and large ones. */
export const ints = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.maxSafeInteger()).map((n) => n + 0);

/** Decimals with few or many digits, trailing zeros included. */
export const decimals = fc
  .tuple(fc.oneof(fc.bigInt({ min: -500n, max: 500n }), fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n })), fc.nat(30))
  .map(([coefficient, scale]) => Decimal.of(coefficient, scale));

/** Finite floats. */
export const floats = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.constantFrom(0.1, 0.5, 1.5, 1e300, -0),
  )
  .map((n) => Float.of(n));

export const numbers = fc.oneof(ints, decimals, floats);

/** Texts, with surrogates (pairs and lone ones), the characters around them, and what patterns and JSON treat specially. */
export const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', 'b', 'A', '%', '_', '\\', '"', '\u0000', '\ud800', '\udc00', '\ud83d\ude00', '\uffff', '\ue000', 'é'),
      fc.string(),
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''));

export const timestamps = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }).map((ms) => Timestamp.of(ms));
export const dates = timestamps.map((t) => {
  const date = PlainDate.parse(t.toText().slice(0, 10));
  if (date === null) throw new Error(`no date in ${t.toText()}`);
  return date;
});

const scalars = fc.oneof(
  fc.constantFrom(null, true, false, '', 0),
  numbers,
  texts,
  timestamps,
  dates,
  fc.uint8Array({ maxLength: 4 }),
);
const keys = fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor', 'toJSON', 'length'), texts);

/** Any value; few distinct parts, so that equal ones occur. */
export const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalars,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map((entries): Value => Object.fromEntries(entries)),
  ),
})).value;
