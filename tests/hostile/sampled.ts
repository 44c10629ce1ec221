/**
 * One of so many cases is sent: each battery begins with another one, so that together they send all. With TEST_SOAK=10
 * (`npm run soak`) every case is.
 */
export const oneOf = Math.max(1, Math.round(8 / Number(process.env.TEST_SOAK ?? '1')));

/** Every `share`-th of the cases. @param first which of them comes first */
export function* sampled<T>(cases: Iterable<T>, first: number, share = oneOf): Generator<T> {
  let index = first;
  for (const one of cases) if (index++ % share === 0) yield one;
}
