import { defineFunction } from '../define.ts';

export const whileFunction = defineFunction({
  name: 'while',
  aliases: ['while_loop'],
  family: 'flow',
  description:
    "Runs steps as long as a condition holds. Every turn counts as a step of the run's budget, so that a loop without end is stopped.",
  parameters: {
    condition: { kind: 'condition', required: true, deferred: true, description: 'Asked before each turn.' },
    stack: {
      kind: 'stack',
      required: true,
      aliases: ['operations', 'function_stack', 'steps'],
      description: 'Steps for each turn.',
    },
  },
  effects: [],
  result: null,
  check(step) {
    const stack = step.param('stack');
    step.walk.loop([stack], () => {
      // Names that only a turn makes are there in the condition too, from the second time on.
      const condition = step.expression('condition');
      if (condition !== undefined) step.checkExpression(condition);
      step.walk.block(stack, 'stack', { inLoop: true });
    });
  },
  plan: (step) => [
    { op: 'while', condition: step.value('condition') ?? { op: 'constant', value: false }, block: step.block('stack') },
  ],
  examples: [
    {
      title: 'Doubling until a bound',
      stack: [
        { function: 'create_variable', name: 'n', value: 1 },
        {
          function: 'while',
          condition: '{{ n < 100 }}',
          stack: [{ function: 'update_variable', name: 'n', value: '{{ n * 2 }}' }],
        },
      ],
      expect: { n: 128 },
    },
  ],
});
