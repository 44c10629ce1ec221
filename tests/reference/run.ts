/** One run of the reference, and how steps end. */
import type { Coverage } from './coverage.ts';
import type { RefProgram, RefStack } from './program.ts';
import type { Scope } from './scope.ts';
import type { Ref } from './value.ts';
import type { SeededWorld } from './world.ts';

/** What all parts of a run share. */
export interface Shared {
  readonly program: RefProgram;
  readonly world: SeededWorld;
  readonly coverage: Coverage;
  readonly roots: ReadonlyMap<string, Ref>;
  readonly timezone: string;
  /**
   * Transactions tried again; and whether one was in a branch of a parallel that failed: there it depends on who is first
   * whether another attempt begins or the branch is cancelled, so that the run has no one right list of effects.
   */
  readonly race: { retried: number; undecided: boolean };
}

/** Work for after the answer. */
export type Afterwards = (run: RefRun) => void;

/** The state of a run, or of one branch of it. */
export interface RefRun {
  frame: string;
  /** Nesting of calls. */
  depth: number;
  transactions: number;
  status: number | null;
  headers: Map<string, string>;
  afterwards: Afterwards[];
}

export function newRun(frame = '', depth = 0): RefRun {
  return { frame, depth, transactions: 0, status: null, headers: new Map(), afterwards: [] };
}

/** A stack under way. */
export interface Under {
  readonly shared: Shared;
  readonly run: RefRun;
  readonly stack: RefStack;
  readonly input: Ref;
  readonly scope: Scope;
}

/** How steps ended. */
export type Ending = { readonly kind: 'end' | 'break' | 'continue' } | { readonly kind: 'return'; readonly value: Ref };
export const end: Ending = { kind: 'end' };
