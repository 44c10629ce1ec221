/** How a list is cut: pages, cursors, bounds; what it answers then. */
import type { StepCheck } from '../../library/define.ts';
import { maxPerPage } from '../../limits.ts';
import type { Table } from '../../model.ts';
import { listOf, objectOf, type Type, type } from '../../types/type.ts';
import { bindingOf } from './column-types.ts';
import { type CompileContext, constantOf } from './context.ts';
import { type Keyset, keysetOf } from './keyset.ts';
import type { Selection } from './selection.ts';
import type { SortTerm } from './sorting.ts';
import { and, numberLiteral, type Sql, sql } from './tree.ts';

/** How much of the list is answered, and in which shape. */
export type Paging =
  /** A plain list of at most `maxRows`. */
  | { readonly kind: 'all'; readonly maxRows: number }
  /** A plain list cut by limit and offset. */
  | {
      readonly kind: 'cut';
      readonly limitArg: number | null;
      readonly offsetArg: number | null;
      readonly maxRows: number;
      readonly sentLimit: number;
    }
  | {
      readonly kind: 'page';
      readonly pageArg: number;
      readonly perPageArg: number | null;
      readonly perPage: number;
      readonly sentLimit: number;
      readonly sentOffset: number;
    }
  | {
      readonly kind: 'cursor';
      readonly cursorArg: number;
      readonly perPageArg: number | null;
      readonly perPage: number;
      readonly sentLimit: number;
      readonly keyset: Keyset;
      /** Columns of the rows that hold the sort values. */
      readonly columns: readonly string[];
      /** Binds a cursor to this step and its shape. */
      readonly seal: string;
      /** Arguments that choose the rows: a cursor is good only with the same ones. */
      readonly boundArgs: readonly number[];
    };

/** Sort values are read from the last row: from its own columns where they are shown. */
function ownName(selection: Selection, term: SortTerm): string {
  const shown = selection.visible.get(term.name);
  return shown?.sql === term.value.sql ? term.name : selection.need(term.name, term.value);
}

/** How many rows a list can have, as its step says before a run. */
interface RowBounds {
  /** In the answer; null where the step sets no bound of its own, so that only `max_rows` ends the list. */
  readonly shown: number | null;
  /** From the database. */
  readonly read: number;
}

/** The bounds of a list: its page, its cursor's page, its limit. */
export function boundsOf({ step }: CompileContext): RowBounds {
  const { maxRows, perPage } = step.workspace.settings;
  if (step.param('page') !== undefined || step.param('cursor') !== undefined) {
    const shown = step.param('per_page') === undefined ? perPage : (writtenNumber(step, 'per_page') ?? maxPerPage);
    // One more row than shown tells whether there is a next page.
    return { shown, read: shown + 1 };
  }
  if (step.param('limit') === undefined) return { shown: null, read: maxRows + 1 };
  const limit = writtenNumber(step, 'limit');
  return limit === undefined ? { shown: maxRows, read: maxRows + 1 } : { shown: limit, read: limit };
}

/** A parameter's number where it is written out. */
function writtenNumber(step: StepCheck, name: string): number | undefined {
  const expression = step.expression(name);
  const value = expression === undefined ? undefined : constantOf(expression);
  return typeof value === 'number' ? value : undefined;
}

export function listType(paging: Paging, row: Type, single: boolean, totals: boolean): Type {
  if (single) return row;
  const items: readonly [string, Type] = ['items', listOf(row)];
  const total: readonly (readonly [string, Type])[] = totals ? [['total', type('int')]] : [];
  const page = { ...type('int'), nullable: true };
  if (paging.kind === 'page')
    return objectOf([
      items,
      ['page', type('int')],
      ['per_page', type('int')],
      ['next_page', page],
      ['previous_page', page],
      ...total,
    ]);
  if (paging.kind === 'cursor')
    return objectOf([items, ['per_page', type('int')], ['next_cursor', { ...type('text'), nullable: true }], ...total]);
  return listOf(row);
}

/** How a list is cut: its page, cursor or bounds, with the condition and the limit that make it so. */
export function compilePaging(
  context: CompileContext,
  table: Table,
  terms: readonly SortTerm[],
  selection: Selection,
): { readonly paging: Paging; readonly condition: Sql; readonly limit: Sql } {
  const { step } = context;
  const { maxRows } = step.workspace.settings;
  const limited = (arg: number): Sql =>
    sql` limit ${{ kind: 'bind', use: context.givenUse(arg), binding: bindingOf({ type: 'int' }) }}`;
  const offset = (arg: number): Sql =>
    sql` offset ${{ kind: 'bind', use: context.givenUse(arg), binding: bindingOf({ type: 'int' }) }}`;
  if (step.param('page') !== undefined) {
    const pageArg = argOf(context, 'page') ?? context.given();
    const [sentLimit, sentOffset] = [context.given(), context.given()];
    const paging: Paging = {
      kind: 'page',
      pageArg,
      perPageArg: argOf(context, 'per_page'),
      perPage: step.workspace.settings.perPage,
      sentLimit,
      sentOffset,
    };
    return { paging, condition: and(), limit: sql`${limited(sentLimit)}${offset(sentOffset)}` };
  }
  if (step.param('cursor') !== undefined) {
    const boundArgs = context.args.flatMap((arg, i) => (arg === null ? [] : [i]));
    const keyset = keysetOf(context, terms);
    const sentLimit = context.given();
    const columns = terms.map((term) => ownName(selection, term));
    const paging: Paging = {
      kind: 'cursor',
      cursorArg: argOf(context, 'cursor') ?? context.given(),
      perPageArg: argOf(context, 'per_page'),
      perPage: step.workspace.settings.perPage,
      sentLimit,
      keyset,
      columns,
      seal: sealOf(context, table, terms),
      boundArgs,
    };
    return { paging, condition: keyset.condition, limit: limited(sentLimit) };
  }
  const [limitArg, offsetArg] = [argOf(context, 'limit'), argOf(context, 'offset')];
  if (limitArg === null && offsetArg === null)
    return { paging: { kind: 'all', maxRows }, condition: and(), limit: sql` limit ${numberLiteral(String(maxRows + 1))}` };
  const sentLimit = context.given();
  const paging: Paging = { kind: 'cut', limitArg, offsetArg, maxRows, sentLimit };
  return {
    paging,
    condition: and(),
    limit: offsetArg === null ? limited(sentLimit) : sql`${limited(sentLimit)}${offset(offsetArg)}`,
  };
}

function argOf(context: CompileContext, name: string): number | null {
  const expression = context.step.expression(name);
  return expression === undefined ? null : context.arg(expression);
}

/** Where the step stands (its own id where it has one) and how its rows are ordered. */
function sealOf({ step }: CompileContext, table: Table, terms: readonly SortTerm[]): string {
  const id = step.node.members.find((m) => m.key === 'id')?.value;
  const place = id?.kind === 'string' ? id.value : `${step.node.span.source.path}#${step.node.pointer}`;
  return JSON.stringify([place, table.name, terms.map((t) => [t.name, t.descending])]);
}
