/**
 * Sealed texts: what leaves the server and must come back unread and unchanged (tokens, cursors). AES-256-GCM under a key
 * derived from the given one, so that the same secret can serve several purposes without their mixing.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ivLength = 12;
const tagLength = 16;

/** Derived keys by secret and purpose. */
const derived = new WeakMap<Uint8Array, Map<string, Uint8Array>>();

function keyFor(secret: Uint8Array, purpose: string): Uint8Array {
  let keys = derived.get(secret);
  if (keys === undefined) {
    keys = new Map();
    derived.set(secret, keys);
  }
  const known = keys.get(purpose);
  if (known !== undefined) return known;
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `ashlar ${purpose}`, 32));
  keys.set(purpose, key);
  return key;
}

/** Seals a text: base64url of nonce, cipher and tag. `purpose` is a constant of the caller; `bound` must be the same when it is opened. */
export function seal(secret: Uint8Array, purpose: string, bound: string, text: string): string {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv('aes-256-gcm', keyFor(secret, purpose), iv, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

const base64url = /^[A-Za-z0-9_-]+$/;

/** Opens what `seal` made; null when it was changed, is bound to something else, or was never ours. */
export function open(secret: Uint8Array, purpose: string, bound: string, sealed: string): string | null {
  if (!base64url.test(sealed)) return null;
  const bytes = Buffer.from(sealed, 'base64url');
  // The last character of base64 has spare bits: only the one true spelling is accepted.
  if (bytes.length < ivLength + tagLength || bytes.toString('base64url') !== sealed) return null;
  const decipher = createDecipheriv('aes-256-gcm', keyFor(secret, purpose), bytes.subarray(0, ivLength), {
    authTagLength: tagLength,
  });
  decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(bytes.subarray(bytes.length - tagLength));
  try {
    const opened = decipher.update(bytes.subarray(ivLength, bytes.length - tagLength));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
