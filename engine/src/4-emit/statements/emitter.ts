/** What the parts of the statement emitter share: the function that is made, and the place inside it. */
import type { IrBlock, IrExpression } from '../../ir.ts';
import type { Code } from '../code.ts';
import type { Constants, ExpressionEmitter } from '../expression.ts';

/** How a function is emitted. */
export interface Variant {
  /** Awaits at effects and lets others go first; otherwise no promise at all. */
  readonly awaits: boolean;
  /** Tells the observer of each step. */
  readonly instrumented: boolean;
}

/** A way out of a block. */
export type Way = 'return' | 'break' | 'continue';

/**
 * A block that has work at its end (a commit, a savepoint's release). return, break and continue inside it note which of them it
 * was and go to the block's end; behind its work they go on. So `finally` runs before the commit, and no `try` inside the block
 * sees the commit's error.
 */
export interface Exit {
  readonly label: Code;
  /** Variable that holds how the block was left: 0, or the place of the way in `ways`, from 1. */
  readonly flag: Code;
  /** Variable that holds the value of the return. */
  readonly value: Code;
  /** Ways by which it is left. */
  readonly used: Set<Way>;
}

/** Where a statement stands. */
export interface Place {
  /** Label of the innermost loop, and how many exits lie outside it. */
  readonly loop: { readonly label: Code; readonly exits: number } | null;
  readonly exits: readonly Exit[];
  /** Variable that holds the step under way. */
  readonly step: Code;
}

/** The emitter as its parts use it. */
export interface Emitter {
  readonly variant: Variant;
  readonly constants: Constants;
  readonly expressions: ExpressionEmitter;
  /** The constant that holds the stack's table of steps. */
  readonly steps: Code;
  /** A new name of the generated function's own. */
  name(prefix: string): Code;
  awaited(call: Code): Code;
  /** Charges the budget for a basic block, and looks at the clock now and then. */
  charge(steps: number): Code;
  block(block: IrBlock, place: Place): Code;
  /** A statement that keeps the value in a slot, or drops it. */
  into(slot: number | null, value: Code): Code;
  functionBody(
    block: IrBlock,
    slots: readonly number[],
    end: IrExpression | null,
    inherited: ReadonlyMap<number, number>,
    around?: number,
  ): Code;
}
