/** Problems of files as people read them: place, code, message, hint, and the lines around the place. */
import { contextFrame, type Problem, type Severity } from '@ashlar/engine';
import { counted, style } from './output.ts';

const colours: Readonly<Record<Severity, 'red' | 'yellow' | 'cyan'>> = { error: 'red', warning: 'yellow', hint: 'cyan' };

/** Problems in the order of files and places. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return [...problems].sort((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column || (a.code < b.code ? -1 : 1),
  );
}

/** All problems with a code frame each; `files` gives the texts of the frames. */
export function problemsText(problems: readonly Problem[], files: ReadonlyMap<string, string>): string {
  return inOrder(problems)
    .map((problem) => problemText(problem, files.get(problem.file)))
    .join('\n\n');
}

function problemText(problem: Problem, text: string | undefined): string {
  const { severity, code, message, hint, file, line, column } = problem;
  const head = `${style('bold', `${file}:${line}:${column}`)} ${style(colours[severity], severity)} ${code}`;
  const frame = text === undefined || text === '' ? '' : contextFrame({ text }, problem);
  return [head, `  ${message}`, ...(hint === undefined ? [] : [`  ${style('dim', hint)}`]), ...indented(frame)].join('\n');
}

const indented = (frame: string): readonly string[] => (frame === '' ? [] : frame.split('\n').map((row) => `  ${row}`));

/** How many problems of each severity there are. */
export interface ProblemCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly hints: number;
  /** Files that have any. */
  readonly files: number;
}

/** Counts problems. */
export function countProblems(problems: readonly Problem[]): ProblemCounts {
  const of = (severity: Severity): number => problems.filter((problem) => problem.severity === severity).length;
  return {
    errors: of('error'),
    warnings: of('warning'),
    hints: of('hint'),
    files: new Set(problems.map((problem) => problem.file)).size,
  };
}

/** `12 errors, 3 warnings in 5 files`. */
export function summaryText(problems: readonly Problem[]): string {
  const { errors, warnings, hints, files } = countProblems(problems);
  const parts = [
    ...(errors > 0 ? [style('red', counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [style('yellow', counted(warnings, 'warning'))] : []),
    ...(hints > 0 ? [style('cyan', counted(hints, 'hint'))] : []),
  ];
  return `${parts.join(', ')} in ${counted(files, 'file')}`;
}
