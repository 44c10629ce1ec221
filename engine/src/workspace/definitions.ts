/** Endpoints, functions and tasks: their shapes, and reading them. Stacks are only found here; checking them is a later phase. */
import { type Expression, type JsonNode, parseValue } from '../1-syntax/index.ts';
import type {
  EndpointDefinition,
  FunctionDefinition,
  GroupDefinition,
  Method,
  Segment,
  StackSource,
  Table,
  TaskDefinition,
  WorkspaceSettings,
} from '../model.ts';
import type { Problems } from '../problems.ts';
import { type Documents, readStack, requireStack, syntax } from './documents.ts';
import { unknownInputsShape } from './group.ts';
import { readInputs } from './input.ts';
import { inputsShape } from './input-shape.ts';
import { pathTextOf } from './route.ts';
import { badSchedule, responseAndStream, unknownAuthTable } from './route-problems.ts';
import { scheduleFlaw } from './schedule.ts';
import { anyJson, choice, type Found, flag, keyOf, object, oneOrList, openingOf, text } from './shape.ts';
import { timezoneShape } from './timezone.ts';

const stackShape = anyJson('The steps, or the path from the workspace root to a file that holds the array alone', {
  anyOf: [{ $ref: '#/$defs/stack' }, { type: 'string' }],
});
const responseShape = anyJson("What is answered: any JSON with {{ expressions }}; left out: the value of the stack's return");

export const endpointShape = object(
  'An endpoint; method and route are those of the file',
  {
    description: text('One line on what it does'),
    auth: oneOrList('Tables whose token is wanted; left out: public', text('A table with "auth": true')),
    auth_optional: flag('Whether a call without a token is let through, with auth null'),
    input: inputsShape,
    unknown_inputs: unknownInputsShape,
    stack: stackShape,
    response: responseShape,
    stream: object(
      'Sends rows one by one instead of a response; they are gathered first, all of them',
      {
        as: choice('Lines of JSON, or server-sent events', ['ndjson', 'sse']),
        of: anyJson('The rows: {{ rows }}'),
      },
      { title: '"stream"', required: ['as', 'of'] },
    ),
  },
  { title: 'An endpoint', file: true },
);

export const functionShape = object(
  'A function, called by run_function; its name is the path of the file',
  { description: text('One line on what it does'), input: inputsShape, stack: stackShape, response: responseShape },
  { title: 'A function', file: true },
);

export const taskShape = object(
  'A stack that runs on a schedule, on one node',
  {
    description: text('One line on what it does'),
    schedule: text('Cron expression of five fields: "0 3 * * *" is every day at three'),
    timezone: timezoneShape("Time zone of the schedule (IANA name); the workspace's by default"),
    stack: stackShape,
  },
  { title: 'A task', required: ['schedule', 'stack'], file: true },
);

/** What definitions refer to. */
export interface DefinitionContext {
  readonly documents: Documents;
  readonly tables: ReadonlyMap<string, Table>;
  readonly settings: WorkspaceSettings;
  readonly problems: Problems;
}

/** Where an endpoint stands, by its file. */
export interface EndpointFile {
  readonly group: GroupDefinition;
  readonly method: Method;
  readonly path: readonly Segment[];
}

/** Reads an endpoint's file. */
export function readEndpoint(file: EndpointFile, root: JsonNode, context: DefinitionContext): EndpointDefinition {
  const { problems } = context;
  const keys = endpointShape.read(root, problems, 'An endpoint') ?? {};
  const owner = {
    method: file.method,
    pathNames: file.path.flatMap((segment) => (segment.kind === 'parameter' ? [segment.name] : [])),
    at: openingOf(root),
  };
  if (keys.stream !== undefined && keys.response !== undefined && root.kind === 'object')
    problems.add(responseAndStream, keyOf(root, 'stream'), {});
  const { as, of } = keys.stream?.value ?? {};
  const stream = as === undefined || of === undefined ? undefined : { as: as.value, of: expressionOf(of, context) };
  return {
    group: file.group.folder,
    method: file.method,
    path: file.path,
    pathText: pathTextOf(file.path),
    description: keys.description?.value ?? '',
    auth: readAuth(keys.auth?.value ?? [], context),
    authOptional: keys.auth_optional?.value ?? false,
    inputs: readInputs(keys.input?.value ?? [], owner, problems),
    unknownInputs: keys.unknown_inputs?.value ?? file.group.unknownInputs,
    ...readBody(keys, root, 'An endpoint without a response', context),
    ...(stream === undefined ? {} : { stream }),
    source: root.span.source,
    root,
  };
}

function readAuth(found: readonly Found<string>[], context: DefinitionContext): readonly string[] {
  const known = [...context.tables.values()].filter((table) => table.auth).map((table) => table.name);
  const good = found.filter(({ value, node }) => {
    const table = context.tables.get(value);
    if (table?.auth === true) return true;
    context.problems.add(unknownAuthTable, node, { table: value, known, exists: table !== undefined });
    return false;
  });
  return [...new Set(good.map((one) => one.value))];
}

/** Reads a function's file; `name` is its path without ending. */
export function readFunction(name: string, root: JsonNode, context: DefinitionContext): FunctionDefinition {
  const keys = functionShape.read(root, context.problems, 'A function') ?? {};
  const owner = { method: null, pathNames: [], at: openingOf(root) };
  return {
    name,
    description: keys.description?.value ?? '',
    inputs: readInputs(keys.input?.value ?? [], owner, context.problems),
    ...readBody(keys, root, 'A function without a response', context),
    source: root.span.source,
    root,
  };
}

interface BodyKeys {
  readonly stack?: Found<JsonNode>;
  readonly response?: Found<JsonNode>;
  readonly stream?: Found<unknown>;
}

/** Stack and response: one of the two must be there. */
function readBody(
  keys: BodyKeys,
  root: JsonNode,
  what: string,
  context: DefinitionContext,
): { readonly stack: StackSource; readonly response?: Expression } {
  if (root.kind === 'object' && keys.response === undefined && keys.stream === undefined)
    requireStack(root, what, context.problems);
  const stack = readStack(keys.stack, root, context.documents, context.problems);
  return keys.response === undefined ? { stack } : { stack, response: expressionOf(keys.response, context) };
}

function expressionOf(found: Found<JsonNode>, context: DefinitionContext): Expression {
  return parseValue(found.node, context.problems, syntax);
}

/** Reads a task's file. */
export function readTask(name: string, root: JsonNode, context: DefinitionContext): TaskDefinition {
  const { problems, settings, documents } = context;
  const keys = taskShape.read(root, problems, 'A task') ?? {};
  const schedule = keys.schedule?.value ?? '';
  const flaw = keys.schedule === undefined ? null : scheduleFlaw(schedule);
  if (flaw !== null && keys.schedule !== undefined) problems.add(badSchedule, keys.schedule.node, flaw);
  return {
    name,
    description: keys.description?.value ?? '',
    schedule: schedule.trim().replace(/\s+/g, ' '),
    timezone: keys.timezone?.value ?? settings.timezone,
    stack: readStack(keys.stack, root, documents, problems),
    source: root.span.source,
    root,
  };
}
