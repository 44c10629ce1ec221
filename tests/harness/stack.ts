/** Compiles and runs single stacks in tests: steps in, answer or problems out. */
import {
  type CompiledEndpoint,
  compileWorkspace,
  defaultLimits,
  type Effects,
  type Limits,
  type Outcome,
  type Problem,
  Problems,
  Run,
  readWorkspace,
  type Value,
  type ValueObject,
} from '@ashlar/engine';
import { makeWorld } from './world.ts';

export interface StackInput {
  readonly stack: unknown;
  readonly response?: unknown;
  readonly stream?: unknown;
  readonly input?: Record<string, unknown>;
  readonly auth?: string;
  /** Further files of the workspace, path to content (objects become JSON). */
  readonly files?: Record<string, unknown>;
}

const text = (content: unknown): string => (typeof content === 'string' ? content : JSON.stringify(content, null, 2));

/** The files of a workspace with the stack as `POST /api:t/x`. */
export function workspaceFiles(stack: StackInput): Map<string, string> {
  const { files = {}, stack: steps, ...endpoint } = stack;
  const all: Record<string, unknown> = {
    'ashlar.jsonc': { name: 't' },
    ...files,
    'apis/t/x.post.jsonc': { ...endpoint, stack: steps },
  };
  return new Map(Object.entries(all).map(([path, content]) => [path, text(content)]));
}

/** All problems of a workspace with the stack in it. */
export function problemsOf(stack: StackInput): readonly Problem[] {
  const problems = new Problems();
  compileWorkspace(readWorkspace(workspaceFiles(stack), problems), problems);
  return problems.list;
}

/** Compiles it; throws with the problems when there are errors. */
export function compileStack(stack: StackInput): CompiledEndpoint {
  const problems = new Problems();
  const compiled = compileWorkspace(readWorkspace(workspaceFiles(stack), problems), problems);
  const errors = problems.list.filter((p) => p.severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((p) => `${p.file}:${p.line}:${p.column} ${p.code}: ${p.message}`).join('\n'));
  const endpoint = compiled.endpoints.find((e) => e.definition.method === 'POST' && e.definition.group === 't');
  if (endpoint === undefined) throw new Error('the stack was not compiled');
  return endpoint;
}

export interface RunInput {
  readonly input?: ValueObject;
  readonly effects?: Effects;
  readonly limits?: Partial<Limits>;
  readonly env?: ValueObject;
  readonly auth?: ValueObject | null;
}

/** A run for tests, with a world of its own where none is given. */
export function makeRun(options: RunInput = {}): Run {
  return new Run({
    effects: options.effects ?? makeWorld().effects,
    limits: { ...defaultLimits, ...options.limits },
    requestId: 'req_test',
    request: { path: '/api:t/x', method: 'POST', headers: {}, query: {}, body: null, ip: '127.0.0.1', id: 'req_test' },
    auth: options.auth ?? null,
    env: options.env ?? {},
    timezone: 'UTC',
    decimals: 'number',
    sealKey: new Uint8Array(32),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    host: null,
  });
}

/** Compiles and runs a stack, post_process blocks included. */
export async function runStack(stack: StackInput, options: RunInput = {}): Promise<Outcome> {
  const endpoint = compileStack(stack);
  const run = makeRun(options);
  const outcome = await endpoint.stack.execute(run, options.input ?? {});
  for (const work of run.postProcesses ?? []) await work(new Run(run.options));
  return outcome;
}

/** The answer's value. */
export async function answerOf(stack: StackInput, options: RunInput = {}): Promise<Value> {
  return (await runStack(stack, options)).value;
}
