/** Random numbers, bytes and texts. */
import type { Invoke } from '../../ir.ts';
import { defineProblem } from '../../problems.ts';
import { type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, intArgument, objectArgument, refuse, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const safe = Number.MAX_SAFE_INTEGER;

const randomKind = defineProblem<object>({
  code: 'random_kind',
  severity: 'error',
  title: '`random` is asked for nothing, or for two things at once',
  solve: 'Give `min` and `max` for an int, or `bytes`, or `text: {"length": 20}`: one of the three.',
  message: () => 'random needs either min and max, or bytes, or text.',
});

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) => {
  if (!absent(args.bytes))
    return run.effects.random(run, step, { kind: 'bytes', bytes: intArgument('random: bytes', args.bytes, 1, 65_536) });
  if (!absent(args.text)) return run.effects.random(run, step, readText(objectArgument('random: text', args.text)));
  const min = intArgument('random: min', args.min, -safe, safe);
  const max = intArgument('random: max', args.max, -safe, safe);
  if (max < min) refuse('random: max', `must not be less than min (${min})`);
  return run.effects.random(run, step, { kind: 'int', min, max });
};

function readText(text: ValueObject): { kind: 'text'; length: number; alphabet: string } {
  for (const key of Object.keys(text))
    if (key !== 'length' && key !== 'alphabet') refuse('random: text', `has length and alphabet, but not ${JSON.stringify(key)}`);
  const length = intArgument('random: text.length', text.length, 1, 10_000);
  const alphabet = absent(text.alphabet) ? letters : textArgument('random: text.alphabet', text.alphabet, 2, 1_000);
  return { kind: 'text', length, alphabet };
}

export const random = defineFunction({
  name: 'random',
  aliases: ['random_number', 'generate_random_number', 'random_int'],
  family: 'security',
  description: 'A random int, bytes or text, from a source that is fit for secrets.',
  parameters: {
    min: { kind: 'value', types: ['int'], description: 'Smallest int.' },
    max: { kind: 'value', types: ['int'], description: 'Largest int; it is included.' },
    bytes: { kind: 'value', types: ['int'], description: 'Number of random bytes, up to 65,536.' },
    text: {
      kind: 'value',
      types: ['object'],
      description: '`{"length", "alphabet"}`: characters of the alphabet, letters and digits by default.',
    },
  },
  effects: ['random'],
  result: (step) => {
    if (step.param('bytes') !== undefined) return type('bytes');
    return type(step.param('text') === undefined ? 'int' : 'text');
  },
  check: (step) => {
    const range = step.param('min') !== undefined && step.param('max') !== undefined;
    const half = step.param('min') !== undefined || step.param('max') !== undefined;
    const kinds = [range, step.param('bytes') !== undefined, step.param('text') !== undefined].filter(Boolean).length;
    if (kinds !== 1 || half !== range) step.problem(randomKind, step.node, {});
  },
  plan: (step) => [step.invoke(invoke, null, step.values('min', 'max', 'bytes', 'text'), { awaits: false })],
  examples: [
    { title: 'A die', stack: [{ function: 'random', min: 1, max: 6, return_as: 'eyes' }] },
    {
      title: 'A code of six digits',
      stack: [{ function: 'random', text: { length: 6, alphabet: '0123456789' }, return_as: 'code' }],
    },
  ],
});
