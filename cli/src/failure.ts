/** How a command ends when it does not succeed. */

/** 0 is success. `problems`: the files have problems, or the server refused. `usage`: the command or a setting is wrong. */
export const exitCodes = { ok: 0, problems: 1, usage: 2 } as const;

/** Ends the command with a message for the person. Anything else that is thrown is a defect of ours. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly exitCode: number;
  /** Stable, for `--json`. */
  readonly code: string;

  constructor(message: string, exitCode: number = exitCodes.problems, code = exitCode === exitCodes.usage ? 'usage' : 'failed') {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

/** A command or a setting that can't be used: exit code 2. */
export const usageFailure = (message: string): Failure => new Failure(message, exitCodes.usage);

/** The message of whatever was thrown. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
