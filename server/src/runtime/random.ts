/** Randomness that is fit for secrets, without bias. */
import { randomBytes, randomInt } from 'node:crypto';
import type { RandomArgs, Run, Value } from '@ashlar/engine';

/** Ranges that `randomInt` takes. */
const widest = 2 ** 48 - 1;

/** The effect `random`. */
export function random(_run: Run, _step: number, args: RandomArgs): Value {
  if (args.kind === 'bytes') return new Uint8Array(randomBytes(args.bytes));
  if (args.kind === 'text') return randomText(args.length, [...args.alphabet]);
  const width = args.max - args.min;
  if (width < widest) return args.min + randomInt(width + 1);
  return wideInt(BigInt(args.min), BigInt(args.max));
}

function randomText(length: number, characters: readonly string[]): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += characters[randomInt(characters.length)];
  return text;
}

/** Draws 64 bits until they fall into a whole multiple of the range. */
function wideInt(min: bigint, max: bigint): number {
  const width = max - min + 1n;
  const limit = (1n << 64n) - ((1n << 64n) % width);
  for (;;) {
    const drawn = randomBytes(8).readBigUInt64BE();
    if (drawn < limit) return Number(min + (drawn % width));
  }
}
