/**
 * What a stack hands to a sink (the log, an alert) without secrets: members whose names speak of one are masked, and the caller's
 * `Authorization` and cookies wherever else they stand, also inside longer texts (semantics 39).
 */
import { isObject, type Run, type Value, type ValueObject } from '@ashlar/engine';
import { isSecretName, mask } from '../base/log/index.ts';

/** Headers of a request that hold its credentials. */
const credentials = ['authorization', 'proxy-authorization', 'cookie', 'set-cookie'] as const;
/** A shorter value stands in too many texts that have nothing to do with it. */
const shortestSecret = 6;

/** A copy of the value with secrets masked. Its nesting is bounded: the caller has encoded it before. */
export function masked(run: Run, value: Value): Value {
  const secrets = secretsOf(run.request);
  const go = (part: Value): Value => {
    if (typeof part === 'string') return withoutSecrets(part, secrets);
    if (Array.isArray(part)) {
      const items: readonly Value[] = part;
      return items.map(go);
    }
    return isObject(part) ? maskedObject(part) : part;
  };
  const maskedObject = (object: ValueObject): ValueObject => {
    const copy: Record<string, Value> = Object.create(null);
    for (const [name, member] of Object.entries(object)) {
      const hide = member !== null && isSecretName(name);
      copy[withoutSecrets(name, secrets)] = hide ? mask : go(member);
    }
    return copy;
  };
  return go(value);
}

/** The values of the request's own credentials, the longest first; of `Bearer x` and `a=x; b=y` the parts too. */
function secretsOf(request: ValueObject | null): readonly string[] {
  const headers = request?.headers ?? null;
  if (!isObject(headers)) return [];
  const found: string[] = [];
  for (const name of credentials) {
    const text = headers[name];
    if (typeof text !== 'string') continue;
    found.push(text);
    if (name.endsWith('authorization')) found.push(text.replace(/^\S+\s+/, ''));
    else for (const pair of text.split(';')) found.push(pair.slice(pair.indexOf('=') + 1).trim());
  }
  return found.filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, mask), text);
}
