import type { Problem } from '@ashlar/engine';
import { describe, expect, test } from 'vitest';
import { fixFiles, rewrite } from './fix.ts';

const problem = (line: number, column: number, endColumn: number, replacement?: string): Problem => ({
  code: 'x',
  severity: 'hint',
  message: '',
  file: 'a',
  pointer: '',
  line,
  column,
  endLine: line,
  endColumn,
  ...(replacement === undefined ? {} : { replacement }),
});

describe('rewriting', () => {
  test.each([
    ['keeps quotes', '{"a": 1}', [problem(1, 2, 5, 'abc')], '{"abc": 1}'],
    ['writes plain text plainly', 'x|upper', [problem(1, 3, 8, 'to_upper')], 'x|to_upper'],
    ['can remove', 'now()', [problem(1, 4, 6, '')], 'now'],
    ['takes several on a line', 'a b c', [problem(1, 1, 2, 'one'), problem(1, 5, 6, 'three')], 'one b three'],
    ['finds lines', 'a\r\nb\nc', [problem(3, 1, 2, 'z'), problem(2, 1, 2, 'y')], 'a\r\ny\nz'],
    ['writes one place once', 'ab', [problem(1, 1, 3, 'x'), problem(1, 1, 3, 'x')], 'x'],
    ['leaves what overlaps for the next round', 'abc', [problem(1, 1, 3, 'x'), problem(1, 2, 4, 'y')], 'ay'],
    ['leaves everything else', 'abc', [problem(1, 1, 3)], 'abc'],
  ])('%s', (_name, text, problems, expected) => {
    expect(rewrite(text, problems).text).toBe(expected);
  });
});

test('fixing what is fixed changes nothing', () => {
  const files = new Map([
    ['ashlar.jsonc', '{"name": "a"}'],
    ['apis/a/x.get.jsonc', '{"stack": [{"function": "Create Variable", "name": "a", "value": "{{ \'x\'|upper }}"}]}'],
  ]);
  const once = fixFiles(files);
  expect([once.fixes, once.changed]).toEqual([2, ['apis/a/x.get.jsonc']]);
  const twice = fixFiles(once.files);
  expect([twice.fixes, twice.changed]).toEqual([0, []]);
});
