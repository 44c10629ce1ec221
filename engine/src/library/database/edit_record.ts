/** Changes a record by columns that are written out. */
import { compileEdit } from '../../3-plan/sql/writes/update.ts';
import { invokeChange } from '../../query/write.ts';
import { defineFunction } from '../define.ts';
import { compiled, dataParameter, idParameter, recordHabits, tableParameter, whereParameter } from './shared.ts';

export const editRecord = defineFunction({
  name: 'edit_record',
  aliases: ['db_edit', 'update_record'],
  family: 'database',
  description: 'Changes one record and answers it as it stands then. By `where`, exactly one record must match.',
  parameters: { table: tableParameter, id: idParameter, where: whereParameter, data: dataParameter },
  habits: recordHabits,
  effects: ['query', 'now', 'uuid', 'hash_password'],
  ...compiled(compileEdit, invokeChange),
  examples: [
    {
      title: 'Marks an order as paid',
      stack: [{ function: 'edit_record', table: 'order', id: '{{ input.id }}', data: { status: 'paid' }, return_as: 'order' }],
    },
  ],
});
