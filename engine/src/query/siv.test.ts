import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64Url, encodeBase64Url } from '../values/base64.ts';
import { decryptText, encryptText } from './siv.ts';

const key = new Uint8Array(32).fill(7);
const text = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((value) => value.isWellFormed());

test('what was encrypted comes back, and in its own context only', () => {
  fc.assert(
    fc.property(text, text, text, (context, other, content) => {
      const sealed = encryptText(key, context, content);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]*$/);
      expect(decryptText(key, context, sealed)).toBe(content);
      if (other !== context) expect(decryptText(key, other, sealed)).toBeNull();
      expect(decryptText(new Uint8Array(32).fill(8), context, sealed)).toBeNull();
    }),
  );
});

test('no changed text opens: bits, length, alphabet, spare bits at the end', () => {
  const sealed = encryptText(key, 'a', 'content');
  const bytes = decodeBase64Url(sealed) ?? new Uint8Array();
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(decryptText(key, 'a', encodeBase64Url(changed))).toBeNull();
  }
  const last = sealed.slice(-1);
  const all = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (const c of all) if (c !== last) expect(decryptText(key, 'a', sealed.slice(0, -1) + c)).toBeNull();
  for (const bad of ['', 'A', `${sealed}=`, `${sealed}A`, sealed.slice(1), ` ${sealed}`, sealed.replace(/.$/, '+')])
    expect(decryptText(key, 'a', bad)).toBeNull();
});

test('context and content do not run together', () => {
  expect(decryptText(key, 'ab', encryptText(key, 'a', 'bc'))).toBeNull();
  expect(encryptText(key, 'a', 'bc')).not.toBe(encryptText(key, 'ab', 'c'));
});

test('nothing of the content shows, and like contents have unlike keystreams', () => {
  const [one, two] = ['a'.repeat(64), `${'a'.repeat(63)}b`].map((content) => decodeBase64Url(encryptText(key, '', content)));
  const same = [...(one ?? [])].filter((byte, i) => byte === two?.[i]).length;
  expect(same).toBeLessThan(12);
  expect(Buffer.from(one ?? []).includes('aa')).toBe(false);
});

test('base64url is that of RFC 4648, both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const encoded = encodeBase64Url(bytes);
      expect(encoded).toBe(Buffer.from(bytes).toString('base64url'));
      expect(decodeBase64Url(encoded)).toEqual(bytes);
    }),
  );
});
