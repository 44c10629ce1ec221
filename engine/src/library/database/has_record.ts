/** Asks whether a record is there. */
import { compileHas } from '../../3-plan/sql/record.ts';
import { invokeHas } from '../../query/query.ts';
import { defineFunction } from '../define.ts';
import { compiled, idParameter, lockParameter, recordHabits, tableParameter, whereParameter } from './shared.ts';

export const hasRecord = defineFunction({
  name: 'has_record',
  aliases: ['db_has', 'record_exists'],
  family: 'database',
  description: 'Whether there is a record with this key, or one that meets a condition.',
  parameters: { table: tableParameter, id: idParameter, where: whereParameter, lock: lockParameter },
  habits: recordHabits,
  effects: ['query'],
  ...compiled(compileHas, invokeHas),
  examples: [
    {
      title: 'Refuses an address that is taken',
      stack: [
        { function: 'has_record', table: 'customer', where: '{{ db.customer.email == input.email }}', return_as: 'taken' },
        { function: 'precondition', condition: '{{ !taken }}', code: 'email_taken', status: 409 },
      ],
    },
  ],
});
