/** How much memory a value takes, roughly: what the cache's bound counts. */
import type { Value } from '@ashlar/engine';

/** Nesting beyond which a value is not cached: it could not leave as JSON either. */
const deepest = 256;

/** Bytes of a value as about its JSON would have, or null as soon as it is certain to be above `limitBytes` or nested too deeply. */
export function sizeOf(value: Value, limitBytes: number, depth = 0): number | null {
  if (value === null || typeof value === 'boolean') return 5;
  if (typeof value === 'number') return 8;
  if (typeof value === 'string') return within(2 + value.length * 2, limitBytes);
  if (value instanceof Uint8Array) return within(value.byteLength, limitBytes);
  if (depth > deepest) return null;
  let bytes = 8;
  for (const [key, item] of membersOf(value)) {
    const size = sizeOf(item, limitBytes - bytes, depth + 1);
    if (size === null) return null;
    bytes += size + key.length * 2;
    if (bytes > limitBytes) return null;
  }
  // Boxed numbers and times have no members of their own, or a short one.
  return within(bytes + 24, limitBytes);
}

const within = (bytes: number, limitBytes: number): number | null => (bytes > limitBytes ? null : bytes);

function membersOf(value: object): Iterable<readonly [string, Value]> {
  return Array.isArray(value) ? value.map((item: Value) => ['', item] as const) : Object.entries(value);
}
