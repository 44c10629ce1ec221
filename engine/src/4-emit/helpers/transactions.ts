/** Transactions and savepoints of a stack, and when one is tried again. */
import { AshlarError } from '../../errors.ts';
import type { Run } from '../../run/run.ts';

/** What `begin` remembers for `commit` and `rollback`. */
interface Mark {
  /** Nesting outside of it. */
  readonly depth: number;
  /** How many post_process blocks had been registered. */
  readonly postProcesses: number;
}

/** Opens a transaction, or a savepoint in the one that is open. */
export async function begin(
  run: Run,
  step: number,
  isolation: 'read_committed' | 'repeatable_read' | 'serializable' | null,
): Promise<Mark> {
  const mark: Mark = { depth: run.transactionDepth, postProcesses: run.postProcesses?.length ?? 0 };
  if (mark.depth === 0) await run.effects.begin(run, step, { isolation: isolation ?? 'read_committed' });
  else await run.effects.savepoint(run, step, { depth: mark.depth });
  run.transactionDepth = mark.depth + 1;
  return mark;
}

/** Commits what `begin` opened, if it is still open. */
export async function commit(run: Run, step: number, mark: Mark): Promise<void> {
  if (run.transactionDepth <= mark.depth) return;
  try {
    if (mark.depth === 0) await run.effects.commit(run, step, null);
    else await run.effects.release_savepoint(run, step, { depth: mark.depth });
  } catch (error) {
    // The outermost COMMIT is over whatever it answered; an inner one is still to be rolled back.
    if (mark.depth === 0) {
      run.transactionDepth = 0;
      if (run.postProcesses !== null) run.postProcesses.length = mark.postProcesses;
    }
    throw error;
  }
  run.transactionDepth = mark.depth;
}

/** Undoes what `begin` opened, if it is still open, its post_process blocks included. */
export async function rollback(run: Run, step: number, mark: Mark): Promise<void> {
  if (run.transactionDepth <= mark.depth) return;
  run.transactionDepth = mark.depth;
  if (run.postProcesses !== null) run.postProcesses.length = mark.postProcesses;
  if (mark.depth === 0) await run.effects.rollback(run, step, null);
  else await run.effects.rollback_to_savepoint(run, step, { depth: mark.depth });
}

const retriable: ReadonlySet<string> = new Set(['conflict']);

/** Whether a transaction that failed is tried again. */
export function mayRetry(run: Run, error: unknown, attempt: number, retries: number): boolean {
  if (!(error instanceof AshlarError) || !retriable.has(error.code) || attempt >= retries || run.transactionDepth > 0)
    return false;
  run.check();
  return true;
}
