/** Adds a header to the answer. */
import type { Invoke } from '../../ir.ts';
import { checkHeader } from '../../run/headers.ts';
import { toText } from '../../values/operators.ts';
import type { ValueObject } from '../../values/value.ts';
import { textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { refuseInAnswer } from '../marks.ts';
import { refuseAfterAnswer } from './after-answer.ts';

const invoke: Invoke<null, ValueObject> = (run, _step, _plan, args) => {
  const name = textArgument('set_header: name', args.name, 1, 200).toLowerCase();
  const value = toText(args.value ?? null);
  checkHeader(name, value);
  run.responseHeaders ??= new Map();
  run.responseHeaders.set(name, value);
  return null;
};

export const setHeader = defineFunction({
  name: 'set_header',
  aliases: ['set_response_header', 'set_headers'],
  family: 'utility',
  description: 'Adds a header to the answer, or replaces it.',
  parameters: {
    name: { kind: 'value', types: ['text'], required: true, description: 'Name of the header.' },
    value: { kind: 'value', required: true, description: 'Its value, as text.' },
  },
  effects: [],
  result: null,
  check(step) {
    refuseAfterAnswer(step, 'set_header');
    refuseInAnswer(step, 'name', 'value');
  },
  plan: (step) => [step.invoke(invoke, null, step.values('name', 'value'), { awaits: false })],
  examples: [
    { title: 'Lets browsers keep an answer', stack: [{ function: 'set_header', name: 'Cache-Control', value: 'max-age=60' }] },
  ],
});
