/** Makes a token with which a row of an auth table signs in. */
import type { Invoke } from '../../ir.ts';
import { defineProblem } from '../../problems.ts';
import { type } from '../../types/type.ts';
import type { ValueObject } from '../../values/value.ts';
import { absent, intArgument, objectArgument, refuse } from '../arguments.ts';
import { defineFunction } from '../define.ts';

const name = 'create_auth_token';
/** A day. */
const defaultExpiresS = 86_400;
/** Ten years. */
const longestExpiresS = 315_360_000;

const tableNotAuth = defineProblem<{ table: string }>({
  code: 'table_not_auth',
  severity: 'error',
  title: 'A token for a table whose rows can not sign in',
  solve: 'Write `"auth": true` in the table\'s file (it needs an email and a password column), or name the table of your users.',
  message: (d) => `Rows of ${d.table} can't sign in.`,
  hint: (d) => `Write "auth": true in tables/${d.table}.jsonc.`,
});

interface Plan {
  readonly table: string;
}

const invoke: Invoke<Plan, ValueObject> = (run, step, plan, args) => {
  const id = args.id ?? null;
  if ((typeof id !== 'number' && typeof id !== 'string') || id === '')
    refuse(`${name}: id`, "must be the row's key, an int or a text");
  return run.effects.create_auth_token(run, step, {
    table: plan.table,
    id,
    expiresS: absent(args.expires_s) ? defaultExpiresS : intArgument(`${name}: expires_s`, args.expires_s, 1, longestExpiresS),
    extras: absent(args.extras) ? null : objectArgument(`${name}: extras`, args.extras),
  });
};

export const createAuthToken = defineFunction({
  name,
  aliases: ['create_authentication_token', 'auth_token', 'create_token'],
  family: 'security',
  description: 'Makes a sealed token for a row of an auth table; endpoints with `auth` accept it as `Authorization: Bearer`.',
  parameters: {
    table: { kind: 'table', required: true, aliases: ['dbtable'], description: 'A table with `"auth": true`.' },
    id: { kind: 'value', types: ['int', 'text'], required: true, description: "The row's key." },
    expires_s: {
      kind: 'value',
      types: ['int'],
      default: defaultExpiresS,
      aliases: ['expiration', 'expires_in'],
      description: 'Seconds until it expires.',
    },
    extras: {
      kind: 'value',
      types: ['object', 'null'],
      description: 'Kept in the token, sealed; read as `auth.extras`. Up to 4 kB.',
    },
  },
  effects: ['create_auth_token'],
  result: () => type('text'),
  check: (step) => {
    const table = step.table();
    const at = step.param('table');
    if (table !== undefined && !table.auth && at !== undefined) step.problem(tableNotAuth, at, { table: table.name });
  },
  plan: (step) => [step.invoke(invoke, { table: step.table()?.name ?? '' }, step.values('id', 'expires_s', 'extras'))],
  examples: [
    {
      title: 'A token for a customer, for an hour',
      stack: [
        {
          function: 'create_auth_token',
          table: 'customer',
          id: 1,
          expires_s: 3_600,
          extras: { plan: 'pro' },
          return_as: 'token',
        },
      ],
    },
  ],
});
