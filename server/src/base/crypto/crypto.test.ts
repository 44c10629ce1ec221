import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base32, createSealer, keyFromFile, newId, readSecretFile, sha256Hex, writeSecretFile } from './index.ts';

describe('identifiers', () => {
  it.each([
    ['', ''],
    ['f', 'my'],
    ['fo', 'mzxq'],
    ['foobar', 'mzxw6ytboi'],
  ])('base32 of %j is %j (RFC 4648, section 10)', (text, expected) => {
    expect(base32(Buffer.from(text))).toBe(expected);
  });
  it('differ, and show their kind', () => {
    expect(newId('ver')).toMatch(/^ver_[a-z2-7]{26}$/);
    expect(newId('ver')).not.toBe(newId('ver'));
  });
  it('hash as SHA-256', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('a sealed text', () => {
  const key = new Uint8Array(32).fill(7);
  it('opens with its key and context, and never looks the same twice', () => {
    const sealer = createSealer(key);
    const sealed = sealer.seal('päss', 'env_1/KEY');
    expect(sealed).not.toContain('päss');
    expect(sealer.seal('päss', 'env_1/KEY')).not.toBe(sealed);
    expect(sealer.open(sealed, 'env_1/KEY')).toBe('päss');
  });
  it('opens nowhere else', () => {
    const sealed = createSealer(key).seal('x', 'env_1/KEY');
    expect(() => createSealer(key).open(sealed, 'env_2/KEY')).toThrow();
    expect(() => createSealer(new Uint8Array(32)).open(sealed, 'env_1/KEY')).toThrow();
    expect(() => createSealer(null).open(sealed, 'env_1/KEY')).toThrow('no key');
    const bytes = Buffer.from(sealed.slice(5), 'base64');
    bytes[13] = (bytes[13] ?? 0) ^ 1;
    expect(() => createSealer(key).open(`gcm1:${bytes.toString('base64')}`, 'env_1/KEY')).toThrow();
  });
  it('without a key is kept as it is, and stays readable with one', () => {
    expect(createSealer(key).open(createSealer(null).seal('x', 'c'), 'c')).toBe('x');
  });
});

describe('a secret file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-crypto-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is readable by its owner alone', async () => {
    const path = join(folder, 'deep', 'key');
    await writeSecretFile(path, 'secret\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readSecretFile(path)).toBe('secret');
  });
  it('that is missing reads as null', async () => {
    expect(await readSecretFile(join(folder, 'none'))).toBeNull();
  });
  it('holds the same key at the second start', async () => {
    const path = join(folder, 'key');
    const first = await keyFromFile(path);
    expect(first).toHaveLength(32);
    expect(await keyFromFile(path)).toEqual(first);
    expect(await readFile(path, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });
});
