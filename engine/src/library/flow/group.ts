import { misplaced } from '../../2-check/problems.ts';
import { defineFunction } from '../define.ts';

export const group = defineFunction({
  name: 'group',
  family: 'flow',
  description: 'Steps under one heading. It has no scope of its own.',
  parameters: { stack: { kind: 'stack', required: true, aliases: ['steps'], description: 'The steps.' } },
  effects: [],
  result: null,
  check: (step) => step.walk.block(step.param('stack'), 'stack'),
  plan: (step) => [{ op: 'group', block: step.block('stack') }],
  examples: [
    {
      title: 'Two steps together',
      stack: [{ function: 'group', stack: [{ function: 'create_variable', name: 'a', value: 1 }] }],
      expect: { a: 1 },
    },
  ],
});

export const postProcess = defineFunction({
  name: 'post_process',
  family: 'flow',
  description:
    'Steps for after the answer has left and everything is committed. They see the variables as they are at this place; they do not run when the run failed, and are lost when the server stops.',
  parameters: { stack: { kind: 'stack', required: true, aliases: ['steps'], description: 'The steps.' } },
  effects: [],
  result: null,
  check(step) {
    if (step.flow.inPostProcess) step.problem(misplaced, step.node, { what: '"post_process"', where: 'in another post_process' });
    step.walk.aside(step.param('stack'), 'stack');
  },
  plan: (step) => [{ op: 'post_process', block: step.block('stack') }],
  examples: [
    {
      title: 'A line in the log, later',
      stack: [
        { function: 'create_variable', name: 'id', value: 7 },
        { function: 'post_process', stack: [{ function: 'log_debug_info', data: '{{ id }}' }] },
      ],
      expect: { id: 7 },
    },
  ],
});
