/**
 * What a stack does, read off its JSON before anything is checked: which effects its steps may ask for, and whether it locks
 * rows outside a transaction of its own. Calls are followed, also in a circle.
 */
import { type JsonNode, member } from '../1-syntax/ast.ts';
import type { EffectName } from '../effects.ts';
import type { Library, StackSummary } from '../library/define.ts';
import type { Workspace } from '../model.ts';

interface Draft {
  readonly effects: Set<EffectName>;
  needsTransaction: boolean;
  readonly calls: Set<string>;
  /** Calls that stand outside a transaction of the stack's own. */
  readonly bareCalls: Set<string>;
}

const textOf = (node: JsonNode | undefined): string | undefined => (node?.kind === 'string' ? node.value : undefined);

/** Collects from one node what it and everything below it does. */
function collect(node: JsonNode, library: Library, draft: Draft, inTransaction: boolean): void {
  if (node.kind === 'array') {
    for (const item of node.items) collect(item, library, draft, inTransaction);
    return;
  }
  if (node.kind !== 'object') return;
  const disabled = member(node, 'disabled');
  if (disabled?.kind === 'boolean' && disabled.value) return;
  const name = textOf(member(node, 'function'));
  const declaration = name === undefined ? undefined : library.find(name)?.declaration;
  for (const effect of declaration?.effects ?? []) draft.effects.add(effect);
  if (member(node, 'lock') !== undefined && declaration?.parameters.lock !== undefined && !inTransaction)
    draft.needsTransaction = true;
  const called = declaration?.name === 'run_function' ? textOf(member(node, 'name')) : undefined;
  if (called !== undefined) {
    draft.calls.add(called);
    if (!inTransaction) draft.bareCalls.add(called);
  }
  const inside = inTransaction || declaration?.name === 'transaction';
  for (const m of node.members) collect(m.value, library, draft, inside);
}

const draftOf = (): Draft => ({ effects: new Set(), needsTransaction: false, calls: new Set(), bareCalls: new Set() });

/** Summaries of all functions of a workspace, and of any piece of a stack. */
export class Summaries {
  readonly #functions = new Map<string, Draft>();
  readonly #library: Library;

  constructor(workspace: Workspace, library: Library) {
    this.#library = library;
    for (const [name, definition] of workspace.functions) {
      const draft = draftOf();
      collect(definition.stack.steps, library, draft, false);
      this.#functions.set(name, draft);
    }
    // A few rounds reach the end: each one carries what is known one call further, and nothing is ever taken away.
    for (let changed = true; changed; ) {
      changed = false;
      for (const draft of this.#functions.values()) changed = this.#follow(draft) || changed;
    }
  }

  #follow(draft: Draft): boolean {
    const before = draft.effects.size;
    const locked = draft.needsTransaction;
    for (const name of draft.calls) {
      const called = this.#functions.get(name);
      for (const effect of called?.effects ?? []) draft.effects.add(effect);
      if (called?.needsTransaction === true && draft.bareCalls.has(name)) draft.needsTransaction = true;
    }
    return draft.effects.size !== before || draft.needsTransaction !== locked;
  }

  /** Of a function of the workspace. */
  of(functionName: string): StackSummary | undefined {
    return this.#functions.get(functionName);
  }

  /**
   * Of functions that call each other in a circle with this one, the first in the workspace's order; the function itself where
   * it is in none.
   */
  firstOfCircle(functionName: string): string {
    const below = this.#reached(functionName);
    if (!below.has(functionName)) return functionName;
    for (const name of this.#functions.keys()) if (below.has(name) && this.#reached(name).has(functionName)) return name;
    return functionName;
  }

  /** Every function that a call of this one may come to. */
  #reached(functionName: string): ReadonlySet<string> {
    const reached = new Set<string>();
    const waiting = [functionName];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
      for (const called of this.#functions.get(name)?.calls ?? []) {
        if (reached.has(called)) continue;
        reached.add(called);
        waiting.push(called);
      }
    return reached;
  }

  /** Of the steps below a node, with the names of the functions that these call. */
  below(node: JsonNode | undefined, inTransaction: boolean): StackSummary & { readonly calls: ReadonlySet<string> } {
    const draft = draftOf();
    if (node !== undefined) collect(node, this.#library, draft, inTransaction);
    this.#follow(draft);
    return draft;
  }
}
