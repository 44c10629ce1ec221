import { AshlarError } from '@ashlar/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manifestOf } from './manifest.ts';

const codeOf = (path: string, text = '{}'): string => {
  try {
    manifestOf(new Map([[path, text]]));
    return 'accepted';
  } catch (error) {
    return error instanceof AshlarError ? error.code : String(error);
  }
};

describe('a manifest', () => {
  it('is equal for equal folders, whatever their order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\.jsonc$/), fc.string(), { minKeys: 1 }), (files) => {
        const entries = Object.entries(files);
        expect(manifestOf(new Map(entries)).hash).toBe(manifestOf(new Map(entries.toReversed())).hash);
      }),
    );
  });
  it('differs when a path or a content differs', () => {
    const hashes = [{ 'a.jsonc': 'x' }, { 'a.jsonc': 'y' }, { 'b.jsonc': 'x' }, { 'a.jsonc': 'x', 'b.jsonc': '' }].map(
      (files) => manifestOf(new Map(Object.entries(files))).hash,
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });
  it.each([
    ['apis/shop/orders/[id].get.jsonc', 'accepted'],
    ['tables/größe.jsonc', 'accepted'],
    ['env.local.jsonc', 'file_refused'],
    ['/etc/passwd', 'file_refused'],
    ['a/../../b', 'file_refused'],
    ['a//b', 'file_refused'],
    ['./a', 'file_refused'],
    ['a\\b', 'file_refused'],
    ['a\u0000b', 'file_refused'],
    ['\ud800', 'file_refused'],
    ['', 'file_refused'],
  ])('with the path %j: %s', (path, expected) => {
    expect(codeOf(path)).toBe(expected);
  });
  it('is refused when a file is too large', () => {
    expect(codeOf('seeds/a.jsonl', 'x'.repeat(20_000_001))).toBe('version_too_large');
  });
});
