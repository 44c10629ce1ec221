/** Adds a record, or changes the one that is there. */
import { compileAddOrEdit } from '../../3-plan/sql/writes/insert.ts';
import { invokeAdd } from '../../query/write.ts';
import { defineFunction } from '../define.ts';
import { compiled, dataParameter, tableParameter } from './shared.ts';

export const addOrEditRecord = defineFunction({
  name: 'add_or_edit_record',
  aliases: ['db_add_or_edit', 'upsert_record'],
  family: 'database',
  description: 'Adds a record, or changes the one with the same values in `key`, in one statement; answers it as it stands then.',
  parameters: {
    table: tableParameter,
    key: {
      kind: 'raw',
      required: true,
      description:
        'The columns that find the record; they need a unique index. A record is never found by null: with null in one of them a record is added each time.',
      schema: { type: 'array', items: { type: 'string' } },
    },
    data: dataParameter,
  },
  effects: ['query', 'now', 'uuid', 'hash_password'],
  ...compiled(compileAddOrEdit, invokeAdd),
  examples: [
    {
      title: 'Keeps one row for each setting',
      stack: [
        {
          function: 'add_or_edit_record',
          table: 'setting',
          key: ['name'],
          data: { name: '{{ input.name }}', value: '{{ input.value }}' },
          return_as: 'setting',
        },
      ],
    },
  ],
});
