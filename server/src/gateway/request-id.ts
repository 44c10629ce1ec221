/** Ids of requests: UUID version 7 (RFC 9562), so that they sort by time. */
import { randomFillSync } from 'node:crypto';

const hex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

// Randomness is taken from the system for many ids at once: a call for each costs more than all the rest of it.
const pool = new Uint8Array(4_096);
let used = pool.length;

/** @param nowMs milliseconds since the epoch */
export function newRequestId(nowMs: number): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = (index: number): number => pool[used + index] ?? 0;
  const time = nowMs.toString(16).padStart(12, '0');
  const id =
    `${time.slice(0, 8)}-${time.slice(8)}-${hex[0x70 | (byte(0) & 0x0f)]}${hex[byte(1)]}-` +
    `${hex[0x80 | (byte(2) & 0x3f)]}${hex[byte(3)]}-${hex[byte(4)]}${hex[byte(5)]}${hex[byte(6)]}${hex[byte(7)]}${hex[byte(8)]}${hex[byte(9)]}`;
  used += 10;
  return id;
}

/** What is taken over from a trusted proxy: nothing that could break a header, a log line or a document. */
const acceptable = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The id that a trusted proxy gave, if it can be used. */
export function inboundRequestId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && acceptable.test(header) ? header : null;
}
