/** Calls the control API of a running server. */
import { type CallId, type Calls, calls } from '@ashlar/contract';
import { Failure, reasonOf, usageFailure } from '../failure.ts';

/** What a control call answers. */
export type Answer<Id extends CallId> = Calls[Id]['answer'];

/** A change of the tables, shown before or after it was made. */
export type PlanShown = NonNullable<Answer<'planPublication'>['plan']>;

/** What a refusal of a publication carries beside its message. */
export interface RefusalPayload {
  readonly problems?: Answer<'planPublication'>['problems'];
  readonly plan?: PlanShown | null;
}

type Part<Name extends string, T> = [T] extends [undefined] ? unknown : { readonly [K in Name]: T };

/** What a call is given: as much as the contract asks for. */
type Given<Id extends CallId> = Part<'params', Calls[Id]['params']> &
  Part<'body', Calls[Id]['body']> & { readonly query?: Calls[Id]['query'] };

/** Where commands look for a server when nothing is said: at ASHLAR_URL, else here, at the PORT that a server here would take. */
export function defaultUrl({ ASHLAR_URL: url, PORT: port }: NodeJS.ProcessEnv = process.env): string {
  if (url !== undefined && url !== '') return url;
  return `http://127.0.0.1:${port !== undefined && /^[1-9]\d{0,4}$/.test(port) ? port : defaultPort}`;
}

const defaultPort = 8080;
/** Bytes of a publish call's body, as the server takes them. */
const publishBytesMax = 50_000_000;

/** The server said no; `payload` holds what it said beside the message. */
export class Refusal extends Failure {
  override readonly name = 'Failure';
  readonly status: number;
  readonly payload: RefusalPayload;

  constructor(status: number, code: string, message: string, payload: RefusalPayload) {
    super(message, 1, code);
    this.status = status;
    this.payload = payload;
  }
}

/** What a push or a plan sends. */
export interface PublishBody {
  readonly files: ReadonlyMap<string, string>;
  readonly message?: string | undefined;
  readonly drops?: readonly string[] | undefined;
  readonly parent?: string | undefined;
}

/** One environment of one workspace. */
export interface Target {
  readonly workspace: string;
  readonly environment: string;
}

/** Sends control calls as the contract declares them. Each throws Refusal, or Failure where no server answers. */
export class ControlClient {
  readonly #url: URL;
  readonly #key: string;

  /** @param url - the server's address, `http://127.0.0.1:8080` */
  constructor(url: string, key: string) {
    this.#url = serverUrl(url);
    this.#key = key;
  }

  publish(target: Target, body: PublishBody): Promise<Answer<'publish'>> {
    return this.#call('publish', { params: paramsOf(target), body: publishJson(body) });
  }

  plan(target: Target, body: PublishBody): Promise<Answer<'planPublication'>> {
    return this.#call('planPublication', { params: paramsOf(target), body: publishJson(body) });
  }

  versions(target: Target, limit: number): Promise<Answer<'listVersions'>> {
    return this.#call('listVersions', { params: paramsOf(target), query: { limit } });
  }

  restore(target: Target, version: string, drops: readonly string[]): Promise<Answer<'restoreVersion'>> {
    return this.#call('restoreVersion', { params: { ...paramsOf(target), version }, body: { drops } });
  }

