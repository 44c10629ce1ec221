/** Ids of requests: UUID version 7 (RFC 9562), so that they sort by time. */
import { randomFillSync } from 'node:crypto';

// Randomness is taken from the system, and written as digits, for many ids at once: a call for each costs more than all the rest of it.
const pool = Buffer.alloc(4_096);
/** Hexadecimal digits of the pool. */
let digits = '';
let used = 0;
/** Of an id: 3 after the version, 3 after the variant, 12 at the end; one more decides the variant's two free bits. */
const digitsPerId = 19;

const variants = '89ab';
let timeMs = -1;
/** The beginning of all ids of a millisecond, up to the version. */
let timePart = '';

/** @param nowMs milliseconds since the epoch */
export function newRequestId(nowMs: number): string {
  if (nowMs !== timeMs) {
    timeMs = nowMs;
    const time = nowMs.toString(16).padStart(12, '0');
    timePart = `${time.slice(0, 8)}-${time.slice(8)}-7`;
  }
  if (used + digitsPerId > digits.length) {
    digits = randomFillSync(pool).toString('hex');
    used = 0;
  }
  const at = used;
  used += digitsPerId;
  const digit = digits.charCodeAt(at);
  // The two low bits of the digit's value: letters are one off.
  const variant = variants[(digit + (digit >> 6)) & 3];
  return `${timePart}${digits.slice(at + 1, at + 4)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, at + 19)}`;
}

/** What is taken over from a trusted proxy: nothing that could break a header, a log line or a document. */
const acceptable = /^[A-Za-z0-9._:/+=-]{1,128}$/;

/** The id that a trusted proxy gave, if it can be used. */
export function inboundRequestId(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && acceptable.test(header) ? header : null;
}
