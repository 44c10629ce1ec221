/**
 * The server can't start for a reason that a person can remove. The message is one line for the terminal; `main` prints it and
 * ends with `exitCode`.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode = 2;
}
