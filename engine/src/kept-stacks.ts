/**
 * What was compiled before and would come out the same. A definition that did not change is the same object in the next
 * workspace (`readWorkspace` sees to that), so its last program is kept with it, together with all that the program was made
 * from besides. It holds when every piece is the same again; whatever is doubtful is compiled anew.
 */
import type { ProgramStack } from './compiled-stack.ts';
import type { EndpointDefinition, FunctionDefinition, TaskDefinition, Workspace } from './model.ts';
import type { StepInfo } from './types/step-info.ts';

export type Definition = EndpointDefinition | FunctionDefinition | TaskDefinition;

/** What a stack is compiled in, besides its own text and the functions that it calls. */
export interface Surroundings {
  readonly workspace: Pick<Workspace, 'tables' | 'env' | 'settings'>;
  /** Identities that steps without `id` got at publish, by `path#pointer`. */
  readonly stepIds: ReadonlyMap<string, string>;
}

interface Kept extends Pick<Workspace, 'tables' | 'env' | 'settings'> {
  readonly stack: ProgramStack;
  /** The identity that each step was given, undefined for none. */
  readonly ids: readonly (string | undefined)[];
}

/** By definition: what nobody serves or compares with any more is forgotten with it. */
const kept = new WeakMap<Definition, Kept>();

/** Remembers a stack that has no errors. */
export function keepStack(definition: Definition, stack: ProgramStack, surroundings: Surroundings): void {
  if (stack.problems.some((problem) => problem.severity === 'error')) return;
  const { tables, env, settings } = surroundings.workspace;
  kept.set(definition, { stack, ids: givenIds(stack.steps, surroundings), tables, env, settings });
}

/** The last program of a definition, where it holds but for the functions that it calls. */
export function keptStack(definition: Definition, label: string, surroundings: Surroundings): ProgramStack | undefined {
  const before = kept.get(definition);
  const { workspace } = surroundings;
  if (before === undefined || before.stack.label !== label) return undefined;
  if (before.tables !== workspace.tables || before.env !== workspace.env || before.settings !== workspace.settings)
    return undefined;
  const ids = givenIds(before.stack.steps, surroundings);
  return ids.every((id, i) => id === before.ids[i]) ? before.stack : undefined;
}

function givenIds(steps: readonly StepInfo[], { stepIds }: Surroundings): readonly (string | undefined)[] {
  return steps.map(({ span, pointer }) => stepIds.get(`${span.source.path}#${pointer}`));
}

/**
 * Takes out of `functions` (by name) those that call another one than before, and those that call these.
 * @param exists - whether the workspace has a function of a name
 */
export function dropCallersOfChanged(functions: Map<string, ProgramStack>, exists: (name: string) => boolean): void {
  const stands = (stack: ProgramStack, name: string): boolean =>
    exists(name) ? functions.has(name) && callsTheSame(stack, name, functions) : !stack.callees.has(name);
  for (let fewer = true; fewer; ) {
    fewer = false;
    for (const [name, stack] of functions)
      if (![...stack.calls].every((called) => stands(stack, called))) fewer = functions.delete(name);
  }
}

/** Whether a name stands for the function that the stack was compiled with. */
export function callsTheSame(stack: ProgramStack, name: string, functions: ReadonlyMap<string, ProgramStack>): boolean {
  return stack.callees.get(name) === functions.get(name);
}
