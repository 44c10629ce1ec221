/**
 * Password hashes: argon2id (RFC 9106) in PHC string form, m = 19 MiB, t = 2, p = 1 (OWASP). Hashing is bounded: at most two
 * at a time, the others wait in line, so that sign-ins can exhaust neither the thread pool nor the memory.
 */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { Gate } from './gate.ts';

/** Cost of a hash; memory in KiB. */
interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

const cost: Cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const saltLength = 16;
/** Characters of a password. */
const longestPassword = 1_000;
/** What a stored hash may ask for at most, so that a planted one can't exhaust the node. */
const largest: Cost = { memory: 65_536, passes: 10, parallelism: 4 };

/** Hashes at work at a time, and callers waiting in line; beyond that the node is busy. */
const gate = new Gate(2, 200);

function derive(password: string, salt: Uint8Array, length: number, by: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parameters = { message: password, nonce: salt, ...by, tagLength: length };
    argon2('argon2id', parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '');

/** Hashes a password of 1 to 1,000 characters. Throws `Busy` when too many wait. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length === 0 || password.length > longestPassword)
    throw new RangeError(`a password needs 1 to ${longestPassword} characters`);
  const salt = randomBytes(saltLength);
  const key = await gate.run(() => derive(password, salt, tagLength, cost));
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(salt)}$${base64(key)}`;
}

interface Phc {
  readonly by: Cost;
  readonly salt: Uint8Array;
  readonly key: Uint8Array;
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,172})$/;

function parsePhc(text: string): Phc | null {
  const parts = phc.exec(text);
  if (parts === null) return null;
  const [, memory, passes, parallelism, salt = '', key = ''] = parts;
  const by = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  if (by.passes < 1 || by.parallelism < 1 || by.memory < 8 * by.parallelism) return null;
  if (by.memory > largest.memory || by.passes > largest.passes || by.parallelism > largest.parallelism) return null;
  return { by, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') };
}

/** Stands in where there is no hash, so that its absence costs the same time. */
const nobody: Phc = { by: cost, salt: randomBytes(saltLength), key: randomBytes(tagLength) };

/** Whether the password belongs to the hash. A null or malformed hash is false after the same work. Throws `Busy` when too many wait. */
export async function checkPassword(password: string, hash: string | null): Promise<boolean> {
  const stored = hash === null ? null : parsePhc(hash);
  const against = stored ?? nobody;
  // A longer password can't have been hashed; its beginning is, so that the answer takes as long.
  const tried = password.length > longestPassword ? password.slice(0, longestPassword) : password;
  const key = await gate.run(() => derive(tried, against.salt, against.key.length, against.by));
  return timingSafeEqual(key, against.key) && stored !== null && tried === password && password !== '';
}
