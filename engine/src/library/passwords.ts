/** Passwords' hashes must not leave: checks for steps that show their parameters to someone (semantics 14). */
import { passwordLeaves, passwordSent } from '../2-check/problems.ts';
import { holdsPassword } from '../types/type.ts';
import type { StepCheck } from './define.ts';

function check(step: StepCheck, kind: typeof passwordLeaves, names: readonly string[]): void {
  for (const name of names) {
    const node = step.param(name);
    const expression = step.expression(name);
    if (node === undefined || expression === undefined) continue;
    const report = (): void => step.problem(kind, node, { what: `"${name}"` });
    if (holdsPassword(step.typeOf(expression))) report();
    else step.walk.shows(expression, report);
  }
}

/** Reports parameters that hold a password's hash, where they become part of an answer. */
export const refusePasswords = (step: StepCheck, ...names: readonly string[]): void => check(step, passwordLeaves, names);

/** Warns of parameters that hold a password's hash, where they go elsewhere. */
export const warnOfPasswords = (step: StepCheck, ...names: readonly string[]): void => check(step, passwordSent, names);
