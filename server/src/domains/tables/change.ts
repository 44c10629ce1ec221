/** A schema plan: what is done, in which order, in words and in SQL. */
import type { Definition } from './shape.ts';

export type ChangeKind =
  | 'create_table'
  | 'rename_table'
  | 'drop_table'
  | 'add_column'
  | 'rename_column'
  | 'replace_column'
  | 'drop_column'
  | 'change_type'
  | 'change_default'
  | 'change_nullable'
  | 'add_check'
  | 'change_check'
  | 'drop_check'
  | 'add_reference'
  | 'change_reference'
  | 'drop_reference'
  | 'add_index'
  | 'drop_index'
  | 'change_collation';

/**
 * When a change is made. `transaction`: before the logic is switched, all in one; `index`: afterwards, concurrently with
 * requests; `drop`: last of all.
 */
export type ChangeStage = 'transaction' | 'index' | 'drop';

export interface SchemaChange {
  readonly kind: ChangeKind;
  /** By its new name. */
  readonly table: string;
  readonly column: string | null;
  readonly stage: ChangeStage;
  /** The version in force can live with it: nothing it reads or writes goes away. */
  readonly additive: boolean;
  /** One line for people. */
  readonly description: string;
  readonly sql: readonly string[];
  /** Of an index: its name, so that what a broken attempt left can be found. */
  readonly index?: string;
}

export interface SchemaPlan {
  readonly changes: readonly SchemaChange[];
  /** What the tables are afterwards. */
  readonly definition: Definition;
  /** Marks of the definitions before and after. */
  readonly fromVersion: string;
  readonly schemaVersion: string;
  /** Every change is additive: requests need not be held. */
  readonly additive: boolean;
}

/** Order of the changes inside the transaction: names first, then what gives way, then what is added, keys last. */
const order: Readonly<Record<ChangeKind, number>> = {
  rename_table: 0,
  rename_column: 1,
  drop_reference: 2,
  drop_check: 3,
  replace_column: 4,
  create_table: 5,
  add_column: 6,
  change_type: 7,
  change_collation: 8,
  change_default: 9,
  change_nullable: 10,
  change_check: 11,
  add_check: 12,
  add_index: 13,
  change_reference: 14,
  add_reference: 15,
  drop_index: 16,
  drop_column: 17,
  drop_table: 18,
};
const stages: readonly ChangeStage[] = ['transaction', 'index', 'drop'];

/** Sorts a plan's changes into the order in which they are made. */
export function inOrder(changes: readonly SchemaChange[]): readonly SchemaChange[] {
  const rank = (change: SchemaChange): number => stages.indexOf(change.stage) * 100 + order[change.kind];
  return [...changes].sort((a, b) => rank(a) - rank(b));
}
