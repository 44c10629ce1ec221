import { member } from '../../1-syntax/ast.ts';
import { describeNode } from '../../2-check/literal.ts';
import {
  databaseInParallel,
  missingParameter,
  needsTransaction,
  parameterShape,
  unknownInput,
  unknownStack,
} from '../../2-check/problems.ts';
import { usesDatabase } from '../../effects.ts';
import type { FunctionDefinition } from '../../model.ts';
import { nearest } from '../../nearest.ts';
import { anyType, tainted } from '../../types/type.ts';
import { defineFunction, type StepCheck } from '../define.ts';

/** Checks an input that is written out against what the function declares; other inputs are checked when it is called. */
function checkInput(step: StepCheck, called: FunctionDefinition): void {
  const node = step.param('input');
  if (node !== undefined && node.kind !== 'object') return;
  for (const m of node?.members ?? [])
    if (!called.inputs.has(m.key))
      step.problem(
        unknownInput,
        { span: m.keySpan, pointer: m.value.pointer },
        { name: m.key, nearest: nearest(m.key, [...called.inputs.keys()]) },
      );
  for (const input of called.inputs.values())
    if (input.required && (node === undefined || member(node, input.name) === undefined))
      step.problem(missingParameter, node ?? step.node, {
        name: `input.${input.name}`,
        function: `The function "${called.name}"`,
      });
}

export const runFunction = defineFunction({
  name: 'run_function',
  aliases: ['custom_function', 'function.run'],
  family: 'flow',
  description:
    "Calls a function of the workspace. Its inputs are checked like those of an endpoint; it shares the run's budget, deadline and transaction.",
  parameters: {
    name: {
      kind: 'literal',
      required: true,
      schema: { type: 'string' },
      description: 'Path of the function without ending: pricing/total.',
    },
    input: { kind: 'value', types: ['object'], aliases: ['inputs'], description: 'Its inputs.' },
  },
  habits: ['execution_mode', 'runtime_mode', 'async'].map((name) => ({
    names: [name],
    instead: () => 'Put the step into post_process to run it after the answer, or into parallel to run it beside others.',
  })),
  effects: [],
  result: (step) => {
    const name = step.literal('name');
    const input = step.expression('input');
    // The function doesn't know that an input is a password's hash, and may answer it.
    return tainted(
      typeof name === 'string' ? step.functionType(name) : anyType,
      input === undefined ? anyType : step.typeOf(input),
    );
  },
  check(step) {
    const node = step.param('name');
    const name = step.literal('name');
    if (node === undefined || typeof name !== 'string') return;
    const called = step.workspace.functions.get(name);
    if (called === undefined) {
      step.problem(unknownStack, node, { name, nearest: nearest(name, [...step.workspace.functions.keys()]) });
      return;
    }
    const summary = step.summary(name);
    if (summary?.needsTransaction === true && !step.flow.inTransaction && !step.flow.inFunction)
      step.problem(needsTransaction, node, { what: `The function "${name}"` });
    if (summary !== undefined && step.flow.inTransaction && step.flow.inParallel && usesDatabase(summary.effects))
      step.problem(databaseInParallel, node, {});
    const input = step.param('input');
    if (input !== undefined && input.kind !== 'object' && input.kind !== 'string')
      step.problem(parameterShape, input, { parameter: 'input', wanted: 'an object', found: describeNode(input) });
    checkInput(step, called);
  },
  plan: (step) => [
    {
      op: 'run_function',
      name: String(step.literal('name')),
      input: step.value('input') ?? { op: 'object', entries: [] },
      into: step.into,
    },
  ],
  examples: [],
});
