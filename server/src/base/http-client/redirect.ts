/** The next request of a redirect (RFC 9110, 15.4; the Fetch standard for methods). */
import { AttemptFailed } from './errors.ts';

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | null;
}

/** What may go to another origin: nothing that could be a credential, under whatever name. */
const harmless: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/** Reads the first address, or applies a redirect to a hop. Throws AttemptFailed (final) for anything but http and https. */
export function nextHop(
  from: Omit<Hop, 'url'> & { readonly url: URL | string },
  redirect?: { readonly status: number; readonly location: string },
): Hop {
  const base = typeof from.url === 'string' ? undefined : from.url;
  const target = redirect?.location ?? String(from.url);
  if (!URL.canParse(target, base?.href)) throw new AttemptFailed('the address is not a URL', { final: true });
  const url = new URL(target, base?.href);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new AttemptFailed(`only http and https are possible, not ${url.protocol.slice(0, 20)}`, { final: true });
  if (redirect === undefined || base === undefined) return withUserinfo({ ...from, url });
  const toGet =
    (redirect.status === 303 && from.method !== 'HEAD') ||
    ((redirect.status === 301 || redirect.status === 302) && from.method === 'POST');
  const headers = { ...from.headers };
  if (url.origin !== base.origin) for (const name of Object.keys(headers)) if (!harmless.has(name)) delete headers[name];
  if (toGet) delete headers['content-type'];
  // A redirect's own user and password are not taken: the other side would choose our credentials.
  url.username = '';
  url.password = '';
  return { url, method: toGet ? 'GET' : from.method, headers, body: toGet ? null : from.body };
}

/** `https://user:password@host` as an Authorization header. */
function withUserinfo(hop: Hop): Hop {
  const { username, password } = hop.url;
  if (username === '' && password === '') return hop;
  const url = new URL(hop.url);
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { ...hop, url, headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...hop.headers } };
}
