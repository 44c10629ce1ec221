/**
 * The intermediate form: what is left of a stack when every name is a slot and every function has said how it runs. Small on
 * purpose: forty functions map to the few statements below, and the emitter knows nothing else.
 */
import type { AnyFilter } from './filters/define.ts';
import type { Run } from './run/run.ts';
import type { Root } from './types/step-info.ts';
import type { Value } from './values/value.ts';

export type IrExpression =
  | { readonly op: 'constant'; readonly value: Value }
  | { readonly op: 'slot'; readonly slot: number }
  | { readonly op: 'local'; readonly name: string }
  | { readonly op: 'root'; readonly name: Root }
  /** `now` and `uuid`: effects that are answered at once. */
  | { readonly op: 'effect'; readonly effect: 'now' | 'uuid'; readonly step: number }
  | { readonly op: 'member'; readonly object: IrExpression; readonly name: string }
  | { readonly op: 'index'; readonly object: IrExpression; readonly index: IrExpression }
  | { readonly op: 'not' | 'negate'; readonly operand: IrExpression }
  | {
      readonly op: 'binary';
      readonly operator: string;
      readonly left: IrExpression;
      readonly right: IrExpression;
      /** What the check expects of both sides. A hint for speed alone: what comes may be null, or something else. */
      readonly sides?: 'int' | 'text';
    }
  | { readonly op: 'and' | 'or' | 'coalesce'; readonly left: IrExpression; readonly right: IrExpression }
  | { readonly op: 'is_null'; readonly operand: IrExpression; readonly negated: boolean }
  | { readonly op: 'conditional'; readonly test: IrExpression; readonly then: IrExpression; readonly otherwise: IrExpression }
  | {
      readonly op: 'filter';
      readonly filter: AnyFilter;
      readonly input: IrExpression;
      readonly args: readonly (IrExpression | IrLambda)[];
    }
  | { readonly op: 'list'; readonly items: readonly IrExpression[] }
  | { readonly op: 'object'; readonly entries: readonly (readonly [string, IrExpression])[] }
  | { readonly op: 'template'; readonly parts: readonly (string | IrExpression)[] };

/** Parameters in order: item, index, result. */
export interface IrLambda {
  readonly op: 'lambda';
  readonly parameters: readonly string[];
  readonly body: IrExpression;
}

/** A function of the library at run time: gets the run, the step's number, what the plan fixed, and the evaluated arguments. */
export type Invoke<P = unknown, A = Value> = (run: Run, step: number, plan: P, args: A) => Value | Promise<Value>;

export type IrPathPart =
  | { readonly kind: 'member'; readonly name: string }
  | { readonly kind: 'index'; readonly index: IrExpression };

export type IrStatement =
  | { readonly op: 'assign'; readonly slot: number; readonly value: IrExpression }
  | { readonly op: 'assign_path'; readonly slot: number; readonly path: readonly IrPathPart[]; readonly value: IrExpression }
  /** Calls `invoke`; `awaits` when it may answer a promise. `into` null: the value is dropped. */
  | {
      readonly op: 'invoke';
      readonly invoke: Invoke<never, never>;
      readonly plan: unknown;
      readonly args: IrExpression;
      readonly awaits: boolean;
      readonly into: number | null;
    }
  | { readonly op: 'run_function'; readonly name: string; readonly input: IrExpression; readonly into: number | null }
  | { readonly op: 'if'; readonly condition: IrExpression; readonly then: IrBlock; readonly otherwise: IrBlock }
  | {
      readonly op: 'switch';
      readonly value: IrExpression;
      readonly cases: readonly { readonly when: readonly IrExpression[]; readonly block: IrBlock }[];
      readonly otherwise: IrBlock;
    }
  | {
      readonly op: 'for_each';
      readonly over: IrIteration;
      readonly item: number;
      readonly second: number | null;
      readonly block: IrBlock;
    }
  | { readonly op: 'while'; readonly condition: IrExpression; readonly block: IrBlock }
  | { readonly op: 'break' | 'continue' }
  | {
      readonly op: 'return';
      readonly value: IrExpression;
      readonly status: IrExpression | null;
      readonly headers: IrExpression | null;
    }
  | {
      readonly op: 'throw';
      readonly code: IrExpression | null;
      readonly message: IrExpression | null;
      readonly status: IrExpression | null;
      readonly data: IrExpression | null;
      readonly precondition: boolean;
    }
  | {
      readonly op: 'try';
      readonly body: IrBlock;
      readonly error: number | null;
      readonly catch: IrBlock | null;
      readonly finally: IrBlock | null;
    }
  | { readonly op: 'group'; readonly block: IrBlock }
  /**
   * Each branch has its own slots for what it makes; `lastResult` is the slot of its last return_as. `inherited` pairs a slot of
   * its own with the outer one that it hides and begins with.
   */
  | {
      readonly op: 'parallel';
      readonly branches: readonly {
        readonly name: string;
        readonly block: IrBlock;
        readonly lastResult: number | null;
        readonly inherited: readonly (readonly [number, number])[];
      }[];
      readonly into: number | null;
    }
  | {
      readonly op: 'transaction';
      readonly block: IrBlock;
      readonly isolation: 'read_committed' | 'repeatable_read' | 'serializable';
      readonly retries: number;
      readonly nested: boolean;
    }
  | { readonly op: 'post_process'; readonly block: IrBlock };

/** `second` of for_each is the index of a list or range, the key of an object. */
export type IrIteration =
  | { readonly kind: 'list'; readonly list: IrExpression }
  | { readonly kind: 'range'; readonly from: IrExpression; readonly to: IrExpression; readonly step: IrExpression }
  | { readonly kind: 'object'; readonly object: IrExpression };

export type IrBlock = readonly IrStep[];

/** One step of the source. Its number is its place in the stack's table of steps, and what effects are asked with. */
export interface IrStep {
  readonly step: number;
  readonly statements: readonly IrStatement[];
}
