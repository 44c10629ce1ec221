/** What setting variables can end with. */
import { defineError } from '@ashlar/engine';

export const secretKeyMissing = defineError<{ names: readonly string[] }>({
  code: 'secret_key_missing',
  status: 422,
  title: 'The instance has no key to seal a secret with',
  solve:
    'Start every node with the same `ASHLAR_SECRET_KEY`, 32 characters or more. What was kept unsealed until then is sealed at that start.',
  message: (d) => `${d.names.join(', ')}: a secret is only kept sealed, and this instance has no ASHLAR_SECRET_KEY.`,
});

export const variableUndeclared = defineError<{ name: string; declared: readonly string[] }>({
  code: 'variable_undeclared',
  status: 404,
  title: 'The workspace declares no variable of this name',
  solve: 'Declare it in `env.jsonc` and publish; only declared variables have values.',
  message: (d) =>
    `"${d.name}" is not declared in env.jsonc. ${d.declared.length === 0 ? 'No variable is.' : `Declared: ${d.declared.join(', ')}.`}`,
});
