/** Figures of this node and its database. */
import type { Invoke } from '../../ir.ts';
import { nullable, objectOf, type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step) => run.effects.system_metrics(run, step, null);
const figure = type('decimal');

export const getSystemMetrics = defineFunction({
  name: 'get_system_metrics',
  aliases: ['system_metrics'],
  family: 'performance',
  description:
    'True figures of this node and its database: percentages as per cent, times in milliseconds, requests of the last 60 s.',
  parameters: {},
  effects: ['system_metrics'],
  result: () =>
    objectOf([
      ['node', type('text')],
      ['uptime_s', type('int')],
      ['cpu_usage', figure],
      ['memory_usage', figure],
      ['disk_usage', nullable(figure)],
      ['event_loop_delay_ms', figure],
      ['db_connections', nullable(type('int'))],
      ['database_connections', nullable(type('int'))],
      ['node_database_connections', type('int')],
      ['database_response_time', nullable(figure)],
      ['avg_response_time', figure],
      ['requests_per_minute', type('int')],
      ['error_rate', figure],
      ['cache_hit_ratio', figure],
    ]),
  plan: (step) => [step.invoke(invoke, null, step.values())],
  examples: [{ title: 'Reads the figures', stack: [{ function: 'get_system_metrics', return_as: 'system_metrics' }] }],
});
