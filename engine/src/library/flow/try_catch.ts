import { anyType, nullable, objectOf, type Type, type } from '../../types/type.ts';
import { defineFunction } from '../define.ts';

const errorParts: readonly (readonly [string, Type])[] = [
  ['code', type('text')],
  ['message', type('text')],
  ['status', type('int')],
  ['step', nullable(type('text'))],
  ['data', anyType],
];

/** What a catch block sees of an error. */
const errorType = objectOf([...errorParts, ['cause', nullable(objectOf(errorParts))]]);

export const tryCatch = defineFunction({
  name: 'try_catch',
  aliases: ['try'],
  family: 'flow',
  description:
    'Catches errors of its steps. `error` has code, message, status, step and data, and as `cause` (else null) the same of the error that it replaced in a `finally`. Limits, the deadline and cancellation can not be caught. Inside a transaction what the steps wrote is undone when an error is caught.',
  parameters: {
    try: { kind: 'stack', required: true, aliases: ['try_block', 'try_stack'], description: 'Steps whose errors are caught.' },
    catch: {
      kind: 'stack',
      aliases: ['catch_block', 'catch_stack'],
      description: 'Steps for after an error. Left out: the error goes on, after `finally`.',
    },
    finally: { kind: 'stack', aliases: ['finally_block', 'finally_stack'], description: 'Steps for afterwards in any case.' },
  },
  effects: ['savepoint', 'release_savepoint', 'rollback_to_savepoint'],
  result: null,
  check(step) {
    const { walk } = step;
    const attempt = step.param('try');
    const caught = step.param('catch');
    const last = step.param('finally');
    const recover = (): void => {
      walk.afterAny([attempt]);
      walk.withNames([{ key: 'error', name: 'error', type: errorType, at: caught ?? step.node }], () =>
        walk.block(caught, 'catch'),
      );
    };
    walk.ways(() => walk.block(attempt, 'try'), ...(caught === undefined ? [] : [recover]));
    if (last === undefined) return;
    walk.afterAny([attempt, caught]);
    walk.block(last, 'finally', { inFinally: true, inLoop: false });
  },
  plan: (step) => [
    {
      op: 'try',
      body: step.block('try'),
      error: step.param('catch') === undefined ? null : step.slot('error'),
      catch: step.param('catch') === undefined ? null : step.block('catch'),
      finally: step.param('finally') === undefined ? null : step.block('finally'),
    },
  ],
  examples: [
    {
      title: 'A division that may fail',
      stack: [
        {
          function: 'try_catch',
          try: [{ function: 'create_variable', name: 'share', value: '{{ 10 / 0 }}' }],
          catch: [{ function: 'create_variable', name: 'share', value: '{{ error.code }}' }],
          finally: [{ function: 'create_variable', name: 'done', value: true }],
        },
      ],
      expect: { share: 'division_by_zero', done: true },
    },
  ],
});
