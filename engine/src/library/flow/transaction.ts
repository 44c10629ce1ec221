import { nestedIsolation, outboundInTransaction, retriesWithEffects } from '../../2-check/problems.ts';
import { mayBeRepeated } from '../../effects.ts';
import { defineFunction } from '../define.ts';

const isolations = ['read_committed', 'repeatable_read', 'serializable'] as const;

export const transaction = defineFunction({
  name: 'transaction',
  aliases: ['database_transaction', 'db_transaction'],
  family: 'database',
  description:
    'Runs steps in one database transaction: all of their writes or none. `return`, `break` and `continue` out of it commit, an error rolls back. One inside another is a savepoint.',
  parameters: {
    stack: { kind: 'stack', required: true, aliases: ['steps'], description: 'The steps.' },
    isolation: {
      kind: 'literal',
      schema: { enum: [...isolations] },
      default: 'read_committed',
      description: 'How much of other transactions is seen.',
    },
    retries: {
      kind: 'literal',
      schema: { type: 'integer', minimum: 0, maximum: 10 },
      default: 0,
      description:
        'How often it is run again after a serialization failure or a deadlock; variables go back to their start. Only where the steps have no effect but the database.',
    },
  },
  effects: ['begin', 'commit', 'rollback', 'savepoint', 'release_savepoint', 'rollback_to_savepoint'],
  result: null,
  check(step) {
    const isolation = step.param('isolation');
    if (isolation !== undefined && step.flow.inTransaction) step.problem(nestedIsolation, isolation, {});
    const { effects } = step.nested('stack');
    const retries = step.param('retries');
    if (retries !== undefined && Number(step.literal('retries')) > 0 && !mayBeRepeated(effects))
      step.problem(retriesWithEffects, retries, {});
    if (effects.has('http_request')) step.problem(outboundInTransaction, step.node, {});
    step.walk.block(step.param('stack'), 'stack', { inTransaction: true });
  },
  plan(step) {
    const isolation = isolations.find((i) => i === step.literal('isolation')) ?? 'read_committed';
    const retries = step.literal('retries');
    return [
      {
        op: 'transaction',
        block: step.block('stack'),
        isolation,
        retries: typeof retries === 'number' ? retries : 0,
        nested: step.flow.inTransaction,
      },
    ];
  },
  examples: [],
});
