/** Chance with a seed: the same numbers on every machine. */

export interface Chance {
  /** From 0 to below 1. */
  number(): number;
  /** A whole number; both ends are included. */
  between(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/** mulberry32: 32 bits of state are enough for sample data. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const number = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(number() * (most - least + 1));
  return {
    number,
    between,
    chance: (probability) => number() < probability,
    pick: (list) => {
      const index = between(0, list.length - 1);
      if (!(index in list)) throw new RangeError('there is nothing to pick from');
      return list[index] as (typeof list)[number];
    },
  };
}
