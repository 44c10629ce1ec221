import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArray, writeArray } from './array-text.ts';

describe('the text of an array', () => {
  it.each([
    ['{}', []],
    ['{1,2}', ['1', '2']],
    ['{NULL,null,"NULL"}', [null, 'null', 'NULL']],
    ['{"a,b","c\\"d","e\\\\f","{}"}', ['a,b', 'c"d', 'e\\f', '{}']],
    [
      '{{1,2},{3,NULL}}',
      [
        ['1', '2'],
        ['3', null],
      ],
    ],
    ['[0:1]={7,8}', ['7', '8']],
    ['{""}', ['']],
  ])('%s reads as %j', (text, expected) => {
    expect(readArray(text)).toEqual(expected);
  });
  it.each(['', '1', '{', '{1', '{1,', '{"a', '{"a}', '{1}x', '{{{{{{{1}}}}}}}', '{1 "a"}'])(
    '%j is refused or read whole, never looped on',
    (text) => {
      if (text === '{1 "a"}') expect(readArray(text)).toEqual(['1 "a"']);
      else expect(() => readArray(text)).toThrow();
    },
  );
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'binary' }))), (items) => {
        expect(readArray(writeArray(items))).toEqual(items);
      }),
    );
  });
});
