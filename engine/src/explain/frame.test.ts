import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextFrame } from './frame.ts';

const place = (line: number, column: number, endLine = line, endColumn = column + 1) => ({ line, column, endLine, endColumn });

describe('a code frame', () => {
  const text = '{\n  "name": "x",\r\n  "stack": [\n}';

  test('shows the line before and underlines the place', () => {
    expect(contextFrame({ text }, place(2, 11, 2, 14))).toBe('  1 | {\n> 2 |   "name": "x",\n    |           ^^^');
  });

  test('of the first line has none before it', () => {
    expect(contextFrame({ text }, place(1, 1))).toBe('> 1 | {\n    | ^');
  });

  test('underlines an empty place with one mark, a long one to the end of its first line', () => {
    expect(contextFrame({ text }, place(4, 2, 4, 2))).toBe('  3 |   "stack": [\n> 4 | }\n    |  ^');
    expect(contextFrame({ text }, place(2, 3, 4, 2))).toBe('  1 | {\n> 2 |   "name": "x",\n    |   ^^^^^^^^^^^^');
  });

  test('shows the part of a long line around the place', () => {
    const long = `${'a'.repeat(300)}HERE${'b'.repeat(300)}`;
    const [row = '', marks = ''] = contextFrame({ text: long }, place(1, 301, 1, 305)).split('\n');
    expect(row.length).toBeLessThanOrEqual(106);
    expect(row.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('shows control characters as blanks', () => {
    expect(contextFrame({ text: 'a\u001b[31mb' }, place(1, 7))).toBe('> 1 | a [31mb\n    |       ^');
  });

  test('has nothing to show beyond the end', () => {
    expect(contextFrame({ text }, place(9, 1))).toBe('');
  });

  test('is never wider than its window, and marks what stands at the place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 250 }), { minLength: 1 }),
        fc.nat(),
        fc.nat(),
        (lines, a, b) => {
          const line = (a % lines.length) + 1;
          const column = (b % ((lines[line - 1]?.length ?? 0) + 1)) + 1;
          const rows = contextFrame({ text: lines.join('\n') }, place(line, column)).split('\n');
          expect(Math.max(...rows.map((row) => row.length))).toBeLessThanOrEqual(106 + String(line).length);
          const marks = rows.at(-1) ?? '';
          const shown = (rows.at(-2) ?? '').charAt(marks.indexOf('^'));
          expect(shown.trim()).toBe((lines[line - 1] ?? '').charAt(column - 1).trim());
        },
      ),
    );
  });
});
