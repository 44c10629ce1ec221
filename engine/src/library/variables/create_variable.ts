import { anyType } from '../../types/type.ts';
import { defineFunction } from '../define.ts';

export const createVariable = defineFunction({
  name: 'create_variable',
  aliases: ['var', 'set_var'],
  family: 'variables',
  description: 'Makes a variable that the steps after it can read.',
  parameters: {
    name: { kind: 'variable', required: true, aliases: ['variable'], description: 'Its name: letters, digits and underscores.' },
    value: { kind: 'value', required: true, description: 'Any JSON with expressions.' },
  },
  effects: [],
  result: null,
  check(step) {
    const value = step.expression('value');
    step.walk.assign('name', value === undefined ? anyType : step.typeOf(value));
  },
  plan: (step) => [{ op: 'assign', slot: step.slot('name'), value: step.value('value') ?? { op: 'constant', value: null } }],
  examples: [
    {
      title: 'An object with an expression in it',
      stack: [
        { function: 'create_variable', name: 'price', value: 20 },
        { function: 'create_variable', name: 'line', value: { count: 3, total: '{{ price * 3 }}' } },
      ],
      expect: { line: { count: 3, total: 60 } },
    },
  ],
});
