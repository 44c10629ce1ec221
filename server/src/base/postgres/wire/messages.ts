/** PostgreSQL's protocol 3.0, the part after authentication that this client speaks (documentation, 54.7). */
import { DatabaseError } from 'pg';

/** First byte of the messages that a server may send after authentication. */
export const Received = {
  parseComplete: 0x31,
  bindComplete: 0x32,
  closeComplete: 0x33,
  notification: 0x41,
  commandComplete: 0x43,
  dataRow: 0x44,
  error: 0x45,
  emptyQuery: 0x49,
  notice: 0x4e,
  parameterStatus: 0x53,
  ready: 0x5a,
} as const;

/** First byte, and the length that counts itself. */
export const headerBytes = 5;
/** What PostgreSQL bounds a message by (PQ_LARGE_MESSAGE_LIMIT): a length beyond it is no length. */
export const longestMessageBytes = 0x3fff_ffff;

/** Status of a session, as ReadyForQuery tells it: idle, in a transaction, in a failed transaction. */
export type SessionStatus = 'I' | 'T' | 'E';

/** Reads the status byte of ReadyForQuery; null for anything else. */
export function statusOf(byte: number | undefined): SessionStatus | null {
  if (byte === 0x49) return 'I';
  if (byte === 0x54) return 'T';
  return byte === 0x45 ? 'E' : null;
}

/** Where the fields of an ErrorResponse go in `pg`'s own error (documentation, 54.8), so that both clients' errors are told apart by nobody. */
const errorMembers = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  p: 'internalPosition',
  q: 'internalQuery',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  d: 'dataType',
  n: 'constraint',
  F: 'file',
  L: 'line',
  R: 'routine',
} as const;

const isErrorMember = (field: string): field is keyof typeof errorMembers => Object.hasOwn(errorMembers, field);

/**
 * Reads the body of an ErrorResponse.
 * @param start where the body begins
 * @param end where the message ends
 */
export function readError(bytes: Buffer, start: number, end: number): DatabaseError {
  const fields = new Map<string, string>();
  for (let at = start; at < end && bytes[at] !== 0; ) {
    const stop = bytes.indexOf(0, at + 1);
    if (stop === -1 || stop >= end) break;
    fields.set(String.fromCharCode(bytes[at] ?? 0), bytes.toString('utf8', at + 1, stop));
    at = stop + 1;
  }
  const error = new DatabaseError(fields.get('M') ?? 'PostgreSQL sent an error without a message', end - start, 'error');
  for (const [field, text] of fields) if (isErrorMember(field)) error[errorMembers[field]] = text;
  // The same word in English, whatever language the server speaks.
  const severity = fields.get('V');
  if (severity !== undefined) error.severity = severity;
  return error;
}

/** Whether it is the server's last word on this connection. */
export function isFatal({ severity }: DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC';
}

/**
 * Rows that a command touched: the number at the end of its tag (`INSERT 0 1`, `SELECT 20`); 0 where there is none.
 * @param end where the tag's closing zero byte stands
 */
export function countOf(bytes: Buffer, start: number, end: number): number {
  let count = 0;
  let unit = 1;
  for (let at = end - 1; at >= start; at -= 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    count += digit * unit;
    unit *= 10;
  }
  return count;
}
