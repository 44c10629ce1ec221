/** Checks the stacks of a workspace. Functions are checked when first asked for, so that callers know what they answer. */
import { type JsonNode, member } from '../1-syntax/ast.ts';
import { typeOfInputs } from '../inputs/index.ts';
import type { Library, StackSummary } from '../library/define.ts';
import type { EndpointDefinition, FunctionDefinition, TaskDefinition, Workspace } from '../model.ts';
import { Problems } from '../problems.ts';
import { anyType, nullable, nullType, objectOf, type Type, type } from '../types/type.ts';
import type { CheckedStack } from './analysis.ts';
import type { RootTypes } from './expression.ts';
import { StackCheck, type StackToCheck } from './stack.ts';
import { Summaries } from './summary.ts';

/** What the check says of one stack. */
export interface StackAnalysis {
  readonly checked: CheckedStack;
  readonly check: StackCheck;
  /** Those of this stack alone; planning it may add some. */
  readonly problems: Problems;
  readonly summary: StackSummary;
  /** Names of functions that it calls, or names where it may only look so. */
  readonly calls: ReadonlySet<string>;
  /** Literal hosts of outbound calls; `*` where an expression decides. */
  readonly hosts: ReadonlySet<string>;
}

const requestType = objectOf([
  ['path', type('text')],
  ['method', type('text')],
  ['headers', type('object')],
  ['query', type('object')],
  ['body', anyType],
  ['ip', type('text')],
  ['id', type('text')],
]);

const authType: Type = objectOf([
  ['table', type('text')],
  ['id', anyType],
  ['extras', type('object')],
  ['issued_at', type('timestamp')],
  ['expires_at', type('timestamp')],
]);

/** How problems, profiles and `explain` call an endpoint. */
export function endpointLabel(workspace: Workspace, { group, method, pathText }: EndpointDefinition): string {
  return `${method} /api:${workspace.groups.get(group)?.path ?? group}${pathText === '/' ? '' : pathText}`;
}
export const functionLabel = (name: string): string => `function ${name}`;
export const taskLabel = (name: string): string => `task ${name}`;

/** Result types of functions that need no check, because one before said it; undefined for all others. */
export type KnownResults = (name: string) => Type | undefined;

/**
 * Checks the stacks of a workspace, each when it is asked for. What is said of a stack depends on its own text, on the texts of
 * the functions that it reaches, on tables, variables, settings and identities, and on nothing else: not on the order.
 */
export class WorkspaceCheck {
  readonly #workspace: Workspace;
  readonly #library: Library;
  readonly #stepIds: ReadonlyMap<string, string>;
  readonly #known: KnownResults;
  readonly #summaries: Summaries;
  readonly #functions = new Map<string, StackAnalysis>();
  readonly #underWay = new Set<string>();
  readonly #env: Type;

  constructor(workspace: Workspace, library: Library, stepIds: ReadonlyMap<string, string>, known: KnownResults) {
    this.#workspace = workspace;
    this.#library = library;
    this.#stepIds = stepIds;
    this.#known = known;
    this.#summaries = new Summaries(workspace, library);
    this.#env = objectOf(
      [...workspace.env.values()].map((v) => {
        const text = type('text', v.secret ? { secret: true } : {});
        return [v.name, v.default === undefined ? nullable(text) : text] as const;
      }),
    );
  }

  #check(stack: Omit<StackToCheck, 'stepIds'>): StackAnalysis {
    const problems = new Problems();
    const context = {
      workspace: this.#workspace,
      library: this.#library,
      problems,
      summaries: this.#summaries,
      functionType: (name: string) => this.#functionType(name),
    };
    const check = new StackCheck({ ...stack, stepIds: this.#stepIds }, context);
    const checked = check.run();
    const summary = this.#summaries.below(stack.steps, false);
    return { checked, check, problems, summary, calls: summary.calls, hosts: hostsOf(stack.steps, this.#library) };
  }

  #functionType(name: string): Type {
    if (this.#underWay.has(name)) return anyType;
    return this.#known(name) ?? this.function(name)?.checked.result ?? anyType;
  }

  /** Checks a function of the workspace; undefined when there is none of that name. */
  function(name: string): StackAnalysis | undefined {
    const definition = this.#workspace.functions.get(name);
    if (definition === undefined) return undefined;
    // Functions that call each other in a circle are checked from the same one on, whoever asks: where the circle closes, nothing
    // is known of a result.
    const first = this.#summaries.firstOfCircle(name);
    if (first !== name && !this.#underWay.has(first)) this.function(first);
    const known = this.#functions.get(name);
    if (known !== undefined) return known;
    this.#underWay.add(name);
    const analysis = this.#checkFunction(name, definition);
    this.#underWay.delete(name);
    this.#functions.set(name, analysis);
    return analysis;
  }

  #checkFunction(name: string, definition: FunctionDefinition): StackAnalysis {
    const roots: RootTypes = {
      input: typeOfInputs(definition.inputs),
      request: nullable(requestType),
      auth: nullable(authType),
      env: this.#env,
    };
    const { stack, response } = definition;
    return this.#check({ label: functionLabel(name), kind: 'function', steps: stack.steps, response, roots });
  }

  /** Checks an endpoint. */
  endpoint(definition: EndpointDefinition): StackAnalysis {
    const auth = definition.auth.length === 0 || definition.authOptional ? nullable(authType) : authType;
    const roots: RootTypes = { input: typeOfInputs(definition.inputs), request: requestType, auth, env: this.#env };
    const label = endpointLabel(this.#workspace, definition);
    // What a stream sends is the stack's value; the gateway gives it the stream's form.
    const response = definition.response ?? definition.stream?.of;
    return this.#check({ label, kind: 'endpoint', steps: definition.stack.steps, response, roots });
  }

  /** Checks a task. */
  task(definition: TaskDefinition): StackAnalysis {
    const roots: RootTypes = { input: objectOf([]), request: nullType, auth: nullType, env: this.#env };
    const { steps } = definition.stack;
    return this.#check({ label: taskLabel(definition.name), kind: 'task', steps, response: undefined, roots });
  }
}

/** Hosts that the outbound calls of a stack name. */
function hostsOf(node: JsonNode, library: Library, hosts = new Set<string>()): Set<string> {
  if (node.kind === 'array') for (const item of node.items) hostsOf(item, library, hosts);
  if (node.kind !== 'object') return hosts;
  const called = member(node, 'function');
  if (called?.kind === 'string' && library.find(called.value)?.declaration.effects.includes('http_request') === true) {
    const url = member(node, 'url');
    const literal = url?.kind === 'string' ? /^https?:\/\/([^/?#{}@]+)(?:[/?#]|$)/i.exec(url.value)?.[1] : undefined;
    hosts.add(literal ?? '*');
  }
  for (const m of node.members) hostsOf(m.value, library, hosts);
  return hosts;
}
