/** A SQL statement whose text was fixed at publish time. */
import type { ColumnType } from '../model.ts';

/** How a value is sent or read. `pg` names the PostgreSQL type (`int8`, `numeric`, `timestamptz`, `int8[]`, `jsonb`, …). */
export interface Binding {
  readonly type: ColumnType;
  readonly items?: ColumnType;
  readonly pg: string;
}

export interface ResultColumn extends Binding {
  readonly name: string;
}

/** A read of one row by its key, for many keys at once. */
export interface CombinedRead {
  readonly name: string;
  /** The same columns, then the key; `$1` is the list of keys. */
  readonly text: string;
  readonly param: Binding;
  /** Place of the key among the columns, from 0. Equal keys have equal texts there; a uuid may have been sent in another spelling. */
  readonly keyColumn: number;
}

export interface Statement {
  /** Unique for the text within a publication; the server makes the prepared statement's name of it and the version. */
  readonly name: string;
  /** With `$1 …`; columns written out, never `*`. */
  readonly text: string;
  readonly params: readonly Binding[];
  readonly columns: readonly ResultColumn[];
  readonly access: 'read' | 'write';
  readonly table: string;
  /** At most so many rows can come back (a key, a limit); null: not bounded. */
  readonly maxRows: number | null;
  /** Reads one row by equality with a unique key and nothing else. */
  readonly byUniqueKey: boolean;
  /** How such reads are made one, where that is exact. Each key finds one row or none; equal keys find the same one. */
  readonly combined?: CombinedRead;
  /** Takes row locks. */
  readonly locks: boolean;
  /** Adds exactly one row and touches nothing else: may share a commit with others. */
  readonly insertsOne?: true;
  /** What it reads beside the step's own rows: their number, or rows nested in them by `with`. */
  readonly beside?: 'total' | 'nested';
  /** Of nested rows: they belong to so many outer rows at most; absent where nothing bounds those. */
  readonly outerRows?: number;
  /** The step set no bound of its own (page, cursor, limit): only the workspace's `max_rows` ends the list. */
  readonly unbounded?: true;
  /** Which values are null, of a variant that is shown before a run: those that may be left out, or all. */
  readonly absent?: 'optional' | 'all';
}
