/** The station "inputs": what a request brings, checked before the stack runs. */
import type { IncomingHttpHeaders } from 'node:http';
import { emptyObject, errorOf, inputInvalid, type RawInputs, type ValueObject } from '@ashlar/engine';
import type { RouteEntry } from './route.ts';

/** Never shown to a stack: it holds a key of the instance. */
export const debugHeader = 'x-ashlar-debug';

/** Names of which node gives a list. */
const listed = 'set-cookie';

/** Headers as stacks see them: names in lower case, one text each. */
export function headerObject(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  return isPlain(headers) ? headers : copied(headers);
}

/** Node's own object is what stacks see already, as long as nothing in it must be hidden or joined. */
function isPlain(headers: IncomingHttpHeaders): headers is Record<string, string> {
  return headers[debugHeader] === undefined && headers[listed] === undefined;
}

function copied(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const object = emptyObject<string>();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name !== debugHeader) object[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return object;
}

/** The endpoint's inputs. Throws `input_invalid`, which names every refused field. */
export function checkInputs(entry: RouteEntry, raw: RawInputs): ValueObject {
  const { input, errors } = entry.check(raw);
  if (errors.length > 0) throw errorOf(inputInvalid, {}, { fields: errors });
  return input;
}
