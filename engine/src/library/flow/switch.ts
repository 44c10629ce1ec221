import { type JsonNode, type JsonObject, member } from '../../1-syntax/ast.ts';
import { describeNode } from '../../2-check/literal.ts';
import { canBeEqual } from '../../2-check/operators.ts';
import { neverEqual, parameterShape, unknownParameter } from '../../2-check/problems.ts';
import { nearest } from '../../nearest.ts';
import { describeType } from '../../types/type.ts';
import { defineFunction, type StepCheck } from '../define.ts';

const caseKeys = ['when', 'stack'];

function casesOf(step: StepCheck): readonly JsonObject[] {
  const node = step.param('cases');
  return node?.kind === 'array' ? node.items.filter((item): item is JsonObject => item.kind === 'object') : [];
}

/** The values of one case: `when` is one or a list of them. */
function whenNodes(node: JsonObject): readonly JsonNode[] {
  const when = member(node, 'when');
  if (when === undefined) return [];
  return when.kind === 'array' ? when.items : [when];
}

function checkCase(step: StepCheck, node: JsonNode): void {
  if (node.kind !== 'object') {
    step.problem(parameterShape, node, { parameter: 'cases', wanted: 'a list of {"when", "stack"}', found: describeNode(node) });
    return;
  }
  for (const m of node.members)
    if (!caseKeys.includes(m.key)) {
      const details = { name: m.key, function: 'A case of switch', nearest: nearest(m.key, caseKeys), known: caseKeys };
      step.problem(unknownParameter, { span: m.keySpan, pointer: m.value.pointer }, details);
    }
  for (const key of caseKeys)
    if (member(node, key) === undefined)
      step.problem(parameterShape, node, {
        parameter: 'cases',
        wanted: `a list of {"when", "stack"}, with "${key}" in each`,
        found: 'a case without it',
      });
  const value = step.expression('value');
  for (const when of whenNodes(node)) {
    const found = step.checkExpression(step.parse(when));
    if (value === undefined) continue;
    const asked = step.typeOf(value);
    if (!canBeEqual(asked, found)) step.problem(neverEqual, when, { left: describeType(asked), right: describeType(found) });
  }
}

export const switchFunction = defineFunction({
  name: 'switch',
  family: 'flow',
  description: 'Runs the first case whose value is equal; nothing falls through to the next.',
  parameters: {
    value: { kind: 'value', required: true, aliases: ['variable'], description: 'What is compared.' },
    cases: {
      kind: 'cases',
      required: true,
      description: 'A list of cases, each with `when` (a value, or a list of values) and `stack`.',
      schema: {
        type: 'array',
        items: {
          type: 'object',
          required: ['when', 'stack'],
          properties: { when: {}, stack: { $ref: '#/$defs/stack' } },
          additionalProperties: false,
        },
      },
    },
    default: { kind: 'stack', description: 'Steps for when no case fits.' },
  },
  effects: [],
  result: null,
  check(step) {
    const cases = step.param('cases');
    if (cases !== undefined && cases.kind !== 'array')
      step.problem(parameterShape, cases, {
        parameter: 'cases',
        wanted: 'a list of {"when", "stack"}',
        found: describeNode(cases),
      });
    if (cases?.kind === 'array') for (const node of cases.items) checkCase(step, node);
    step.walk.ways(...casesOf(step).map((node) => () => step.walk.block(member(node, 'stack'), 'stack')), () =>
      step.walk.block(step.param('default'), 'default'),
    );
  },
  plan: (step) => [
    {
      op: 'switch',
      value: step.value('value') ?? { op: 'constant', value: null },
      cases: casesOf(step).map((node) => ({
        when: whenNodes(node).map((when) => step.lower(step.parse(when))),
        block: step.blockOf(member(node, 'stack')),
      })),
      otherwise: step.block('default'),
    },
  ],
  examples: [
    {
      title: 'Several values in one case',
      stack: [
        { function: 'create_variable', name: 'status', value: 'paid' },
        {
          function: 'switch',
          value: '{{ status }}',
          cases: [{ when: ['paid', 'sent'], stack: [{ function: 'create_variable', name: 'label', value: 'done' }] }],
          default: [{ function: 'create_variable', name: 'label', value: 'open' }],
        },
      ],
      expect: { label: 'done' },
    },
  ],
});
