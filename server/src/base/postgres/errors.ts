/** What PostgreSQL's errors become: codes of the contract (semantics 18), never its SQL or the values in it. */
import {
  AshlarError,
  defineError,
  divisionByZero,
  errorOf,
  nullNotAllowed,
  numberOutOfRange,
  valueRefused,
} from '@ashlar/engine';
import { DatabaseError } from 'pg';

const uniqueViolation = defineError<{ table: string; columns: string }>({
  code: 'unique_violation',
  status: 409,
  title: 'A row with the same value is already there',
  solve: 'Choose another value, or change the existing row (`add_or_edit_record`, `edit_record`).',
  message: (d) => `${d.table || 'The table'} already has a row with this ${d.columns || 'value'}.`,
});
/** `missing` names the table without the row, of `stillUsed` it is the one whose rows refer to the row. */
const referenceViolation = defineError<{ table: string; constraint: string; missing?: string; stillUsed?: boolean }>({
  code: 'reference_violation',
  status: 409,
  title: 'A reference to a row that is not there, or a row that others still refer to',
  solve: 'Add the referenced row first; before deleting, delete the rows that refer to it, or set `on_delete` on their column.',
  message: (d) => {
    if (d.stillUsed === true) return `Other rows of ${d.table || 'a table'} still refer to this one.`;
    const constraint = d.constraint ? ` (${d.constraint})` : '';
    if (d.missing !== undefined)
      return `There is no row of ${d.missing} that ${d.table || 'the table'} could refer to${constraint}.`;
    return `A reference of ${d.table || 'the table'} does not hold${constraint}.`;
  },
});
const checkViolation = defineError<{ table: string; constraint: string }>({
  code: 'check_violation',
  status: 400,
  title: "A value is outside its column's limits",
  solve: 'Send a value within `min`, `max` and `values` of the column.',
  message: (d) => `A value for ${d.table || 'the table'} is outside its limits${d.constraint ? ` (${d.constraint})` : ''}.`,
});
export const conflict = defineError<object>({
  code: 'conflict',
  status: 409,
  title: 'Concurrent changes got into each other’s way',
  solve: 'Nothing was changed. Send the request again; `retries` on a transaction does that by itself.',
  message: () => 'Another change got in the way; nothing was changed.',
});
const statementTimeout = defineError<object>({
  code: 'statement_timeout',
  status: 504,
  title: 'A statement took longer than it may',
  solve: 'Add an index for the condition, or ask for fewer rows; `explain` shows the plan.',
  message: () => 'The database stopped a statement that took too long.',
});
const lockTimeout = defineError<object>({
  code: 'lock_timeout',
  status: 409,
  title: 'A row or table stayed locked by another transaction',
  solve: 'Send the request again; keep transactions short and lock rows in one order.',
  message: () => 'A lock was not free in time.',
});
export const databaseUnavailable = defineError<object>({
  code: 'database_unavailable',
  status: 503,
  title: 'No connection to the database within the time there was',
  solve: 'Send the request again a little later. If it stays, look at the server’s log and at `/health`.',
  message: () => 'The database can not be reached at the moment.',
});
export const commitUnknown = defineError<object>({
  code: 'commit_unknown',
  status: 503,
  title: 'Nobody knows whether the changes were committed',
  solve:
    'The connection was lost, or the deadline was over, before PostgreSQL confirmed them. They may be in force: read before you write again.',
  message: () => 'The changes were not confirmed; they may be in force all the same.',
});
const databaseDenied = defineError<object>({
  code: 'database_denied',
  status: 403,
  title: 'The role of this statement may not do that',
  solve:
    'direct_query reads tables only; with `"write": true` it changes rows, never tables. Password columns can’t be read by it.',
  message: () => 'The database refused the statement for lack of rights.',
});
const databaseFull = defineError<object>({
  code: 'database_full',
  status: 503,
  title: 'The database ran out of memory, disk or temporary files',
  solve: 'Ask for fewer rows, or give the database more room.',
  message: () => 'The database has no room for this statement.',
});
const readOnly = defineError<object>({
  code: 'database_read_only',
  status: 403,
  title: 'A write where only reading is allowed',
  solve: 'Say `"write": true` on the direct_query step.',
  message: () => 'This statement may only read.',
});
const databaseRefused = defineError<{ sqlState: string }>({
  code: 'database_error',
  status: 500,
  title: 'PostgreSQL refused a statement',
  solve: 'The code after the message is PostgreSQL’s own (SQLSTATE); the log has the request’s id.',
  message: (d) => `The database refused the statement (SQLSTATE ${d.sqlState}).`,
});

type Mapping = (error: DatabaseError) => AshlarError;
const plain =
  (kind: Parameters<typeof errorOf<object>>[0]): Mapping =>
  (error) =>
    errorOf(kind, {}, { cause: error });
