/**
 * A problem is something wrong (or doubtful) in a workspace's files, found at publish time. All of them are reported at once.
 * `defineProblem` declares each kind once; messages, the pages under docs/problems/ and the contract are made from it.
 */
import type { Span } from './1-syntax/ast.ts';

export type Severity = 'error' | 'warning' | 'hint';

/** What a kind of problem is; `title` and `solve` make its page in docs/. */
export interface ProblemKind<D extends object = Record<string, unknown>> {
  /** Stable, snake_case. */
  readonly code: string;
  readonly severity: Severity;
  /** One line for the catalogue. */
  readonly title: string;
  /** How to solve it: plain words for the page, with a small example. */
  readonly solve: string;
  readonly message: (details: D) => string;
  /** What to do next, shown under the message; undefined for none. */
  readonly hint?: (details: D) => string | undefined;
  /** What may stand in its place without a change of meaning; `ashlar check --fix` writes it. A text in quotes keeps them. */
  readonly replacement?: (details: D) => string | undefined;
}

/** One occurrence, with its place. Line and column are 1-based; column counts UTF-16 units. */
export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  readonly hint?: string;
  /** Safe to write from line and column to endLine and endColumn; what stands there in double quotes keeps them. */
  readonly replacement?: string;
  readonly file: string;
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

const kinds = new Map<string, ProblemKind<never>>();

/** Declares a kind of problem. Throws when the code is taken. */
export function defineProblem<D extends object>(kind: ProblemKind<D>): ProblemKind<D> {
  if (kinds.has(kind.code)) throw new Error(`problem code ${kind.code} is declared twice`);
  kinds.set(kind.code, kind as unknown as ProblemKind<never>);
  return kind;
}

/** Every declared kind, by code. */
export function problemKinds(): readonly ProblemKind<never>[] {
  return [...kinds.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Collects problems; each phase gets one and adds to it. */
export class Problems {
  readonly list: Problem[] = [];

  add<D extends object>(kind: ProblemKind<D>, at: { readonly span: Span; readonly pointer: string }, details: D): void {
    const { source, start, end } = at.span;
    const from = lineColumn(source.text, start);
    const to = lineColumn(source.text, end);
    const hint = kind.hint?.(details);
    const replacement = kind.replacement?.(details);
    this.list.push({
      code: kind.code,
      severity: kind.severity,
      message: kind.message(details),
      ...(hint === undefined ? {} : { hint }),
      ...(replacement === undefined ? {} : { replacement }),
      file: source.path,
      pointer: at.pointer,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
    });
  }

  /** True when something forbids publishing. */
  get failed(): boolean {
    return this.list.some((p) => p.severity === 'error');
  }
}

const lineStarts = new Map<string, readonly number[]>();

function startsOf(text: string): readonly number[] {
  const known = lineStarts.get(text);
  if (known !== undefined) return known;
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  // Only the few files that have problems ask; the map is kept small all the same.
  if (lineStarts.size > 64) lineStarts.clear();
  lineStarts.set(text, starts);
  return starts;
}

/** 1-based line and column of an offset. */
export function lineColumn(text: string, offset: number): { line: number; column: number } {
  const starts = startsOf(text);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}
