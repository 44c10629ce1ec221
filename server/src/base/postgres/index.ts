/** The face of the database layer. */

export { quoteIdentifier, quoteLiteral } from '@ashlar/engine';
export {
  commitUnknown,
  conflict,
  connectionLost,
  databaseDenied,
  databaseError,
  databaseUnavailable,
  isConflict,
} from './errors.ts';
export { randomName } from './names.ts';
export type { OpenOptions } from './open.ts';
export { openPostgres } from './open.ts';
export type { DatabaseNames, DatabaseRef, Postgres, RoleKind } from './postgres.ts';
export { Identifier, identifier, Sql, sql } from './sql.ts';
export { StartError } from './start-error.ts';
