/** query_records: compiles the step's parameters to the statements of a list. */
import type { Encoding } from '../../effects.ts';
import type { StepCheck } from '../../library/define.ts';
import { maxPerPage } from '../../limits.ts';
import type { Table } from '../../model.ts';
import { objectOf, type Type } from '../../types/type.ts';
import { type ChildPlan, compileChildren, mainLevel, type RowShape, shapeOf } from './children.ts';
import { bindingOf } from './column-types.ts';
import { RowCompiler } from './compiler.ts';
import { CompileContext, constantOf, type Phase } from './context.ts';
import { encodingOf } from './encoding.ts';
import { compileGroups } from './grouping.ts';
import { compileJoins, type Joins } from './joins.ts';
import { lockClause } from './locking.ts';
import { boundsOf, compilePaging, listType, type Paging } from './paging.ts';
import { badParameter, excludes } from './problems.ts';
import { type DatabasePlan, QueryPlan, reading } from './query-plan.ts';
import { type SqlSource, type SqlValue, tableSource } from './scope.ts';
import { fromTable, readEval, type Selection, selectOutput } from './selection.ts';
import { orderBy, readSort, type SortTerm } from './sorting.ts';
import { and, clause, type Sql, sql } from './tree.ts';
import { keyTerm } from './unique.ts';

export interface ListPlan extends DatabasePlan {
  readonly rows: QueryPlan;
  /** Of `totals`. */
  readonly count: QueryPlan | null;
  readonly paging: Paging;
  readonly shape: RowShape;
  /** How the rows come where they are only passed on. */
  readonly encoding: true | Encoding;
  /** `aggregate` without `group_by`: one object. */
  readonly single: boolean;
}

export interface CompiledList {
  readonly plan: ListPlan;
  readonly context: CompileContext;
  readonly result: Type;
}

/** Compiles a query_records step; undefined where its table is unknown (reported by the check of parameters). */
export function compileList(step: StepCheck, phase: Phase): CompiledList | undefined {
  const table = step.table();
  if (table === undefined) return undefined;
  return new ListCompiler(new CompileContext(step, phase), table).compile();
}

/** `from … join … where …`, shared by the rows and their count. */
interface Body {
  readonly from: Sql;
  readonly where: Sql;
}

class ListCompiler {
  readonly #context: CompileContext;
  readonly #step: StepCheck;
  readonly #table: Table;
  readonly #source: SqlSource;
  readonly #joins: Joins;

