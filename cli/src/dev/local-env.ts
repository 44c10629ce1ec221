/** env.local.jsonc: values of variables for this machine, sent to the served environment and never published. */
import { localEnvFile, readLocalEnv } from '@ashlar/engine';
import type { ControlClient, Target } from '../control/client.ts';
import { reasonOf } from '../failure.ts';

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
