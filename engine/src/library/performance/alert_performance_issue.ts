/** Stores an alert of type performance_issue. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { defineFunction } from '../define.ts';
import { alertType } from './alert-type.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.raise_alert(run, step, { alertType: 'performance_issue', data: args.data ?? null });

export const alertPerformanceIssue = defineFunction({
  name: 'alert_performance_issue',
  aliases: ['performance_alert'],
  family: 'performance',
  description: 'Stores an alert of type performance_issue; `GET /api/alerts` lists it.',
  parameters: { data: { kind: 'value', required: true, description: 'Any value up to 64 kB: what was slow, and why.' } },
  effects: ['raise_alert'],
  result: () => alertType,
  plan: (step) => [step.invoke(invoke, null, step.values('data'))],
  examples: [
    {
      title: 'Reports a slow endpoint',
      stack: [{ function: 'alert_performance_issue', data: { endpoint: '/orders', execution_time: 6_200 } }],
    },
  ],
});
