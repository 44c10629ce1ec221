/** Hashes a password. */
import type { Invoke } from '../../ir.ts';
import { type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) =>
  run.effects.hash_password(run, step, { password: textArgument('hash_password: password', args.password, 1, 1_000) });

export const hashPassword = defineFunction({
  name: 'hash_password',
  aliases: ['create_password_hash', 'password_hash'],
  family: 'security',
  description: 'Hashes a password with argon2id. Columns of type password do this by themselves when they are written.',
  parameters: { password: { kind: 'value', types: ['text'], required: true, description: '1 to 1,000 characters.' } },
  effects: ['hash_password'],
  result: () => type('text', { password: true }),
  plan: (step) => [step.invoke(invoke, null, step.values('password'))],
  examples: [
    {
      title: 'Hashes a password and checks it',
      stack: [
        { function: 'hash_password', password: 'correct horse', return_as: 'hash' },
        { function: 'check_password', password: 'correct horse', hash: '{{ hash }}', return_as: 'right' },
      ],
    },
  ],
});
