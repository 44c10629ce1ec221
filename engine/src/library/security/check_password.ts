/** Compares a password with a hash. */
import type { Invoke } from '../../ir.ts';
import { type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.check_password(run, step, {
    // Any text may be tried; one that no hash can belong to is simply wrong.
    password: textArgument('check_password: password', args.password, 0, 10_000_000),
    hash: absent(args.hash) ? null : textArgument('check_password: hash', args.hash, 0, 1_000),
    account: absent(args.account) ? null : textArgument('check_password: account', args.account, 0, 320),
  });

export const checkPassword = defineFunction({
  name: 'check_password',
  aliases: ['verify_password', 'validate_password'],
  family: 'security',
  description:
    'True when the password belongs to the hash. Takes as long with a null hash, so that an answer does not tell who has an account.',
  parameters: {
    password: { kind: 'value', types: ['text'], required: true, description: 'As the person typed it.' },
    hash: {
      kind: 'value',
      types: ['text', 'null'],
      required: true,
      description: 'Of a password column (name it in `output`), or null where there is no account.',
    },
    account: { kind: 'value', types: ['text'], description: 'Who signs in, for the event `failed_login_attempt`.' },
  },
  effects: ['check_password'],
  result: () => type('bool'),
  plan: (step) => [step.invoke(invoke, null, step.values('password', 'hash', 'account'))],
  examples: [
    {
      title: 'No account is as wrong as a wrong password',
      stack: [{ function: 'check_password', password: 'anything', hash: null, return_as: 'right' }],
    },
  ],
});
