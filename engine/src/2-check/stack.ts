/** Checks one stack: every step in order, the names it makes, what it returns. */
import { type Expression, type JsonArray, type JsonNode, type JsonObject, member } from '../1-syntax/ast.ts';
import { childrenOf } from '../1-syntax/children.ts';
import type { Flow, FunctionDeclaration, Library } from '../library/define.ts';
import type { Workspace } from '../model.ts';
import { nearest } from '../nearest.ts';
import type { Problems } from '../problems.ts';
import type { StepInfo } from '../types/step-info.ts';
import { anyType, anyWith, holds, join, type Mark, marksOf, type Type, tainted } from '../types/type.ts';
import { Analysis, type CheckedBlock, type CheckedStack, type CheckedStep } from './analysis.ts';
import { checkExpression, type ExpressionContext, type RootTypes, reservedNames } from './expression.ts';
import { describeNode } from './literal.ts';
import {
  badVariableName,
  duplicateStepId,
  missingFunction,
  neverReached,
  notAStack,
  notAStep,
  otherName,
  parameterShape,
  readOnlyVariable,
  reservedName,
  tooDeep,
  unknownFunction,
  unknownName,
  unusedResult,
} from './problems.ts';
import { Scope, Slots } from './scope.ts';
import { parameterName, readParameters, StepChecker, writtenIdentity } from './step.ts';
import type { Summaries } from './summary.ts';
import { checkUnknownStep } from './unknown-step.ts';

/** What is checked: a stack with its surroundings. */
export interface StackToCheck {
  readonly label: string;
  readonly kind: 'endpoint' | 'function' | 'task';
  readonly steps: JsonArray;
  readonly response: Expression | undefined;
  readonly roots: RootTypes;
  /** Identities that steps without `id` got at publish, by `path#pointer`. */
  readonly stepIds: ReadonlyMap<string, string>;
}

/** Result types of the workspace's functions, checked when first asked for. */
export type FunctionTypes = (name: string) => Type;

const maxDepth = 64;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

export class StackCheck implements ExpressionContext {
  readonly analysis = new Analysis();
  readonly slots = new Slots();
  readonly scope = new Scope(this.slots);
  readonly problems: Problems;
  readonly workspace: Workspace;
  readonly library: Library;
  readonly summaries: Summaries;
  readonly functionType: FunctionTypes;
  readonly roots: RootTypes;
  readonly #stack: StackToCheck;
  readonly #infos: StepInfo[] = [];
  readonly #ids = new Set<string>();
  readonly #slotTypes = new Map<number, Type>();
  #returns: Type[] = [];
  #depth = 0;
  /** What steps so far show to the client, and how to report that it carries a mark after all. */
  readonly shown: { readonly expression: Expression; readonly mark: Mark; readonly found: () => void }[] = [];
  /** Control has left the block under way: what follows is never reached. */
  left = false;

  constructor(
    stack: StackToCheck,
    context: {
      workspace: Workspace;
      library: Library;
      problems: Problems;
      summaries: Summaries;
      functionType: FunctionTypes;
    },
  ) {
    this.#stack = stack;
    this.workspace = context.workspace;
    this.library = context.library;
    this.problems = context.problems;
    this.summaries = context.summaries;
    this.functionType = context.functionType;
    this.roots = stack.roots;
  }

  /** What it answers goes out as it is, to a client: it is an endpoint's, and no stream, whose items are sent one by one. */
  get answersClient(): boolean {
    const { kind, response } = this.#stack;
    if (kind !== 'endpoint') return false;
    return response === undefined || !this.workspace.endpoints.some((endpoint) => endpoint.stream?.of === response);
  }

