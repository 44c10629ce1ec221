/** Migrations of the control database: numbered SQL files, each in one transaction, each applied once. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBase } from 'pg';
import { StartError } from './start-error.ts';

export interface Migration {
  readonly number: number;
  /** `000001_base.sql` */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text; line ends don't count. */
  readonly checksum: string;
}

/** Any number will do, as long as every node takes the same. */
const lockNumber = 4_071_001;

/** Reads a folder of migrations. Throws where a number is missing or there twice. */
export function readMigrations(folder: string): readonly Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(/^(\d{6})_[a-z0-9_]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) throw new Error(`migration ${name} should have the number ${index + 1}`);
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { number, name, text, checksum: createHash('sha256').update(text).digest('hex') };
  });
}

/**
 * Brings a database up to date and answers what was applied. Nodes that start together wait for each other. Throws StartError
 * where an applied migration has another text now, or where a later release has already been here.
 */
export async function migrate(client: ClientBase, migrations: readonly Migration[]): Promise<readonly string[]> {
  await client.query('select pg_advisory_lock($1)', [lockNumber]);
  try {
    await client.query(
      'create table if not exists migrations (number int primary key, name text not null, checksum text not null, applied_at timestamptz(3) not null default now())',
    );
    const { rows } = await client.query<{ number: number; name: string; checksum: string }>(
      'select number, name, checksum from migrations order by number',
    );
    for (const row of rows) compare(row, migrations[row.number - 1]);
    const waiting = migrations.slice(rows.length);
    for (const migration of waiting) await apply(client, migration);
    return waiting.map(({ name }) => name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockNumber]);
  }
}

function compare(applied: { name: string; checksum: string }, known: Migration | undefined): void {
  if (known === undefined)
    throw new StartError(`The control database was made by a later release (${applied.name}): start that one.`);
  if (known.checksum !== applied.checksum)
    throw new StartError(
      `The migration ${known.name} was changed after it was applied to the control database: put its old text back.`,
    );
}

async function apply(client: ClientBase, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.text);
    await client.query('insert into migrations (number, name, checksum) values ($1, $2, $3)', [
      migration.number,
      migration.name,
      migration.checksum,
    ]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw new Error(`migration ${migration.name} failed: ${(error as Error).message}`, { cause: error });
  }
}
