/** Opens PostgreSQL, embedded or one's own, and makes of it what the rest of the server asks for. */
import { join } from 'node:path';
import { errorOf, quoteIdentifier } from '@ashlar/engine';
import { Client, type ClientConfig, Pool, type PoolClient, type QueryConfig, type QueryResult, type QueryResultRow } from 'pg';
import type { Settings } from '../../settings.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log/index.ts';
import {
  closeOtherDatabases,
  createRolesAndDatabase,
  dropDatabaseAndRoles,
  localeClause,
  newDatabaseRef,
  prepareDatabase,
} from './databases.ts';
import { maxConnections } from './embedded/cluster.ts';
import { EmbeddedServer } from './embedded/server.ts';
import { connectionLost, databaseUnavailable } from './errors.ts';
import { Listener } from './listener.ts';
import { migrate, readMigrations } from './migrate.ts';
import { openOwnServer } from './own.ts';
import { type LentClient, Pools } from './pools.ts';
import type { DatabaseNames, DatabaseRef, Postgres } from './postgres.ts';
import { type DatabaseServer, sessionConfig } from './server.ts';
import { DirectSocket, type SharedConnections, type WireConnection, WireConnections } from './wire/index.ts';

export interface OpenOptions {
  readonly settings: Pick<Settings, 'databaseUrl' | 'data'>;
  /** Folder of the embedded database. */
  readonly dataPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Connections of this node for workspaces; 40 by default. */
  readonly poolConnections?: number;
  /** An idle connection is closed after so long; 30 s by default. */
  readonly poolIdleMs?: number;
  /** For tests only: false syncs nothing to disk. */
  readonly durable?: boolean;
}

const defaultPoolConnections = 40;
const defaultPoolIdleMs = 30_000;
/** A request that waits for a shared connection ends by its own deadline; this is for the opening of one. */
const sharedWaitMs = 10_000;
const controlConnections = 8;
const ownerConnections = 4;
/** A safety net: a run's own deadline is shorter. */
const statementTimeoutMs = 120_000;
const migrationsFolder = join(import.meta.dirname, 'migrations');
const controlLockNumber = 4_071_002;

/** Opens it: starts the embedded server, makes and migrates the control database. Throws StartError with one plain line. */
export async function openPostgres(options: OpenOptions): Promise<Postgres> {
  const { databaseUrl, data } = options.settings;
  const server = databaseUrl === null ? await startEmbedded(options, data.explicit) : await openOwnServer(databaseUrl);
  try {
    const missing = await prepareServer(server, options.log);
    const postgres = new OpenedPostgres(server, options, missing);
    await postgres.start();
    return postgres;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startEmbedded(options: OpenOptions, explicit: boolean): Promise<DatabaseServer> {
  const { dataPath, log, durable = true } = options;
  const embedded = await EmbeddedServer.start({ dataPath, explicit, log, durable });
  return {
    embedded: true,
    version: embedded.major,
    superuser: true,
    role: embedded.connection('postgres').user ?? '',
    baseDatabase: 'postgres',
    controlDatabase: 'ashlar_control',
    connection: (database, login) => ({ ...embedded.connection(database), ...(login ?? {}) }),
    stop: () => embedded.stop(),
  };
}

/** Makes the control database where there is none, migrates it, closes what no workspace may enter. */
async function prepareServer(server: DatabaseServer, log: Log): Promise<readonly string[]> {
  const missing = await withClient(server.connection(server.baseDatabase), async (client) => {
    await client.query('select pg_advisory_lock($1)', [controlLockNumber]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [server.controlDatabase]);
    if (rowCount === 0)
      await client.query(
        `create database ${quoteIdentifier(server.controlDatabase)} template template0 encoding 'UTF8' ${localeClause(server.version)}`,
      );
    return closeOtherDatabases(client, server);
  });
  const applied = await withClient(server.connection(server.controlDatabase), (client) =>
    migrate(client, readMigrations(migrationsFolder)),
  );
  if (applied.length > 0) log.debug('the control database was migrated', { applied });
  for (const what of missing) log.warn(`direct_query stays off, for on this PostgreSQL ${what}`);
  return missing;
}

async function withClient<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...config, ...sessionConfig(null) });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

const appKeys = new WeakMap<DatabaseRef, string>();

const poolKey = (ref: DatabaseRef, role: 'app' | 'query'): string => (role === 'app' ? appKey(ref) : `${ref.database} query`);

/** Made once: each statement asks for it. */
function appKey(ref: DatabaseRef): string {
  let key = appKeys.get(ref);
  if (key === undefined) {
    key = `${ref.database} app`;
    appKeys.set(ref, key);
  }
  return key;
}

class OpenedPostgres implements Postgres {
  readonly #server: DatabaseServer;
  readonly #control: Pool;
  readonly #owners: Pools;
  readonly #pools: Pools;
  readonly #wires: WireConnections;
  readonly #listener: Listener;
  readonly missing: readonly string[];

