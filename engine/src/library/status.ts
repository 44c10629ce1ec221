/** Statuses that stand in a file: seen at publish instead of by the first run. */
import { parameterShape } from '../2-check/problems.ts';
import { constantOf } from '../filters/index.ts';
import type { StepCheck } from './define.ts';

/** A `status` that is known now must be one that the run would take: from `least` to 599. */
export function checkStatus(step: StepCheck, least: number): void {
  const node = step.param('status');
  const expression = step.expression('status');
  const status = expression === undefined ? undefined : constantOf(expression);
  if (node === undefined || typeof status !== 'number' || (status >= least && status <= 599)) return;
  step.problem(parameterShape, node, { parameter: 'status', wanted: `from ${least} to 599`, found: String(status) });
}
