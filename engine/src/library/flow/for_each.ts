import { type JsonNode, member } from '../../1-syntax/ast.ts';
import { describeNode } from '../../2-check/literal.ts';
import { notAllowedHere, parameterShape, unknownParameter, wrongTypeProblem } from '../../2-check/problems.ts';
import { constantOf } from '../../filters/index.ts';
import type { IrIteration } from '../../ir.ts';
import { nearest } from '../../nearest.ts';
import { anyType, describeType, type Type, tainted, type } from '../../types/type.ts';
import { defineFunction, type StepCheck, type StepPlan } from '../define.ts';

const rangeKeys = ['from', 'to', 'step'] as const;

function nameOf(step: StepCheck, parameter: string, otherwise: string): { name: string; at: JsonNode } {
  const node = step.param(parameter);
  return { name: node?.kind === 'string' ? node.value : otherwise, at: node ?? step.node };
}

/** Checks what is looped over and answers the type of an item. */
function checkOver(step: StepCheck): Type {
  const given = ['list', 'range', 'object'].filter((name) => step.param(name) !== undefined);
  if (given.length !== 1)
    step.problem(parameterShape, step.node, {
      parameter: 'list',
      wanted: 'given, or else "range" or "object", and only one of them',
      found: given.length === 0 ? 'none of them' : given.join(' and '),
    });
  const list = step.expression('list');
  if (list !== undefined) return step.typeOf(list).items ?? tainted(anyType, step.typeOf(list));
  const object = step.expression('object');
  if (object !== undefined) return tainted(anyType, step.typeOf(object));
  const range = step.param('range');
  if (range === undefined) return anyType;
  checkRange(step, range);
  return type('int');
}

function checkRange(step: StepCheck, range: JsonNode): void {
  if (range.kind !== 'object') {
    step.problem(parameterShape, range, { parameter: 'range', wanted: '{"from", "to", "step"}', found: describeNode(range) });
    return;
  }
  for (const m of range.members) {
    if (!rangeKeys.some((key) => key === m.key)) {
      const details = { name: m.key, function: 'range', nearest: nearest(m.key, rangeKeys), known: rangeKeys };
      step.problem(unknownParameter, { span: m.keySpan, pointer: m.value.pointer }, details);
      continue;
    }
    const expression = step.parse(m.value);
    const found = step.checkExpression(expression);
    if (m.key === 'step' && constantOf(expression) === 0)
      step.problem(parameterShape, m.value, { parameter: 'step', wanted: 'an int other than 0', found: '0' });
    if (found.kind !== 'int' && found.kind !== 'any')
      step.problem(wrongTypeProblem, m.value, { what: `"${m.key}"`, wanted: 'int', found: describeType(found), hint: undefined });
  }
  for (const key of ['from', 'to'])
    if (member(range, key) === undefined)
      step.problem(parameterShape, range, {
        parameter: 'range',
        wanted: '{"from", "to", "step"}',
        found: `one without "${key}"`,
      });
}

function iteration(step: StepPlan): IrIteration {
  const list = step.value('list');
  if (list !== null) return { kind: 'list', list };
  const object = step.value('object');
  if (object !== null) return { kind: 'object', object };
  const range = step.param('range');
  const end = (key: string, otherwise: number): ReturnType<StepPlan['lower']> => {
    const node = range?.kind === 'object' ? member(range, key) : undefined;
    return node === undefined ? { op: 'constant', value: otherwise } : step.lower(step.parse(node));
  };
  return { kind: 'range', from: end('from', 0), to: end('to', 0), step: end('step', 1) };
}

export const forEach = defineFunction({
  name: 'for_each',
  aliases: ['for_each_loop', 'foreach', 'loop', 'for'],
  family: 'flow',
  description:
    'Runs steps for each item of a list, each number of a range (its end included), or each member of an object. The names of item, index and key are gone after the loop.',
  parameters: {
    list: { kind: 'value', types: ['list', 'null'], aliases: ['array'], description: 'The list. null counts as an empty one.' },
    range: {
      kind: 'raw',
      schema: {
        type: 'object',
        required: ['from', 'to'],
        properties: { from: {}, to: {}, step: {} },
        additionalProperties: false,
      },
      description: 'Whole numbers `from`, `to` (included) and `step` (1).',
    },
    object: { kind: 'value', types: ['object', 'null'], description: 'An object: gives `item` and `key`.' },
    as: { kind: 'literal', schema: { type: 'string' }, default: 'item', description: 'Name of the item.' },
    index_as: {
      kind: 'literal',
      schema: { type: 'string' },
      default: 'index',
      description: 'Name of the index, from 0; of an object, of the key ("key").',
    },
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
    const itemType = checkOver(step);
    const overObject = step.param('object') !== undefined;
    const item = nameOf(step, 'as', 'item');
    const second = nameOf(step, 'index_as', overObject ? 'key' : 'index');
    if (item.name === second.name)
      step.problem(notAllowedHere, item.at, { parameter: 'as', why: 'item and index need different names' });
    const stack = step.param('stack');
    step.walk.loop([stack], () => {
      const names = [
        { key: 'item', ...item, type: itemType },
        { key: 'second', ...second, type: type(overObject ? 'text' : 'int') },
      ];
      step.walk.withNames(names, () => step.walk.block(stack, 'stack', { inLoop: true }));
    });
  },
  plan: (step) => [
    { op: 'for_each', over: iteration(step), item: step.slot('item'), second: step.slot('second'), block: step.block('stack') },
  ],
  examples: [
    {
      title: 'The sum of a list',
      stack: [
        { function: 'create_variable', name: 'total', value: 0 },
        {
          function: 'for_each',
          list: [1, 2, 3],
          stack: [{ function: 'update_variable', name: 'total', value: '{{ total + item }}' }],
        },
      ],
      expect: { total: 6 },
    },
    {
      title: 'A range includes its end',
      stack: [
        { function: 'create_variable', name: 'seen', value: [] },
        {
          function: 'for_each',
          range: { from: 1, to: 5, step: 2 },
          as: 'n',
          stack: [{ function: 'update_variable', name: 'seen', value: '{{ seen|push:n }}' }],
        },
      ],
      expect: { seen: [1, 3, 5] },
    },
  ],
});