const refusedValue =
  (reason: string): Mapping =>
  (error) =>
    errorOf(valueRefused, { column: error.column ?? 'A value', reason }, { cause: error });

/** By SQLSTATE, else by its class (the first two characters). */
const mappings: Readonly<Record<string, Mapping>> = {
  '23505': (error) =>
    errorOf(
      uniqueViolation,
      { table: error.table ?? '', columns: columnsOf(error.detail) },
      { cause: error, payload: place(error) },
    ),
  '23503': (error) => errorOf(referenceViolation, reference(error), { cause: error, payload: place(error) }),
  '23001': (error) => errorOf(referenceViolation, { ...within(error), stillUsed: true }, { cause: error, payload: place(error) }),
  '23502': (error) => errorOf(nullNotAllowed, { column: error.column ?? 'A column' }, { cause: error, payload: place(error) }),
  '23514': (error) => errorOf(checkViolation, within(error), { cause: error, payload: place(error) }),
  '22001': refusedValue('the text is too long'),
  '22003': (error) => errorOf(numberOutOfRange, { what: error.column ?? 'A number of the query' }, { cause: error }),
  '22007': refusedValue('it is not a date or time'),
  '22008': refusedValue('the date or time is out of range'),
  '22012': (error) => errorOf(divisionByZero, { operator: '/' }, { cause: error }),
  '22P02': refusedValue('it has the wrong form'),
  '22P05': refusedValue('it has a character that can not be stored'),
  '22021': refusedValue('it has a character that can not be stored'),
  '428C9': refusedValue('the column is made by the database'),
  '40001': plain(conflict),
  '40P01': plain(conflict),
  '40003': plain(commitUnknown),
  '57014': plain(statementTimeout),
  '55P03': plain(lockTimeout),
  '25P03': plain(statementTimeout),
  '25P04': plain(statementTimeout),
  '25006': plain(readOnly),
  '42501': plain(databaseDenied),
  '57P01': plain(databaseUnavailable),
  '57P02': plain(databaseUnavailable),
  '57P03': plain(databaseUnavailable),
  '57P05': plain(databaseUnavailable),
  '53300': plain(databaseUnavailable),
  '08': plain(databaseUnavailable),
  '28': plain(databaseUnavailable),
  '3D': plain(databaseUnavailable),
  '53': plain(databaseFull),
  // An index row or a text search vector has a greatest size.
  '54': refusedValue('it is too large for the database or an index'),
  '22': refusedValue('it does not fit'),
};

/**
 * Turns whatever a `pg` client threw into an error that may leave the server. An AshlarError passes unchanged. Neither SQL nor
 * values get into message or payload; names of tables, columns and constraints do, for these are the user's own words.
 */
export function databaseError(error: unknown): AshlarError {
  if (error instanceof AshlarError) return error;
  if (error instanceof DatabaseError) {
    const state = error.code ?? '';
    const mapping = mappings[state] ?? mappings[state.slice(0, 2)];
    return mapping === undefined ? errorOf(databaseRefused, { sqlState: state }, { cause: error }) : mapping(error);
  }
  if (connectionLost(error)) return errorOf(databaseUnavailable, {}, { cause: error });
  return errorOf(databaseRefused, { sqlState: 'none' }, { cause: error });
}

/** True for an error after which the connection is of no use. */
export function connectionLost(error: unknown): boolean {
  if (error instanceof DatabaseError) return /^(?:08|57P|25P0[34])/.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    /^(?:ECONN|EPIPE|ENOENT|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT|EACCES|EAI_)/.test(code) ||
    /connection|timeout e(?:xpired|xceeded)|not queryable/i.test(error.message)
  );
}

/** True where a run may try again from its start: deadlock and serialization. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}

const within = (error: DatabaseError): { table: string; constraint: string } => ({
  table: error.table ?? '',
  constraint: error.constraint ?? '',
});

/** Which end of a reference is amiss, where PostgreSQL speaks English: its code is the same for both. */
function reference(error: DatabaseError): Parameters<typeof referenceViolation.message>[0] {
  if (/^update or delete on table /.test(error.message)) return { ...within(error), stillUsed: true };
  const missing = /is not present in table "(.*)"\.$/.exec(error.detail ?? '')?.[1];
  return missing === undefined ? within(error) : { ...within(error), missing };
}

function place(error: DatabaseError): Record<string, string> {
  const shown: Record<string, string> = {};
  if (error.table) shown.table = error.table;
  if (error.column) shown.column = error.column;
  if (error.constraint) shown.constraint = error.constraint;
  return shown;
}

/** The columns out of `Key (a, b)=(1, 2) already exists.`; the values stay behind. Expressions are left out. */
function columnsOf(detail: string | undefined): string {
  const columns = /^Key \(([^()]*)\)=/.exec(detail ?? '')?.[1];
  return columns === undefined ? '' : columns.replaceAll('"', '');
}
