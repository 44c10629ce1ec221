/** `group_by`, `aggregate` and `having`. */
import type { Table } from '../../model.ts';
import { familyOf } from './column-types.ts';
import { RowCompiler } from './compiler.ts';
import type { CompileContext } from './context.ts';
import { NamesInUse, namedMembers, textList } from './names.ts';
import { badParameter, unknownRowName } from './problems.ts';
import type { SqlScope, SqlSource, SqlValue } from './scope.ts';
import { Selection } from './selection.ts';
import { readSort, type SortTerm } from './sorting.ts';
import { and, list, type Sql, sql } from './tree.ts';

export interface Groups {
  readonly selection: Selection;
  readonly groupBy: Sql;
  readonly having: Sql;
  readonly sort: readonly SortTerm[];
  /** Without group_by there is one group, whatever the rows. */
  readonly single: boolean;
}

/** Compiles the groups of a query. */
export function compileGroups(context: CompileContext, table: Table, source: SqlSource, scope: SqlScope): Groups {
  const { step } = context;
  const selection = new Selection();
  const columns = groupColumns(context, table, source, scope);
  for (const { name, value } of columns) selection.addComputed(name, value);
  const groupedBy = new Set(columns.map((c) => c.path));
  const compiler = new RowCompiler(context, scope, { optional: 'no', groupedBy });
  const names = new NamesInUse(
    context,
    columns.map((c) => c.name),
  );
  for (const member of namedMembers(context, step.param('aggregate'), 'aggregate')) {
    names.take(member, 'an aggregate');
    selection.addComputed(member.key, compiler.value(step.parse(member.value)));
  }
  if (selection.visible.size === 0)
    context.report(badParameter, step.param('group_by') ?? step.node, {
      message: 'A query with group_by or aggregate needs at least one name in them.',
    });
  const having = step.expression('having');
  const single = columns.length === 0;
  return {
    selection,
    groupBy: single ? sql`` : sql` group by ${list(columns.map((c) => c.value.sql))}`,
    having: having === undefined ? and() : compiler.root(having),
    sort: single ? [] : sortOf(context, selection, columns),
    single,
  };
}

interface GroupColumn {
  /** In the answer: `status`, and `customer_name` for `customer.name` of a join. */
  readonly name: string;
  /** As expressions spell it: `db.order.status`. */
  readonly path: string;
  readonly value: SqlValue;
}

function groupColumns(context: CompileContext, table: Table, source: SqlSource, scope: SqlScope): readonly GroupColumn[] {
  const columns: GroupColumn[] = [];
  for (const { name, node } of textList(context, context.step.param('group_by'), 'group_by')) {
    const [alias, joined] = name.includes('.') ? name.split('.', 2) : [undefined, undefined];
    const value = alias === undefined || joined === undefined ? source.column(name) : scope.db.get(alias)?.column(joined);
    if (value === undefined) context.report(unknownRowName, node, { name, of: table.name, candidates: source.names() });
    else if (familyOf(value.type) === 'json')
      context.report(badParameter, node, { message: 'Rows can’t be grouped by a json column.' });
    else
      columns.push({
        name: name.replace('.', '_'),
        path: alias === undefined ? `db.${table.name}.${name}` : `db.${name}`,
        value,
      });
  }
  return columns;
}

function sortOf(context: CompileContext, selection: Selection, columns: readonly GroupColumn[]): readonly SortTerm[] {
  const sortable = {
    of: 'group_by and aggregate',
    names: () => selection.visible.keys(),
    find: (name: string) => selection.visible.get(name),
  };
  const last = columns.map(({ name, value }) => ({ name, value, descending: false }));
  return readSort(context, context.step.param('sort'), sortable, last);
}
