/** get_record and has_record: one row by its key or by a condition. */
import type { Expression } from '../../1-syntax/ast.ts';
import type { StepCheck } from '../../library/define.ts';
import type { Table } from '../../model.ts';
import { nullable, objectOf, type Type, type } from '../../types/type.ts';
import { compileChildren, madeByHand, mainLevel, type RowShape, shapeOf } from './children.ts';
import { bindingOf } from './column-types.ts';
import { compareWithOperand } from './comparison.ts';
import { RowCompiler } from './compiler.ts';
import { CompileContext, type Phase } from './context.ts';
import { childStatements } from './list.ts';
import { lockClause } from './locking.ts';
import { badParameter, excludes } from './problems.ts';
import { type DatabasePlan, QueryPlan, reading } from './query-plan.ts';
import { reach, type SqlSource, tableSource } from './scope.ts';
import { fromTable, selectOutput } from './selection.ts';
import { orderBy, readSort } from './sorting.ts';
import { clause, type Sql, sql } from './tree.ts';
import { keyTerm } from './unique.ts';

/** Which row a step means. */
export interface RowCondition {
  readonly condition: Sql;
  /** By a unique column that is never null, and nothing else: at most one row can match. */
  readonly byKey: boolean;
}

/** Reads `id` or `where`: exactly one of them is needed. */
export function rowCondition(context: CompileContext, source: SqlSource, use: 'read' | 'write'): RowCondition | undefined {
  const { step } = context;
  const id = step.expression('id');
  const where = step.expression('where');
  if (id !== undefined && where !== undefined)
    context.report(excludes, step.param('where') ?? step.node, { one: 'where', other: 'id' });
  const compiler = new RowCompiler(
    context,
    { db: new Map([[source.table.name, source]]), names: new Map() },
    { optional: use === 'read' ? 'allowed' : 'in_write' },
  );
  if (id !== undefined) {
    const key = source.column(source.table.key.name);
    if (key === undefined) return undefined;
    return { condition: compareWithOperand(compiler, key, '==', id, id), byKey: true };
  }
  if (where !== undefined) return { condition: compiler.root(where), byKey: isByUniqueColumn(where, compiler) };
  context.report(badParameter, step.node, { message: 'Say which record: give id, or where.' });
  return undefined;
}

/** `db.customer.email == VALUE` where the column is unique and not nullable. */
function isByUniqueColumn(where: Expression, compiler: RowCompiler): boolean {
  if (where.kind !== 'binary' || where.operator !== '==' || where.optional) return false;
  return [where.left, where.right].some((side, i) => {
    const reached = reach(side, compiler.scope);
    const other = i === 0 ? where.right : where.left;
    if (reached?.kind !== 'column' || side.kind !== 'member' || compiler.touches(other)) return false;
    const { key, columns } = reached.source.table;
    return key.name === side.name || (columns.get(side.name)?.unique === true && !reached.value.nullable);
  });
}

export interface RecordPlan extends DatabasePlan {
  readonly query: QueryPlan;
  readonly shape: RowShape;
}

export interface Compiled<P> {
  readonly plan: P;
  readonly context: CompileContext;
  readonly result: Type;
}

/** Compiles get_record. */
export function compileGet(step: StepCheck, phase: Phase): Compiled<RecordPlan> | undefined {
  const table = step.table();
  if (table === undefined) return undefined;
  const context = new CompileContext(step, phase);
  const source = tableSource(table, table.name);
  const row = rowCondition(context, source, 'read');
  const level = mainLevel(context, source, 1);
  selectOutput(context, level.selection, source, step.param('output'));
  const children = compileChildren(context, level, step.param('with'));
  const result = nullable(objectOf([...level.selection.fields(), ...children.fields]));
  if (row === undefined) return undefined;
  const lock = lockClause(context, table);
  const terms = readSort(context, step.param('sort'), { of: table.name, names: () => source.names(), find: source.column }, [
    keyTerm(source),
  ]);
  const rest = row.byKey ? sql`` : sql`${orderBy(terms)} limit 1`;
  const tree = sql`select ${level.selection.sql()} from ${fromTable(table)}${clause('where', row.condition)}${rest}${lock}`;
  const locks = step.param('lock') !== undefined;
  const query = new QueryPlan(
    tree,
    context.uses,
    reading(table.name, level.selection.columns(), { maxRows: 1, byUniqueKey: row.byKey && !locks, locks }),
  );
  const shape = shapeOf(level.selection, children.plans);
  const plan: RecordPlan = {
    database: true,
    reads: [table.name, ...children.tables],
    writes: [],
    locks,
    answers: madeByHand(shape) ?? 'row',
    query,
    shape,
    statements: () => [...query.mainStatements(), ...childStatements(children.plans)],
  };
  return { plan, context, result };
}

export interface ExistsPlan extends DatabasePlan {
  readonly query: QueryPlan;
}

/** Compiles has_record. */
export function compileHas(step: StepCheck, phase: Phase): Compiled<ExistsPlan> | undefined {
  const table = step.table();
  if (table === undefined) return undefined;
  const context = new CompileContext(step, phase);
  const row = rowCondition(context, tableSource(table, table.name), 'read');
  if (row === undefined) return undefined;
  const lock = step.param('lock') === undefined ? sql`` : lockClause(context, table);
  const tree = sql`select exists (select 1 from ${fromTable(table)}${clause('where', row.condition)}${lock}) as "found"`;
  const locks = step.param('lock') !== undefined;
  const columns = [{ name: 'found', ...bindingOf({ type: 'bool' }) }];
  const query = new QueryPlan(
    tree,
    context.uses,
    reading(table.name, columns, { maxRows: 1, byUniqueKey: row.byKey && !locks, locks }),
  );
  return { plan: databasePlan(table, query, locks), context, result: type('bool') };
}

function databasePlan(table: Table, query: QueryPlan, locks: boolean): ExistsPlan {
  return { database: true, reads: [table.name], writes: [], locks, query, statements: () => query.mainStatements() };
}
