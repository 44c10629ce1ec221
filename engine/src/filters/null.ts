/** Filters about null. (`filter_null` stands with the lists.) */
import { join, notNull } from '../types/type.ts';
import { defineFilter } from './define.ts';

const firstNotnull = defineFilter({
  name: 'first_notnull',
  aliases: ['default', 'coalesce', 'if_null', 'ifnull'],
  family: 'null',
  description: 'The value, or the other one when it is null. The same as `??`.',
  parameters: [{ name: 'other', kind: 'value', description: 'Answered when the value is null.' }],
  result: (input, [other]) => (other === undefined || !input.nullable ? input : join(notNull(input), other)),
  run: (_context, value, other) => value ?? other,
  examples: [
    { expression: 'null|first_notnull:5', result: 5 },
    { expression: '0|first_notnull:5', result: 0 },
    { expression: '"a"|first_notnull:null', result: 'a' },
  ],
});

/** The filters of this file. */
export const nullFilters = [firstNotnull];
