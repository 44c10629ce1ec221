/** What the rest of the server asks of PostgreSQL, embedded or one's own. */
import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { LentClient } from './pools.ts';
import type { SharedConnections, WireConnection } from './wire/index.ts';

/** app: rows; query: SELECT only; owner: DDL (NOLOGIN: the admin connection takes that role on). */
export type RoleKind = 'owner' | 'app' | 'query';

/** Names of a database and its roles; opaque. Enough for the owner's work. */
export interface DatabaseNames {
  readonly database: string;
  readonly ownerRole: string;
  readonly appRole: string;
  readonly queryRole: string;
}

/** Where an environment's data live, with what its roles log in with; the passwords never leave the process. */
export interface DatabaseRef extends DatabaseNames {
  readonly appPassword: string;
  readonly queryPassword: string;
}

export interface Postgres {
  /** For the control database, as the instance's own role. */
  control<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>>;
  /** Runs `work` in one transaction of the control database. */
  controlTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Lends a client of (database, role) from the pools, under one cap a node; waits up to `waitMs`, else throws `database_unavailable`. Give it back with `release(broken?)`. */
  lend(ref: DatabaseRef, role: 'app' | 'query', waitMs: number): Promise<LentClient>;
  /** The same at once, or null where no idle client is kept. */
  lendIdle(ref: DatabaseRef, role: 'app' | 'query'): LentClient | null;
  /** The connections as `app` that all requests of a database share. */
  shared(ref: DatabaseRef): SharedConnections;
  /** A lent client, spoken to directly; `detach` it before `pg` is asked again. */
  wire(client: LentClient): WireConnection;
  /** A client of the database as its owner, of its own and closed afterwards: for DDL. */
  asOwner<T>(ref: DatabaseNames, work: (client: PoolClient) => Promise<T>): Promise<T>;
  /** Makes a database with its three roles, everything revoked as it should be. */
  createDatabase(): Promise<DatabaseRef>;
  dropDatabase(ref: DatabaseNames): Promise<void>;
  /** A connection that listens on control channels, reconnecting by itself. Returns the way to stop. */
  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>>;
  /** False while the server is away. */
  readonly ready: boolean;
  readonly version: number;
  readonly embedded: boolean;
  /** What this PostgreSQL does not let us do for isolation (semantics 29), in words; direct_query stays off while it is not empty. */
  readonly missing: readonly string[];
  /** Open connections by this node. */
  connections(): number;
  stop(): Promise<void>;
}
