/** Which table and column of now is which of before: by name, else by `was`. What can't be told is asked. */
import type { Column, Problems, Table } from '@ashlar/engine';
import { dropNotNamed, dropUnused, placeOfFile, placeOfTable, renameOrDrop } from './problems.ts';
import type { ColumnShape, Definition, TableShape } from './shape.ts';

export interface TablePair {
  readonly before: TableShape;
  readonly after: Table;
}
export interface ColumnPair {
  readonly before: ColumnShape;
  readonly after: Column;
}
export interface TableMatches {
  readonly pairs: readonly TablePair[];
  readonly created: readonly Table[];
  readonly dropped: readonly TableShape[];
}
export interface ColumnMatches {
  readonly pairs: readonly ColumnPair[];
  readonly added: readonly Column[];
  readonly dropped: readonly ColumnShape[];
  /** Something vanished that nobody named: a new column may be a renamed one. */
  readonly asked: boolean;
}

/** Drops that a person named, and which of them were used. */
export class NamedDrops {
  readonly #names: ReadonlySet<string>;
  readonly #used = new Set<string>();

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** True when it was named; marks it as used. */
  take(name: string): boolean {
    if (!this.#names.has(name)) return false;
    this.#used.add(name);
    return true;
  }

  /** Warns of names that are in the database and in the files; what is gone already may be named again. */
  reportUnused(current: Definition, problems: Problems): void {
    for (const drop of this.#names) {
      if (this.#used.has(drop)) continue;
      const [table = '', column] = drop.split('.');
      const found = current.get(table);
      const there = column === undefined ? found !== undefined : found?.columns.some(({ name }) => name === column) === true;
      if (there) problems.add(dropUnused, placeOfFile(`tables/${table}.jsonc`), { drop });
    }
  }
}

/** Pairs the things of after with those of before: by name first, so that a `was` that stayed in a file does no harm. */
function pair<B extends { readonly name: string }, A extends { readonly name: string; readonly was?: string }>(
  before: readonly B[],
  after: readonly A[],
): { readonly pairs: readonly { before: B; after: A }[]; readonly fresh: readonly A[]; readonly gone: readonly B[] } {
  const byName = new Map(before.map((item) => [item.name, item]));
  const left = new Map(byName);
  const matched = new Map<A, B>();
  const match = (item: A, name: string | undefined): void => {
    const found = name === undefined ? undefined : left.get(name);
    if (found === undefined || matched.has(item)) return;
    matched.set(item, found);
    left.delete(found.name);
  };
  for (const item of after) match(item, item.name);
  for (const item of after) match(item, item.was);
  return {
    pairs: after.flatMap((item) => {
      const found = matched.get(item);
      return found === undefined ? [] : [{ before: found, after: item }];
    }),
    fresh: after.filter((item) => !matched.has(item)),
    gone: [...left.values()],
  };
}

/** Matches tables; asks where one vanished without being named. */
export function matchTables(
  current: Definition,
  next: ReadonlyMap<string, Table>,
  drops: NamedDrops,
  problems: Problems,
): TableMatches {
  const { pairs, fresh, gone } = pair([...current.values()], [...next.values()]);
  for (const table of gone) {
    if (drops.take(table.name)) continue;
    const what = `The table ${table.name}`;
    const [first] = fresh;
    if (first === undefined) problems.add(dropNotNamed, placeOfFile(`tables/${table.name}.jsonc`), { what, drop: table.name });
    else problems.add(renameOrDrop, placeOfTable(first), { what, candidates: names(fresh), drop: table.name, was: table.name });
  }
  return { pairs, created: fresh, dropped: gone };
}

/** Matches the columns of one table. */
export function matchColumns({ before, after }: TablePair, drops: NamedDrops, problems: Problems): ColumnMatches {
  const { pairs, fresh, gone } = pair(before.columns, [...after.columns.values()]);
  let asked = false;
  for (const column of gone) {
    const drop = `${after.name}.${column.name}`;
    // A renamed table is known by both names to whoever types it.
    if (drops.take(drop) || drops.take(`${before.name}.${column.name}`)) continue;
    asked = true;
    const what = `The column ${drop}`;
    const [first] = fresh;
    if (first === undefined) problems.add(dropNotNamed, placeOfTable(after), { what, drop });
    else problems.add(renameOrDrop, first, { what, candidates: names(fresh), drop, was: column.name });
  }
  return { pairs, added: fresh, dropped: gone, asked };
}

const names = (items: readonly { readonly name: string }[]): string => items.map(({ name }) => name).join(', ');
