/** A compiled statement as `pg` runs it: its prepared name, its parameters, its rows as values. */
import { hash } from 'node:crypto';
import type { Limits, QueryAnswer, Statement, ValueObject } from '@ashlar/engine';
import type { PoolClient, QueryArrayConfig } from 'pg';
import { type Decode, decoderOf } from './decode.ts';
import { readField } from './read-field.ts';
import { emptyRow } from './row-object.ts';

/** Type parsers of `pg` are off: fields stay text and are read by the statement's own columns. */
export const textOnly = { getTypeParser: () => (field: string) => field };

/** Names of prepared statements are cut by PostgreSQL after so many bytes. */
const longestName = 63;

interface Prepared {
  readonly versionId: string;
  readonly name: string;
  /** Of the columns. */
  readonly names: readonly string[];
  readonly decoders: readonly Decode[];
}

const prepared = new WeakMap<Statement, Prepared>();

/**
 * The name carries the version: after a change of the schema a statement must be prepared anew, for PostgreSQL refuses the
 * old plan for ever ("cached plan must not change result type").
 */
function prepare(statement: Statement, versionId: string): Prepared {
  const known = prepared.get(statement);
  if (known !== undefined && known.versionId === versionId) return known;
  const full = `${statement.name} ${versionId}`;
  const name = Buffer.byteLength(full) <= longestName ? full : hash('sha256', full, 'hex').slice(0, longestName);
  const names = statement.columns.map((column) => column.name);
  const made = { versionId, name, names, decoders: statement.columns.map(decoderOf) };
  prepared.set(statement, made);
  return made;
}

/** Runs the statement on a client. Throws `text_too_large`, or what `pg` throws. */
export async function runStatement(
  client: PoolClient,
  statement: Statement,
  versionId: string,
  values: (string | null)[],
  limits: Limits,
): Promise<QueryAnswer> {
  const { name, names, decoders } = prepare(statement, versionId);
  const config: QueryArrayConfig = { name, text: statement.text, values, rowMode: 'array', types: textOnly };
  const result = await client.query<(string | null)[]>(config);
  return { rows: result.rows.map((row) => rowOf(names, decoders, row, limits)), count: result.rowCount ?? result.rows.length };
}

/** One row as an object without a prototype. Throws what `readField` throws. */
export function rowOf(
  names: readonly string[],
  decoders: readonly Decode[],
  fields: readonly (string | null)[],
  { textLength }: Pick<Limits, 'textLength'>,
): ValueObject {
  const row = emptyRow();
  for (const [index, name] of names.entries()) {
    const field = fields[index] ?? null;
    const decode = decoders[index];
    row[name] = field === null || decode === undefined ? null : readField(decode, field, textLength);
  }
  return row;
}
