/** Fills empty tables from seed files: in batches, each file whole or not at all. */
import { cancelled, encodeJson, errorOf, type Table, type ValueObject } from '@ashlar/engine';
import { type ClientBase, DatabaseError } from 'pg';
import { type DatabaseNames, databaseError, type Postgres, quoteIdentifier } from '../../../base/postgres/index.ts';
import { takeTablesLock } from '../apply.ts';
import { cancellable } from '../cancel.ts';
import { readTablesWithRows } from '../state.ts';
import { seedOrder } from './order.ts';
import { csvColumns, insertSql, rowCheck, sequenceOf } from './row-check.ts';
import { readSeedRows, type SeedRow, seedError } from './rows.ts';
import type { SeedSource } from './source.ts';

export interface SeedOptions {
  /** Hashes a password column's text. */
  readonly hashPassword: (password: string) => Promise<string>;
  readonly onProgress?: (progress: SeedProgress) => void;
  readonly signal?: AbortSignal;
}

export interface SeedProgress {
  /** Path of the file. */
  readonly file: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface SeedReport {
  readonly file: string;
  readonly table: string;
  /** Rows stored; 0 where it was skipped. */
  readonly rows: number;
  /** The table had rows. */
  readonly skipped: boolean;
}

/**
 * Imports seeds into the tables that are empty, on a connection of its own. Each file is one transaction; files of tables that
 * refer to each other in a circle share one. Throws `seed_invalid` with file and line, `cancelled`.
 */
export function importSeeds(
  postgres: Postgres,
  ref: DatabaseNames,
  tables: ReadonlyMap<string, Table>,
  seeds: readonly SeedSource[],
  options: SeedOptions,
): Promise<readonly SeedReport[]> {
  return postgres.asOwner(ref, (client) =>
    cancellable(postgres, client, options.signal, async () => {
      // A killed node's rows may still be on their way: an empty table is one that nobody is filling.
      await takeTablesLock(client);
      return importInto(client, tables, seeds, options, async (work) => {
        await client.query('begin');
        try {
          await work();
          await client.query('commit');
        } catch (error) {
          await client.query('rollback');
          throw error;
        }
      });
    }),
  );
}

/** The same inside the caller's transaction: all files or none. */
export function importSeedsWithin(
  client: ClientBase,
  tables: ReadonlyMap<string, Table>,
  seeds: readonly SeedSource[],
  options: SeedOptions,
): Promise<readonly SeedReport[]> {
  return importInto(client, tables, seeds, options, (work) => work());
}

async function importInto(
  client: ClientBase,
  tables: ReadonlyMap<string, Table>,
  seeds: readonly SeedSource[],
  options: SeedOptions,
  transaction: (work: () => Promise<void>) => Promise<void>,
): Promise<readonly SeedReport[]> {
  const reports: SeedReport[] = [];
  for (const group of seedOrder(tables, new Set(seeds.map(({ table }) => table)))) {
    const filled = await readTablesWithRows(client, group);
    const files = group.flatMap((name) => seeds.filter(({ table }) => table === name));
    reports.push(
      ...files.filter(({ table }) => filled.has(table)).map(({ path: file, table }) => ({ file, table, rows: 0, skipped: true })),
    );
    const wanted = files.filter(({ table }) => !filled.has(table));
    if (wanted.length === 0) continue;
    await transaction(async () => {
      // Rows may refer to rows further down, or in the other file of a circle.
      await client.query('set constraints all deferred');
      for (const source of wanted) reports.push(await importFile(client, tables, source, options));
      await checkReferences(client, wanted);
    });
  }
  return reports;
}

async function checkReferences(client: ClientBase, files: readonly SeedSource[]): Promise<void> {
  try {
    await client.query('set constraints all immediate');
  } catch (error) {
    const [first] = files;
    if (first === undefined || !(error instanceof DatabaseError)) throw error;
    const source = files.find(({ table }) => table === error.table) ?? first;
    throw seedError(source, await lineOfReference(source, error), 'it refers to a row that is not there', error);
  }
}

/** Which line holds the reference: PostgreSQL names column and value. 1 where it can't be found. */
async function lineOfReference(source: SeedSource, error: DatabaseError): Promise<number> {
  const [, column, value] = /^Key \("?([^)"]+)"?\)=\((.*)\) is not present/.exec(error.detail ?? '') ?? [];
  if (column === undefined) return 1;
  for await (const row of readSeedRows(source, { nullable: new Set(), text: new Set(), list: new Set() }))
    if (String(row.values[column]) === value) return row.line;
  return 1;
}