  constructor(server: DatabaseServer, options: OpenOptions, missing: readonly string[]) {
    this.#server = server;
    this.missing = missing;
    const control = { ...server.connection(server.controlDatabase), ...sessionConfig(statementTimeoutMs) };
    this.#control = new Pool({ ...control, max: controlConnections, idleTimeoutMillis: 30_000 });
    // A broken idle connection is replaced by the pool; without a listener its error would end the process.
    this.#control.on('error', () => {});
    // The pool takes that listener away from a client it lends; its user learns of the loss from the next statement.
    this.#control.on('connect', (client) => void client.on('error', () => {}));
    const monotonic = options.clock.monotonic;
    const idleMs = options.poolIdleMs ?? defaultPoolIdleMs;
    const most =
      options.poolConnections ?? Math.min(defaultPoolConnections, maxConnections - controlConnections - ownerConnections - 10);
    this.#wires = new WireConnections({ clock: monotonic, idleMs });
    this.#pools = new Pools({ maxConnections: most, idleMs, monotonic, wires: this.#wires });
    this.#owners = new Pools({ maxConnections: ownerConnections, idleMs: 1, monotonic });
    this.#listener = new Listener(() => ({ ...server.connection(server.controlDatabase), ...sessionConfig(null) }), options.log);
  }

  async start(): Promise<void> {
    await this.#listener.connect();
  }

  get ready(): boolean {
    return this.#listener.connected;
  }
  get version(): number {
    return this.#server.version;
  }
  get embedded(): boolean {
    return this.#server.embedded;
  }

  connections(): number {
    return this.#pools.size + this.#owners.size + this.#control.totalCount + (this.#listener.connected ? 1 : 0);
  }

  control<R extends QueryResultRow>(query: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>> {
    const config = typeof query === 'string' ? { text: query } : query;
    return this.#control
      .query<R>({ ...config, text: config.text, values: values === undefined ? (config.values ?? []) : [...values] })
      .catch(unavailable);
  }

  async controlTransaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#control.connect().catch(unavailable);
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      const rolledBack = await client.query('rollback').then(
        () => true,
        () => false,
      );
      client.release(!rolledBack);
      throw connectionLost(error) ? errorOf(databaseUnavailable, {}, { cause: error }) : error;
    }
  }

  lend(ref: DatabaseRef, role: 'app' | 'query', waitMs: number): Promise<LentClient> {
    return this.#pools.lend(poolKey(ref, role), () => this.#configOf(ref, role), waitMs);
  }

  lendIdle(ref: DatabaseRef, role: 'app' | 'query'): LentClient | null {
    return this.#pools.lendIdle(poolKey(ref, role));
  }

  shared(ref: DatabaseRef): SharedConnections {
    const key = poolKey(ref, 'app');
    return this.#wires.shared(key, () => this.#pools.lend(key, () => this.#configOf(ref, 'app'), sharedWaitMs, true));
  }

  wire(client: LentClient): WireConnection {
    return this.#wires.own(client);
  }

  #configOf(ref: DatabaseRef, role: 'app' | 'query'): ClientConfig {
    const login =
      role === 'app' ? { user: ref.appRole, password: ref.appPassword } : { user: ref.queryRole, password: ref.queryPassword };
    // The query role has its own limits, which a setting of the session would override.
    const config = {
      ...this.#server.connection(ref.database, login),
      ...sessionConfig(role === 'app' ? statementTimeoutMs : null),
    };
    // TLS reads the socket in its own way.
    return config.ssl ? config : { ...config, stream: () => new DirectSocket() };
  }

  async asOwner<T>(ref: DatabaseNames, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const config = (): ClientConfig => ({ ...this.#server.connection(ref.database), ...sessionConfig(null) });
    const client = await this.#owners.lend(ref.database, config, 60_000);
    try {
      await client.query(`set role ${quoteIdentifier(ref.ownerRole)}`);
      return await work(client);
    } catch (error) {
      throw connectionLost(error) ? errorOf(databaseUnavailable, {}, { cause: error }) : error;
    } finally {
      client.release(true);
    }
  }

  async createDatabase(): Promise<DatabaseRef> {
    const ref = newDatabaseRef();
    const { connection, baseDatabase } = this.#server;
    try {
      await withClient(connection(baseDatabase), (client) => createRolesAndDatabase(client, this.#server, ref));
      await withClient(connection(ref.database), (client) => prepareDatabase(client, this.#server, ref));
    } catch (error) {
      await this.dropDatabase(ref).catch(() => {});
      throw error;
    }
    return ref;
  }

  async dropDatabase(ref: DatabaseNames): Promise<void> {
    this.#wires.closeFor(`${ref.database} `);
    await this.#pools.closeFor(`${ref.database} `);
    await withClient(this.#server.connection(this.#server.baseDatabase), (client) => dropDatabaseAndRoles(client, ref));
  }

  listen(channel: string, onMessage: (payload: string) => void): Promise<() => Promise<void>> {
    return this.#listener.listen(channel, onMessage);
  }

  async stop(): Promise<void> {
    await this.#listener.stop();
    this.#wires.stop();
    await Promise.all([this.#pools.stop(), this.#owners.stop(), this.#control.end()]);
    await this.#server.stop();
  }
}

/** A lost connection becomes `database_unavailable`; anything else is the caller's. */
function unavailable(error: unknown): never {
  throw connectionLost(error) ? errorOf(databaseUnavailable, {}, { cause: error }) : error;
}
