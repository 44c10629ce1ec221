/**
 * Errors of a run. `defineError` declares each code once: status, message, how to solve; answers, docs and the contract
 * read it from here. (Problems, `problems.ts`, are found before a run; errors happen in one.)
 */
import { defaultLimits, grouped, maxPerPage } from './limits.ts';
import type { Value } from './values/value.ts';

/** What a code means; `solve` makes its page in docs/errors/. */
export interface ErrorKind<D extends object = Record<string, unknown>> {
  /** Stable, snake_case. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly title: string;
  readonly solve: string;
  readonly message: (details: D) => string;
  /** A stack can't catch it (limits, deadline, cancellation); it skips `finally` too. */
  readonly uncatchable?: boolean;
}

const kinds = new Map<string, ErrorKind<never>>();

/** Declares an error code. Throws when the code is taken. */
export function defineError<D extends object>(kind: ErrorKind<D>): ErrorKind<D> {
  if (kinds.has(kind.code)) throw new Error(`error code ${kind.code} is declared twice`);
  kinds.set(kind.code, kind as unknown as ErrorKind<never>);
  return kind;
}

/** Every declared code. */
export function errorKinds(): readonly ErrorKind<never>[] {
  return [...kinds.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** One field of an input that was refused. */
export interface FieldError {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** Path of the field: `lines[2].count`. */
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** What an error may carry beside its message. */
export interface AshlarErrorOptions {
  readonly payload?: Value;
  readonly fields?: readonly FieldError[];
  readonly publicMessage?: string;
  readonly cause?: unknown;
}

/**
 * An error with a code and an HTTP status: everything that may leave the server as an answer. Whatever else is thrown is a
 * defect of ours and becomes `internal_error` at the gateway.
 */
export class AshlarError extends Error {
  readonly code: string;
  readonly status: number;
  /** The thrown `data` of throw_error and precondition, or details that are safe to show. */
  readonly payload: Value;
  readonly fields: readonly FieldError[] | undefined;
  readonly uncatchable: boolean;
  /** What callers without a debug token read instead of the message, where that may speak of the database's inside. */
  readonly publicMessage: string | undefined;
  /** The step's identity, filled in by the run where it is known. */
  step: string | undefined;
  /** Where that step stands, for callers that may know. */
  location: (() => { file: string; pointer: string; line: number; column: number }) | undefined;

  constructor(
    code: string,
    status: number,
    message: string,
    options: AshlarErrorOptions & { readonly uncatchable?: boolean; readonly step?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AshlarError';
    this.code = code;
    this.status = status;
    this.payload = options.payload ?? null;
    this.fields = options.fields;
    this.uncatchable = options.uncatchable ?? false;
    this.publicMessage = options.publicMessage;
    this.step = options.step;
  }
}

/** Makes the error of a declared kind. */
export function errorOf<D extends object>(kind: ErrorKind<D>, details: D, options: AshlarErrorOptions = {}): AshlarError {
  return new AshlarError(kind.code, kind.status, kind.message(details), { ...options, uncatchable: kind.uncatchable ?? false });
}

export const wrongType = defineError<{ what: string; found: string; wanted: string }>({
  code: 'wrong_type',
  status: 400,
  title: 'A value has another type than the operation needs',
  solve: 'Convert the value first (`|to_int`, `|to_text`, `|to_decimal`), or join texts with `~` instead of `+`.',
  message: (d) => `${d.what} needs ${d.wanted}, but got ${d.found}.`,
});
export const divisionByZero = defineError<{ operator: string }>({
  code: 'division_by_zero',
  status: 400,
  title: 'A number was divided by zero',
  solve: 'Test the divisor before dividing, for example `{{ n == 0 ? null : total / n }}`.',
  message: (d) => `The right side of ${d.operator} is zero.`,
});
export const numberOutOfRange = defineError<{ what: string }>({
  code: 'number_out_of_range',
  status: 400,
  title: 'A number is too large or too small for its type',
  solve: 'Integers reach from -9007199254740991 to 9007199254740991; write a fraction (`1.0`) to compute with decimals.',
  message: (d) => `${d.what} is out of range.`,
});
export const indexOutOfRange = defineError<{ index: number; length: number }>({
  code: 'index_out_of_range',
  status: 400,
  title: 'An index beyond the end of a list was written',
  solve: 'An index equal to the length appends; a larger one is an error. Negative ones are never allowed.',
  message: (d) =>
    d.index < 0 ? `Index ${d.index} is negative.` : `Index ${d.index} is beyond the end of a list of ${d.length} items.`,
});
export const notFound = defineError<{ what: string } | { message: string }>({
  code: 'not_found',
  status: 404,
  title: 'There is no such thing',
  solve: 'Check the id or the path; `get_record` answers null instead where a missing record is normal.',
  message: (d) => ('message' in d ? d.message : `${d.what} was not found.`),
});
export const moreThanOne = defineError<{ table: string }>({
  code: 'more_than_one',
  status: 409,
  title: 'A write by `where` matched more than one row',
  solve: 'Nothing was changed. Narrow the condition so that it matches one row, or use the bulk function.',
  message: (d) => `The condition matches more than one row of ${d.table}; nothing was changed.`,
});
export const badPaging = defineError<{ name: string; least: number; most: number }>({
  code: 'bad_paging',
  status: 400,
  title: 'A page, per_page, limit or offset is out of range',
  solve: `Pages are counted from 1, a page has 1 to ${grouped(maxPerPage)} rows, \`limit\` is at most \`max_rows\` of ashlar.jsonc.`,
  message: (d) => `${d.name} must be from ${d.least} to ${d.most}.`,
});
export const tooManyRows = defineError<{ maxRows: number; what?: string }>({
  code: 'too_many_rows',
  status: 422,
  title: 'A list without page, cursor or limit has more rows than max_rows',
  solve:
    'Use `page`/`per_page` or `cursor`, give a `limit` (in the SQL of a direct_query `limit` too), or raise `max_rows` in ashlar.jsonc. The rows of a `with` count together, over all outer rows.',
  message: (d) => `${d.what ?? 'The list'} has more than ${d.maxRows} rows.`,
});
export const badCursor = defineError<object>({
  code: 'bad_cursor',
  status: 400,
  title: 'The cursor is not one that this list gave',
  solve: 'Pass `next_cursor` of the last answer unchanged, with the same conditions and sort; start again with null.',
  message: () => 'The cursor is stale, was changed, or belongs to another list.',
});
export const nullNotAllowed = defineError<{ column: string }>({
  code: 'null_not_allowed',
  status: 400,
  title: 'null for a column that must have a value',
  solve: 'Send a value, give the column a default, or make it nullable.',
  message: (d) => `${d.column} must not be null.`,
});
export const keyNotChangeable = defineError<{ column: string }>({
  code: 'key_not_changeable',
  status: 400,
  title: 'The primary key stands in the data of a change',
  solve: 'Leave the key out of `data`; to change it, add a new record and delete the old one.',
  message: (d) => `${d.column} is the key and can't be changed.`,
});
export const unknownColumn = defineError<{ column: string; table: string }>({
  code: 'unknown_column',
  status: 400,
  title: 'A key of `data` is no column of the table',
  solve: 'Use `pick` to keep only the columns you mean to write.',
  message: (d) => `${d.table} has no column ${d.column}.`,
});
export const valueRefused = defineError<{ column: string; reason: string }>({
  code: 'value_refused',
  status: 400,
  title: 'A value does not fit its column',
  solve: "Send a value of the column's type and within its limits.",
  message: (d) => `${d.column}: ${d.reason}.`,
});
export const inputInvalid = defineError<object>({
  code: 'input_invalid',
  status: 400,
  title: 'One or more inputs were refused',
  solve: '`errors` names every field with its reason.',
  message: () => 'Some inputs are missing or wrong; see errors.',
});
export const preconditionFailed = defineError<object>({
  code: 'precondition_failed',
  status: 400,
  title: 'A precondition of the stack does not hold',
  solve: "The stack's author chose no code of their own; see the message.",
  message: () => 'A precondition does not hold.',
});
export const deadlineExceeded = defineError<{ deadlineMs: number }>({
  code: 'deadline_exceeded',
  status: 504,
  title: 'The run took longer than its deadline',
  solve: `A run has ${grouped(defaultLimits.deadlineMs / 1_000)} s, less where \`limits.deadline_ms\` in ashlar.jsonc says so. Do less in one request, or the rest in post_process.`,
  message: (d) => `The run was stopped after ${d.deadlineMs} ms.`,
  uncatchable: true,
});
export const stepLimit = defineError<{ steps: number }>({
  code: 'step_limit',
  status: 503,
  title: 'The run took more steps and loop turns than allowed',
  solve: `Look for a loop that never ends. A run has ${grouped(defaultLimits.steps)} steps and loop turns, fewer where \`limits.steps\` in ashlar.jsonc says so.`,
  message: (d) => `The run was stopped after ${d.steps} steps.`,
  uncatchable: true,
});
export const workLimit = defineError<{ items: number }>({
  code: 'work_limit',
  status: 503,
  title: 'One expression works through too many items',
  solve: 'A filter inside the lambda of another multiplies their lists. Let the database join them, or use a loop of steps.',
  message: (d) => `The run was stopped: one expression would work through more than ${d.items} items.`,
  uncatchable: true,
});
export const recursionLimit = defineError<{ depth: number }>({
  code: 'recursion_limit',
  status: 503,
  title: 'Functions called each other too deeply',
  solve: `Look for a function that calls itself without an end. Functions nest ${defaultLimits.recursion} deep, less where \`limits.recursion\` in ashlar.jsonc says so.`,
  message: (d) => `Functions are nested more than ${d.depth} deep.`,
  uncatchable: true,
});
export const textTooLarge = defineError<{ limitCharacters: number }>({
  code: 'text_too_large',
  status: 503,
  title: 'A text grew beyond the limit',
  solve: `A text has ${grouped(defaultLimits.textLength)} characters at most, fewer where \`limits.text_length\` in ashlar.jsonc says so. Build it in parts, or answer pages.`,
  message: (d) => `A text would be longer than ${d.limitCharacters} characters.`,
  uncatchable: true,
});
export const listTooLarge = defineError<{ limit: number }>({
  code: 'list_too_large',
  status: 503,
  title: 'A list has more items than allowed',
  solve: `Filters take up to ${grouped(defaultLimits.filterItems)} items, lists hold up to ${grouped(defaultLimits.listItems)}; \`limits.list_items\` in ashlar.jsonc lowers it. Let the database do the work where you can.`,
  message: (d) => `A list has more than ${d.limit} items.`,
  uncatchable: true,
});
export const resultTooLarge = defineError<{ limitBytes: number }>({
  code: 'result_too_large',
  status: 503,
  title: 'The answer is larger than allowed',
  solve: 'Answer pages instead of everything at once.',
  message: (d) => `The answer would be larger than ${d.limitBytes} bytes.`,
  uncatchable: true,
});
export const cancelled = defineError<object>({
  code: 'cancelled',
  status: 499,
  title: 'The run was cancelled',
  solve: 'The client went away, or the server is stopping.',
  message: () => 'The run was cancelled.',
  uncatchable: true,
});
