/** Errors of database effects beyond those of the database layer. */
import { AshlarError, defineError, errorOf } from '@ashlar/engine';
import { DatabaseError } from 'pg';
import { databaseError } from '../../base/postgres/index.ts';
import type { RunHost } from '../host.ts';

/** Further attempts after a deadlock or a failed serialization outside a transaction of the stack's own. */
export const conflictRetries = 3;

const schemaChanged = defineError<object>({
  code: 'schema_changed',
  status: 503,
  title: 'The tables changed while the run was under way',
  solve:
    'Nothing was committed: the server runs the request once more on the new version by itself. Seen as an answer, send it again.',
  message: () => 'The tables were changed by a publication; nothing was committed.',
  uncatchable: true,
});
const schemaChangedLate = defineError<object>({
  code: 'schema_changed_late',
  status: 503,
  title: 'The tables changed after a part of the run was committed',
  solve:
    'What was committed stays. Read what is there before the request is sent again; a transaction around the steps makes them one.',
  message: () => 'The tables were changed by a publication after a part of the run was committed.',
  uncatchable: true,
});
export const directQueryFailed = defineError<{ message: string }>({
  code: 'direct_query_failed',
  status: 400,
  title: 'PostgreSQL refused the SQL of a direct_query',
  solve:
    "`payload` has PostgreSQL's SQLSTATE and the place in the text. Its own message is shown to callers with a debug token (`X-Ashlar-Debug`), and in `error.message` of try_catch.",
  message: (d) => d.message,
});
export const directQueryRefused = defineError<{ reason: string }>({
  code: 'direct_query_refused',
  status: 403,
  title: 'A direct_query that may not be run',
  solve:
    'Without `"write": true` only reading is possible; with it one INSERT, UPDATE, DELETE or MERGE. Tables, roles and sessions can not be changed. Password columns can not be read.',
  message: (d) => `The query was refused: ${d.reason}.`,
});
export const transactionAborted = defineError<object>({
  code: 'transaction_aborted',
  status: 409,
  title: 'A transaction could not be committed after an error in it',
  solve: 'Nothing was changed. Let the error leave the transaction, or catch it inside with try_catch, which makes a savepoint.',
  message: () => 'A statement of the transaction had failed; nothing was changed.',
});

/** undefined_column, undefined_table, and "cached plan must not change result type". */
const schemaStates: ReadonlySet<string> = new Set(['42703', '42P01', '0A000']);

/** The error of a compiled statement: such a statement fits its tables, so a name that is gone means a publication. */
export function statementError(error: unknown, host: RunHost): AshlarError {
  if (error instanceof DatabaseError && schemaStates.has(error.code ?? ''))
    return errorOf(host.committed === true ? schemaChangedLate : schemaChanged, {}, { cause: error });
  return databaseError(error);
}

/** protocol_violation: what PostgreSQL calls a number of parameters that is not the statement's. */
const wrongParameters = '08P01';

/** Classes whose codes mean the same whoever wrote the SQL: constraints, conflicts, time, resources, connection. */
const shared = /^(?:23|40|53|54|08|57|55P03)/;

/** The error of a user's own SQL, with PostgreSQL's primary message. */
export function directError(error: unknown, host: RunHost): AshlarError {
  if (!(error instanceof DatabaseError)) return databaseError(error);
  const sqlState = error.code ?? '';
  if (shared.test(sqlState) && sqlState !== wrongParameters) return databaseError(error);
  if (sqlState === '42501') return denied(error, host);
  if (sqlState === '25006') return errorOf(directQueryRefused, { reason: 'it may only read' }, { cause: error });
  const position = error.position === undefined ? null : Number(error.position);
  return failedQuery(error, error.message, sqlState, position);
}

/** Permission denied: of a table that holds passwords, most often because a statement asked for all its columns. */
function denied(error: DatabaseError, host: RunHost): AshlarError {
  const words = new Set(error.message.split(/[^\w]+/));
  const table = [...host.environment.compiled.workspace.tables.values()].find(({ name }) => words.has(name));
  const passwords = [...(table?.columns.values() ?? [])].filter(({ type }) => type === 'password').map(({ name }) => name);
  const because =
    passwords.length === 0
      ? ''
      : `: password columns (${passwords.join(', ')}) can't be read; name the other columns instead of *`;
  return errorOf(
    directQueryRefused,
    { reason: `${error.message}${because}` },
    {
      cause: error,
      publicMessage: directQueryRefused.message({
        reason: passwords.length === 0 ? 'its role may not do that' : "its role may not do that: password columns can't be read",
      }),
    },
  );
}

/** The error of SQL that PostgreSQL or its parser refused. Its words name tables and columns, and are the author's alone. */
export function failedQuery(cause: unknown, message: string, sqlState: string, position: number | null): AshlarError {
  return errorOf(
    directQueryFailed,
    { message },
    {
      cause,
      payload: { sqlstate: sqlState, position },
      publicMessage: `PostgreSQL refused the query (SQLSTATE ${sqlState}).`,
    },
  );
}

/**
 * Whether after an error the connection must not be used again. Of a statement that was stopped, too: a cancellation that comes too
 * late would hit whatever runs next on it.
 */
export function spoils(error: unknown): boolean {
  if (error instanceof AshlarError) return false;
  if (!(error instanceof DatabaseError)) return true;
  return /^(?:08|57P|25P0[34])/.test(error.code ?? '') && error.code !== wrongParameters;
}
