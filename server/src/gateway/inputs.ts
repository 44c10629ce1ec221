/** The station "inputs": what a request brings, checked before the stack runs. */
import type { IncomingHttpHeaders } from 'node:http';
import { type CheckedInputs, errorOf, inputInvalid, prepareInputs, type RawInputs, type ValueObject } from '@ashlar/engine';
import type { RouteEntry } from './route.ts';

/** Never shown to a stack: it holds a key of the instance. */
export const debugHeader = 'x-ashlar-debug';

/** Headers as stacks see them: names in lower case, one text each, in a null-prototype object. */
export function headerObject(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const object: Record<string, string> = Object.create(null);
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined && name !== debugHeader) object[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return object;
}

const checks = new WeakMap<RouteEntry, (raw: RawInputs) => CheckedInputs>();

function checkOf(entry: RouteEntry): (raw: RawInputs) => CheckedInputs {
  const known = checks.get(entry);
  if (known !== undefined) return known;
  const { inputs, unknownInputs } = entry.endpoint.definition;
  const made = prepareInputs(inputs, unknownInputs);
  checks.set(entry, made);
  return made;
}

/** The endpoint's inputs. Throws `input_invalid`, which names every refused field. */
export function checkInputs(entry: RouteEntry, raw: RawInputs): ValueObject {
  const { input, errors } = checkOf(entry)(raw);
  if (errors.length > 0) throw errorOf(inputInvalid, {}, { fields: errors });
  return input;
}
