/** Filters that hash. Passwords are hashed by `hash_password`, which is slow on purpose. */
import { sha256 as hash } from '@noble/hashes/sha2.js';
import { type } from '../types/type.ts';
import { encodeUtf8 } from '../values/base64.ts';
import { defineFilter } from './define.ts';

const sha256 = defineFilter({
  name: 'sha256',
  family: 'security',
  description:
    'The SHA-256 of the UTF-8 bytes of a text, or of bytes, as 64 small hexadecimal digits. Not for passwords: use `hash_password`.',
  input: ['text', 'bytes'],
  parameters: [],
  // What was hashed can't be read back, so a password's hash ends here.
  result: () => type('text'),
  ownMark: true,
  run: (context, value) => {
    context.charge(value.length >> 10);
    const digest = hash(typeof value === 'string' ? encodeUtf8(value) : value);
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  examples: [
    { expression: '"abc"|sha256', result: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
    { expression: '""|sha256', result: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
  ],
});

/** The filters of this file. */
export const securityFilters = [sha256];
