/** Checks one step: its function, its parameters, what it makes. Implements what declarations see of a step. */
import { type Expression, type JsonNode, type JsonObject, member, type Span } from '../1-syntax/ast.ts';
import { parsePath, parseValue } from '../1-syntax/template.ts';
import { lambdaArguments } from '../filters/index.ts';
import type {
  Flow,
  FunctionDeclaration,
  FunctionParameter,
  RowScope,
  StackSummary,
  StepCheck,
  StepWalk,
} from '../library/define.ts';
import type { Table, Workspace } from '../model.ts';
import { nearest } from '../nearest.ts';
import type { ProblemKind } from '../problems.ts';
import { describeType, type Type } from '../types/type.ts';
import type { CheckedPath, CheckedStep } from './analysis.ts';
import { accepts, checkExpression } from './expression.ts';
import { describeNode, literalFault, plainValue } from './literal.ts';
import { missingParameter, otherName, parameterShape, unknownParameter, unknownTable, wrongTypeProblem } from './problems.ts';
import type { StackCheck } from './stack.ts';
import { Walk } from './walk.ts';

/** Keys that every step may have. */
export const commonKeys: ReadonlySet<string> = new Set(['function', 'return_as', 'description', 'disabled', 'id']);

const syntax = { lambdaArguments };

export class StepChecker implements StepCheck {
  readonly stack: StackCheck;
  readonly step: CheckedStep;
  readonly walk: StepWalk;

  constructor(stack: StackCheck, step: CheckedStep) {
    this.stack = stack;
    this.step = step;
    this.walk = new Walk(this);
  }

  get node(): JsonObject {
    return this.step.node;
  }

  get workspace(): Workspace {
    return this.stack.workspace;
  }

  get flow(): Flow {
    return this.step.flow;
  }

  get declaration(): FunctionDeclaration {
    return this.step.declaration;
  }

  param(name: string): JsonNode | undefined {
    return this.step.params.get(name);
  }

  expression(name: string): Expression | undefined {
    const node = this.param(name);
    return node === undefined ? undefined : this.parse(node);
  }

  parse(node: JsonNode): Expression {
    return this.stack.analysis.parsed(node, (n) => parseValue(n, this.stack.problems, syntax));
  }

  typeOf(expression: Expression): Type {
    return this.stack.analysis.typeOf(expression) ?? { kind: 'any', nullable: true };
  }

  checkExpression(expression: Expression, rows?: RowScope): Type {
    return checkExpression(this.stack, expression, rows);
  }

  table(name = 'table'): Table | undefined {
    const node = this.param(name);
    return node?.kind === 'string' ? this.workspace.tables.get(node.value) : undefined;
  }

  literal(name: string): unknown {
    const node = this.param(name);
    return node === undefined ? undefined : plainValue(node);
  }

  problem<D extends object>(kind: ProblemKind<D>, at: { readonly span: Span; readonly pointer: string }, details: D): void {
    this.stack.problems.add(kind, at, details);
  }

  functionType(name: string): Type {
    return this.stack.functionType(name);
  }

  summary(functionName: string): StackSummary | undefined {
    return this.stack.summaries.of(functionName);
  }

  nested(parameter: string): StackSummary {
    return this.stack.summaries.below(this.param(parameter), this.flow.inTransaction);
  }

  /** Checks everything but what the function itself knows: names of parameters, their shapes and types. */
  checkParameters(): void {
    for (const [name, parameter] of Object.entries(this.declaration.parameters)) {
      const node = this.param(name);
      if (node === undefined) {
        if (parameter.required === true)
          this.problem(missingParameter, this.nameOfFunction(), { name, function: this.declaration.name });
        continue;
      }
      this.#checkParameter(name, parameter, node);
    }
  }

  /** Where the step's function is named: the place of problems that concern the whole step. */
  nameOfFunction(): { span: Span; pointer: string } {
    const name = member(this.node, 'function');
    return { span: name?.span ?? this.node.span, pointer: this.node.pointer };
  }

