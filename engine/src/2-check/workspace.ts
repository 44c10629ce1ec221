/** Checks all stacks of a workspace. Functions are checked when first asked for, so that callers know what they answer. */
import { type JsonNode, member } from '../1-syntax/ast.ts';
import { typeOfInputs } from '../inputs/index.ts';
import type { Library, StackSummary } from '../library/define.ts';
import type { EndpointDefinition, FunctionDefinition, TaskDefinition, Workspace } from '../model.ts';
import type { Problems } from '../problems.ts';
import { anyType, nullable, nullType, objectOf, type Type, type } from '../types/type.ts';
import type { CheckedStack } from './analysis.ts';
import type { RootTypes } from './expression.ts';
import { StackCheck, type StackToCheck } from './stack.ts';
import { Summaries } from './summary.ts';

export interface StackAnalysis {
  readonly checked: CheckedStack;
  readonly check: StackCheck;
  readonly summary: StackSummary;
  /** Literal hosts of outbound calls; `*` where an expression decides. */
  readonly hosts: ReadonlySet<string>;
}

export interface WorkspaceAnalysis {
  readonly functions: ReadonlyMap<string, StackAnalysis>;
  readonly endpoints: readonly { readonly definition: EndpointDefinition; readonly stack: StackAnalysis }[];
  readonly tasks: readonly { readonly definition: TaskDefinition; readonly stack: StackAnalysis }[];
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

/** Checks everything. */
export function analyse(
  workspace: Workspace,
  library: Library,
  problems: Problems,
  stepIds: ReadonlyMap<string, string>,
): WorkspaceAnalysis {
  return new WorkspaceCheck(workspace, library, problems, stepIds).run();
}

class WorkspaceCheck {
  readonly #workspace: Workspace;
  readonly #library: Library;
  readonly #problems: Problems;
  readonly #stepIds: ReadonlyMap<string, string>;
  readonly #summaries: Summaries;
  readonly #functions = new Map<string, StackAnalysis>();
  readonly #underWay = new Set<string>();
  readonly #env: Type;

  constructor(workspace: Workspace, library: Library, problems: Problems, stepIds: ReadonlyMap<string, string>) {
    this.#workspace = workspace;
    this.#library = library;
    this.#problems = problems;
    this.#stepIds = stepIds;
    this.#summaries = new Summaries(workspace, library);
    this.#env = objectOf(
      [...workspace.env.values()].map((v) => {
        const text = type('text', v.secret ? { secret: true } : {});
        return [v.name, v.default === undefined ? nullable(text) : text] as const;
      }),
    );
  }

  run(): WorkspaceAnalysis {
    for (const name of this.#workspace.functions.keys()) this.#function(name);
    const endpoints = this.#workspace.endpoints.map((definition) => ({ definition, stack: this.#endpoint(definition) }));
    const tasks = [...this.#workspace.tasks.values()].map((definition) => ({ definition, stack: this.#task(definition) }));
    return { functions: this.#functions, endpoints, tasks };
  }

  #check(stack: Omit<StackToCheck, 'stepIds'>): StackAnalysis {
    const context = {
      workspace: this.#workspace,
      library: this.#library,
      problems: this.#problems,
      summaries: this.#summaries,
      functionType: (name: string) => this.#functionType(name),
    };
    const check = new StackCheck({ ...stack, stepIds: this.#stepIds }, context);
    const checked = check.run();
    return { checked, check, summary: this.#summaries.below(stack.steps, false), hosts: hostsOf(stack.steps, this.#library) };
  }

  #functionType(name: string): Type {
    if (this.#underWay.has(name)) return anyType;
    return this.#function(name)?.checked.result ?? anyType;
  }

  #function(name: string): StackAnalysis | undefined {
    const known = this.#functions.get(name);
    const definition: FunctionDefinition | undefined = this.#workspace.functions.get(name);
    if (known !== undefined || definition === undefined) return known;
    this.#underWay.add(name);
    const roots: RootTypes = {
      input: typeOfInputs(definition.inputs),
      request: nullable(requestType),
      auth: nullable(authType),
      env: this.#env,
    };
    const analysis = this.#check({
      label: `function ${name}`,
      kind: 'function',
      steps: definition.stack.steps,
      response: definition.response,
      roots,
    });
    this.#underWay.delete(name);
    this.#functions.set(name, analysis);
    return analysis;
  }

  #endpoint(definition: EndpointDefinition): StackAnalysis {
    const auth = definition.auth.length === 0 ? nullable(authType) : definition.authOptional ? nullable(authType) : authType;
    const roots: RootTypes = { input: typeOfInputs(definition.inputs), request: requestType, auth, env: this.#env };
    const path = definition.pathText === '/' ? '' : definition.pathText;
    const label = `${definition.method} /api:${this.#workspace.groups.get(definition.group)?.path ?? definition.group}${path}`;
    // What a stream sends is the stack's value; the gateway gives it the stream's form.
    const response = definition.response ?? definition.stream?.of;
    return this.#check({ label, kind: 'endpoint', steps: definition.stack.steps, response, roots });
  }

  #task(definition: TaskDefinition): StackAnalysis {
    const roots: RootTypes = { input: objectOf([]), request: nullType, auth: nullType, env: this.#env };
    return this.#check({
      label: `task ${definition.name}`,
      kind: 'task',
      steps: definition.stack.steps,
      response: undefined,
      roots,
    });
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
