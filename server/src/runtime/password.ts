/** hash_password and check_password. */
import { defineError, errorOf, type Run, valueRefused } from '@ashlar/engine';
import { Busy, checkPassword, hashPassword } from '../base/crypto/index.ts';
import { counted } from './account-of.ts';

const passwordsBusy = defineError<object>({
  code: 'passwords_busy',
  status: 503,
  title: 'Too many passwords are being checked at the moment',
  solve: 'Send the request again a little later. Many sign-ins at once may be someone guessing: limit them by address.',
  message: () => 'Too many passwords are being checked; try again in a moment.',
});

/** The effects of passwords. */
export const passwordEffects = {
  hash_password: (run: Run, step: number, { password }: { readonly password: string }): Promise<string> =>
    counted(run, step, 'hash_password', 'waiting', () => passwordWork(() => hashPassword(password))),
  check_password: (
    run: Run,
    step: number,
    { password, hash }: { readonly password: string; readonly hash: string | null; readonly account: string | null },
  ): Promise<boolean> => counted(run, step, 'check_password', 'waiting', () => passwordWork(() => checkPassword(password, hash))),
};

/** Turns what the library throws into errors of a run. */
async function passwordWork<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Busy) throw errorOf(passwordsBusy, {});
    if (error instanceof RangeError)
      throw errorOf(valueRefused, { column: 'A password', reason: 'it needs 1 to 1,000 characters' });
    throw error;
  }
}
