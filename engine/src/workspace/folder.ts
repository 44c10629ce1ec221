/** What a workspace folder is to whoever reads one from disk: which files count, how large they may be, and env.local.jsonc. */
import { readJson } from '../1-syntax/index.ts';
import { Problems } from '../problems.ts';

/** Values of variables that stay on one machine: never checked with the workspace, never published. */
export const localEnvFile = 'env.local.jsonc';
/** Bytes of one file, and of all files of a version together. */
export const fileBytesMax = 20_000_000;
export const versionBytesMax = 45_000_000;

/** Files and folders of this name are no part of a workspace, wherever they stand. */
export const isLeftOut = (name: string): boolean => name.startsWith('.') || name === 'node_modules';

/** What env.local.jsonc holds. */
export interface LocalEnv {
  /** Empty where there is a complaint. */
  readonly values: ReadonlyMap<string, string>;
  /** Why it can't be read, in one line with its place; a value is never in it. Null when it can. */
  readonly complaint: string | null;
}

/** Reads `{"NAME": "value"}`. */
export function readLocalEnv(text: string): LocalEnv {
  const problems = new Problems();
  const root = readJson({ path: localEnvFile, text }, problems);
  const first = problems.list.find((problem) => problem.severity === 'error');
  if (first !== undefined) return refused(`${localEnvFile}:${first.line}:${first.column} ${first.message}`);
  if (root.kind !== 'object') return refused(`${localEnvFile} is not an object of names and texts`);
  const values = new Map<string, string>();
  for (const { key, value } of root.members) {
    if (value.kind !== 'string') return refused(`${localEnvFile}: the value of ${key} is not a text`);
    values.set(key, value.value);
  }
  return { values, complaint: null };
}

const refused = (complaint: string): LocalEnv => ({ values: new Map(), complaint });
