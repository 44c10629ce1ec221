/** What `return` says beside its value. */
import { errorOf, wrongType } from '../../errors.ts';
import { checkHeader } from '../../run/headers.ts';
import type { Run } from '../../run/run.ts';
import { toText, typeName } from '../../values/operators.ts';
import type { Value, ValueObject } from '../../values/value.ts';
import { wrong } from './values.ts';

/** What `return` says of status and headers. */
export function answer(run: Run, status: Value, headers: Value): void {
  if (status !== null) {
    if (typeof status !== 'number' || status < 200 || status > 599)
      throw errorOf(wrongType, {
        what: '"status" of return',
        wanted: 'an int from 200 to 599',
        found: typeof status === 'number' ? String(status) : typeName(status),
      });
    run.status = status;
  }
  if (headers === null) return;
  if (typeName(headers) !== 'object') throw wrong('"headers" of return', 'object', headers);
  run.responseHeaders ??= new Map();
  for (const [key, value] of Object.entries(headers as ValueObject))
    if (value !== null) {
      const text = toText(value);
      checkHeader(key, text);
      run.responseHeaders.set(key.toLowerCase(), text);
    }
}
