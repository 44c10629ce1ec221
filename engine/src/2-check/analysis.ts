/** What the check leaves for the plan: the meaning of every name, the type of every expression, the steps with their functions. */
import type { Expression, JsonArray, JsonNode, JsonObject, NameExpression } from '../1-syntax/ast.ts';
import type { Flow, FunctionDeclaration } from '../library/define.ts';
import type { Root, StepInfo } from '../types/step-info.ts';
import type { Type } from '../types/type.ts';

/** What a name stands for. `row`: rows of tables, only inside conditions and row values. */
export type NameBinding =
  | { readonly kind: 'slot'; readonly slot: number }
  | { readonly kind: 'local'; readonly local: string }
  | { readonly kind: 'root'; readonly root: Root }
  | { readonly kind: 'effect'; readonly effect: 'now' | 'uuid' }
  | { readonly kind: 'row' };

/** The parts of a literal path, checked: `cart.lines[0].count`. */
export interface CheckedPath {
  readonly slot: number;
  readonly parts: readonly (
    | { readonly kind: 'member'; readonly name: string }
    | { readonly kind: 'index'; readonly index: Expression }
  )[];
}

export interface CheckedStep {
  readonly info: StepInfo;
  readonly declaration: FunctionDeclaration;
  readonly node: JsonObject;
  /** By canonical parameter name. */
  readonly params: ReadonlyMap<string, JsonNode>;
  /** Slot of return_as; null without. */
  readonly into: number | null;
  readonly flow: Flow;
  /** Nested stacks, by their array node. */
  readonly blocks: Map<JsonNode, CheckedBlock>;
  /** Slots that the function made for names of its own (`as`, `error`, …). */
  readonly slots: Map<string, number>;
  readonly paths: Map<string, CheckedPath>;
  /** Of parallel, by branch: slots of its own names that hide outer ones, each with the outer slot. */
  readonly inherited: Map<string, readonly (readonly [number, number])[]>;
  /** Problems forbid planning it. */
  failed: boolean;
}

export type CheckedBlock = readonly CheckedStep[];

export interface CheckedStack {
  readonly label: string;
  readonly source: JsonArray;
  readonly block: CheckedBlock;
  readonly steps: readonly StepInfo[];
  readonly slotNames: readonly string[];
  readonly response: Expression | undefined;
  /** Of what leaves the stack: the response, or all `return` values. */
  readonly result: Type;
  readonly analysis: Analysis;
}

/** Lambda parameters of a filter argument, by the argument's expression. */
export interface LambdaLocals {
  readonly parameters: readonly string[];
}

export class Analysis {
  readonly #types = new Map<Expression, Type>();
  readonly #names = new Map<NameExpression, NameBinding>();
  readonly #lambdas = new Map<Expression, LambdaLocals>();
  readonly #parsed = new Map<JsonNode, Expression>();

  typeOf(expression: Expression): Type | undefined {
    return this.#types.get(expression);
  }

  setType(expression: Expression, type: Type): Type {
    this.#types.set(expression, type);
    return type;
  }

  nameOf(expression: NameExpression): NameBinding | undefined {
    return this.#names.get(expression);
  }

  bind(expression: NameExpression, binding: NameBinding): void {
    this.#names.set(expression, binding);
  }

  lambdaOf(expression: Expression): LambdaLocals | undefined {
    return this.#lambdas.get(expression);
  }

  setLambda(expression: Expression, locals: LambdaLocals): void {
    this.#lambdas.set(expression, locals);
  }

  /** Parses a node once: later phases get the very same expression, with its types and bindings. */
  parsed(node: JsonNode, parse: (node: JsonNode) => Expression): Expression {
    let expression = this.#parsed.get(node);
    if (expression === undefined) {
      expression = parse(node);
      this.#parsed.set(node, expression);
    }
    return expression;
  }
}
