/**
 * Identities of steps (semantics 34): a step without `id` keeps, through edits and moves, the one that it had in the last
 * version. They live in the version, not in the file. Matched in this order: same content in the same place's file, same
 * content elsewhere (a step that was moved to another file), then the most similar step of the same function in the same file.
 */
import { findFunction, type JsonArray, type JsonNode, type JsonObject, type Workspace } from '@ashlar/engine';

/** `path#pointer` of a step -> its identity. */
export type StepIds = ReadonlyMap<string, string>;

/** A step as matching sees it. */
interface Step {
  readonly key: string;
  readonly path: string;
  /** Its place among its stack's steps. */
  readonly order: number;
  readonly name: string;
  readonly ownId: string | null;
  /** Parameters as canonical text, without nested steps. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly fingerprint: string;
}

/** What the last version knew: its files, and the identities it gave. */
export interface KnownSteps {
  readonly workspace: Workspace;
  readonly stepIds: StepIds;
}

/** Identities for all steps of a workspace that don't bring their own. `newId` makes one that was never used. */
export function assignStepIds(workspace: Workspace, last: KnownSteps | null, newId: () => string): Map<string, string> {
  const ids = new Map<string, string>();
  const { steps, former, taken } = stepsToMatch(workspace, last, ids);
  const open = new Set(steps);
  const free = new Map<Step, string>();
  for (const step of former) {
    const id = last?.stepIds.get(step.key);
    if (id !== undefined && !taken.has(id)) free.set(step, id);
  }
  const pair = (step: Step, known: Step): void => {
    const id = free.get(known);
    if (id === undefined) return;
    ids.set(step.key, id);
    free.delete(known);
    open.delete(step);
  };
  pairByContent(open, free, (step) => `${step.path}\n${step.fingerprint}`, pair);
  pairByContent(open, free, (step) => step.fingerprint, pair);
  pairBySimilarity(open, free, pair);
  for (const step of open) ids.set(step.key, newId());
  return ids;
}

/**
 * Steps without an id of their own that are to be matched, new and former ones. Those of stacks that both versions share (the
 * very same nodes: their files did not change) would be matched with themselves first of all, so they go to `ids` at once.
 */
function stepsToMatch(
  workspace: Workspace,
  last: KnownSteps | null,
  ids: Map<string, string>,
): { readonly steps: readonly Step[]; readonly former: readonly Step[]; readonly taken: ReadonlySet<string> } {
  const stacks = stacksOf(workspace);
  const formerStacks = last === null ? new Set<JsonArray>() : stacksOf(last.workspace);
  // An id that a file spells out is taken: its former holder's match must not get it too.
  const taken = new Set([...stacks].flatMap((stack) => placesOf(stack).flatMap(({ ownId }) => ownId ?? [])));
  const settled = new Set<JsonArray>();
  for (const stack of stacks) {
    if (last === null || !formerStacks.has(stack)) continue;
    const known = placesOf(stack).flatMap(({ key, ownId }) => (ownId === null ? [[key, last.stepIds.get(key)] as const] : []));
    if (!known.every(([, id]) => id !== undefined && !taken.has(id))) continue;
    settled.add(stack);
    for (const [key, id] of known) if (id !== undefined) ids.set(key, id);
  }
  const unsettled = (all: ReadonlySet<JsonArray>): readonly Step[] =>
    [...all].flatMap((stack) => (settled.has(stack) ? [] : stepsOf(stack))).filter((step) => step.ownId === null);
  return { steps: unsettled(stacks), former: unsettled(formerStacks), taken };
}

/** Equal content is paired in order, so that of two equal steps the first stays the first. */
function pairByContent(
  open: ReadonlySet<Step>,
  free: ReadonlyMap<Step, string>,
  contentOf: (step: Step) => string,
  pair: (step: Step, known: Step) => void,
): void {
  const known = groupBy(free.keys(), contentOf);
  const exactFirst = [...open];
  // A step that stayed where it was goes before its twins.
  for (const step of exactFirst) {
    const twin = known.get(contentOf(step))?.find((candidate) => candidate.key === step.key && free.has(candidate));
    if (twin !== undefined) pair(step, twin);
  }
  for (const step of exactFirst) {
    if (!open.has(step)) continue;
    const twin = known.get(contentOf(step))?.find((candidate) => free.has(candidate));
    if (twin !== undefined) pair(step, twin);
  }
}

/** A changed step is the former step of the same file and function that shares most parameters, nearest first. */
function pairBySimilarity(
  open: ReadonlySet<Step>,
  free: ReadonlyMap<Step, string>,
  pair: (step: Step, known: Step) => void,
): void {
  const known = groupBy(free.keys(), (step) => `${step.path}\n${step.name}`);
  const offers: { step: Step; candidate: Step; score: number; distance: number }[] = [];
  for (const step of open)
    for (const candidate of known.get(`${step.path}\n${step.name}`) ?? [])
      offers.push({ step, candidate, score: similarity(step, candidate), distance: Math.abs(step.order - candidate.order) });
  offers.sort((a, b) => b.score - a.score || a.distance - b.distance || a.step.order - b.step.order);
  for (const { step, candidate } of offers) if (open.has(step) && free.has(candidate)) pair(step, candidate);
}

/** Share of parameters that both have with equal values, from 0 to 1. */
function similarity(a: Step, b: Step): number {
  const names = new Set([...a.parameters.keys(), ...b.parameters.keys()]);
  if (names.size === 0) return 1;
  let equal = 0;
  for (const name of names) if (a.parameters.get(name) === b.parameters.get(name)) equal += 1;
  return equal / names.size;
}

function groupBy(steps: Iterable<Step>, keyOf: (step: Step) => string): Map<string, Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const key = keyOf(step);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [step]);
    else group.push(step);
  }
  return groups;
}

