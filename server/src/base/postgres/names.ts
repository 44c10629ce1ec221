/** Names and passwords of databases and roles. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Random lower-case base32 text: 8 characters hold 40 bits. */
export function randomName(characters: number): string {
  return Array.from(randomBytes(characters), (byte) => base32[byte & 31]).join('');
}

/** A password for a role: 192 random bits. */
export function randomPassword(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * What PostgreSQL keeps of a password (RFC 5802, SCRAM-SHA-256). `create role … password` takes it as well, so that the password
 * itself never stands in a statement, which a server of one's own may log.
 */
export function scramVerifier(password: string): string {
  const iterations = 4_096;
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const key = (name: string): Buffer => createHmac('sha256', salted).update(name).digest();
  const stored = createHash('sha256').update(key('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${key('Server Key').toString('base64')}`;
}
