/** get_record and has_record: one row by its key or by a condition. */
import type { Expression } from '../../1-syntax/ast.ts';
import type { Encoding } from '../../effects.ts';
import type { StepCheck } from '../../library/define.ts';
import type { Table } from '../../model.ts';
import { nullable, objectOf, type Type, type } from '../../types/type.ts';
import { compileChildren, mainLevel, type RowShape, shapeOf } from './children.ts';
import { bindingOf } from './column-types.ts';
import { combinedTree } from './combined.ts';
import { compareWithOperand } from './comparison.ts';
import { RowCompiler } from './compiler.ts';
import { CompileContext, type Phase } from './context.ts';
import { encodingOf } from './encoding.ts';
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
  /** The column's name. */
  readonly key?: string;
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
    return { condition: compareWithOperand(compiler, key, '==', id, id), byKey: true, key: source.table.key.name };
  }
  if (where !== undefined) {
    const key = uniqueColumn(where, compiler);
    return { condition: compiler.root(where), byKey: key !== undefined, ...(key === undefined ? {} : { key }) };
  }
  context.report(badParameter, step.node, { message: 'Say which record: give id, or where.' });
  return undefined;
}

/** The column of `db.customer.email == VALUE`, where it is unique and not nullable. */
function uniqueColumn(where: Expression, compiler: RowCompiler): string | undefined {
  if (where.kind !== 'binary' || where.operator !== '==' || where.optional) return undefined;
  const sides = [where.left, where.right].flatMap((side, i) => {
    const reached = reach(side, compiler.scope);
    const other = i === 0 ? where.right : where.left;
    if (reached?.kind !== 'column' || side.kind !== 'member' || compiler.touches(other)) return [];
    const { key, columns } = reached.source.table;
    const unique = key.name === side.name || (columns.get(side.name)?.unique === true && !reached.value.nullable);
    return unique ? [side.name] : [];
  });
  return sides[0];
}

export interface RecordPlan extends DatabasePlan {
  readonly query: QueryPlan;
  readonly shape: RowShape;
  /** How the row comes where it is only passed on. */
  readonly encoding: true | Encoding;
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
    row.key === undefined || locks ? undefined : combinedTree(source, row.key, level.selection),
  );
  const shape = shapeOf(level.selection, children.plans);
  const plan: RecordPlan = {
    database: true,
    reads: [table.name, ...children.tables],
    writes: [],
    locks,
    answers: 'row',
    query,
    shape,
    encoding: encodingOf(shape, level.selection.columns()),
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
