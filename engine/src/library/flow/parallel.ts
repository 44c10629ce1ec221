import type { JsonMember } from '../../1-syntax/ast.ts';
import { describeNode } from '../../2-check/literal.ts';
import { databaseInParallel, notAStack, parameterShape } from '../../2-check/problems.ts';
import { usesDatabase } from '../../effects.ts';
import { objectOf, type Type } from '../../types/type.ts';
import { defineFunction, type StepCheck } from '../define.ts';

function branchesOf(step: StepCheck): readonly JsonMember[] {
  const node = step.param('branches');
  return node?.kind === 'object' ? node.members : [];
}

/** Types of the branches' results, kept between `check` and `result` of one step. */
const results = new WeakMap<object, Map<string, Type>>();

export const parallel = defineFunction({
  name: 'parallel',
  family: 'flow',
  description:
    'Runs branches at the same time. A branch sees outer variables read-only and makes its own. The result holds, by name, the value that each branch returned, or else what its last return_as holds. When one fails the others are cancelled; what they had committed stays.',
  parameters: {
    branches: {
      kind: 'branches',
      required: true,
      description: 'Name to steps.',
      schema: { type: 'object', additionalProperties: { $ref: '#/$defs/stack' } },
    },
  },
  effects: [],
  result: (step) => objectOf(results.get(step.node) ?? []),
  check(step) {
    const node = step.param('branches');
    if (node !== undefined && node.kind !== 'object')
      step.problem(parameterShape, node, {
        parameter: 'branches',
        wanted: 'an object, name to steps',
        found: describeNode(node),
      });
    if (step.flow.inTransaction && usesDatabase(step.nested('branches').effects)) step.problem(databaseInParallel, step.node, {});
    const types = new Map<string, Type>();
    for (const branch of branchesOf(step)) {
      if (branch.value.kind !== 'array')
        step.problem(notAStack, branch.value, { parameter: branch.key, found: describeNode(branch.value) });
      else types.set(branch.key, step.walk.branch(branch.key, branch.value));
    }
    results.set(step.node, types);
  },
  plan: (step) => [
    {
      op: 'parallel',
      branches: branchesOf(step).map((b) => ({
        name: b.key,
        block: step.blockOf(b.value),
        lastResult: step.lastResult(b.key),
        inherited: step.inherited(b.key),
      })),
      into: step.into,
    },
  ],
  examples: [
    {
      title: 'Two values at once',
      stack: [
        {
          function: 'parallel',
          branches: {
            a: [{ function: 'return', value: 1 }],
            b: [
              { function: 'sleep', duration_ms: 1 },
              { function: 'return', value: 2 },
            ],
          },
          return_as: 'both',
        },
      ],
      expect: { both: { a: 1, b: 2 } },
    },
  ],
});
