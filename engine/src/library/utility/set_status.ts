/** Chooses the answer's status. */
import type { Invoke } from '../../ir.ts';
import type { ValueObject } from '../../values/value.ts';
import { intArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { checkStatus } from '../status.ts';
import { refuseAfterAnswer } from './after-answer.ts';

const invoke: Invoke<null, ValueObject> = (run, _step, _plan, args) => {
  run.status = intArgument('set_status: status', args.status, 200, 599);
  return null;
};

export const setStatus = defineFunction({
  name: 'set_status',
  aliases: ['set_response_status', 'set_status_code'],
  family: 'utility',
  description: "Chooses the answer's status; a `return` with a status of its own wins.",
  parameters: {
    status: { kind: 'value', types: ['int'], required: true, aliases: ['code', 'status_code'], description: 'From 200 to 599.' },
  },
  effects: [],
  result: null,
  check(step) {
    refuseAfterAnswer(step, 'set_status');
    checkStatus(step, 200);
  },
  plan: (step) => [step.invoke(invoke, null, step.values('status'), { awaits: false })],
  examples: [{ title: 'Says that something was made', stack: [{ function: 'set_status', status: 201 }] }],
});
