/** What setting variables can end with. */
import { defineError } from '@ashlar/engine';

export const variableUndeclared = defineError<{ name: string; declared: readonly string[] }>({
  code: 'variable_undeclared',
  status: 404,
  title: 'The workspace declares no variable of this name',
  solve: 'Declare it in `env.jsonc` and publish; only declared variables have values.',
  message: (d) =>
    `"${d.name}" is not declared in env.jsonc. ${d.declared.length === 0 ? 'No variable is.' : `Declared: ${d.declared.join(', ')}.`}`,
});
