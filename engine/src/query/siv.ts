/**
 * Texts that only their maker can read, and that nobody can change: encryption with a synthetic initialisation vector, after the
 * idea of RFC 5297 (SIV), from HMAC-SHA-256 alone. The tag over content and context is also what the keystream begins with, so
 * there is no number that must not be used twice: equal contents in equal contexts give equal texts, and that is all they tell.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64Url, encodeBase64Url, encodeUtf8 } from '../values/base64.ts';

const tagLength = 16;
const blockLength = 32;

/**
 * Encrypts a text.
 * @param key - a secret; keys for tag and keystream are derived from it, so that it may serve other ends too
 * @param context - what the text belongs to: it opens in the same context only
 * @returns base64url without padding
 */
export function encryptText(key: Uint8Array, context: string, content: string): string {
  const plain = encodeUtf8(content);
  const tag = tagOf(key, context, plain);
  const sealed = new Uint8Array(tagLength + plain.length);
  sealed.set(tag);
  sealed.set(crypt(key, tag, plain), tagLength);
  return encodeBase64Url(sealed);
}

/** Decrypts a text; null when it was changed, or made with another key or in another context. */
export function decryptText(key: Uint8Array, context: string, text: string): string | null {
  const sealed = decodeBase64Url(text);
  if (sealed === null || sealed.length < tagLength) return null;
  const tag = sealed.subarray(0, tagLength);
  const plain = crypt(key, tag, sealed.subarray(tagLength));
  return sameBytes(tagOf(key, context, plain), tag) ? decodeUtf8(plain) : null;
}

/** The tag: 128 bits over the context and the content. The context's length stands before it: no two pairs run together alike. */
function tagOf(key: Uint8Array, context: string, plain: Uint8Array): Uint8Array {
  const before = encodeUtf8(context);
  return hmac
    .create(sha256, derived(key, 'tag'))
    .update(encodeUtf8(`${before.length}:`))
    .update(before)
    .update(plain)
    .digest()
    .subarray(0, tagLength);
}

/** Adds the keystream, which the tag chooses: the same both ways. */
function crypt(key: Uint8Array, tag: Uint8Array, bytes: Uint8Array): Uint8Array {
  const own = derived(key, 'keystream');
  const out = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += blockLength) {
    const block = hmac
      .create(sha256, own)
      .update(tag)
      .update(encodeUtf8(String(start / blockLength)))
      .digest();
    for (let i = start; i < Math.min(start + blockLength, bytes.length); i++) out[i] = (bytes[i] ?? 0) ^ (block[i - start] ?? 0);
  }
  return out;
}

const derived = (key: Uint8Array, use: string): Uint8Array => hmac(sha256, key, encodeUtf8(`ashlar sealed text: ${use}`));

/** Compares in a time that does not depend on where two tags differ. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** What `encodeUtf8` gave: well-formed. */
function decodeUtf8(bytes: Uint8Array): string {
  return decodeURIComponent(Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''));
}