  constructor(context: CompileContext, table: Table) {
    this.#context = context;
    this.#step = context.step;
    this.#table = table;
    this.#source = tableSource(table, table.name);
    this.#joins = compileJoins(context, this.#step.param('join'), {
      db: new Map([[table.name, this.#source]]),
      names: new Map(),
    });
  }

  compile(): CompiledList {
    this.#checkParameters();
    const where = this.#where();
    const body = { from: sql`${fromTable(this.#table)}${this.#joins.sql}`, where };
    const grouped = this.#step.param('aggregate') !== undefined || this.#step.param('group_by') !== undefined;
    return grouped ? this.#groups(body) : this.#rows(body);
  }

  #where(): Sql {
    const expression = this.#step.expression('where');
    if (expression === undefined) return and();
    return new RowCompiler(this.#context, this.#joins.scope, { optional: 'allowed' }).root(expression);
  }

  #rows(body: Body): CompiledList {
    const context = this.#context;
    const level = mainLevel(context, this.#source, boundsOf(context).shown);
    const { selection } = level;
    const computed = readEval(new RowCompiler(context, this.#joins.scope), this.#step.param('eval'), level.names);
    selectOutput(context, selection, this.#source, this.#step.param('output'), [...computed.keys()]);
    for (const [name, value] of computed) selection.addComputed(name, value);
    const distinct = this.#step.literal('distinct') === true;
    const children = compileChildren(context, level, this.#step.param('with'));
    const terms = distinct ? this.#distinctSort(selection) : this.#sort(computed);
    const cut = compilePaging(this.#context, this.#table, terms, selection);
    const lock = lockClause(context, this.#table);
    const word = distinct ? sql`select distinct` : sql`select`;
    const tree = sql`${word} ${selection.sql()} from ${body.from}${clause('where', and(body.where, cut.condition))}${orderBy(terms)}${cut.limit}${lock}`;
    if (distinct && (selection.hidden.size > 0 || this.#step.param('lock') !== undefined))
      this.#problem('distinct', 'distinct goes with plain rows only: without `with`, `lock`, and sorted by what `output` shows.');
    const count = distinct
      ? sql`select count(*) as "n" from (select distinct ${selection.sql()} from ${body.from}${clause('where', body.where)}) as "~r"`
      : sql`select count(*) as "n" from ${body.from}${clause('where', body.where)}`;
    const row = objectOf([...selection.fields(), ...children.fields]);
    const shape = shapeOf(selection, children.plans);
    return this.#compiled({
      tree,
      count,
      columns: selection.columns(),
      shape,
      paging: cut.paging,
      row,
      single: false,
      tables: children.tables,
    });
  }

  #groups(body: Body): CompiledList {
    const groups = compileGroups(this.#context, this.#table, this.#source, this.#joins.scope);
    for (const name of ['output', 'with', 'lock', 'distinct', 'eval'])
      if (this.#step.param(name) !== undefined) this.#exclude(name, 'group_by or aggregate');
    const cut = compilePaging(this.#context, this.#table, groups.sort, groups.selection);
    const from = sql`${body.from}${clause('where', body.where)}${groups.groupBy}`;
    const having = clause('having', and(groups.having, cut.condition));
    if (this.#step.param('cursor') !== undefined) this.#exclude('cursor', 'group_by or aggregate');
    const limit = groups.single ? sql`` : cut.limit;
    const tree = sql`select ${groups.selection.sql()} from ${from}${having}${orderBy(groups.sort)}${limit}`;
    const count = sql`select count(*) as "n" from (select 1 from ${from}${clause('having', groups.having)}) as "~r"`;
    const row = objectOf(groups.selection.fields());
    const shape = shapeOf(groups.selection, []);
    return this.#compiled({
      tree,
      count,
      columns: groups.selection.columns(),
      shape,
      paging: cut.paging,
      row,
      single: groups.single,
      tables: [],
    });
  }

  #sort(computed: ReadonlyMap<string, SqlValue>): readonly SortTerm[] {
    const { scope } = this.#joins;
    const sortable = {
      of: this.#table.name,
      names: () => [...this.#source.names(), ...computed.keys()],
      find: (name: string) => this.#source.column(name) ?? computed.get(name) ?? this.#joinedColumn(name, scope.db),
    };
    return readSort(this.#context, this.#step.param('sort'), sortable, [keyTerm(this.#source), ...this.#joins.keys]);
  }

  #joinedColumn(name: string, db: ReadonlyMap<string, SqlSource>): SqlValue | undefined {
    const [alias, column, more] = name.split('.');
    return alias === undefined || column === undefined || more !== undefined ? undefined : db.get(alias)?.column(column);
  }

  /** Distinct rows are sorted by what is shown, all of it in the end: there is no key to make the order total. */
  #distinctSort(selection: Selection): readonly SortTerm[] {
    const all = [...selection.visible].map(([name, value]) => ({ name, value, descending: false }));
    const sortable = { of: 'output', names: () => selection.visible.keys(), find: (name: string) => selection.visible.get(name) };
    return readSort(this.#context, this.#step.param('sort'), sortable, all);
  }

  #compiled(parts: {
    readonly tree: Sql;
    readonly count: Sql;
    readonly columns: ReturnType<Selection['columns']>;
    readonly shape: RowShape;
    readonly paging: Paging;
    readonly row: Type;
    readonly single: boolean;
    readonly tables: readonly string[];
  }): CompiledList {
    const { uses } = this.#context;
    const totals = this.#step.literal('totals') === true;
    const locks = this.#step.param('lock') !== undefined;
    const { name } = this.#table;
    const bounds = boundsOf(this.#context);
    const rows = new QueryPlan(
      parts.tree,
      uses,
      reading(name, parts.columns, {
        maxRows: parts.single ? 1 : bounds.read,
        locks,
        ...(bounds.shown === null && !parts.single ? { unbounded: true as const } : {}),
      }),
    );
    const countColumns = [{ name: 'n', ...bindingOf({ type: 'int' }) }];
    const count = totals ? new QueryPlan(parts.count, uses, reading(name, countColumns, { maxRows: 1, beside: 'total' })) : null;
    const plan: ListPlan = {
      database: true,
      reads: [...new Set([name, ...this.#joins.tables, ...parts.tables])],
      writes: [],
      locks,
      answers: answersOf(parts),
      rows,
      count,
      paging: parts.paging,
      shape: parts.shape,
      encoding: encodingOf(parts.shape, parts.columns, parts.paging.kind === 'cursor' ? parts.paging.columns : []),
      single: parts.single,
      statements: () => [...rows.mainStatements(), ...(count?.mainStatements() ?? []), ...childStatements(parts.shape.children)],
    };
    return { plan, context: this.#context, result: listType(parts.paging, parts.row, parts.single, totals) };
  }

  #checkParameters(): void {
    const has = (name: string): boolean => this.#step.param(name) !== undefined;
    for (const other of ['limit', 'offset', 'cursor']) if (has('page') && has(other)) this.#exclude(other, 'page');
    for (const other of ['limit', 'offset']) if (has('cursor') && has(other)) this.#exclude(other, 'cursor');
    const paged = has('page') || has('cursor');
    if (!paged && has('per_page')) this.#problem('per_page', 'per_page needs page or cursor beside it.');
    if (!paged && this.#step.literal('totals') === true)
      this.#problem('totals', 'totals needs page or cursor beside it: a plain list answers an array.');
    if (has('having') && !has('aggregate') && !has('group_by'))
      this.#problem('having', 'having needs aggregate; for plain rows use where.');
    const perPage = has('per_page') ? constantOf(this.#step.parse(this.#step.param('per_page') ?? this.#step.node)) : undefined;
    if (typeof perPage === 'number' && (perPage < 1 || perPage > maxPerPage))
      this.#problem('per_page', `per_page is from 1 to ${maxPerPage}.`);
  }

  #problem(parameter: string, message: string): void {
    this.#context.report(badParameter, this.#step.param(parameter) ?? this.#step.node, { message });
  }

  #exclude(one: string, other: string): void {
    this.#context.report(excludes, this.#step.param(one) ?? this.#step.node, { one, other });
  }
}

/** How the rows stand in the answer. */
function answersOf({ paging, single }: Pick<ListPlan, 'paging' | 'single'>): NonNullable<ListPlan['answers']> {
  if (paging.kind === 'page' || paging.kind === 'cursor') return 'page';
  return single ? 'row' : 'list';
}

/** The statements of children, however deep. */
export function childStatements(children: readonly ChildPlan[]): ReturnType<QueryPlan['mainStatements']> {
  return children.flatMap((child) => [...child.query.mainStatements(), ...childStatements(child.shape.children)]);
}
