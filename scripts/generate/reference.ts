/** `docs/reference/`, `docs/errors/` and `docs/problems/`: a page for each thing that is declared. */
import type { Declarations, ErrorEntry, ProblemEntry } from './declarations.ts';
import { callsPage } from './reference-calls.ts';
import { filterPages } from './reference-filters.ts';
import { functionPages } from './reference-functions.ts';
import { code, mark, table } from './text.ts';

/** The pages: path -> text. */
export function referenceFiles(declarations: Declarations): ReadonlyMap<string, string> {
  const { errors, problems } = declarations;
  return new Map([
    ...functionPages(declarations.functions),
    ...filterPages(declarations.filters),
    ['docs/reference/settings.md', settingsPage(declarations)],
    ['docs/reference/control-api.md', callsPage(declarations.calls)],
    ['docs/errors/index.md', errorsIndex(declarations)],
    ...errors.map((one): [string, string] => [`docs/errors/${one.code}.md`, errorPage(one, declarations)]),
    ['docs/problems/index.md', problemsIndex(problems)],
    ...problems.map((one): [string, string] => [`docs/problems/${one.code}.md`, problemPage(one, errors)]),
  ]);
}

function settingsPage({ settings }: Declarations): string {
  const rows = settings.map((one) => [
    code(one.name),
    one.default === null ? '' : code(one.default),
    `${one.description}${one.secret ? ' Secret: taken out of the environment once read, never shown.' : ''}`,
  ]);
  return `${mark}
# Settings

Settings of the server are variables of its environment. One that can't be used stops the start with one line and exit code 2;
an unknown name that begins with \`ASHLAR_\` does so too.

${table(['name', 'default', 'what it is'], rows)}
`;
}

function errorsIndex({ errors }: Declarations): string {
  const rows = errors.map((one) => [`[${one.code}](${one.code}.md)`, String(one.status), one.title]);
  return `${mark}
# Errors

What a request can end with beside its answer. Every error leaves as a problem document (RFC 9457) with \`code\`, \`status\`, \`message\`
and \`request_id\`; programs should look at \`code\`. Codes that a stack throws itself (\`throw_error\`, \`precondition\`) are its own.

${table(['code', 'status', 'what happened'], rows)}
`;
}

/** A code may be both: what the check sees before a run is a problem, what only a run shows is an error. */
const has = (code: string, others: readonly { readonly code: string }[]): boolean => others.some((other) => other.code === code);

function errorPage(one: ErrorEntry, { fields, problems }: Declarations): string {
  const caught = one.catchable
    ? 'A `try_catch` can catch it where it happens inside a stack.'
    : 'A stack can not catch it; `finally` is skipped.';
  const fieldRows = Object.entries(fields).map(([name, meaning]) => [code(name), meaning]);
  const more = one.code === 'input_invalid' ? `\n## Codes of fields\n\n${table(['code', 'meaning'], fieldRows)}\n` : '';
  const twin = has(one.code, problems)
    ? `\nWhere it is seen before a run, it is a [problem of that name](../problems/${one.code}.md).\n`
    : '';
  return `${mark}
# ${one.code}

Status ${one.status} · [all errors](index.md)

**${one.title}.**

## How to solve it

${one.solve}

${caught}
${twin}${more}`;
}

function problemsIndex(problems: readonly ProblemEntry[]): string {
  const rows = problems.map((one) => [`[${one.code}](${one.code}.md)`, one.severity, one.title]);
  return `${mark}
# Problems

What \`ashlar check\` and publishing find in a workspace's files, all at once. An error forbids publishing; a warning is likely a mistake;
a hint names a better spelling.

${table(['code', 'severity', 'what it is'], rows)}
`;
}

function problemPage(one: ProblemEntry, errors: readonly ErrorEntry[]): string {
  const effect = one.severity === 'error' ? 'It forbids publishing.' : 'It does not forbid publishing.';
  const twin = has(one.code, errors)
    ? `\nWhere only a run shows it, it is an [error of that name](../errors/${one.code}.md).\n`
    : '';
  return `${mark}
# ${one.code}

${one.severity[0]?.toUpperCase()}${one.severity.slice(1)} · [all problems](index.md)

**${one.title}.** ${effect}

## How to solve it

${one.solve}
${twin}`;
}
