/** Branches at the same time, or one after the other where nothing is awaited. */
import { AshlarError, cancelled } from '../../errors.ts';
import type { Run } from '../../run/run.ts';
import { CancelSource, yieldSignal } from '../../run/signal.ts';
import type { Value, ValueObject } from '../../values/value.ts';

type Branch = (run: Run) => Promise<Value>;

/** Runs the branches at the same time; the first failure, in branch order, is thrown when all have ended. */
export async function parallel(
  run: Run,
  step: number,
  names: readonly string[],
  branches: readonly Branch[],
): Promise<ValueObject> {
  const source = new CancelSource(run.signal);
  const children = branches.map((_, i) => run.branch(step, i, source));
  const failures: { error: unknown; index: number }[] = [];
  const start = async (branch: Branch, i: number): Promise<Value> => {
    try {
      return await branch(children[i] as Run);
    } catch (error) {
      // What was cancelled because another failed is no failure of its own.
      const follows =
        source.aborted && run.signal?.aborted !== true && error instanceof AshlarError && error.code === cancelled.code;
      if (!follows) failures.push({ error, index: i });
      source.abort();
      return null;
    }
  };
  const values = await Promise.all(branches.map(start));
  source.close();
  joinBranches(run, children);
  failures.sort((a, b) => a.index - b.index);
  const failed = failures[0];
  if (failed !== undefined) throw failed.error;
  return Object.fromEntries(names.map((n, i) => [n, values[i] ?? null]));
}

/** Charges what the branches used, and keeps what they left for after the answer. */
function joinBranches(run: Run, children: readonly Run[]): void {
  const before = run.steps;
  for (const child of children) {
    run.spend(Math.max(0, before - child.steps));
    if (child.postProcesses !== null) run.postProcesses = [...(run.postProcesses ?? []), ...child.postProcesses];
    if (child.status !== null) run.status = child.status;
    if (child.responseHeaders !== null) run.responseHeaders = new Map([...(run.responseHeaders ?? []), ...child.responseHeaders]);
  }
}

/** Branches that await nothing: one after the other, with the budgets, and to the end, as if they ran at the same time. */
export function parallelPure(
  run: Run,
  step: number,
  names: readonly string[],
  branches: readonly ((run: Run) => Value)[],
): ValueObject {
  const source = new CancelSource(run.signal);
  const children = branches.map((_, i) => run.branch(step, i, source));
  const values: Value[] = [];
  const failures: unknown[] = [];
  try {
    for (const [i, branch] of branches.entries()) {
      try {
        values.push(branch(children[i] as Run));
      } catch (error) {
        // What is started again is no failure.
        if (error === yieldSignal) throw error;
        values.push(null);
        failures.push(error);
      }
    }
  } finally {
    source.close();
  }
  joinBranches(run, children);
  if (failures.length > 0) throw failures[0];
  return Object.fromEntries(names.map((n, i) => [n, values[i] ?? null]));
}