  #checkParameter(name: string, parameter: FunctionParameter, node: JsonNode): void {
    if (parameter.deferred === true) return;
    switch (parameter.kind) {
      case 'value':
      case 'condition': {
        const found = this.checkExpression(this.parse(node));
        if (!accepts(parameter.types, found, parameter.required !== true))
          this.problem(wrongTypeProblem, node, {
            what: `"${name}"`,
            wanted: (parameter.types ?? []).join(' or '),
            found: describeType(found),
            hint: undefined,
          });
        return;
      }
      case 'table':
        this.#checkTable(name, node);
        return;
      case 'literal': {
        const fault = literalFault(node, parameter.schema ?? {});
        if (fault !== undefined)
          this.problem(parameterShape, node, { parameter: name, wanted: fault, found: describeNode(node) });
        return;
      }
      case 'variable':
        if (node.kind !== 'string')
          this.problem(parameterShape, node, { parameter: name, wanted: 'the name of a variable', found: describeNode(node) });
        return;
      case 'path':
        this.#checkPath(name, node);
        return;
      default:
        return;
    }
  }

  #checkTable(name: string, node: JsonNode): void {
    if (node.kind !== 'string' || node.value.includes('{{')) {
      this.problem(parameterShape, node, { parameter: name, wanted: 'the name of a table', found: describeNode(node) });
      return;
    }
    if (!this.workspace.tables.has(node.value))
      this.problem(unknownTable, node, { name: node.value, nearest: nearest(node.value, [...this.workspace.tables.keys()]) });
  }

  #checkPath(name: string, node: JsonNode): void {
    if (node.kind !== 'string') {
      this.problem(parameterShape, node, { parameter: name, wanted: 'a path to a variable', found: describeNode(node) });
      return;
    }
    const path = parsePath(node, this.stack.problems, syntax);
    if (path === null) return;
    for (const part of path.parts) if (part.kind === 'index') this.checkExpression(part.index);
    const slot = this.stack.variableSlot(path.name, node);
    if (slot !== undefined) this.step.paths.set(name, { slot, parts: path.parts } satisfies CheckedPath);
  }
}

/**
 * The identity that a step's file gives it. Functions with a parameter `id` (get_record, …) mean the record by it: their steps
 * get their identity at publish.
 */
export function writtenIdentity(node: JsonObject, declaration: FunctionDeclaration): JsonNode | undefined {
  return declaration.parameters.id === undefined ? member(node, 'id') : undefined;
}

/** The canonical name of a parameter, as it or one of its aliases is written; undefined when there is none. */
export function parameterName({ parameters }: FunctionDeclaration, written: string): string | undefined {
  if (Object.hasOwn(parameters, written)) return written;
  return Object.keys(parameters).find((name) => parameters[name]?.aliases?.includes(written) === true);
}

/** Reports what a step brings from other systems. Answers the names that were dealt with. */
function readHabits(
  stack: StackCheck,
  node: JsonObject,
  declaration: FunctionDeclaration,
  params: Map<string, JsonNode>,
): Set<string> {
  const done = new Set<string>();
  for (const { names, instead, means } of declaration.habits ?? []) {
    const found = node.members.find((m) => m.key === names[0]);
    if (found === undefined) continue;
    const at = { span: found.keySpan, pointer: found.value.pointer };
    const known = Object.keys(declaration.parameters);
    const details = { name: found.key, function: declaration.name, nearest: undefined, known, instead: instead(node) };
    stack.problems.add(unknownParameter, at, details);
    if (means !== undefined) params.set(means, { kind: 'null', missing: true, ...at });
    for (const name of names) done.add(name);
  }
  return done;
}

/**
 * Sorts a step's members into parameters by canonical name.
 * @returns the parameters; unknown ones were reported
 */
export function readParameters(stack: StackCheck, node: JsonObject, declaration: FunctionDeclaration): Map<string, JsonNode> {
  const params = new Map<string, JsonNode>();
  const known = Object.keys(declaration.parameters);
  const habits = readHabits(stack, node, declaration, params);
  for (const m of node.members) {
    if (habits.has(m.key) || (commonKeys.has(m.key) && !known.includes(m.key))) continue;
    const at = { span: m.keySpan, pointer: m.value.pointer };
    const canonical = parameterName(declaration, m.key);
    if (canonical === undefined) {
      const details = { name: m.key, function: declaration.name, nearest: nearest(m.key, [...known, ...commonKeys]), known };
      stack.problems.add(unknownParameter, at, details);
      continue;
    }
    if (canonical !== m.key) stack.problems.add(otherName, at, { written: m.key, canonical, what: 'parameter' });
    params.set(canonical, m.value);
  }
  return params;
}
