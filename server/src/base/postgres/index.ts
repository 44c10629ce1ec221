/** The face of the database layer. */
export type { DatabaseRef, Postgres, RoleKind } from './postgres.ts';
