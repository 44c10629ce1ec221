/** Ends a profile of the run and gives what was measured. */
import type { Invoke } from '../../ir.ts';
import { listOf, nullable, objectOf, type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  absent(args.profile_id)
    ? null
    : run.effects.end_profiling(run, step, {
        profileId: textArgument('end_performance_profiling: profile_id', args.profile_id, 1, 200),
      });

export const endPerformanceProfiling = defineFunction({
  name: 'end_performance_profiling',
  aliases: ['end_profiling', 'stop_performance_profiling'],
  family: 'performance',
  description: 'Ends the profile and gives its figures; null when no such profile was begun in this run.',
  parameters: {
    profile_id: {
      kind: 'value',
      types: ['text', 'null'],
      required: true,
      description: 'As start_performance_profiling gave it.',
    },
  },
  effects: ['end_profiling'],
  result: () =>
    nullable(
      objectOf([
        ['id', type('text')],
        ['endpoint', type('text')],
        ['execution_time', type('decimal')],
        ['steps', listOf(type('object'))],
        ['slow_functions', listOf(type('object'))],
        ['database_time', type('decimal')],
        ['queries', type('int')],
        ['memory', type('int')],
        ['optimization_suggestions', listOf(type('object'))],
      ]),
    ),
  plan: (step) => [step.invoke(invoke, null, step.values('profile_id'))],
  examples: [
    {
      title: 'A profile that was never begun is null',
      stack: [{ function: 'end_performance_profiling', profile_id: 'none', return_as: 'profile' }],
    },
  ],
});
