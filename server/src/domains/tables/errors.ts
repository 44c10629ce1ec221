/** What can go wrong while tables are changed or seeds are read. */
import { AshlarError, defineError, errorOf } from '@ashlar/engine';
import { DatabaseError } from 'pg';
import { databaseError } from '../../base/postgres/index.ts';
import type { SchemaChange } from './change.ts';

export const schemaBusy = defineError<object>({
  code: 'schema_busy',
  status: 503,
  title: 'Running requests kept a table locked',
  solve: 'Nothing was changed. Publish again; look for long transactions if it stays.',
  message: () => 'A table was in use for too long; nothing was changed.',
});
export const schemaMoved = defineError<object>({
  code: 'schema_moved',
  status: 409,
  title: 'The tables were changed by another publication meanwhile',
  solve: 'Nothing was changed. Plan and publish again.',
  message: () => 'Another publication has changed the tables since the plan was made; nothing was changed.',
});
const schemaRefused = defineError<{ change: string; reason: string }>({
  code: 'schema_refused',
  status: 422,
  title: 'Rows that are there refuse a schema change',
  solve: 'Nothing was changed. Correct the rows (null values, repeated values, values outside the limits), then publish again.',
  message: (d) => `${d.change}: ${d.reason}. Nothing was changed.`,
});
export const seedInvalid = defineError<{ file: string; line: number; reason: string }>({
  code: 'seed_invalid',
  status: 422,
  title: 'A seed file has a row that can not be stored',
  solve: 'No row of the file was stored. Correct the line that is named, and publish again.',
  message: (d) => `${d.file}:${d.line}: ${d.reason}.`,
});

/** What rows say no with, by SQLSTATE. */
const reasons: Readonly<Record<string, string>> = {
  '23505': 'rows repeat the value that should be unique',
  '23502': 'rows have no value there',
  '23514': 'rows have values outside the limits',
  '23503': 'rows refer to rows that are not there',
  '22003': 'rows have numbers that don’t fit',
  '22P02': 'rows have values that don’t fit the type',
  '42704': 'the database doesn’t know a name in it (a collation, for example)',
  '55000': 'the table was empty when the plan was made and has rows now',
  '2BP01': 'something else depends on it',
};

/** The error of one change that PostgreSQL refused. */
export function changeError(error: unknown, change: SchemaChange): AshlarError {
  if (error instanceof AshlarError) return error;
  if (error instanceof DatabaseError) {
    if (error.code === '55P03' || error.code === '40P01') return errorOf(schemaBusy, {}, { cause: error });
    const reason = reasons[error.code ?? ''];
    if (reason !== undefined) return errorOf(schemaRefused, { change: change.description, reason }, { cause: error });
  }
  return databaseError(error);
}
