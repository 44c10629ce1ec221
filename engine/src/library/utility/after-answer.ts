/** Status and headers can't be chosen once the answer has left. */
import { defineProblem } from '../../problems.ts';
import type { StepCheck } from '../define.ts';

const afterAnswer = defineProblem<{ function: string }>({
  code: 'after_answer',
  severity: 'error',
  title: 'Status or headers are set inside post_process',
  solve: 'post_process runs after the answer has left: set status and headers before it.',
  message: (d) => `${d.function} has no effect after the answer.`,
  hint: () => 'Move the step out of post_process.',
});

/** Reports the step when it stands inside post_process. */
export function refuseAfterAnswer(step: StepCheck, name: string): void {
  if (step.flow.inPostProcess) step.problem(afterAnswer, step.node, { function: name });
}
