/** env.local.jsonc: values of variables for this machine, sent to the served environment and never published. */
import { Problems, readJson } from '@ashlar/engine';
import type { ControlClient, Target } from '../control/client.ts';
import { reasonOf } from '../failure.ts';
import { localEnvFile } from '../workspace/folder.ts';

/** Reads `{"NAME": "value"}`. A value is never in a complaint. */
export function readLocalEnv(text: string): { readonly values: ReadonlyMap<string, string>; readonly complaint: string | null } {
  const problems = new Problems();
  const root = readJson({ path: localEnvFile, text }, problems);
  const first = problems.list.find((problem) => problem.severity === 'error');
  const values = new Map<string, string>();
  if (first !== undefined) return { values, complaint: `${localEnvFile}:${first.line}:${first.column} ${first.message}` };
  if (root.kind !== 'object') return { values, complaint: `${localEnvFile} is not an object of names and texts` };
  for (const { key, value } of root.members) {
    if (value.kind !== 'string') return { values: new Map(), complaint: `${localEnvFile}: the value of ${key} is not a text` };
    values.set(key, value.value);
  }
  return { values, complaint: null };
}

/** Sends values that differ from those of last time. */
export class LocalEnv {
  #sent: ReadonlyMap<string, string> = new Map();

  /** Answers what could not be set, a line each. */
  async send(client: ControlClient, target: Target, text: string | null): Promise<readonly string[]> {
    const { values, complaint } = readLocalEnv(text ?? '{}');
    const complaints = complaint === null ? [] : [complaint];
    const sent = new Map<string, string>();
    for (const [name, value] of values) {
      try {
        if (this.#sent.get(name) !== value) await client.setVariable(target, name, value);
        sent.set(name, value);
      } catch (error) {
        complaints.push(`${localEnvFile}: ${reasonOf(error)}`);
      }
    }
    this.#sent = sent;
    return complaints;
  }
}
