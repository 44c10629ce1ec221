/** Adds a header to the answer. */
import type { Invoke } from '../../3-plan/ir.ts';
import { toText } from '../../values/operators.ts';
import type { ValueObject } from '../../values/value.ts';
import { refuse, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { refuseAfterAnswer } from './after-answer.ts';

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Framing and connection belong to the server; the security headers of every answer stay as they are. */
export const reservedHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-security-policy',
  'date',
  'keep-alive',
  'proxy-authenticate',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-content-type-options',
]);

const invoke: Invoke<null, ValueObject> = (run, _step, _plan, args) => {
  const name = textArgument('set_header: name', args.name, 1, 200).toLowerCase();
  if (!token.test(name)) refuse('set_header: name', 'must be a header name: letters, digits and hyphens');
  if (reservedHeaders.has(name)) refuse('set_header: name', `may not be ${name}: the server sets it`);
  const value = toText(args.value ?? null);
  if (value.length > 8_192) refuse('set_header: value', 'is longer than 8,192 characters');
  if (!fieldValue.test(value)) refuse('set_header: value', 'has a line break or a character that HTTP does not allow');
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
  check: (step) => refuseAfterAnswer(step, 'set_header'),
  plan: (step) => [step.invoke(invoke, null, step.values('name', 'value'), { awaits: false })],
  examples: [
    { title: 'Lets browsers keep an answer', stack: [{ function: 'set_header', name: 'Cache-Control', value: 'max-age=60' }] },
  ],
});
