/** The JSON files of a workspace, each read once, and the stacks in them. */
import { type JsonArray, type JsonNode, type JsonObject, member, readJson, type Source, type Syntax } from '../1-syntax/index.ts';
import { lambdaArguments } from '../filters/index.ts';
import type { StackSource } from '../model.ts';
import type { Problems } from '../problems.ts';
import type { KeptParts } from './kept-parts.ts';
import { missingKey } from './problems.ts';
import { stackFileMissing, stackNotAList } from './route-problems.ts';
import { type Found, openingOf, refuseNode } from './shape.ts';

/** What the expression parser must know of filters. */
export const syntax: Syntax = { lambdaArguments };

/** Reads files of a workspace; problems of a file are reported once, however often it is asked for. */
export class Documents {
  readonly #files: ReadonlyMap<string, string>;
  readonly #problems: Problems;
  readonly #kept: KeptParts<JsonNode>;
  readonly #roots = new Map<string, JsonNode>();

  constructor(files: ReadonlyMap<string, string>, problems: Problems, kept: KeptParts<JsonNode>) {
    this.#files = files;
    this.#problems = problems;
    this.#kept = kept;
  }

  /** The root of a file, or undefined when there is no such file. */
  root(path: string): JsonNode | undefined {
    const known = this.#roots.get(path);
    const text = this.#files.get(path);
    if (known !== undefined || text === undefined) return known;
    const source: Source = { path, text };
    const root = this.#kept.read(path, [text], () => readJson(source, this.#problems));
    this.#roots.set(path, root);
    return root;
  }

  /** Paths of all files. */
  get paths(): Iterable<string> {
    return this.#files.keys();
  }
}

/** The file that a definition's `"stack": "path"` names. */
export function stackPathOf(root: JsonNode | undefined): string | undefined {
  const stack = root?.kind === 'object' ? member(root, 'stack') : undefined;
  return stack?.kind === 'string' ? normalPath(stack.value) : undefined;
}

function normalPath(path: string): string {
  return path.replace(/^\.?\//, '');
}

/** The steps of a definition: its own array, or that of the file it names. What is wrong is reported and read as no steps. */
export function readStack(
  found: Found<JsonNode> | undefined,
  root: JsonNode,
  documents: Documents,
  problems: Problems,
): StackSource {
  const node = found?.node;
  if (node === undefined) return { steps: noSteps(root) };
  if (node.kind === 'array') return { steps: node };
  if (node.kind !== 'string') {
    refuseNode(node, problems, '"stack"', 'a list of steps or the path of a file that holds one');
    return { steps: noSteps(root) };
  }
  const file = documents.root(normalPath(node.value));
  if (file === undefined) problems.add(stackFileMissing, node, { path: node.value, known: [...documents.paths] });
  else if (file.kind === 'array') return { steps: file };
  else if (!(file.kind === 'null' && file.missing === true)) problems.add(stackNotAList, node, { path: node.value });
  return { steps: noSteps(root) };
}

/** Reports a stack that is missing where nothing else says what to answer. */
export function requireStack(root: JsonObject, what: string, problems: Problems): void {
  if (member(root, 'stack') === undefined)
    problems.add(missingKey, openingOf(root), { key: 'stack', what, description: 'the list of steps' });
}

function noSteps(root: JsonNode): JsonArray {
  const { span } = openingOf(root);
  return { kind: 'array', items: [], span, pointer: '/stack' };
}
