/** env.local.jsonc: values of variables for one machine. Never published; they are set when the folder is served. */
import { type EnvironmentVariable, Problems, readJson } from '@ashlar/engine';
import { FolderError, localEnvFile } from './folder.ts';

export interface LocalEnv {
  readonly values: ReadonlyMap<string, string>;
  /** Names that env.jsonc does not declare; they are not used. */
  readonly undeclared: readonly string[];
}

/** Reads `{"NAME": "value"}`. Throws FolderError with the place when it is something else; a value is never in the message. */
export function readLocalEnv(text: string, declared: ReadonlyMap<string, EnvironmentVariable>): LocalEnv {
  const problems = new Problems();
  const root = readJson({ path: localEnvFile, text }, problems);
  const first = problems.list.find((problem) => problem.severity === 'error');
  if (first !== undefined) throw new FolderError(`${first.file}:${first.line}:${first.column} ${first.message}`);
  if (root.kind !== 'object') throw new FolderError(`${localEnvFile} is not an object of names and texts`);
  const values = new Map<string, string>();
  const undeclared: string[] = [];
  for (const { key, value } of root.members) {
    if (value.kind !== 'string') throw new FolderError(`${localEnvFile}: the value of ${key} is not a text`);
    if (declared.has(key)) values.set(key, value.value);
    else undeclared.push(key);
  }
  return { values, undeclared };
}
