/** Waits. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { intArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.sleep(run, step, { durationMs: intArgument('sleep: duration_ms', args.duration_ms, 0, 600_000) });

export const sleep = defineFunction({
  name: 'sleep',
  aliases: ['wait', 'delay'],
  family: 'utility',
  description: 'Waits so many milliseconds; the deadline of the run goes on.',
  parameters: {
    duration_ms: {
      kind: 'value',
      types: ['int'],
      required: true,
      aliases: ['duration', 'ms'],
      description: 'Milliseconds, 0 to 600,000.',
    },
  },
  effects: ['sleep'],
  result: null,
  plan: (step) => [step.invoke(invoke, null, step.values('duration_ms'))],
  examples: [{ title: 'Waits half a second', stack: [{ function: 'sleep', duration_ms: 500 }] }],
});
