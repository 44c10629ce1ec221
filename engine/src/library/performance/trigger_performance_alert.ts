/** Stores an alert of a type of one's own. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { alertType } from './alert-type.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.raise_alert(run, step, {
    alertType: textArgument('trigger_performance_alert: alert_type', args.alert_type, 1, 100),
    data: args.data ?? null,
  });

export const triggerPerformanceAlert = defineFunction({
  name: 'trigger_performance_alert',
  aliases: ['trigger_alert'],
  family: 'performance',
  description: 'Stores an alert; `GET /api/alerts` lists it.',
  parameters: {
    alert_type: {
      kind: 'value',
      types: ['text'],
      required: true,
      description: 'What happened, for example resource_threshold_exceeded.',
    },
    data: { kind: 'value', description: 'Any value up to 64 kB, kept with the alert.' },
  },
  effects: ['raise_alert'],
  result: () => alertType,
  plan: (step) => [step.invoke(invoke, null, step.values('alert_type', 'data'))],
  examples: [
    {
      title: 'Raises an alert',
      stack: [{ function: 'trigger_performance_alert', alert_type: 'queue_too_long', data: { length: 120 }, return_as: 'alert' }],
    },
  ],
});
