/** `lock` and `skip_locked`. */
import type { Table } from '../../model.ts';
import type { CompileContext } from './context.ts';
import { badParameter, needsTransaction } from './problems.ts';
import { identifier, type Sql, sql } from './tree.ts';

/** ` for update of "order" skip locked`; empty without `lock`. Outside a transaction a lock is a problem, in functions their caller's. */
export function lockClause(context: CompileContext, table: Table): Sql {
  const { step } = context;
  const lock = step.literal('lock');
  const skip = step.literal('skip_locked') === true;
  const at = step.param('lock') ?? step.param('skip_locked') ?? step.node;
  if (lock === undefined) {
    if (skip) context.report(badParameter, at, { message: 'skip_locked needs lock beside it.' });
    return sql``;
  }
  if (!step.flow.inTransaction && !step.flow.inFunction) context.report(needsTransaction, at, {});
  const strength = lock === 'share' ? sql`for share` : sql`for update`;
  return sql` ${strength} of ${identifier(table.name)}${skip ? sql` skip locked` : sql``}`;
}
