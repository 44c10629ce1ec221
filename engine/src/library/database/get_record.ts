/** Reads one record. */
import { compileGet } from '../../3-plan/sql/record.ts';
import { invokeGet } from '../../query/query.ts';
import { defineFunction } from '../define.ts';
import {
  compiled,
  idParameter,
  lockParameter,
  outputParameter,
  recordHabits,
  sortParameter,
  tableParameter,
  whereParameter,
  withParameter,
} from './shared.ts';

export const getRecord = defineFunction({
  name: 'get_record',
  aliases: ['query_single_record', 'db_get', 'find_record'],
  family: 'database',
  description: 'The record with this key, or the first that meets a condition; null where there is none.',
  parameters: {
    table: tableParameter,
    id: idParameter,
    where: whereParameter,
    sort: sortParameter,
    output: outputParameter,
    with: withParameter,
    lock: lockParameter,
  },
  habits: recordHabits,
  effects: ['query'],
  ...compiled(compileGet, invokeGet),
  examples: [
    {
      title: 'Reads an order with its lines',
      stack: [
        {
          function: 'get_record',
          table: 'order',
          id: '{{ input.id }}',
          with: { lines: { table: 'order_line', where: '{{ db.order_line.order_id == db.order.id }}' } },
          return_as: 'order',
        },
        { function: 'precondition', condition: '{{ order != null }}', code: 'not_found', status: 404 },
      ],
    },
  ],
});
