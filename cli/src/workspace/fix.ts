/** Writes what a problem says may stand in its place, and nothing else: comments and layout stay as they are. */
import type { Problem } from '@ashlar/engine';
import { checkFiles } from './check.ts';

/** A fix may bring another to light (a filter inside what was no expression before); so often it is looked again. */
const roundsMax = 5;

export interface FixedFiles {
  /** All files, fixed ones with their new text. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths whose text changed. */
  readonly changed: readonly string[];
  /** How many places were rewritten. */
  readonly fixes: number;
}

/** Fixes what is safe to fix. */
export function fixFiles(files: ReadonlyMap<string, string>): FixedFiles {
  const fixed = new Map(files);
  let fixes = 0;
  for (let round = 0; round < roundsMax; round++) {
    const byFile = Map.groupBy(checkFiles(fixed).problems, (problem) => problem.file);
    let found = 0;
    for (const [path, problems] of byFile) {
      const text = fixed.get(path);
      if (text === undefined) continue;
      const next = rewrite(text, problems);
      fixed.set(path, next.text);
      found += next.fixes;
    }
    if (found === 0) break;
    fixes += found;
  }
  return { files: fixed, changed: [...fixed.keys()].filter((path) => fixed.get(path) !== files.get(path)), fixes };
}

/** Rewrites the places of one text, from its end to its beginning; of overlapping ones the last. */
export function rewrite(text: string, problems: readonly Problem[]): { readonly text: string; readonly fixes: number } {
  const starts = lineStarts(text);
  const offset = (line: number, column: number): number => (starts[line - 1] ?? text.length) + column - 1;
  const places = new Map<number, { readonly start: number; readonly end: number; readonly replacement: string }>();
  for (const { replacement, line, column, endLine, endColumn } of problems) {
    if (replacement === undefined) continue;
    const start = offset(line, column);
    places.set(start, { start, end: offset(endLine, endColumn), replacement });
  }
  let result = text;
  let before = text.length;
  let fixes = 0;
  for (const { start, end, replacement } of [...places.values()].sort((a, b) => b.start - a.start)) {
    if (end > before) continue;
    const isQuoted = text.charAt(start) === '"' && text.charAt(end - 1) === '"' && end - start > 1;
    result = result.slice(0, start) + (isQuoted ? JSON.stringify(replacement) : replacement) + result.slice(end);
    before = start;
    fixes++;
  }
  return { text: result, fixes };
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}