/** Every stack, in the workspace's order. Two endpoints may name one file as their stack: it is one stack. */
function stacksOf(workspace: Workspace): ReadonlySet<JsonArray> {
  const definitions = [...workspace.endpoints, ...workspace.functions.values(), ...workspace.tasks.values()];
  return new Set(definitions.map(({ stack }) => stack.steps));
}

/** Every step of a stack, outer ones before the inner ones. */
const stepsOf = (stack: JsonArray): Step[] => nestedSteps(stack).map(stepOf);

/** Where a step stands, and the id that its file gives it. */
type StepPlace = Pick<Step, 'key' | 'ownId'>;

/** Of each stack: a stack outlives many versions, and each of them asks. */
const knownPlaces = new WeakMap<JsonArray, readonly StepPlace[]>();

function placesOf(stack: JsonArray): readonly StepPlace[] {
  let places = knownPlaces.get(stack);
  if (places === undefined) {
    places = nestedSteps(stack).map(placeOf);
    knownPlaces.set(stack, places);
  }
  return places;
}

/** Objects with a `function` in them, found without recursion: files may nest deeply. */
function nestedSteps(root: JsonNode): JsonObject[] {
  const found: JsonObject[] = [];
  const waiting: JsonNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.kind === 'object' && isStep(node)) found.push(node);
    const children = node.kind === 'array' ? node.items : node.kind === 'object' ? node.members.map((m) => m.value) : [];
    for (let i = children.length - 1; i >= 0; i -= 1) {
      const child = children[i];
      if (child !== undefined) waiting.push(child);
    }
  }
  return found;
}

function isStep(node: JsonObject): boolean {
  return node.members.some((m) => m.key === 'function' && m.value.kind === 'string');
}

function placeOf(node: JsonObject): StepPlace {
  // Functions with a parameter `id` mean a record by it.
  const takesId = findFunction(functionName(node))?.declaration.parameters.id !== undefined;
  const own = takesId ? undefined : node.members.findLast(({ key, value }) => key === 'id' && value.kind === 'string')?.value;
  return { key: `${node.span.source.path}#${node.pointer}`, ownId: own?.kind === 'string' ? own.value : null };
}

function stepOf(node: JsonObject, order: number): Step {
  const { key: place, ownId } = placeOf(node);
  const name = canonicalName(functionName(node));
  const parameters = new Map<string, string>();
  for (const { key, value } of node.members) {
    const isOwnId = key === 'id' && ownId !== null && value.kind === 'string';
    if (key !== 'function' && key !== 'description' && !isOwnId) parameters.set(key, canonical(value));
  }
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1));
  const { path } = node.span.source;
  return { key: place, path, order, name, ownId, parameters, fingerprint: JSON.stringify([name, sorted]) };
}

function functionName(node: JsonObject): string {
  const found = node.members.find((m) => m.key === 'function')?.value;
  return found?.kind === 'string' ? found.value : '';
}

function canonicalName(name: string): string {
  return name.toLowerCase().replaceAll(/[ /]+/g, '_');
}

/** The node's value as text, whatever its blanks and comments; nested steps are left out, they have identities of their own. */
function canonical(node: JsonNode): string {
  const parts: string[] = [];
  const waiting: (JsonNode | string)[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') parts.push(next);
    else if (next.kind === 'array') {
      parts.push('[');
      waiting.push(']');
      for (const item of next.items.toReversed()) waiting.push(item, ',');
    } else if (next.kind === 'object') {
      if (isStep(next)) continue;
      parts.push('{');
      waiting.push('}');
      for (const { key, value } of next.members.toReversed()) waiting.push(value, `,${JSON.stringify(key)}:`);
    } else parts.push(next.kind === 'string' ? JSON.stringify(next.value) : next.kind === 'number' ? next.text : literal(next));
  }
  return parts.join('');
}

function literal(node: JsonNode): string {
  return node.kind === 'boolean' ? String(node.value) : 'null';
}
