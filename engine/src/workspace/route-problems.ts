/** What can be wrong with endpoints, functions, tasks and groups, their stacks left aside. */
import { didYouMean } from '../nearest.ts';
import { defineProblem } from '../problems.ts';

export const badSegment = defineProblem<{ segment: string; hint?: string | undefined }>({
  code: 'bad_segment',
  severity: 'error',
  title: 'A folder or file name that can be no part of a URL',
  solve: 'Parts of a path are letters, digits, `-`, `_`, `.` and `~`, or one name in brackets: `orders/[id].get.jsonc`.',
  message: (d) => `"${d.segment.slice(0, 80)}" can be no part of a URL.`,
  hint: (d) => d.hint,
});
export const routeTaken = defineProblem<{ route: string; other: string }>({
  code: 'route_taken',
  severity: 'error',
  title: 'Two files answer the same route',
  solve: 'Keep one of them: `orders.get.jsonc` and `orders/index.get.jsonc` are the same route.',
  message: (d) => `${d.route} is answered by ${d.other} already.`,
});
export const routeAmbiguous = defineProblem<{ name: string; other: string; file: string }>({
  code: 'route_ambiguous',
  severity: 'error',
  title: 'Two parameters with different names stand in one place of a path',
  solve: 'Give both the same name: `orders/[id].get.jsonc` and `orders/[id].patch.jsonc`.',
  message: (d) => `[${d.name}] stands where ${d.file} has [${d.other}].`,
  hint: (d) => `Call both [${d.other}].`,
});
export const parameterTwice = defineProblem<{ name: string }>({
  code: 'parameter_twice',
  severity: 'error',
  title: 'A path has two parameters of one name',
  solve: 'Give each parameter a name of its own: `orders/[order_id]/lines/[line_id].get.jsonc`.',
  message: (d) => `[${d.name}] stands twice in the path.`,
});
export const inputPlace = defineProblem<{ input: string; reason: string; hint?: string | undefined }>({
  code: 'input_place',
  severity: 'error',
  title: 'An input can not come from where it would come from',
  solve:
    'Names in brackets come from the path; for GET, HEAD and DELETE the rest from the query, otherwise from the body. Files come only in a body; path and header hold single values.',
  message: (d) => `The input ${d.input} ${d.reason}.`,
  hint: (d) => d.hint,
});
export const nullableRequired = defineProblem<{ input: string }>({
  code: 'nullable_required',
  severity: 'warning',
  title: 'An input of the query may be null, but must be sent',
  solve:
    'In a query null is what nobody sends, or an empty value (`?tag=`); `"text?"` alone still wants the name to be there. An input that may be left out is `{"type": "text", "required": false}`: it is null then.',
  message: ({ input }) => `The input ${input} may be null, but a request that leaves it out is refused.`,
  hint: () => 'Write "required": false to let it be left out; it is null then.',
});
export const unknownAuthTable = defineProblem<{ table: string; known: readonly string[]; exists: boolean }>({
  code: 'unknown_auth_table',
  severity: 'error',
  title: '`auth` names no table whose rows can sign in',
  solve: 'Name a table, and give its file `"auth": true`.',
  message: (d) => (d.exists ? `Rows of ${d.table} can't sign in.` : `There is no table ${d.table}.`),
  hint: (d) => (d.exists ? `Add "auth": true to tables/${d.table}.jsonc.` : didYouMean(d.table, d.known)),
});
export const responseAndStream = defineProblem<object>({
  code: 'response_and_stream',
  severity: 'error',
  title: 'An endpoint has both `response` and `stream`',
  solve: 'Keep one: `response` answers one JSON value, `stream` one row after the other.',
  message: () => 'An endpoint has either a response or a stream.',
});
export const stackFileMissing = defineProblem<{ path: string; known: readonly string[] }>({
  code: 'stack_file_missing',
  severity: 'error',
  title: '`"stack"` names a file that is not in the workspace',
  solve: 'Write the path from the root of the workspace, with forward slashes: `"stack": "stacks/report.jsonc"`.',
  message: (d) => `There is no file ${d.path.slice(0, 200)}.`,
  hint: (d) => didYouMean(d.path, d.known) ?? 'The path begins at the root of the workspace.',
});
export const stackNotAList = defineProblem<{ path: string }>({
  code: 'stack_not_a_list',
  severity: 'error',
  title: 'A file that `"stack"` names holds no list of steps',
  solve: 'The file holds the array alone: `[{"function": "create_variable", …}]`.',
  message: (d) => `${d.path} must hold an array of steps and nothing else.`,
});
export const badSchedule = defineProblem<{ reason: string; hint?: string | undefined }>({
  code: 'bad_schedule',
  severity: 'error',
  title: 'A schedule that is no cron expression of five fields',
  solve:
    'Minute, hour, day of the month, month, day of the week: `0 3 * * *` is every day at three, `*/15 * * * MON-FRI` each quarter of an hour on working days.',
  message: (d) => `The schedule is wrong: ${d.reason}.`,
  hint: (d) => d.hint ?? 'Five fields: minute, hour, day of the month, month, day of the week.',
});
export const groupPathTaken = defineProblem<{ path: string; other: string }>({
  code: 'group_path_taken',
  severity: 'error',
  title: 'Two groups of the workspace have the same path',
  solve: 'Give one of them another `"path"` in its group.jsonc.',
  message: (d) => `/api:${d.path} is the group ${d.other} already.`,
});
export const corsCredentials = defineProblem<object>({
  code: 'cors_credentials',
  severity: 'error',
  title: 'CORS allows every origin together with credentials',
  solve: 'List the origins: with credentials, a browser refuses `*`, and any site could act as the signed-in user.',
  message: () => '"credentials": true can\'t stand beside the origin "*".',
  hint: () => 'List the origins: ["https://app.example.com"].',
});
export const badOrigin = defineProblem<{ origin: string }>({
  code: 'bad_origin',
  severity: 'error',
  title: 'An origin that is none',
  solve:
    'An origin is a scheme, a host and maybe a port, without a path: `https://app.example.com`, `http://localhost:3000`, or `*`.',
  message: (d) => `"${d.origin.slice(0, 120)}" is no origin.`,
  hint: () => 'Write scheme and host without a path: https://app.example.com',
});
export const badHeader = defineProblem<{ name: string }>({
  code: 'bad_header',
  severity: 'error',
  title: 'A name that no HTTP header can have',
  solve: 'Header names are letters, digits and hyphens: `X-Request-Id`.',
  message: (d) => `"${d.name.slice(0, 80)}" is no name of a header.`,
  hint: (d) => (d.name === '*' ? 'List the headers by name.' : undefined),
});
