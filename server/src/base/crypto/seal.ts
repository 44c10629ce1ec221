/** Keeps short texts unreadable at rest: AES-256-GCM under the instance's key. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Seals and opens texts; `context` binds a sealed text to its place, so that it can't be moved to another one. */
export interface Sealer {
  seal(text: string, context: string): string;
  /** Throws when the text was sealed with another key, for another context, or was changed. */
  open(sealed: string, context: string): string;
  /** Whether there is a key: without one `seal` only marks. */
  readonly seals: boolean;
  /** Whether the text is sealed, not only marked. */
  isSealed(text: string): boolean;
}

const nonceBytes = 12;
const tagBytes = 16;
const sealedPrefix = 'gcm1:';
const plainPrefix = 'text:';

/**
 * A sealer with a key of 32 bytes; without a key texts are kept as they are, marked as such, and sealed ones can't be opened.
 * What was kept without a key stays readable once there is one.
 */
export function createSealer(key: Uint8Array | null): Sealer {
  if (key !== null && key.length !== 32) throw new RangeError('a sealing key has 32 bytes');
  return {
    seals: key !== null,
    isSealed: (text) => text.startsWith(sealedPrefix),
    seal(text, context) {
      if (key === null) return plainPrefix + text;
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return sealedPrefix + Buffer.concat([nonce, body, cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, context) {
      if (sealed.startsWith(plainPrefix)) return sealed.slice(plainPrefix.length);
      if (!sealed.startsWith(sealedPrefix)) throw new Error('this is no sealed text');
      if (key === null) throw new Error('the text is sealed, and this node has no key');
      const bytes = Buffer.from(sealed.slice(sealedPrefix.length), 'base64');
      if (bytes.length < nonceBytes + tagBytes) throw new Error('this is no sealed text');
      const nonce = bytes.subarray(0, nonceBytes);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      return decipher.update(bytes.subarray(nonceBytes, bytes.length - tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}
