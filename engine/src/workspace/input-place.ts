/** Where an input comes from: the route decides, `in` says otherwise. */
import type { Span } from '../1-syntax/ast.ts';
import type { Input, InputType, Method } from '../model.ts';
import type { Problems } from '../problems.ts';
import type { InputKeys, InputValue } from './input-shape.ts';
import { inputPlace, nullableRequired } from './route-problems.ts';
import { type Entry, keyOf } from './shape.ts';

/** Whose inputs they are. */
export interface InputOwner {
  /** null: a function's. */
  readonly method: Method | null;
  /** Names in brackets of the route, in order. */
  readonly pathNames: readonly string[];
  /** Where problems and undeclared names of the path are shown. */
  readonly at: { readonly span: Span; readonly pointer: string };
}

const withoutBody: ReadonlySet<Method> = new Set(['GET', 'HEAD', 'DELETE']);

/** Where an input comes from. What can't be is reported, and the route's own place is taken. */
export function placeOf(entry: Entry<InputValue>, keys: InputKeys, owner: InputOwner, problems: Problems): Input['in'] {
  const { method, pathNames } = owner;
  const bodiless = method !== null && withoutBody.has(method);
  const inPath = pathNames.includes(entry.key);
  const usual = inPath ? 'path' : bodiless ? 'query' : 'body';
  const wanted = keys.in?.value;
  if (keys.in === undefined || wanted === undefined || wanted === usual) return usual;
  const refuse = (reason: string, hint?: string): Input['in'] => {
    problems.add(inputPlace, keys.in?.node ?? entry.at, { input: entry.key, reason, hint });
    return usual;
  };
  if (method === null)
    return refuse('belongs to a function, which is called with values: there is no other place', 'Remove "in".');
  if (inPath) return refuse('stands in the path, so it can come from nowhere else', 'Remove "in".');
  if (wanted === 'path') return refuse("doesn't stand in the path", `Name a folder or the file [${entry.key}].`);
  if (wanted === 'body') return refuse(`can't come from the body: a ${method} request has none`, 'Remove "in", or use POST.');
  return wanted;
}

const severalValues: ReadonlySet<InputType> = new Set(['list', 'object', 'json']);

/** Types that a place can't hold, and keys that mean nothing there. */
export function checkPlace(input: Input, keys: InputKeys, entry: Entry<InputValue>, owner: InputOwner, problems: Problems): void {
  const refuse = (reason: string, hint?: string): void => problems.add(inputPlace, entry.at, { input: input.name, reason, hint });
  if ((input.in === 'path' || input.in === 'header') && severalValues.has(input.type))
    refuse(`is ${input.type}, but comes from the ${input.in}, which holds single values`);
  if (holdsFile(input) && (owner.method === null || input.in !== 'body'))
    refuse(
      'holds a file, which only the body of a request can carry',
      owner.method === null ? undefined : 'Use POST, PUT or PATCH.',
    );
  else if (holdsFile(input) && input.type !== 'file' && input.items?.type !== 'file')
    refuse('has a file inside an object: a form carries files side by side', 'Make the file an input of its own.');
  if (input.in === 'query' && input.nullable && input.required) problems.add(nullableRequired, entry.node, { input: input.name });
  if (input.in !== 'path' || entry.node.kind !== 'object') return;
  for (const key of ['required', 'default', 'nullable'] as const)
    if (keys[key] !== undefined && keys[key].value !== (key === 'required'))
      problems.add(inputPlace, keyOf(entry.node, key), {
        input: input.name,
        reason: `stands in the path, so it is always there: "${key}" means nothing`,
        hint: undefined,
      });
}

function holdsFile(input: Input): boolean {
  if (input.type === 'file') return true;
  if (input.items !== undefined) return holdsFile(input.items);
  return [...(input.fields?.values() ?? [])].some(holdsFile);
}
