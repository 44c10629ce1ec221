/** Pages by cursor: the condition "after the row with these sort values", with nulls where PostgreSQL puts them. */
import { bindingOf, type SqlType } from './column-types.ts';
import type { CompileContext } from './context.ts';
import type { SortTerm } from './sorting.ts';
import { absent, and, list, no, or, type Sql, sql } from './tree.ts';
import { nothing, nullReader, present, scalarReader } from './uses.ts';

export interface Keyset {
  /** Left out on the first page. */
  readonly condition: Sql;
  /** Argument that says whether there is a cursor: null on the first page. */
  readonly flagArg: number;
  /** Arguments of the sort values, in the order of the terms. */
  readonly args: readonly number[];
  readonly types: readonly SqlType[];
}

/** Makes the condition. The values come from the cursor, one for each sort term. */
export function keysetOf(context: CompileContext, terms: readonly SortTerm[]): Keyset {
  const flagArg = context.given();
  context.markOptional(flagArg);
  const flag = context.givenUse(flagArg, nullReader);
  const args = terms.map(() => context.given());
  const uses = terms.map((term, i) => context.givenUse(args[i] ?? 0, scalarReader(term.value.type)));
  const binds = terms.map((term, i): Sql => ({ kind: 'bind', use: uses[i] ?? 0, binding: bindingOf(term.value.type) }));
  const after = isPlain(terms) ? rowAfter(terms, binds) : anyAfter(terms, uses, binds);
  return {
    condition: { kind: 'choice', use: flag, cases: { [present]: after, [nothing]: absent } },
    flagArg,
    args,
    types: terms.map((term) => term.value.type),
  };
}

/** All in one direction and never null: PostgreSQL compares rows as a whole, and an index serves it. */
const isPlain = (terms: readonly SortTerm[]): boolean =>
  terms.every((term) => !term.value.nullable && term.descending === terms[0]?.descending);

function rowAfter(terms: readonly SortTerm[], binds: readonly Sql[]): Sql {
  const columns = list(terms.map((term) => term.value.sql));
  return terms[0]?.descending === true ? sql`(${columns}) < (${list(binds)})` : sql`(${columns}) > (${list(binds)})`;
}

function anyAfter(terms: readonly SortTerm[], uses: readonly number[], binds: readonly Sql[]): Sql {
  const after = or(
    ...terms.map((term, i) => {
      const before = terms.slice(0, i).map((earlier, j) => sameAs(earlier, uses[j] ?? 0, binds[j] ?? sql`null`));
      return and(...before, isAfter(term, uses[i] ?? 0, binds[i] ?? sql`null`));
    }),
  );
  const [first] = terms;
  if (first === undefined || first.value.nullable) return after;
  // What follows from the rest, said once more: an index on the first term can begin there.
  const bound = first.descending
    ? sql`${first.value.sql} <= ${binds[0] ?? sql`null`}`
    : sql`${first.value.sql} >= ${binds[0] ?? sql`null`}`;
  return and(bound, after);
}

function sameAs(term: SortTerm, use: number, bind: Sql): Sql {
  const value = term.value.sql;
  return {
    kind: 'choice',
    use,
    cases: { [present]: sql`${value} = ${bind}`, [nothing]: term.value.nullable ? sql`${value} is null` : no },
  };
}

/** Ascending, nulls come last; descending, first. */
function isAfter(term: SortTerm, use: number, bind: Sql): Sql {
  const value = term.value.sql;
  const { nullable } = term.value;
  if (term.descending)
    return {
      kind: 'choice',
      use,
      cases: { [present]: sql`${value} < ${bind}`, [nothing]: nullable ? sql`${value} is not null` : no },
    };
  const larger = sql`${value} > ${bind}`;
  return { kind: 'choice', use, cases: { [present]: nullable ? or(larger, sql`${value} is null`) : larger, [nothing]: no } };
}