  /** Checks the whole stack and its response. */
  run(): CheckedStack {
    const { label, kind, steps, response } = this.#stack;
    const flow: Flow = {
      inTransaction: false,
      inLoop: false,
      inParallel: false,
      inFinally: false,
      inPostProcess: false,
      inFunction: kind === 'function',
    };
    const block = this.checkBlock(steps, 'stack', flow);
    const answers = [...this.#returns];
    if (response !== undefined) answers.push(checkExpression(this, response));
    const [first, ...more] = answers;
    const result = first === undefined ? anyType : more.reduce(join, first);
    return {
      label,
      source: steps,
      block,
      steps: this.#infos,
      slotNames: this.slots.names,
      response,
      result: { ...result, ...marksOf(...answers) },
      analysis: this.analysis,
    };
  }

  /** Checks the steps of an array node in order. */
  checkBlock(node: JsonNode, what: string, flow: Flow): CheckedBlock {
    if (node.kind !== 'array') {
      this.problems.add(notAStack, node, { parameter: what, found: describeNode(node) });
      return [];
    }
    if (this.#depth >= maxDepth) {
      this.problems.add(tooDeep, node, { depth: maxDepth });
      return [];
    }
    this.#depth += 1;
    this.left = false;
    const steps: CheckedStep[] = [];
    let warned = false;
    for (const item of node.items) {
      if (isDisabled(item)) continue;
      if (this.left && !warned) {
        warned = true;
        this.problems.add(neverReached, item, {});
      }
      const left: boolean = this.left;
      const step = this.#checkStep(item, flow);
      this.left ||= left;
      if (step !== undefined) steps.push(step);
    }
    this.#depth -= 1;
    return steps;
  }

  #checkStep(node: JsonNode, flow: Flow): CheckedStep | undefined {
    if (node.kind !== 'object') {
      this.problems.add(notAStep, node, { found: describeNode(node) });
      return undefined;
    }
    const before = this.problems.list.length;
    const name = member(node, 'function');
    if (name?.kind !== 'string') {
      this.problems.add(missingFunction, name ?? node, {});
      this.#makeUnknown(node);
      return undefined;
    }
    const found = this.library.find(name.value);
    if (found === undefined) {
      this.problems.add(unknownFunction, name, { name: name.value, nearest: this.library.nearest(name.value) });
      checkUnknownStep(this, node);
      this.#makeUnknown(node);
      return undefined;
    }
    const { declaration } = found;
    if (!found.canonical)
      this.problems.add(otherName, name, { written: name.value, canonical: declaration.name, what: 'function' });
    const step: CheckedStep = {
      info: this.#info(node, declaration),
      declaration,
      node,
      params: readParameters(this, node, declaration),
      into: null,
      flow,
      blocks: new Map(),
      slots: new Map(),
      paths: new Map(),
      inherited: new Map(),
      failed: false,
    };
    const checker = new StepChecker(this, step);
    this.#checkCommon(node, declaration);
    checker.checkParameters();
    declaration.check?.(checker);
    const into = this.#checkReturnAs(node, checker);
    const failed = this.problems.list.slice(before).some((p) => p.severity === 'error');
    return Object.assign(step, { into, failed });
  }

