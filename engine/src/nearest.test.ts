import { describe, expect, test } from 'vitest';
import { didYouMean, nearest } from './nearest.ts';

describe('the nearest name', () => {
  test.each([
    ['gett', ['get', 'post', 'put'], 'get'],
    ['Colums', ['columns', 'indexes'], 'columns'],
    ['descripton', ['description', 'docs'], 'description'],
    ['x', ['y'], 'y'],
    ['tabel', ['note', 'table'], 'table'],
    ['on', ['no'], 'no'],
    ['tabel', ['ledge'], undefined],
    ['banana', ['columns', 'indexes'], undefined],
    ['id', ['created_at'], undefined],
    ['', ['a'], 'a'],
    ['a'.repeat(1_000_000), ['a'], undefined],
    ['ab', [], undefined],
  ])('of %s among %j is %s', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });

  test('is asked for in words', () => {
    expect(didYouMean('ordr', ['order', 'customer'])).toBe('Did you mean order?');
    expect(didYouMean('zzz', ['order'])).toBeUndefined();
  });
});
