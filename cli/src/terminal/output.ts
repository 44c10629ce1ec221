/** What a command writes: results to stdout, everything beside them to stderr; colours only where they are seen. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Writes a line of the result. */
export function print(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** Writes a line that is not the result: progress, refusals. */
export function printAside(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Writes the result for programs. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A styled text; plain where stdout is no terminal or NO_COLOR is set. */
export const style = (format: Style, text: string): string => styleText(format, text, { stream: process.stdout });

/** The same for stderr. */
export const styleAside = (format: Style, text: string): string => styleText(format, text, { stream: process.stderr });

/** Lines of columns, each as wide as its widest text. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, text] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, text.length);
  return rows
    .map((row) =>
      row
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `1 error`, `3 errors`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
