import { anyType } from '../../types/type.ts';
import { defineFunction } from '../define.ts';

export const updateVariable = defineFunction({
  name: 'update_variable',
  aliases: ['var.update', 'update_var'],
  family: 'variables',
  description: 'Gives a variable, or a part of one, a new value.',
  parameters: {
    name: {
      kind: 'path',
      required: true,
      aliases: ['variable'],
      description:
        'The variable, or a path into it: cart.lines[0].count. Missing objects are made; an index equal to the length appends.',
    },
    value: { kind: 'value', required: true, description: 'Any JSON with expressions.' },
  },
  habits: [{ names: ['operation'], instead: () => 'Write the new value: "value": "{{ total + 1 }}", "{{ list|push:item }}".' }],
  effects: [],
  result: null,
  check(step) {
    const value = step.expression('value');
    step.walk.assignPath('name', value === undefined ? anyType : step.typeOf(value));
  },
  plan(step) {
    const { slot, parts } = step.path('name');
    const value = step.value('value') ?? { op: 'constant', value: null };
    return [parts.length === 0 ? { op: 'assign', slot, value } : { op: 'assign_path', slot, path: parts, value }];
  },
  examples: [
    {
      title: 'A path into an object, made on the way',
      stack: [
        { function: 'create_variable', name: 'cart', value: {} },
        { function: 'update_variable', name: 'cart.customer.name', value: 'Ada' },
        { function: 'update_variable', name: 'cart.lines', value: [{ count: 1 }] },
        { function: 'update_variable', name: 'cart.lines[1]', value: { count: 2 } },
      ],
      expect: { cart: { customer: { name: 'Ada' }, lines: [{ count: 1 }, { count: 2 }] } },
    },
  ],
});
