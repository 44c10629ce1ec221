/** Calls an endpoint of a running server, and shows the answer as it came: digits of decimals stay. */
import { reach, serverUrl } from '../control/client.ts';
import { exitCodes, usageFailure } from '../failure.ts';
import { print, printAside, styleAside } from '../terminal/output.ts';

export interface EndpointCall {
  readonly method: string;
  /** `/api:shop/products` */
  readonly path: string;
  /** JSON of an object. */
  readonly input: string;
  readonly url: string;
  readonly token?: string;
  /** `Name: value` */
  readonly header: readonly string[];
  readonly json: boolean;
}

const inQuery = new Set(['GET', 'HEAD', 'DELETE']);

/** Calls it. Answers the exit code: 1 for a status of 400 and above. */
export async function callEndpoint(call: EndpointCall): Promise<number> {
  const url = new URL(call.path, serverUrl(call.url));
  const headers = headersOf(call);
  const fields = inputFields(call.input);
  const hasBody = !inQuery.has(call.method);
  if (!hasBody)
    for (const [name, value] of Object.entries(fields)) for (const one of queryTexts(value)) url.searchParams.append(name, one);
  if (hasBody) headers.set('content-type', 'application/json');
  const startedAt = performance.now();
  const response = await reach(url, {
    method: call.method,
    headers,
    redirect: 'manual',
    ...(hasBody ? { body: call.input } : {}),
  });
  const body = await response.text();
  show(response, body, Math.round(performance.now() - startedAt), call.json);
  return response.status < 400 ? exitCodes.ok : exitCodes.problems;
}

function headersOf({ header, token }: EndpointCall): Headers {
  const headers = new Headers();
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  for (const line of header) {
    const [name = '', ...rest] = line.split(':');
    if (rest.length === 0) throw usageFailure(`--header takes "Name: value", not ${JSON.stringify(line)}.`);
    try {
      headers.append(name.trim(), rest.join(':').trim());
    } catch {
      throw usageFailure(`${JSON.stringify(name.trim())} is no header, or its value is not allowed.`);
    }
  }
  return headers;
}

/** The inputs as an object. Throws Failure (exit code 2). */
function inputFields(input: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch (error) {
    throw usageFailure(`--input is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw usageFailure('--input must be a JSON object.');
  return { ...value };
}

/** A list is sent as a repeated name. */
function queryTexts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(queryTexts);
  if (value === null || value === undefined) return [];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
}

function show(response: Response, body: string, tookMs: number, json: boolean): void {
  const { status, headers } = response;
  if (json) {
    const isJson = /[/+]json\b/.test(headers.get('content-type') ?? '') && body !== '';
    const head = JSON.stringify({ status, took_ms: tookMs, headers: Object.fromEntries(headers) });
    print(`${head.slice(0, -1)},"body":${isJson ? body : JSON.stringify(body)}}`);
    return;
  }
  printAside(`${styleAside(status < 400 ? 'green' : 'red', String(status))} ${response.statusText} in ${tookMs} ms`);
  if (body !== '') print(body);
}
