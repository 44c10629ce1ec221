/** A database for one environment: its three roles, and what they may do there (semantics 28-30). */

import { quoteIdentifier, quoteLiteral } from '@ashlar/engine';
import type { ClientBase } from 'pg';
import { randomName, randomPassword, scramVerifier } from './names.ts';
import type { DatabaseNames, DatabaseRef } from './postgres.ts';
import type { DatabaseServer } from './server.ts';

/** Limits of the role behind direct_query. */
const queryRoleSettings: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  statement_timeout: '30s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '10s',
};
const appRoleSettings: Readonly<Record<string, string>> = {
  idle_in_transaction_session_timeout: '60s',
};
/** Needs a superuser, or the right to set it. */
const temporaryFiles = '1GB';

/** What any role may call though it writes: large objects, and messages into the write-ahead log. */
const writingFunctions = [
  'lo_creat(integer)',
  'lo_create(oid)',
  'lo_from_bytea(oid, bytea)',
  'lo_put(oid, bigint, bytea)',
  'lo_open(oid, integer)',
  'lo_unlink(oid)',
  'lowrite(integer, bytea)',
  'lo_truncate(integer, integer)',
  'lo_truncate64(integer, bigint)',
];

/** Opaque names, random passwords. 26 characters hold 130 bits. */
export function newDatabaseRef(): DatabaseRef {
  const name = `a${randomName(26)}`;
  return {
    database: name,
    ownerRole: `${name}_o`,
    appRole: `${name}_a`,
    appPassword: randomPassword(),
    queryRole: `${name}_q`,
    queryPassword: randomPassword(),
  };
}

/** Makes roles and database. `client` is the instance's role, connected to any database. */
export async function createRolesAndDatabase(client: ClientBase, server: DatabaseServer, ref: DatabaseRef): Promise<void> {
  const owner = quoteIdentifier(ref.ownerRole);
  const plain = 'nosuperuser nocreatedb nocreaterole';
  // It inherits: before PostgreSQL 16 a database's owner has no other way to its rights on "public".
  await client.query(`create role ${owner} nologin ${plain} inherit`);
  // Who is no superuser must be able to become the owner, to make its database and its tables.
  if (!server.superuser) await client.query(`grant ${owner} to current_user`);
  for (const [role, password, settings] of [
    [ref.appRole, ref.appPassword, appRoleSettings],
    [ref.queryRole, ref.queryPassword, queryRoleSettings],
  ] as const) {
    await client.query(
      `create role ${quoteIdentifier(role)} login ${plain} noinherit password ${quoteLiteral(scramVerifier(password))}`,
    );
    for (const [name, value] of Object.entries(settings))
      await client.query(`alter role ${quoteIdentifier(role)} set ${name} = ${quoteLiteral(value)}`);
  }
  if (server.superuser) {
    for (const role of [ref.appRole, ref.queryRole])
      await client.query(`alter role ${quoteIdentifier(role)} set temp_file_limit = ${quoteLiteral(temporaryFiles)}`);
  }
  const database = quoteIdentifier(ref.database);
  await client.query(
    `create database ${database} owner ${owner} template template0 encoding 'UTF8' ${localeClause(server.version)}`,
  );
  await client.query(`revoke all on database ${database} from public`);
  await client.query(
    `grant connect on database ${database} to ${quoteIdentifier(ref.appRole)}, ${quoteIdentifier(ref.queryRole)}`,
  );
}

/** Text orders by code point everywhere; the builtin provider also knows upper and lower case beyond ASCII. */
export function localeClause(version: number): string {
  if (version >= 17) return "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'";
  if (version >= 15) return "locale_provider libc locale 'C'";
  return "lc_collate 'C' lc_ctype 'C'";
}

