import { defineFunction } from '../define.ts';

export const conditional = defineFunction({
  name: 'conditional',
  aliases: ['if'],
  family: 'flow',
  description: 'Runs one of two branches. null, false, 0 and the empty text count as false.',
  parameters: {
    condition: { kind: 'condition', required: true, aliases: ['if'], description: 'An expression whose truth is asked.' },
    true_branch: {
      kind: 'stack',
      aliases: ['true_stack', 'true_steps', 'true_functions', 'then'],
      description: 'Steps for a true condition.',
    },
    false_branch: {
      kind: 'stack',
      aliases: ['false_stack', 'false_steps', 'false_functions', 'else'],
      description: 'Steps for a false one.',
    },
  },
  effects: [],
  result: null,
  check(step) {
    step.walk.ways(
      () => step.walk.block(step.param('true_branch'), 'true_branch'),
      () => step.walk.block(step.param('false_branch'), 'false_branch'),
    );
  },
  plan: (step) => [
    {
      op: 'if',
      condition: step.value('condition') ?? { op: 'constant', value: false },
      then: step.block('true_branch'),
      otherwise: step.block('false_branch'),
    },
  ],
  examples: [
    {
      title: 'A discount from three pieces on',
      stack: [
        { function: 'create_variable', name: 'count', value: 3 },
        { function: 'create_variable', name: 'discount', value: 0 },
        {
          function: 'conditional',
          condition: '{{ count >= 3 }}',
          true_branch: [{ function: 'update_variable', name: 'discount', value: 10 }],
        },
      ],
      expect: { discount: 10 },
    },
  ],
});
