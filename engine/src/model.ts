/**
 * A workspace as its files describe it, read and resolved: what the checker, the compiler, the table planner and the
 * OpenAPI writer work on. Immutable.
 */
import type { Expression, JsonArray, JsonNode, Source, Span } from './1-syntax/ast.ts';
import type { Decimal } from './values/decimal.ts';
import type { Value } from './values/value.ts';

/** Types of columns. `list` has `items` (any but list, json, password, reference). */
export type ColumnType =
  | 'int'
  | 'bigint'
  | 'decimal'
  | 'float'
  | 'text'
  | 'bool'
  | 'timestamp'
  | 'date'
  | 'uuid'
  | 'email'
  | 'password'
  | 'enum'
  | 'json'
  | 'list';

/** A column's default: a constant, or what the engine sends at write time. */
export type ColumnDefault =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'now' }
  | { readonly kind: 'uuid' };

/** `min` or `max`: the exact decimal of a decimal or bigint, a number for every other size. */
export type Bound = number | Decimal;

export interface Column {
  readonly name: string;
  readonly description: string;
  readonly type: ColumnType;
  readonly items?: ColumnType;
  readonly primary: boolean;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly default?: ColumnDefault;
  /** Of an enum (or a list of enum). */
  readonly values?: readonly string[];
  /** Size of a number, characters of a text, items of a list. */
  readonly min?: Bound;
  readonly max?: Bound;
  /** Digits after the point that the column keeps; absent: unlimited. */
  readonly scale?: number;
  readonly references?: { readonly table: string; readonly onDelete: 'restrict' | 'cascade' | 'set_null' };
  readonly collate?: string;
  readonly was?: string;
  readonly span: Span;
  readonly pointer: string;
}

export interface IndexColumn {
  readonly column: string;
  readonly descending: boolean;
}
export interface TableIndex {
  readonly type: 'btree' | 'gin' | 'search';
  readonly unique: boolean;
  readonly columns: readonly IndexColumn[];
  /** Of `search`: a PostgreSQL text search configuration, "simple" by default. */
  readonly language?: string;
  readonly span: Span;
  readonly pointer: string;
}

export interface Table {
  readonly name: string;
  readonly description: string;
  /** Rows can sign in. */
  readonly auth: boolean;
  /** In source order; exactly one is primary (int: an identity column; uuid: made by the engine, version 7). */
  readonly columns: ReadonlyMap<string, Column>;
  readonly key: Column;
  readonly indexes: readonly TableIndex[];
  readonly was?: string;
  readonly source: Source;
}

export type InputType = Exclude<ColumnType, 'password'> | 'password' | 'object' | 'file';

/** One input of an endpoint or function; also a field of an object input. */
export interface Input {
  readonly name: string;
  readonly description: string;
  readonly type: InputType;
  /** Of a list. */
  readonly items?: Input;
  /** Of an object; absent: any members. */
  readonly fields?: ReadonlyMap<string, Input>;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly default?: Value;
  readonly values?: readonly string[];
  readonly min?: Bound;
  readonly max?: Bound;
  readonly in: 'path' | 'query' | 'header' | 'body';
  readonly span: Span;
  readonly pointer: string;
}

/** A stack's text, not yet checked: the array of steps, and the file it stands in (its own, or the one that `"stack": "path"` names). */
export interface StackSource {
  readonly steps: JsonArray;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

export type Segment = { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'parameter'; readonly name: string };

export interface EndpointDefinition {
  /** Folder of the group. */
  readonly group: string;
  readonly method: Method;
  /** Empty for the group's index. */
  readonly path: readonly Segment[];
  /** `/orders/{id}`; `/` for the index. */
  readonly pathText: string;
  readonly description: string;
  /** Auth tables whose token is wanted; empty: public. */
  readonly auth: readonly string[];
  readonly authOptional: boolean;
  readonly inputs: ReadonlyMap<string, Input>;
  readonly unknownInputs: 'ignore' | 'refuse';
  readonly stack: StackSource;
  /** Absent: the stack's `return` decides. */
  readonly response?: Expression;
  readonly stream?: { readonly as: 'ndjson' | 'sse'; readonly of: Expression };
  readonly source: Source;
  readonly root: JsonNode;
}

export interface FunctionDefinition {
  /** Path without ending: `pricing/total`. */
  readonly name: string;
  readonly description: string;
  readonly inputs: ReadonlyMap<string, Input>;
  readonly stack: StackSource;
  readonly response?: Expression;
  readonly source: Source;
  readonly root: JsonNode;
}

export interface Cors {
  /** Exact origins, or `*`. Empty: no cross-origin calls. */
  readonly origins: readonly string[];
  readonly methods: readonly string[];
  readonly headers: readonly string[];
  readonly credentials: boolean;
  readonly maxAgeS: number;
}

export interface GroupDefinition {
  readonly folder: string;
  /** The segment in `/api:<path>`; the folder's name by default. */
  readonly path: string;
  readonly title: string;
  readonly description: string;
  readonly cors: Cors;
  readonly unknownInputs: 'ignore' | 'refuse';
  /** Whether its documentation page and openapi.json are served. */
  readonly docs: boolean;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly description: string;
  readonly default?: string;
  readonly secret: boolean;
}

export interface SeedFile {
  readonly table: string;
  readonly format: 'jsonl' | 'csv';
  readonly path: string;
}

export interface TaskDefinition {
  readonly name: string;
  readonly description: string;
  readonly schedule: string;
  readonly timezone: string;
  readonly stack: StackSource;
  readonly source: Source;
  readonly root: JsonNode;
}

export interface WorkspaceSettings {
  /** Unique slug in the instance. */
  readonly name: string;
  readonly description: string;
  /** IANA name. */
  readonly timezone: string;
  readonly perPage: number;
  readonly maxRows: number;
  /** How decimals stand in JSON answers. */
  readonly decimals: 'number' | 'text';
  /** What lowers the defaults, keys as in ashlar.jsonc. */
  readonly limits: Readonly<Record<string, number>>;
}

export interface Workspace {
  readonly settings: WorkspaceSettings;
  readonly env: ReadonlyMap<string, EnvironmentVariable>;
  readonly tables: ReadonlyMap<string, Table>;
  readonly groups: ReadonlyMap<string, GroupDefinition>;
  readonly endpoints: readonly EndpointDefinition[];
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
  readonly tasks: ReadonlyMap<string, TaskDefinition>;
  readonly seeds: readonly SeedFile[];
}
