/** `sort`: terms such as "-created_at", with the key always last so that every order is total. */
import type { JsonNode } from '../../1-syntax/ast.ts';
import { familyOf } from './column-types.ts';
import type { CompileContext } from './context.ts';
import { textList } from './names.ts';
import { badParameter, unknownRowName } from './problems.ts';
import type { SqlValue } from './scope.ts';
import { list, type Sql, sql } from './tree.ts';

export interface SortTerm {
  readonly name: string;
  readonly value: SqlValue;
  readonly descending: boolean;
}

/** What may be sorted by, by name. */
export interface Sortable {
  readonly find: (name: string) => SqlValue | undefined;
  readonly names: () => Iterable<string>;
  readonly of: string;
}

/** Reads the terms; those of `last` that aren't named yet follow. */
export function readSort(
  context: CompileContext,
  node: JsonNode | undefined,
  sortable: Sortable,
  last: readonly SortTerm[],
): readonly SortTerm[] {
  const terms: SortTerm[] = [];
  for (const { name: written, node: at } of textList(context, node, 'sort')) {
    const descending = written.startsWith('-');
    const name = descending ? written.slice(1) : written;
    const value = sortable.find(name);
    if (value === undefined) context.report(unknownRowName, at, { name, of: sortable.of, candidates: sortable.names() });
    else if (familyOf(value.type) === 'json' || value.type.password === true)
      context.report(badParameter, at, { message: `Rows can't be sorted by ${name}: ${value.type.type} has no useful order.` });
    else if (!terms.some((t) => t.name === name)) terms.push({ name, value, descending });
  }
  for (const term of last) if (!terms.some((t) => t.name === term.name)) terms.push(term);
  return terms;
}

/** ` order by …`; nulls as PostgreSQL orders them, last when ascending. */
export function orderBy(terms: readonly SortTerm[]): Sql {
  if (terms.length === 0) return sql``;
  return sql` order by ${list(terms.map((t) => (t.descending ? sql`${t.value.sql} desc` : t.value.sql)))}`;
}
