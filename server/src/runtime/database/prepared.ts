/** What is worked out of a compiled statement once: its name on a connection, how parameters are written and rows are read. */
import { type Statement, type Value, wayOf } from '@ashlar/engine';
import type { WireStatement } from '../../base/postgres/index.ts';
import { compileParams } from './encode.ts';
import { Pace } from './pace.ts';
import { type RowShape, rowShape } from './rows/index.ts';

/** The read of many rows by their keys that a read by key may become. */
export interface CombinedStatement extends WireStatement {
  /** Place of the key among its columns. */
  readonly keyColumn: number;
  /** Whether PostgreSQL writes a key as it is sent: only then its row finds who asked for it. */
  readonly isWrittenSo: (key: string) => boolean;
}

export interface PreparedStatement extends WireStatement {
  readonly versionId: string;
  readonly params: (values: readonly Value[]) => readonly (string | null)[];
  readonly rows: RowShape;
  readonly pace: Pace;
  readonly combined: CombinedStatement | undefined;
}

/** PostgreSQL takes a uuid in capitals, in braces and without hyphens as well. */
const writtenUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function combinedOf({ combined }: Statement, versionId: string): CombinedStatement | undefined {
  if (combined === undefined) return undefined;
  const { name, text, param, keyColumn } = combined;
  const isWrittenSo = param.items === 'uuid' ? (key: string) => writtenUuid.test(key) : () => true;
  return { name: `${name} ${versionId}`, text, keyColumn, isWrittenSo };
}

const prepared = new WeakMap<Statement, PreparedStatement>();

/**
 * The name carries the version: after a change of the schema a statement must be prepared anew, for PostgreSQL refuses the
 * old plan for ever ("cached plan must not change result type").
 */
export function prepare(statement: Statement, versionId: string): PreparedStatement {
  const known = prepared.get(statement);
  if (known !== undefined && known.versionId === versionId) return known;
  const { way } = wayOf(statement);
  const made = {
    versionId,
    name: `${statement.name} ${versionId}`,
    text: statement.text,
    params: compileParams(statement.params),
    rows: rowShape(statement.columns),
    pace: new Pace(way, statement.byUniqueKey || statement.insertsOne === true),
    combined: combinedOf(statement, versionId),
  };
  prepared.set(statement, made);
  return made;
}
