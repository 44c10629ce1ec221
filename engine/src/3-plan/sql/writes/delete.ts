/** delete_record: compiles the step to a deletion of one row. */
import type { StepCheck } from '../../../library/define.ts';
import type { Phase } from '../context.ts';
import { type Compiled, rowCondition } from '../record.ts';
import { identifier, sql } from '../tree.ts';
import { changeOne, planOf, resultOf, type WritePlan, writeStep } from './step.ts';

/** Compiles delete_record. */
export function compileDelete(step: StepCheck, phase: Phase): Compiled<WritePlan> | undefined {
  const write = writeStep(step, phase);
  const row = write === undefined ? undefined : rowCondition(write.context, write.source, 'write');
  if (write === undefined || row === undefined) return undefined;
  const tree = changeOne(write, row, sql`delete from ${identifier(write.table.name)}`);
  return { plan: planOf(write, tree, [], row), context: write.context, result: resultOf(write) };
}
