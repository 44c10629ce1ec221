import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ilike, like } from './operators.ts';

/** The meaning of a pattern, word for word and slow. */
function reference(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return reference(text, rest) || (text.length > 0 && reference(text.slice(1), pattern));
  if (first === '_') return text.length > 0 && reference(text.slice(1), rest);
  if (first === '\\' && rest.length > 0) return text[0] === rest[0] && reference(text.slice(1), rest.slice(1));
  return text[0] === first && reference(text.slice(1), rest);
}

describe('like', () => {
  test.each([
    ['abc', 'abc', true],
    ['abc', 'b', false],
    ['abc', '%b%', true],
    ['abc', 'a_c', true],
    ['abc', 'a_', false],
    ['a%c', 'a\\%c', true],
    ['abc', 'a\\%c', false],
    ['a\\', 'a\\\\', true],
    ['a\\', 'a\\', true],
    ['', '%', true],
    ['', '_', false],
    ['', '', true],
    ['aXbXb', 'a%b', true],
    ['ab', 'ab%ab', false],
    ['😀', '_', true],
    ['a\nb', 'a%b', true],
    ['ABC', 'abc', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ])('%j like %j is %s', (text, pattern, result) => {
    expect(like(text, pattern)).toBe(result);
  });

  test('agrees with the meaning, word for word', () => {
    const short = fc.array(fc.constantFrom('a', 'b', '%', '_', '\\', '😀'), { maxLength: 8 });
    fc.assert(
      fc.property(short, short, (text, pattern) => {
        expect(like(text.join(''), pattern.join(''))).toBe(reference(text, pattern));
      }),
      { numRuns: 5_000 },
    );
  });

  test('ilike ignores case, character by character', () => {
    expect(ilike('ÄPFEL', 'ä%l')).toBe(true);
    expect(ilike('ΟΔΟΣ', 'οδοσ')).toBe(true);
    expect(ilike('İ', '_')).toBe(true);
    expect(ilike('a%', 'A\\%')).toBe(true);
    expect(ilike('ab', 'A\\%')).toBe(false);
  });

  test('null is false, anything but texts a wrong type', () => {
    expect(like(null, 'a')).toBe(false);
    expect(ilike('a', null)).toBe(false);
    expect(() => like(1, 'a')).toThrow(expect.objectContaining({ code: 'wrong_type' }));
    expect(() => like('a', 1)).toThrow(expect.objectContaining({ code: 'wrong_type' }));
  });

  test('patterns that take a backtracking matcher ages', () => {
    const text = 'a'.repeat(100_000);
    const startedAt = performance.now();
    expect(like(text, `${'%a'.repeat(1_000)}%b`)).toBe(false);
    expect(like(text, `%${'a_'.repeat(100)}%b`)).toBe(false);
    expect(like(text, '%'.repeat(200_000))).toBe(true);
    expect(() => like(text, `%${'a_'.repeat(1_000)}%`)).toThrow(expect.objectContaining({ code: 'pattern_too_costly' }));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});
