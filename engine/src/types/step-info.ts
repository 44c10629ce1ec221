/** What the check knows of a step and of the names around it, and hands on unchanged. */
import type { Span } from '../1-syntax/ast.ts';

/** Names that no step makes. `item`, `index`, `result` of lambdas are locals. */
export type Root = 'input' | 'request' | 'auth' | 'env';

/** What is known of a step for messages, profiles and recordings. */
export interface StepInfo {
  readonly number: number;
  /** Survives edits and moves; from the file, or given at publish. */
  readonly id: string;
  readonly function: string;
  readonly description: string;
  readonly pointer: string;
  readonly span: Span;
}
