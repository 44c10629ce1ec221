/** The lines around a problem, with what it speaks of underlined: for terminals and logs. */
import type { Problem } from '../problems.ts';

/** Where a problem stands; lines and columns count from 1. */
export type FramePlace = Pick<Problem, 'line' | 'column' | 'endLine' | 'endColumn'>;

/** Lines shown before the problem's own. */
const linesBefore = 1;
/** Characters of a line that are shown; the part around the place of a longer one. */
const width = 100;

/**
 * A code frame: the line before, the line itself and a row of `^` under the place. A place over several lines is underlined
 * to the end of its first. Control characters are shown as blanks, so that a file can't write to the terminal.
 */
export function contextFrame(source: { readonly text: string }, place: FramePlace): string {
  const lines = source.text.split('\n');
  const line = lines[place.line - 1];
  if (line === undefined) return '';
  const shift = firstColumn(line, place.column);
  const digits = String(place.line).length;
  const rows: string[] = [];
  for (let number = Math.max(1, place.line - linesBefore); number <= place.line; number++) {
    const mark = number === place.line ? '>' : ' ';
    const text = part(lines[number - 1] ?? '', shift);
    rows.push(`${mark} ${String(number).padStart(digits)} | ${text}`.trimEnd());
  }
  const end = place.endLine === place.line ? place.endColumn : lengthOf(line) + 1;
  const from = place.column - 1 - shift;
  const length = Math.max(1, Math.min(end - place.column, width - from));
  rows.push(`  ${' '.repeat(digits)} | ${' '.repeat(from)}${'^'.repeat(length)}`);
  return rows.join('\n');
}

/** Characters left out on the left, so that the place is in view. */
function firstColumn(line: string, column: number): number {
  return line.length <= width || column <= width - 20 ? 0 : Math.min(column - 21, Math.max(0, line.length - width));
}

const lengthOf = (line: string): number => line.replace(/\r$/, '').length;

function part(line: string, shift: number): string {
  const shown = line.slice(shift, shift + width);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not reach a terminal.
  return shown.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