  /** All of them, page by page. */
  async variables(target: Target): Promise<Answer<'listVariables'>> {
    const all: Answer<'listVariables'>[number][] = [];
    for (let cursor: string | undefined; ; cursor = all.at(-1)?.name) {
      const query = { limit: variablesAtOnce, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#call('listVariables', { params: paramsOf(target), query });
      all.push(...page);
      if (page.length < variablesAtOnce) return all;
    }
  }

  setVariable(target: Target, variable: string, value: string): Promise<Answer<'setVariable'>> {
    return this.#call('setVariable', { params: { ...paramsOf(target), variable }, body: { value } });
  }

  unsetVariable(target: Target, variable: string): Promise<Answer<'unsetVariable'>> {
    return this.#call('unsetVariable', { params: { ...paramsOf(target), variable } });
  }

  /** `confirm`: the environment's name once more. */
  deleteEnvironment(target: Target, confirm: string): Promise<Answer<'deleteEnvironment'>> {
    return this.#call('deleteEnvironment', { params: paramsOf(target), query: { confirm } });
  }

  /** `confirm`: the workspace's name once more. */
  deleteWorkspace(workspace: string, confirm: string): Promise<Answer<'deleteWorkspace'>> {
    return this.#call('deleteWorkspace', { params: { name: workspace }, query: { confirm } });
  }

  async #call<Id extends CallId>(id: Id, given: Given<Id>): Promise<Answer<Id>> {
    const { method, path } = calls[id];
    const { params = {}, query = {}, body }: Sent = given;
    const url = new URL(
      path.replace(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(params[name] ?? '')),
      this.#url,
    );
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const bytes = body === undefined ? undefined : bytesOf(body);
    const response = await reach(url, { method, headers, ...(bytes === undefined ? {} : { body: bytes }), redirect: 'error' });
    const answer = await jsonOf(response);
    if (!response.ok) throw refusalOf(response.status, answer);
    // The contract describes the answer; what is not of that shape is another program's.
    return answer as Answer<Id>;
  }
}

/** The parts of any call, as they are sent. */
interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: object | undefined;
  readonly body?: object;
}

const variablesAtOnce = 1_000;
const paramsOf = ({ workspace, environment }: Target) => ({ name: workspace, env: environment });

/** An address of a server. Throws Failure (exit code 2). */
export function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw usageFailure(
      `--url (or ASHLAR_URL) must be an address such as http://127.0.0.1:${defaultPort}, not ${JSON.stringify(text)}.`,
    );
  return url;
}

/** `fetch`, with a sentence instead of a stack where nothing answers. */
export async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : reasonOf(cause);
    throw new Failure(`No server answers at ${url.origin} (${code}). "ashlar start" starts one.`, 1, 'unreachable');
  }
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    throw new Failure(`What answers at ${new URL(response.url).origin} is no Ashlar server.`, 1, 'not_ashlar');
  }
}

function refusalOf(status: number, answer: unknown): Refusal {
  const document: { code?: unknown; message?: unknown; payload?: unknown; errors?: unknown } = isObject(answer) ? answer : {};
  const code = typeof document.code === 'string' ? document.code : `status_${status}`;
  const message = typeof document.message === 'string' ? document.message : `The server answered ${status}.`;
  return new Refusal(status, code, `${message}${fieldText(document.errors)}`, isObject(document.payload) ? document.payload : {});
}

/** The fields that were refused, each on a line. */
function fieldText(errors: unknown): string {
  if (!Array.isArray(errors)) return '';
  return errors.map((error) => (isObject(error) && 'message' in error ? `\n  ${fieldName(error)}${error.message}` : '')).join('');
}

const fieldName = (error: object): string => ('field' in error ? `${error.field}: ` : '');
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

const publishJson = ({ files, message, drops, parent }: PublishBody): Calls['publish']['body'] => ({
  files: Object.fromEntries(files),
  ...(message === undefined ? {} : { message }),
  ...(drops === undefined ? {} : { drops }),
  ...(parent === undefined ? {} : { parent }),
});

/** A body as it is sent; what the server would not read to its end is refused here, with a way out. */
function bytesOf(body: object): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(JSON.stringify(body));
  if (bytes.length <= publishBytesMax) return bytes;
  const files = 'files' in body && typeof body.files === 'object' ? Object.keys(body.files ?? {}) : [];
  const seeds = files.filter((file) => file.startsWith('seeds/'));
  const what =
    seeds.length === 0 ? '' : ` Most of it are often seeds (${seeds.join(', ')}): load those rows through an endpoint.`;
  throw new Failure(`The files make ${bytes.length} bytes; a push takes ${publishBytesMax}.${what}`, 1, 'version_too_large');
}
