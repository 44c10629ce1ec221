/** The face of the database layer. */

export { quoteIdentifier, quoteLiteral } from '@ashlar/engine';
export { commitUnknown, conflict, connectionLost, databaseError, databaseUnavailable, isConflict } from './errors.ts';
export type { OpenOptions } from './open.ts';
export { openPostgres } from './open.ts';
export type { LentClient } from './pools.ts';
export type { DatabaseNames, DatabaseRef, Postgres, RoleKind } from './postgres.ts';
export { identifier, sql } from './sql.ts';
export { StartError } from './start-error.ts';
export {
  cancelStatement,
  type Operation,
  OperationStopped,
  type SharedConnections,
  type WireConnection,
  type WireStatement,
} from './wire/index.ts';
