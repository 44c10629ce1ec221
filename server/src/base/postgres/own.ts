/** A PostgreSQL of one's own, by DATABASE_URL: what it must be able to do, checked at the start. */
import { randomBytes } from 'node:crypto';
import { Client, type ClientConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';
import type { DatabaseServer } from './server.ts';
import { StartError } from './start-error.ts';

const oldestVersion = 14;

/**
 * Checks the server behind DATABASE_URL: version 14 or later, a role that may create databases and roles, no pooler that changes
 * connections between transactions. Throws StartError with one line. TLS options are taken from the URL as `pg` reads them.
 */
export async function openOwnServer(url: string): Promise<DatabaseServer> {
  const config = configOf(url);
  const client = new Client({ ...config, application_name: 'ashlar', connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw new StartError(`DATABASE_URL: no connection to ${placeOf(config)}: ${reasonOf(error)}`);
  }
  try {
    const role = await checkServer(client);
    await refusePooler(client, config);
    const baseDatabase = config.database ?? 'postgres';
    return {
      embedded: false,
      ...role,
      baseDatabase,
      controlDatabase: controlName(baseDatabase),
      connection: (database, login) => ({ ...config, database, ...(login ?? {}) }),
      stop: async () => {},
    };
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * The control database's name: `ashlar_control` beside `postgres`; beside another database, `<that>_control`, so that two
 * instances on one server can be told apart by the database in their URLs.
 */
export function controlName(baseDatabase: string): string {
  return baseDatabase === 'postgres' ? 'ashlar_control' : `${baseDatabase.slice(0, 50)}_control`;
}

function configOf(url: string): ClientConfig {
  try {
    const config = toClientConfig(parse(url));
    return { ...config, database: config.database || 'postgres' };
  } catch (error) {
    throw new StartError(`DATABASE_URL can't be used: ${reasonOf(error)}`);
  }
}

async function checkServer(client: Client): Promise<{ version: number; superuser: boolean; role: string }> {
  const { rows } = await client.query<{ number: number; role: string; superuser: boolean; databases: boolean; roles: boolean }>(
    `select current_setting('server_version_num')::int as number, rolname as role, rolsuper as superuser,
            rolcreatedb or rolsuper as databases, rolcreaterole or rolsuper as roles
     from pg_roles where rolname = current_user`,
  );
  const found = rows[0];
  if (found === undefined) throw new StartError('DATABASE_URL: the server does not tell about the role that connected.');
  const version = Math.floor(found.number / 10_000);
  if (version < oldestVersion)
    throw new StartError(`DATABASE_URL: PostgreSQL ${oldestVersion} or later is needed, this is ${version}.`);
  const lacking = [found.databases ? null : 'CREATEDB', found.roles ? null : 'CREATEROLE'].filter((right) => right !== null);
  if (lacking.length > 0)
    throw new StartError(
      `DATABASE_URL: the role ${found.role} may not create ${lacking.map((right) => (right === 'CREATEDB' ? 'databases' : 'roles')).join(' and ')}: alter role "${found.role}" ${lacking.join(' ').toLowerCase()}.`,
    );
  return { version, superuser: found.superuser, role: found.role };
}

/**
 * A pooler in transaction mode gives each transaction another connection, so that settings of a session, LISTEN and prepared
 * statements get lost. Seen by setting something, letting a second client hold the connection, and asking for it again.
 */
async function refusePooler(first: Client, config: ClientConfig): Promise<void> {
  const mark = randomBytes(8).toString('hex');
  const ask = "select current_setting('ashlar.session', true) as mark";
  const second = new Client({ ...config, application_name: 'ashlar', connectionTimeoutMillis: 10_000 });
  second.on('error', () => {});
  await first.query("select set_config('ashlar.session', $1, false)", [mark]);
  try {
    await second.connect();
    await second.query('begin');
    const stranger = await second.query<{ mark: string | null }>(ask);
    const own = await first.query<{ mark: string | null }>(ask);
    if (own.rows[0]?.mark !== mark || stranger.rows[0]?.mark === mark)
      throw new StartError(
        'DATABASE_URL leads to a pooler (PgBouncer in transaction mode): connect to PostgreSQL itself, or set pool_mode = session.',
      );
    await second.query('rollback');
  } finally {
    await second.end().catch(() => {});
  }
}

const placeOf = (config: ClientConfig): string => `${config.host ?? 'localhost'}:${config.port ?? 5432}`;

/** An error's message in one line. Those of `pg` hold no password. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return (error instanceof Error ? error.message : String(error)).replaceAll('\n', ' ');
}
