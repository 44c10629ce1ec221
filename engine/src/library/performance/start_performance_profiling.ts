/** Begins a profile of the run. */
import type { Invoke } from '../../ir.ts';
import { objectOf, type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const what = 'start_performance_profiling: profile_id';
const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.start_profiling(run, step, {
    profileId: absent(args.profile_id)
      ? run.effects.uuid(run, step, { version: 7 })
      : textArgument(what, args.profile_id, 1, 200),
  });

export const startPerformanceProfiling = defineFunction({
  name: 'start_performance_profiling',
  aliases: ['start_profiling'],
  family: 'performance',
  description: 'Begins to measure what this run does, until end_performance_profiling.',
  parameters: {
    profile_id: { kind: 'value', types: ['text'], description: 'Name of the profile within this run; made when left out.' },
  },
  effects: ['start_profiling', 'uuid'],
  result: () =>
    objectOf([
      ['id', type('text')],
      ['started_at', type('timestamp')],
      ['endpoint', type('text')],
    ]),
  plan: (step) => [step.invoke(invoke, null, step.values('profile_id'))],
  examples: [
    {
      title: 'Measures a part of a stack',
      stack: [
        { function: 'start_performance_profiling', profile_id: '{{ uuid }}', return_as: 'session' },
        { function: 'sleep', duration_ms: 20 },
        { function: 'end_performance_profiling', profile_id: '{{ session.id }}', return_as: 'profile' },
      ],
    },
  ],
});