const batchRows = 1_000;
const batchCharacters = 1_000_000;

interface Batch {
  readonly lines: number[];
  readonly rows: string[];
  characters: number;
}
const emptyBatch = (): Batch => ({ lines: [], rows: [], characters: 0 });

async function importFile(
  client: ClientBase,
  tables: ReadonlyMap<string, Table>,
  source: SeedSource,
  options: SeedOptions,
): Promise<SeedReport> {
  const table = tables.get(source.table);
  if (table === undefined) throw seedError(source, 1, `there is no table ${source.table}`);
  const check = rowCheck(table);
  const passwords = [...table.columns.values()].filter(({ type }) => type === 'password').map(({ name }) => name);
  const insert = insertSql(table);
  let rows = 0;
  let bytes = 0;
  let batch = emptyBatch();
  const flush = async (): Promise<void> => {
    if (options.signal?.aborted) throw errorOf(cancelled, {});
    await insertBatch(client, insert, source, batch);
    rows += batch.rows.length;
    batch = emptyBatch();
    options.onProgress?.({ file: source.path, table: table.name, rows, bytes, totalBytes: source.bytes });
  };
  for await (const row of readSeedRows(source, csvColumns(table))) {
    const text = encodeJson(await hashed(checked(source, row, check(row)), passwords, options), { decimals: 'number' });
    batch.lines.push(row.line);
    batch.rows.push(text);
    batch.characters += text.length;
    bytes = row.bytesRead;
    if (batch.rows.length >= batchRows || batch.characters >= batchCharacters) await flush();
  }
  bytes = source.bytes;
  await flush();
  await moveSequence(client, table);
  await client.query(`analyze ${quoteIdentifier(table.name)}`);
  return { file: source.path, table: table.name, rows, skipped: false };
}

function checked(source: SeedSource, row: SeedRow, { input, errors }: ReturnType<ReturnType<typeof rowCheck>>): ValueObject {
  const [first] = errors;
  if (first === undefined) return input;
  const reason = first.code === 'unknown_input' ? `there is no column ${first.field}` : first.message;
  throw seedError(source, row.line, reason.replace(/\.$/, ''));
}

async function hashed(row: ValueObject, passwords: readonly string[], { hashPassword }: SeedOptions): Promise<ValueObject> {
  const changed: Record<string, string> = {};
  for (const name of passwords) {
    const password = row[name];
    if (typeof password === 'string') changed[name] = await hashPassword(password);
  }
  return passwords.length === 0 ? row : { ...row, ...changed };
}

/** Inserts a batch; where PostgreSQL refuses it, finds the row by inserting one after the other. */
async function insertBatch(client: ClientBase, insert: string, source: SeedSource, { lines, rows }: Batch): Promise<void> {
  if (rows.length === 0) return;
  await client.query('savepoint seed');
  try {
    await client.query(insert, [`[${rows.join(',')}]`]);
  } catch (error) {
    if (!(error instanceof DatabaseError) || !/^(?:22|23)/.test(error.code ?? '')) throw error;
    await client.query('rollback to savepoint seed');
    for (const [position, row] of rows.entries()) {
      try {
        await client.query(insert, [`[${row}]`]);
      } catch (refused) {
        throw seedError(source, lines[position] ?? 1, databaseError(refused).message.replace(/\.$/, ''), refused);
      }
    }
    throw error;
  }
  await client.query('release savepoint seed');
}

/** The next key that the database makes comes after the highest that is there. */
async function moveSequence(client: ClientBase, table: Table): Promise<void> {
  if (table.key.type !== 'int') return;
  const key = quoteIdentifier(table.key.name);
  await client.query(
    `select setval(${sequenceOf(table.name, table.key.name)}, m.highest) from (select max(${key}) as highest from ${quoteIdentifier(table.name)}) m where m.highest >= 1`,
  );
}
