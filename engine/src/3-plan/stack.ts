/** Plans a checked stack: each step becomes the statements that its declaration says. */
import type { Expression, JsonNode } from '../1-syntax/ast.ts';
import type { CheckedBlock, CheckedStack } from '../2-check/analysis.ts';
import type { StackCheck } from '../2-check/stack.ts';
import { StepChecker } from '../2-check/step.ts';
import type { Invoke, IrBlock, IrExpression, IrPathPart, IrStatement, IrStep } from '../ir.ts';
import type { StepPlan } from '../library/define.ts';
import { lower } from './lower.ts';
import { markObjects, markPassedOn } from './passed-on.ts';

/** Plans a whole stack. Steps that failed their check are left out (nothing is compiled then, but every other problem is found). */
export function planStack(
  check: StackCheck,
  stack: CheckedStack,
): { readonly block: IrBlock; readonly response: IrExpression | null } {
  const planned = planBlock(check, stack.block);
  const response = stack.response === undefined || check.problems.failed ? null : lower(stack.response, stack.analysis, 0);
  const block = check.answersClient
    ? markPassedOn(planned, response)
    : markObjects(planned, 'only the answer of an endpoint that is no stream is passed on');
  return { block, response };
}

function planBlock(check: StackCheck, block: CheckedBlock): IrBlock {
  const steps: IrStep[] = [];
  for (const step of block) {
    if (step.failed) {
      // Its nested steps may be sound: let them tell their own problems.
      for (const nested of step.blocks.values()) planBlock(check, nested);
      continue;
    }
    const planner = new StepPlanner(check, step);
    steps.push({ step: step.info.number, statements: step.declaration.plan(planner) });
  }
  return steps;
}

class StepPlanner extends StepChecker implements StepPlan {
  get number(): number {
    return this.step.info.number;
  }

  get into(): number | null {
    return this.step.into;
  }

  lower(expression: Expression): IrExpression {
    return lower(expression, this.stack.analysis, this.number);
  }

  value(name: string): IrExpression | null {
    const expression = this.expression(name);
    return expression === undefined ? null : this.lower(expression);
  }

  values(...names: readonly string[]): IrExpression {
    const entries: (readonly [string, IrExpression])[] = [];
    for (const name of names) {
      const value = this.value(name);
      if (value !== null) entries.push([name, value]);
    }
    return { op: 'object', entries };
  }

  slot(key: string): number {
    const slot = this.step.slots.get(key);
    if (slot === undefined) throw new Error(`${this.declaration.name} made no variable for "${key}"`);
    return slot;
  }

  lastResult(branch: string): number | null {
    return this.step.slots.get(`last:${branch}`) ?? null;
  }

  inherited(branch: string): readonly (readonly [number, number])[] {
    return this.step.inherited.get(branch) ?? [];
  }

  path(parameter: string): { readonly slot: number; readonly parts: readonly IrPathPart[] } {
    const path = this.step.paths.get(parameter);
    if (path === undefined) throw new Error(`${this.declaration.name} has no path in "${parameter}"`);
    const parts = path.parts.map(
      (part): IrPathPart => (part.kind === 'member' ? part : { kind: 'index', index: this.lower(part.index) }),
    );
    return { slot: path.slot, parts };
  }

  block(parameter: string): IrBlock {
    return this.blockOf(this.param(parameter));
  }

  blockOf(node: JsonNode | undefined): IrBlock {
    const block = node === undefined ? undefined : this.step.blocks.get(node);
    return block === undefined ? [] : planBlock(this.stack, block);
  }

  invoke<P, A>(invoke: Invoke<P, A>, plan: P, args: IrExpression, options: { readonly awaits?: boolean } = {}): IrStatement {
    return { op: 'invoke', invoke: invoke as Invoke<never, never>, plan, args, awaits: options.awaits ?? true, into: this.into };
  }
}
