/** Changes a record by whatever an object holds. */
import { compilePatch } from '../../3-plan/sql/writes/update.ts';
import { invokePatch } from '../../query/write.ts';
import { defineFunction } from '../define.ts';
import { compiled, idParameter, recordHabits, tableParameter, whereParameter } from './shared.ts';

export const patchRecord = defineFunction({
  name: 'patch_record',
  aliases: ['db_patch'],
  family: 'database',
  description: 'Changes the columns of one record that an object has keys for, and answers the record as it stands then.',
  parameters: {
    table: tableParameter,
    id: idParameter,
    where: whereParameter,
    data: {
      kind: 'value',
      required: true,
      types: ['object'],
      aliases: ['values', 'fields'],
      description: 'Any object: only its keys are written, unknown ones are refused.',
    },
  },
  habits: recordHabits,
  effects: ['query', 'now', 'uuid', 'hash_password'],
  ...compiled(compilePatch, invokePatch),
  examples: [
    {
      title: 'Changes only what was sent',
      stack: [
        {
          function: 'patch_record',
          table: 'order',
          id: '{{ input.id }}',
          data: '{{ input|pick:["status", "note"] }}',
          return_as: 'order',
        },
      ],
    },
  ],
});
