/** Which connection a statement may be sent on, from what is known of it before it runs. */
import { maxPerPage } from '../limits.ts';
import type { Statement } from './statement.ts';

/**
 * `shared`: on a connection that statements of many requests share, one behind the other. `grouped`: there too, and its commit
 * may be one with those of others. `own`: on a connection that nobody else uses meanwhile.
 */
export interface StatementWay {
  readonly way: 'shared' | 'grouped' | 'own';
  /** A plain sentence without its full stop, for `explain`: "it reads one row by a unique key". */
  readonly because: string;
}

/** The longest page, and the row that tells of a next one: what a shared connection carries without holding up others. */
const mostSharedRows = maxPerPage + 1;

/** The way of a statement outside of a transaction (inside, all go on the transaction's own connection). */
export function wayOf(statement: Statement): StatementWay {
  if (statement.locks) return { way: 'own', because: 'it locks rows' };
  if (statement.access === 'write')
    return statement.insertsOne === true
      ? { way: 'grouped', because: 'it adds one row and touches nothing else' }
      : { way: 'own', because: 'it changes rows that others may wait for' };
  if (statement.byUniqueKey) {
    const together = statement.combined === undefined ? '' : ', and goes with other such reads of the moment';
    return { way: 'shared', because: `it reads one row by a unique key${together}` };
  }
  if (statement.beside === 'total') return { way: 'shared', because: 'it reads one number' };
  const { maxRows, outerRows } = statement;
  if (statement.beside === 'nested')
    return outerRows !== undefined && outerRows <= mostSharedRows
      ? {
          way: 'shared',
          because: outerRows === 1 ? 'its rows belong to one row' : `its rows belong to at most ${outerRows} others`,
        }
      : { way: 'own', because: 'its rows belong to any number of others' };
  if (statement.unbounded === true || maxRows === null) return { way: 'own', because: 'nothing but max_rows bounds its rows' };
  if (maxRows > mostSharedRows) return { way: 'own', because: `it may read ${maxRows} rows, more than ${mostSharedRows}` };
  return { way: 'shared', because: maxRows === 1 ? 'it reads at most one row' : `it reads at most ${maxRows} rows` };
}
