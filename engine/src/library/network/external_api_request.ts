/** Calls another server over HTTP. */
import type { Invoke } from '../../ir.ts';
import { anyType, objectOf, type } from '../../types/type.ts';
import { encodeJson } from '../../values/json.ts';
import { toText } from '../../values/operators.ts';
import type { Value, ValueObject } from '../../values/value.ts';
import { absent, boolArgument, intArgument, isList, isObject, objectArgument, refuse, textArgument } from '../arguments.ts';
import { defineFunction } from '../define.ts';
import { warnOfSending } from '../marks.ts';

const name = 'external_api_request';
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII, blanks, and Latin-1: what HTTP carries. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Framing belongs to the client; a stack that set it could smuggle a second request. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function readUrl(args: ValueObject): string {
  const url = textArgument(`${name}: url`, args.url, 1, 8_192);
  if (!/^https?:\/\//i.test(url)) refuse(`${name}: url`, 'must begin with http:// or https://');
  return absent(args.query) ? url : withQuery(url, objectArgument(`${name}: query`, args.query));
}

/** Adds the members as query parameters: null is left out, a list repeats its name. */
function withQuery(url: string, query: ValueObject): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(query))
    for (const item of isList(value) ? value : [value])
      if (item !== null) pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(toText(item))}`);
  if (pairs.length === 0) return url;
  const hash = url.indexOf('#');
  const base = hash === -1 ? url : url.slice(0, hash);
  const joint = !base.includes('?') ? '?' : base.endsWith('?') || base.endsWith('&') ? '' : '&';
  return `${base}${joint}${pairs.join('&')}`;
}

function readHeaders(value: Value | undefined): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  if (absent(value)) return headers;
  for (const [key, item] of Object.entries(objectArgument(`${name}: headers`, value))) {
    if (item === null) continue;
    const lower = key.toLowerCase();
    if (!headerName.test(key)) refuse(`${name}: headers`, `has a name that HTTP does not allow: ${JSON.stringify(key)}`);
    if (framing.has(lower)) refuse(`${name}: headers`, `may not set ${lower}`);
    const text = toText(item);
    if (!headerValue.test(text)) refuse(`${name}: headers`, `has a value that HTTP does not allow, in ${lower}`);
    headers[lower] = text;
  }
  return headers;
}

/** A text is sent as it is, anything else as JSON, or as a form where the content type says so. */
function readBody(value: Value | undefined, headers: Record<string, string>): string | null {
  if (absent(value)) return null;
  if (typeof value === 'string') {
    headers['content-type'] ??= 'text/plain; charset=utf-8';
    return value;
  }
  if (isObject(value) && headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true)
    return withQuery('', value).slice(1);
  headers['content-type'] ??= 'application/json';
  return encodeJson(value, { decimals: 'number' });
}

const invoke: Invoke<null, ValueObject> = (run, step, _plan, args) => {
  const method = absent(args.method) ? 'GET' : textArgument(`${name}: method`, args.method, 1, 10).toUpperCase();
  if (!methods.has(method)) refuse(`${name}: method`, `must be one of ${[...methods].join(', ')}`);
  const headers = readHeaders(args.headers);
  const body = readBody(args.body, headers);
  if (body !== null && (method === 'GET' || method === 'HEAD')) refuse(`${name}: body`, `can't be sent with ${method}`);
  return run.effects.http_request(run, step, {
    url: readUrl(args),
    method,
    headers,
    body,
    timeoutMs: absent(args.timeout_ms) ? 0 : intArgument(`${name}: timeout_ms`, args.timeout_ms, 1, 600_000),
    retries: absent(args.retries) ? 0 : intArgument(`${name}: retries`, args.retries, 0, 10),
    retryUnsafe: boolArgument(`${name}: retry_unsafe`, args.retry_unsafe, false),
    maxBytes: absent(args.max_bytes) ? 10_000_000 : intArgument(`${name}: max_bytes`, args.max_bytes, 1, 50_000_000),
  });
};

export const externalApiRequest = defineFunction({
  name,
  aliases: ['http_request', 'api_request', 'external_request', 'http'],
  family: 'network',
  description: 'Calls another server over HTTP and gives its answer; a status of 400 and above is an answer, no error.',
  parameters: {
    url: { kind: 'value', types: ['text'], required: true, description: 'Absolute address, http or https.' },
    method: { kind: 'value', types: ['text'], default: 'GET', description: 'GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.' },
    headers: { kind: 'value', types: ['object'], description: 'Headers to send; a null member is left out.' },
    query: {
      kind: 'value',
      types: ['object'],
      aliases: ['params'],
      description: 'Added to the address; null members are left out, lists repeat their name.',
    },
    body: {
      kind: 'value',
      aliases: ['data'],
      description: 'A text as it is; anything else as JSON (or as a form, by content-type).',
    },
    timeout_ms: {
      kind: 'value',
      types: ['int'],
      aliases: ['timeout'],
      description: 'Time for one attempt. Without it 10,000, or what the run has left.',
    },
    retries: {
      kind: 'value',
      types: ['int'],
      default: 0,
      description:
        'Further attempts after a failed connection or an answer 429, 502, 503, 504: for GET, HEAD, PUT, DELETE, or where the connection was refused.',
    },
    retry_unsafe: {
      kind: 'value',
      types: ['bool'],
      default: false,
      description: 'Repeats other methods too: the other server may then do it twice.',
    },
    max_bytes: {
      kind: 'value',
      types: ['int'],
      default: 10_000_000,
      description: 'Longest body accepted, counted after decompression.',
    },
  },
  effects: ['http_request'],
  result: () =>
    objectOf([
      ['status', type('int')],
      ['headers', type('object')],
      ['body', anyType],
      ['duration_ms', type('int')],
    ]),
  check: (step) => warnOfSending(step, 'url', 'headers', 'query', 'body'),
  plan: (step) => [
    step.invoke(
      invoke,
      null,
      step.values('url', 'method', 'headers', 'query', 'body', 'timeout_ms', 'retries', 'retry_unsafe', 'max_bytes'),
    ),
  ],
  examples: [
    {
      title: 'Asks for a rate and goes on with a default when the other side is ill',
      stack: [
        {
          function: 'external_api_request',
          url: 'https://rates.example.com/latest',
          query: { base: 'EUR' },
          timeout_ms: 2_000,
          retries: 2,
          return_as: 'answer',
        },
        { function: 'create_variable', name: 'rate', value: '{{ answer.status == 200 ? answer.body.rate : 1.0 }}' },
      ],
    },
  ],
});
