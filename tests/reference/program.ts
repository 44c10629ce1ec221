/** A workspace as the reference reads it: JSON trees, steps numbered in the order in which they are written. */
import { type JsonArray, type JsonNode, type JsonObject, member } from '../../engine/src/1-syntax/ast.ts';
import { readJson } from '../../engine/src/1-syntax/index.ts';
import { Problems } from '../../engine/src/problems.ts';

export interface RefStack {
  readonly steps: JsonArray;
  readonly response: JsonNode | undefined;
  /** Number of each step; it names the step's effects. */
  readonly numbers: ReadonlyMap<JsonNode, number>;
}

export interface RefFunction extends RefStack {
  readonly inputs: JsonNode | undefined;
}

/** Tables by name: the types of their columns, in order. */
export type RefTables = ReadonlyMap<string, ReadonlyMap<string, string>>;

export interface RefProgram {
  readonly endpoint: RefStack;
  readonly functions: ReadonlyMap<string, RefFunction>;
  readonly tables: RefTables;
}

/** Parameters that hold nested steps, in the order in which their steps are numbered. */
const nested: Readonly<Record<string, readonly string[]>> = {
  conditional: ['true_branch', 'false_branch'],
  switch: ['cases', 'default'],
  for_each: ['stack'],
  while: ['stack'],
  group: ['stack'],
  transaction: ['stack'],
  post_process: ['stack'],
  try_catch: ['try', 'catch', 'finally'],
  parallel: ['branches'],
};

/** The function that a step calls. */
export function functionOf(step: JsonObject): string {
  const node = member(step, 'function');
  return node?.kind === 'string' ? node.value : '';
}

/** Whether a step is left out. */
export function isDisabled(step: JsonNode): boolean {
  const node = step.kind === 'object' ? member(step, 'disabled') : undefined;
  return node?.kind === 'boolean' && node.value;
}

function number(steps: JsonNode | undefined, numbers: Map<JsonNode, number>): void {
  if (steps?.kind !== 'array') return;
  for (const step of steps.items) {
    if (step.kind !== 'object' || isDisabled(step)) continue;
    numbers.set(step, numbers.size + 1);
    for (const parameter of nested[functionOf(step)] ?? []) {
      const node = member(step, parameter);
      if (parameter === 'branches' && node?.kind === 'object') for (const branch of node.members) number(branch.value, numbers);
      else if (parameter === 'cases' && node?.kind === 'array')
        for (const one of node.items) number(one.kind === 'object' ? member(one, 'stack') : undefined, numbers);
      else number(node, numbers);
    }
  }
}

function parse(path: string, text: string): JsonObject {
  const problems = new Problems();
  const node = readJson({ path, text }, problems);
  if (node.kind !== 'object' || problems.failed) throw new Error(`${path} is no object`);
  return node;
}

function stackOf(file: JsonObject): RefStack {
  const steps = member(file, 'stack');
  if (steps?.kind !== 'array') throw new Error('a file without a stack');
  const numbers = new Map<JsonNode, number>();
  number(steps, numbers);
  return { steps, response: member(file, 'response'), numbers };
}

function columnsOf(table: JsonObject): ReadonlyMap<string, string> {
  const columns = member(table, 'columns');
  if (columns?.kind !== 'object') return new Map();
  return new Map(
    columns.members.map(({ key, value }) => {
      const type = value.kind === 'object' ? member(value, 'type') : value;
      return [key, type?.kind === 'string' ? type.value.replace('?', '') : ''];
    }),
  );
}

/** Reads the files of a workspace with one endpoint. */
export function readProgram(files: ReadonlyMap<string, string>): RefProgram {
  const functions = new Map<string, RefFunction>();
  const tables = new Map<string, ReadonlyMap<string, string>>();
  let endpoint: RefStack | undefined;
  for (const [path, text] of files) {
    const [, kind, name] = /^(functions|tables|apis)\/(.+)\.jsonc$/.exec(path) ?? [];
    if (kind === undefined || name === undefined) continue;
    const file = parse(path, text);
    if (kind === 'functions') functions.set(name, { ...stackOf(file), inputs: member(file, 'input') });
    else if (kind === 'tables') tables.set(name, columnsOf(file));
    else endpoint = stackOf(file);
  }
  if (endpoint === undefined) throw new Error('no endpoint');
  return { endpoint, functions, tables };
}
