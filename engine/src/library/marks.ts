/** Passwords' hashes and secrets must not leave: checks for steps that show their parameters to someone (semantics 14). */
import { passwordLeaves, passwordSent, secretLeaves, secretLogged } from '../2-check/problems.ts';
import { holds, type Mark } from '../types/type.ts';
import type { StepCheck } from './define.ts';

function check(step: StepCheck, mark: Mark, kind: typeof passwordLeaves, names: readonly string[]): void {
  for (const name of names) {
    const node = step.param(name);
    const expression = step.expression(name);
    if (node === undefined || expression === undefined) continue;
    const report = (): void => step.problem(kind, node, { what: `"${name}"` });
    if (holds(step.typeOf(expression), mark)) report();
    else step.walk.shows(expression, mark, report);
  }
}

/** Reports parameters that hold a password's hash or a secret, where they become part of an answer. */
export function refuseInAnswer(step: StepCheck, ...names: readonly string[]): void {
  check(step, 'password', passwordLeaves, names);
  check(step, 'secret', secretLeaves, names);
}

/** Warns of parameters that hold a password's hash or a secret, where they are logged. */
export function warnOfLog(step: StepCheck, ...names: readonly string[]): void {
  check(step, 'password', passwordSent, names);
  check(step, 'secret', secretLogged, names);
}

/** Warns of parameters that hold a password's hash, where they go to another server: secrets are for that. */
export const warnOfSending = (step: StepCheck, ...names: readonly string[]): void => check(step, 'password', passwordSent, names);
