/** Adds a record. */
import { compileAdd } from '../../3-plan/sql/writes/insert.ts';
import { invokeAdd } from '../../query/write.ts';
import { defineFunction } from '../define.ts';
import { compiled, dataParameter, tableParameter } from './shared.ts';

export const addRecord = defineFunction({
  name: 'add_record',
  aliases: ['db_add', 'create_record', 'insert_record'],
  family: 'database',
  description: 'Adds a record and answers it as it stands then, without password columns.',
  parameters: { table: tableParameter, data: dataParameter },
  effects: ['query', 'now', 'uuid', 'hash_password'],
  ...compiled(compileAdd, invokeAdd),
  examples: [
    {
      title: 'Adds a customer; the password is hashed on the way',
      stack: [
        {
          function: 'add_record',
          table: 'customer',
          data: { email: '{{ input.email }}', password: '{{ input.password }}' },
          return_as: 'customer',
        },
      ],
    },
  ],
});
