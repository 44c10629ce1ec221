/** How the check passes through nested steps: which names exist where, and whether control can come there at all. */
import type { Expression, JsonNode } from '../1-syntax/ast.ts';
import type { Flow, StepWalk } from '../library/define.ts';
import { anyType, type Mark, nullType, type Type, tainted } from '../types/type.ts';
import { hiddenVariable } from './problems.ts';
import type { StepChecker } from './step.ts';

export class Walk implements StepWalk {
  readonly #step: StepChecker;

  constructor(step: StepChecker) {
    this.#step = step;
  }

  block(node: JsonNode | undefined, what: string, flow: Partial<Flow> = {}): void {
    if (node === undefined) return;
    const { stack, step } = this.#step;
    const { left } = stack;
    step.blocks.set(node, stack.checkBlock(node, what, { ...this.#step.flow, ...flow }));
    stack.left ||= left;
  }

  ways(...ways: readonly (() => void)[]): void {
    const { stack } = this.#step;
    const start = stack.scope.save();
    const ends: ReturnType<typeof stack.scope.save>[] = [];
    for (const way of ways) {
      stack.scope.restore(start);
      stack.left = false;
      way();
      if (!stack.left) ends.push(stack.scope.save());
    }
    stack.left = ends.length === 0 && ways.length > 0;
    if (ends.length > 0) stack.scope.merge(ends);
  }

  loop(nodes: readonly (JsonNode | undefined)[], body: () => void): void {
    const { stack } = this.#step;
    const made = stack.namesMadeIn(nodes);
    const first = stack.shown.length;
    stack.scope.forget(made);
    body();
    for (const mark of stack.scope.mixMarks(made)) stack.lookAgain(first, mark, made);
    stack.left = false;
  }

  afterAny(nodes: readonly (JsonNode | undefined)[]): void {
    const { stack } = this.#step;
    stack.scope.forget(stack.namesMadeIn(nodes));
  }

  withNames(
    names: readonly { readonly key: string; readonly name: string; readonly type: Type; readonly at: JsonNode }[],
    body: () => void,
  ): void {
    const { stack, step } = this.#step;
    const hidden = names.map(({ key, name, type, at }) => {
      const before = stack.scope.find(name);
      if (before !== undefined && !before.readOnly && key !== 'error') stack.problems.add(hiddenVariable, at, { name });
      if (stack.checkVariableName(name, at)) step.slots.set(key, stack.scope.declare(name, type));
      return { name, before };
    });
    body();
    for (const { name, before } of hidden.reverse()) stack.scope.undeclare(name, before);
  }

  branch(name: string, node: JsonNode): Type {
    const { stack, step, flow } = this.#step;
    const before = stack.beginBranch();
    let result: Type = nullType;
    const inherited = stack.scope.isolated(() => {
      const block = stack.checkBlock(node, name, { ...flow, inParallel: true, inLoop: false });
      step.blocks.set(node, block);
      const last = block.findLast((s) => s.into !== null);
      if (last?.into !== null && last?.into !== undefined) {
        step.slots.set(`last:${name}`, last.into);
        result = stack.slotType(last.into);
      }
    });
    step.inherited.set(name, inherited);
    return stack.endBranch(before, result);
  }

  aside(node: JsonNode | undefined, what: string): void {
    const { stack, flow } = this.#step;
    const names = stack.scope.save();
    const before = stack.beginBranch();
    this.block(node, what, { ...flow, inPostProcess: true, inLoop: false, inTransaction: false });
    stack.endBranch(before, nullType);
    stack.scope.restore(names);
    stack.left = false;
  }

  assign(parameter: string, type: Type): void {
    const { stack, step } = this.#step;
    const node = this.#step.param(parameter);
    if (node?.kind !== 'string') return;
    if (!stack.checkVariableName(node.value, node)) {
      // `a.b` was meant to be a member: reading it is no second mistake.
      const [, first] = /^([A-Za-z_]\w*)[.[]/.exec(node.value) ?? [];
      if (first !== undefined && stack.scope.find(first) === undefined) stack.scope.assign(first, anyType);
      return;
    }
    step.slots.set(parameter, stack.scope.assign(node.value, type));
  }

  assignPath(parameter: string, type: Type): void {
    const { stack, step } = this.#step;
    const path = step.paths.get(parameter);
    const node = this.#step.param(parameter);
    if (path === undefined || node?.kind !== 'string') return;
    const name = /^\s*\$?([A-Za-z_]\w*)/.exec(node.value)?.[1];
    if (name === undefined) return;
    const before = stack.scope.find(name)?.type ?? type;
    stack.scope.assign(name, path.parts.length === 0 ? type : tainted(anyType, before, type));
  }

  leave(): void {
    this.#step.stack.left = true;
  }

  returns(type: Type): void {
    this.#step.stack.addReturn(type);
  }

  shows(expression: Expression, mark: Mark, found: () => void): void {
    this.#step.stack.shown.push({ expression, mark, found });
  }
}