/** Sets up a new database from inside. `client` is the instance's role, connected to it. */
export async function prepareDatabase(client: ClientBase, server: DatabaseServer, ref: DatabaseRef): Promise<void> {
  const [owner, app, query] = [ref.ownerRole, ref.appRole, ref.queryRole].map(quoteIdentifier) as [string, string, string];
  await client.query('begin');
  if (server.superuser) {
    await client.query(`revoke all on schema public from public`);
    await client.query(`grant all on schema public to ${owner}`);
    // By the superuser: an owner who got its rights by a grant can't pass them on.
    await client.query(`grant usage on schema public to ${app}, ${query}`);
    for (const name of writingFunctions) await client.query(`revoke execute on function pg_catalog.${name} from public`);
  }
  await client.query(`set local role ${owner}`);
  // Who is no superuser does it as the database's owner, which PostgreSQL 15 and later lets decide over "public".
  if (!server.superuser && server.version >= 15) {
    await client.query('revoke all on schema public from public');
    await client.query(`grant usage on schema public to ${app}, ${query}`);
  }
  await client.query(`alter default privileges in schema public grant select, insert, update, delete on tables to ${app}`);
  await client.query(`alter default privileges in schema public grant usage on sequences to ${app}`);
  await client.query(`alter default privileges revoke execute on functions from public`);
  await client.query('create schema ashlar');
  await client.query(internalSchema);
  await client.query(`grant usage on schema ashlar to ${app}`);
  await client.query(`revoke all on all functions in schema ashlar from public`);
  await client.query(`grant execute on function ashlar.restart_ids(text) to ${app}`);
  await client.query('commit');
}

/**
 * What lies beside the workspace's tables: the definition in force, and what of a publication is still to do. The app role may
 * call functions there and see nothing, the query role not even that.
 */
const internalSchema = `
create table ashlar.schema_state (
  one            boolean primary key default true check (one),
  schema_version text not null,
  version_id     text,
  definition     jsonb not null,
  pending        jsonb not null default '[]',
  updated_at     timestamptz(3) not null default now()
);
insert into ashlar.schema_state (schema_version, definition) values ('', '{}');

create function ashlar.restart_ids(table_name text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $body$
declare
  sequence_name text;
begin
  for sequence_name in
    select pg_get_serial_sequence(format('public.%I', c.relname), a.attname)
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relname = table_name and a.attidentity <> ''
  loop
    execute 'alter sequence ' || sequence_name || ' restart';
  end loop;
end
$body$;
`;

/** Drops the database with whoever is connected to it, and its roles. Nothing happens to what is already gone. */
export async function dropDatabaseAndRoles(client: ClientBase, ref: DatabaseNames): Promise<void> {
  await client.query(`drop database if exists ${quoteIdentifier(ref.database)} with (force)`);
  for (const role of [ref.queryRole, ref.appRole, ref.ownerRole])
    await client.query(`drop role if exists ${quoteIdentifier(role)}`);
}

/**
 * PUBLIC loses CONNECT on the databases that no workspace may enter. Answers what this server doesn't let us do; direct_query
 * stays off while that is not empty.
 */
export async function closeOtherDatabases(client: ClientBase, server: DatabaseServer): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const name of new Set(['postgres', 'template1', server.controlDatabase])) {
    await client.query(`revoke all on database ${quoteIdentifier(name)} from public`).catch(() => {});
    const { rows } = await client.query<{ open: boolean }>(
      `select exists (select from pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
                      where d.datname = $1 and a.grantee = 0 and a.privilege_type = 'CONNECT') as open`,
      [name],
    );
    if (rows[0]?.open)
      missing.push(`every role may connect to the database ${name} (revoke connect on database ${name} from public)`);
  }
  if (!server.superuser && server.version < 15)
    missing.push(
      'roles may make tables in the schema public of a new database (PostgreSQL 15 and later don’t let them, or a superuser can revoke it)',
    );
  if (!server.superuser && server.version < 16)
    missing.push('roles may write large objects (PostgreSQL 16 and later don’t let those that only read)');
  return missing;
}
