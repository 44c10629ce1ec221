/** Advice that the measured evidence supports, and no other. */
import { errorOf, wrongType } from '../../errors.ts';
import type { Invoke } from '../../ir.ts';
import { listOf, nullable, objectOf, type } from '../../types/type.ts';
import { typeName } from '../../values/operators.ts';
import type { ValueObject } from '../../values/value.ts';
import { isList } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) => {
  const analysis = args.analysis ?? null;
  if (analysis !== null && !isList(analysis))
    throw errorOf(wrongType, { what: 'suggest_optimizations: analysis', found: typeName(analysis), wanted: 'list' });
  return run.effects.suggest_optimizations(run, step, { analysis });
};

export const suggestOptimizations = defineFunction({
  name: 'suggest_optimizations',
  aliases: ['optimization_suggestions'],
  family: 'performance',
  description: 'What would make the analysed endpoints faster, each with its evidence; an empty list where nothing was seen.',
  parameters: {
    analysis: {
      kind: 'value',
      types: ['list', 'null'],
      required: true,
      description: 'What analyze_slow_endpoints gave; null and [] give [].',
    },
  },
  effects: ['suggest_optimizations'],
  result: () =>
    listOf(
      objectOf([
        ['kind', type('text')],
        ['endpoint', type('text')],
        ['step', nullable(type('object'))],
        ['evidence', type('object')],
        ['suggestion', type('text')],
        ['expected_gain', nullable(type('decimal'))],
      ]),
    ),
  plan: (step) => [step.invoke(invoke, null, step.values('analysis'))],
  examples: [
    {
      title: 'Nothing analysed, nothing suggested',
      stack: [{ function: 'suggest_optimizations', analysis: [], return_as: 'advice' }],
    },
  ],
});
