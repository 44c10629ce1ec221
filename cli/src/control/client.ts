/** Calls the control API of a running server. */
import { Failure, reasonOf, usageFailure } from '../failure.ts';
import type { ChangedAnswer, PlanAnswer, PublishAnswer, RefusalPayload, VariableAnswer, VersionAnswer } from './answers.ts';

/** Where commands look for a server when nothing is said. */
export const defaultUrl = 'http://127.0.0.1:8080';
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

/** The control calls that the commands use. Each throws Refusal, or Failure where no server answers. */
export class ControlClient {
  readonly #url: URL;
  readonly #key: string;

  /** @param url - the server's address, `http://127.0.0.1:8080` */
  constructor(url: string, key: string) {
    this.#url = serverUrl(url);
    this.#key = key;
  }

  publish(target: Target, body: PublishBody): Promise<PublishAnswer> {
    return this.#call('POST', [...path(target), 'publish'], publishJson(body));
  }

  plan(target: Target, body: PublishBody): Promise<PlanAnswer> {
    return this.#call('POST', [...path(target), 'plan'], publishJson(body));
  }

  versions(target: Target, limit: number): Promise<readonly VersionAnswer[]> {
    return this.#call('GET', [...path(target), 'versions'], undefined, { limit: String(limit) });
  }

  restore(target: Target, version: string, drops: readonly string[]): Promise<PublishAnswer> {
    return this.#call('POST', [...path(target), 'versions', version, 'restore'], JSON.stringify({ drops }));
  }

  variables(target: Target): Promise<readonly VariableAnswer[]> {
    return this.#call('GET', [...path(target), 'variables']);
  }

  setVariable(target: Target, name: string, value: string): Promise<ChangedAnswer> {
    return this.#call('PUT', [...path(target), 'variables', name], JSON.stringify({ value }));
  }

  unsetVariable(target: Target, name: string): Promise<ChangedAnswer> {
    return this.#call('DELETE', [...path(target), 'variables', name]);
  }

  async #call<T>(method: string, segments: readonly string[], body?: string, query?: Record<string, string>): Promise<T> {
    const url = new URL(`/api/${segments.map(encodeURIComponent).join('/')}`, this.#url);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await reach(url, { method, headers, ...(body === undefined ? {} : { body }), redirect: 'error' });
    const answer = await jsonOf(response);
    if (!response.ok) throw refusalOf(response.status, answer);
    // The control API's own OpenAPI document describes the answer; what is not of that shape is another program's.
    return answer as T;
  }
}

const path = ({ workspace, environment }: Target): readonly string[] => ['workspaces', workspace, 'environments', environment];

/** An address of a server. Throws Failure (exit code 2). */
export function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.username !== '')
    throw usageFailure(`--url must be an address such as ${defaultUrl}, not ${JSON.stringify(text)}.`);
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

function publishJson({ files, message, drops, parent }: PublishBody): string {
  const body = JSON.stringify({ files: Object.fromEntries(files), message, drops, parent });
  const bytes = Buffer.byteLength(body);
  if (bytes <= publishBytesMax) return body;
  const seeds = [...files.keys()].filter((file) => file.startsWith('seeds/'));
  const what =
    seeds.length === 0 ? '' : ` Most of it are often seeds (${seeds.join(', ')}): load those rows through an endpoint.`;
  throw new Failure(`The files make ${bytes} bytes; a push takes ${publishBytesMax}.${what}`, 1, 'version_too_large');
}
