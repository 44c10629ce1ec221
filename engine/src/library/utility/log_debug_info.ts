/** Writes to the log. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { defineFunction } from '../define.ts';
import { warnOfLog } from '../marks.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) => run.effects.log(run, step, { data: args.data ?? null });

export const logDebugInfo = defineFunction({
  name: 'log_debug_info',
  aliases: ['debug_log', 'log', 'log_debug', 'log_info', 'log_message'],
  family: 'utility',
  description: "Writes a value to the server's log, with the request's id; what looks like a secret is masked.",
  parameters: { data: { kind: 'value', required: true, aliases: ['message', 'value'], description: 'Any value.' } },
  effects: ['log'],
  result: null,
  check: (step) => warnOfLog(step, 'data'),
  plan: (step) => [step.invoke(invoke, null, step.values('data'), { awaits: false })],
  examples: [{ title: 'Notes where a run is', stack: [{ function: 'log_debug_info', data: { stage: 'prices read' } }] }],
});
