/** Ranks this environment's endpoints by the time they cost. */
import type { Invoke } from '../../ir.ts';
import { listOf, nullable, objectOf, type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, intArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const defaultLimit = 10;
const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.slow_endpoints(run, step, {
    limit: absent(args.limit) ? defaultLimit : intArgument('analyze_slow_endpoints: limit', args.limit, 1, 100),
  });

const figure = type('decimal');

export const analyzeSlowEndpoints = defineFunction({
  name: 'analyze_slow_endpoints',
  aliases: ['slow_endpoints'],
  family: 'performance',
  description:
    "This environment's endpoints by total time, with percentiles and where the time goes; an empty list before the first request.",
  parameters: { limit: { kind: 'value', types: ['int'], default: defaultLimit, description: 'At most so many, 1 to 100.' } },
  effects: ['slow_endpoints'],
  result: () =>
    listOf(
      objectOf([
        ['endpoint', type('text')],
        ['method', type('text')],
        ['calls', type('int')],
        ['errors', type('int')],
        ['total_ms', figure],
        ['p50_ms', figure],
        ['p95_ms', figure],
        ['p99_ms', figure],
        ['trend', nullable(figure)],
        [
          'where',
          objectOf([
            ['database', figure],
            ['network', figure],
            ['code', figure],
            ['waiting', figure],
          ]),
        ],
        ['slowest_step', nullable(type('object'))],
      ]),
    ),
  plan: (step) => [step.invoke(invoke, null, step.values('limit'))],
  examples: [{ title: 'The three that cost most', stack: [{ function: 'analyze_slow_endpoints', limit: 3, return_as: 'slow' }] }],
});