  #checkReturnAs(node: JsonObject, checker: StepChecker): number | null {
    const name = member(node, 'return_as');
    if (name === undefined) return null;
    if (name.kind !== 'string') {
      this.problems.add(parameterShape, name, {
        parameter: 'return_as',
        wanted: 'the name of a variable',
        found: describeNode(name),
      });
      return null;
    }
    const { declaration } = checker;
    if (declaration.result === null) {
      this.problems.add(unusedResult, name, { function: declaration.name });
      return null;
    }
    if (!this.checkVariableName(name.value, name)) return null;
    const type = declaration.result(checker);
    const slot = this.scope.assign(name.value, type);
    this.#slotTypes.set(slot, type);
    return slot;
  }

  #checkCommon(node: JsonObject, declaration: FunctionDeclaration): void {
    for (const [key, kind, wanted] of [
      ['description', 'string', 'a text'],
      ['disabled', 'boolean', 'true or false'],
      ['id', 'string', 'a text'],
    ] as const) {
      const value = key === 'id' ? writtenIdentity(node, declaration) : member(node, key);
      if (value !== undefined && value.kind !== kind)
        this.problems.add(parameterShape, value, { parameter: key, wanted, found: describeNode(value) });
    }
    const id = writtenIdentity(node, declaration);
    if (id?.kind !== 'string') return;
    if (this.#ids.has(id.value)) this.problems.add(duplicateStepId, id, { id: id.value });
    this.#ids.add(id.value);
  }

  /** A step that can't be understood still makes the variable that it names: one mistake gives one problem. */
  #makeUnknown(node: JsonObject): void {
    for (const key of ['return_as', 'name']) {
      const name = member(node, key);
      if (name?.kind === 'string' && variableName.test(name.value) && !reservedNames.has(name.value))
        this.scope.assign(name.value, anyType);
    }
    this.scope.forget(this.namesMadeIn(node.members.map((m) => m.value)));
  }

  #info(node: JsonObject, declaration: FunctionDeclaration): StepInfo {
    const id = writtenIdentity(node, declaration);
    const description = member(node, 'description');
    const given = this.#stack.stepIds.get(`${node.span.source.path}#${node.pointer}`);
    const info: StepInfo = {
      number: this.#infos.length + 1,
      id: id?.kind === 'string' ? id.value : (given ?? placeId(node.pointer)),
      function: declaration.name,
      description: description?.kind === 'string' ? description.value : '',
      pointer: node.pointer,
      span: node.span,
    };
    this.#infos.push(info);
    return info;
  }

  /** Whether a variable may have this name; reports when not. */
  checkVariableName(name: string, at: JsonNode): boolean {
    if (reservedNames.has(name)) this.problems.add(reservedName, at, { name });
    else if (!variableName.test(name)) this.problems.add(badVariableName, at, { name });
    else return true;
    return false;
  }

  /** The slot of a variable that a step is about to change. Reports when there is none, or when it may only be read. */
  variableSlot(name: string, at: JsonNode): number | undefined {
    const variable = this.scope.find(name);
    if (variable === undefined) {
      if (this.checkVariableName(name, at))
        this.problems.add(unknownName, at, { name, nearest: nearest(name, [...this.scope.names().keys()]) });
      return undefined;
    }
    if (variable.readOnly) {
      this.problems.add(readOnlyVariable, at, { name });
      return undefined;
    }
    return variable.slot;
  }

  /** Names that steps below these nodes may make, whatever path is taken. */
  namesMadeIn(nodes: readonly (JsonNode | undefined)[]): Set<string> {
    const names = new Set<string>();
    for (const node of nodes) if (node !== undefined) this.#collectNames(node, names);
    return names;
  }

  #collectNames(node: JsonNode, names: Set<string>): void {
    if (node.kind === 'array') for (const item of node.items) this.#collectNames(item, names);
    if (node.kind !== 'object' || isDisabled(node)) return;
    const declaration = functionOf(node, this.library);
    for (const m of node.members) {
      const parameter = declaration === undefined ? undefined : parameterName(declaration, m.key);
      const kind = m.key === 'return_as' ? 'variable' : declaration?.parameters[parameter ?? '']?.kind;
      if ((kind === 'variable' || kind === 'path') && m.value.kind === 'string') {
        const name = /^[A-Za-z_]\w*/.exec(m.value.value)?.[0];
        const known = name === undefined ? undefined : this.scope.find(name);
        // A path into a name that may only be read is a problem; a variable of that name is the branch's own.
        const isMade = kind === 'variable' || known?.readOnly !== true;
        if (name !== undefined && !reservedNames.has(name) && isMade) names.add(name);
      } else if (declaration?.name !== 'parallel' && declaration?.name !== 'post_process') this.#collectNames(m.value, names);
    }
  }

  /** After a loop that moves what carries a mark among these names: what was shown since `first` may carry it in a later turn. */
  lookAgain(first: number, mark: Mark, made: ReadonlySet<string>): void {
    for (const one of this.shown.splice(first)) {
      const type = this.analysis.typeOf(one.expression) ?? anyType;
      const mayCarry = one.mark === mark && holds(tainted(type, anyWith(mark)), mark);
      if (mayCarry && speaksOf(one.expression, made)) one.found();
      else this.shown.push(one);
    }
  }

  slotType(slot: number): Type {
    return this.#slotTypes.get(slot) ?? anyType;
  }

  addReturn(type: Type): void {
    this.#returns.push(type);
  }

  /** A branch has `return`s of its own. */
  beginBranch(): Type[] {
    const before = this.#returns;
    this.#returns = [];
    return before;
  }

  /** The branch's result: its `return` values, else what its last return_as holds. */
  endBranch(before: Type[], last: Type): Type {
    const all = [...this.#returns, ...(this.left ? [] : [last])];
    this.#returns = before;
    this.left = false;
    const [first, ...more] = all;
    return first === undefined ? anyType : more.reduce(join, first);
  }
}

function speaksOf(expression: Expression, names: ReadonlySet<string>): boolean {
  if (expression.kind === 'name') return names.has(expression.name);
  return childrenOf(expression).some((child) => speaksOf(child, names));
}

function isDisabled(node: JsonNode): boolean {
  if (node.kind !== 'object') return false;
  const disabled = member(node, 'disabled');
  return disabled?.kind === 'boolean' && disabled.value;
}

function functionOf(node: JsonObject, library: Library): FunctionDeclaration | undefined {
  const name = member(node, 'function');
  return name?.kind === 'string' ? library.find(name.value)?.declaration : undefined;
}

/** An identity made from the place: `/stack/3/true_branch/0` is `3.true_branch.0`. */
function placeId(pointer: string): string {
  return pointer.replace(/^\/(stack\/)?/, '').replaceAll('/', '.');
}
