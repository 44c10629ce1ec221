/** create_auth_token. */
import { errorOf, type Run, typeName, type Value, type ValueObject, wrongType } from '@ashlar/engine';
import type { Clock } from '../base/clock.ts';
import { createToken } from '../domains/access/index.ts';
import { hostOf } from './host.ts';

interface TokenArgs {
  readonly table: string;
  readonly id: Value;
  readonly expiresS: number;
  readonly extras: Value;
}

/** Makes the effect `create_auth_token`. */
export function createTokenEffect(clock: Clock) {
  return async (run: Run, _step: number, { table, id, expiresS, extras }: TokenArgs): Promise<string> => {
    if (typeof id !== 'number' && typeof id !== 'string') throw wrong('id', id, 'int or text');
    if (!isObjectOrNull(extras)) throw wrong('extras', extras, 'object');
    return createToken(hostOf(run).environment, { table, id, expiresS, extras, nowMs: clock.now() });
  };
}

const wrong = (name: string, value: Value, wanted: string): Error =>
  errorOf(wrongType, { what: `create_auth_token: ${name}`, found: typeName(value), wanted });

function isObjectOrNull(value: Value): value is ValueObject | null {
  return value === null || typeName(value) === 'object';
}
