/** Deletes a record. */
import { compileDelete } from '../../3-plan/sql/writes/delete.ts';
import { invokeChange } from '../../query/write.ts';
import { defineFunction } from '../define.ts';
import { compiled, idParameter, recordHabits, tableParameter, whereParameter } from './shared.ts';

export const deleteRecord = defineFunction({
  name: 'delete_record',
  aliases: ['db_del', 'db_delete', 'remove_record'],
  family: 'database',
  description: 'Deletes one record and answers it as it stood. By `where`, exactly one record must match.',
  parameters: { table: tableParameter, id: idParameter, where: whereParameter },
  habits: recordHabits,
  effects: ['query'],
  ...compiled(compileDelete, invokeChange),
  examples: [
    {
      title: 'Deletes an order',
      stack: [{ function: 'delete_record', table: 'order', id: '{{ input.id }}', return_as: 'deleted' }],
    },
  ],
});
