/** env.local.jsonc of a folder that is served: its values are set in the environment, and never published. */
import { type EnvironmentVariable, readLocalEnv } from '@ashlar/engine';
import { FolderError } from './folder.ts';

/** Values of a machine, by whether the workspace declares them. */
export interface LocalValues {
  readonly values: ReadonlyMap<string, string>;
  /** Names that env.jsonc does not declare; they are not used. */
  readonly undeclared: readonly string[];
}

/** Reads `{"NAME": "value"}`. Throws FolderError with the place when it is something else; a value is never in the message. */
export function localValues(text: string, declared: ReadonlyMap<string, EnvironmentVariable>): LocalValues {
  const { values, complaint } = readLocalEnv(text);
  if (complaint !== null) throw new FolderError(complaint);
  return {
    values: new Map([...values].filter(([name]) => declared.has(name))),
    undeclared: [...values.keys()].filter((name) => !declared.has(name)),
  };
}
