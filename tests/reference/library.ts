/** The functions that ask the world: how their arguments are read, and what they ask for. */
import type { JsonNode } from '../../engine/src/1-syntax/ast.ts';
import type { Step } from './interpreter.ts';
import { toJson, toText } from './text.ts';
import { int, list, nothing, object, type Ref, RefError, type RefOf, text, wrongType } from './value.ts';
import type { WantedColumn } from './world.ts';

type Members = readonly (readonly [string, Ref])[];

/** Asks the world for an effect of this step. */
export function ask(step: Step, name: string, args: Members | null, columns: readonly WantedColumn[] = []): Ref {
  const { shared, run } = step.under;
  return shared.world.ask(run.frame, step.number, name, args === null ? nothing : object(args), columns);
}

const refused = (): RefError => new RefError('argument_refused');
const absent = (value: Ref | undefined): boolean => value === undefined || value.type === 'null';

/** All arguments, evaluated in the order in which the function declares them. */
function evaluated(step: Step, ...names: readonly string[]): (name: string) => Ref {
  const found = new Map(names.map((name) => [name, step.value(name) ?? nothing]));
  return (name) => found.get(name) ?? nothing;
}

function textIn(value: Ref, least: number, most: number): Ref {
  if (value.type !== 'text') throw wrongType();
  if (value.value.length < least || value.value.length > most) throw refused();
  return value;
}

function intIn(value: Ref, least: number | bigint, most: number | bigint): Ref {
  if (value.type !== 'int') throw wrongType();
  if (value.value < least || value.value > most) throw refused();
  return value;
}

const optional = (value: Ref, otherwise: Ref, read: (value: Ref) => Ref): Ref => (absent(value) ? otherwise : read(value));

function anObject(value: Ref): RefOf<'object'> {
  if (value.type !== 'object') throw wrongType();
  return value;
}

const largest = BigInt(Number.MAX_SAFE_INTEGER);
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function random(step: Step): Ref {
  const args = evaluated(step, 'min', 'max', 'bytes', 'text');
  if (!absent(args('bytes')))
    return ask(step, 'random', [
      ['kind', text('bytes')],
      ['bytes', intIn(args('bytes'), 1, 65_536)],
    ]);
  if (!absent(args('text'))) {
    const wanted = anObject(args('text'));
    if ([...wanted.members.keys()].some((name) => name !== 'length' && name !== 'alphabet')) throw refused();
    const length = intIn(wanted.members.get('length') ?? nothing, 1, 10_000);
    const alphabet = optional(wanted.members.get('alphabet') ?? nothing, text(letters), (value) => textIn(value, 2, 1_000));
    return ask(step, 'random', [
      ['kind', text('text')],
      ['length', length],
      ['alphabet', alphabet],
    ]);
  }
  const min = intIn(args('min'), -largest, largest);
  const max = intIn(args('max'), -largest, largest);
  if (min.type === 'int' && max.type === 'int' && max.value < min.value) throw refused();
  return ask(step, 'random', [
    ['kind', text('int')],
    ['min', min],
    ['max', max],
  ]);
}

function withQuery(url: string, query: RefOf<'object'>): string {
  const pairs = [...query.members].flatMap(([name, value]) =>
    (value.type === 'list' ? value.items : [value])
      .filter((item) => item.type !== 'null')
      .map((item) => `${encodeURIComponent(name)}=${encodeURIComponent(toText(item))}`),
  );
  return pairs.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${pairs.join('&')}`;
}

function request(step: Step): Ref {
  const args = evaluated(step, 'url', 'method', 'headers', 'query', 'body', 'timeout_ms', 'retries', 'retry_unsafe', 'max_bytes');
  const method = optional(args('method'), text('GET'), (value) => text(toText(textIn(value, 1, 10)).toUpperCase()));
  if (!['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].includes(toText(method))) throw refused();
  const headers = new Map<string, Ref>();
  if (!absent(args('headers')))
    for (const [name, value] of anObject(args('headers')).members)
      if (value.type !== 'null') headers.set(name.toLowerCase(), text(toText(value)));
  const given = args('body');
  let body: Ref = nothing;
  if (given.type !== 'null') {
    body = given.type === 'text' ? given : text(toJson(given));
    const kind = given.type === 'text' ? 'text/plain; charset=utf-8' : 'application/json';
    if (!headers.has('content-type')) headers.set('content-type', text(kind));
    if (['GET', 'HEAD'].includes(toText(method))) throw refused();
  }
  const url = toText(textIn(args('url'), 1, 8_192));
  if (!/^https?:\/\//i.test(url)) throw refused();
  const whole = absent(args('query')) ? url : withQuery(url, anObject(args('query')));
  const unsafe = args('retry_unsafe');
  return ask(step, 'http_request', [
    ['url', text(whole)],
    ['method', method],
    ['headers', object(headers)],
    ['body', body],
    ['timeoutMs', optional(args('timeout_ms'), int(0), (value) => intIn(value, 1, 600_000))],
    ['retries', optional(args('retries'), int(0), (value) => intIn(value, 0, 10))],
    ['retryUnsafe', unsafe.type === 'null' ? { type: 'bool', value: false } : unsafe],
    ['maxBytes', optional(args('max_bytes'), int(10_000_000), (value) => intIn(value, 1, 50_000_000))],
  ]);
}

/** Columns of a step's answer: all of the table's, or those named in `output`. */
function columnsOf(step: Step, ...more: readonly WantedColumn[]): readonly WantedColumn[] {
  const table = step.under.shared.program.tables.get(step.literal('table') ?? '');
  const output = step.param('output');
  const names =
    output?.kind === 'array' ? output.items.flatMap((item) => (item.kind === 'string' ? [item.value] : [])) : undefined;
  const columns = [...(table ?? [])].map(([name, type]) => ({ name, type }));
  return [...columns.filter(({ name }) => names === undefined || names.includes(name)), ...more];
}

function rows(step: Step, columns: readonly WantedColumn[]): readonly Ref[] {
  const found = ask(step, 'query', null, columns);
  return found.type === 'list' ? found.items : [];
}

/** What the stack gives to a write: each value evaluated, in order. */
function evaluateAll(step: Step, ...names: readonly string[]): void {
  for (const name of names) {
    const node: JsonNode | undefined = step.param(name);
    if (node !== undefined) step.valueOf(node);
  }
}

/** A write of one record: by key the record, by `where` also how many matched. */
function change(step: Step): Ref {
  const counted = step.param('where') !== undefined;
  evaluateAll(step, 'id', 'data');
  const [row] = rows(step, columnsOf(step, ...(counted ? [{ name: '~n', type: 'int' }] : [])));
  if (row?.type !== 'object') throw new RefError('not_found', 404);
  const matched = row.members.get('~n');
  if (matched?.type !== 'int') return row;
  if (matched.value === 0n) throw new RefError('not_found', 404);
  if (matched.value > 1n) throw new RefError('more_than_one', 409);
  return object([...row.members].filter(([name]) => name !== '~n'));
}

function patch(step: Step): Ref {
  const data = step.value('data') ?? nothing;
  if (data.type !== 'object') throw wrongType();
  const known = columnsOf(step).map(({ name }) => name);
  for (const name of data.members.keys()) {
    if (name === 'id') throw new RefError('key_not_changeable');
    if (!known.includes(name)) throw new RefError('unknown_column');
  }
  return change(step);
}

function token(step: Step): Ref {
  const args = evaluated(step, 'id', 'expires_s', 'extras');
  const id = args('id');
  if ((id.type !== 'int' && id.type !== 'text') || (id.type === 'text' && id.value === '')) throw refused();
  return ask(step, 'create_auth_token', [
    ['table', text(step.literal('table') ?? '')],
    ['id', id],
    ['expiresS', optional(args('expires_s'), int(86_400), (value) => intIn(value, 1, 315_360_000))],
    ['extras', optional(args('extras'), nothing, anObject)],
  ]);
}

/** What the contract keeps for the server, or out of every answer. */
const reserved = [
  'connection',
  'content-length',
  'content-security-policy',
  'date',
  'x-content-type-options',
  'transfer-encoding',
];

function setHeader(step: Step): Ref {
  const args = evaluated(step, 'name', 'value');
  const name = toText(textIn(args('name'), 1, 200)).toLowerCase();
  const value = toText(args('value'));
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || !/^[\t\x20-\x7e]*$/.test(value) || value.length > 8_192)
    throw new RefError('header_refused');
  if (reserved.includes(name)) throw new RefError('header_refused');
  step.under.run.headers.set(name, value);
  return nothing;
}

/** Each function's result. */
export const library: Readonly<Record<string, (step: Step) => Ref>> = {
  random,
  external_api_request: request,
  cache_get: (step) => ask(step, 'cache_get', [['key', textIn(step.value('key') ?? nothing, 1, 512)]]),
  cache_set(step) {
    const args = evaluated(step, 'key', 'value', 'ttl_s');
    return ask(step, 'cache_set', [
      ['key', textIn(args('key'), 1, 512)],
      ['value', args('value')],
      ['ttlS', optional(args('ttl_s'), nothing, (value) => intIn(value, 1, 2_592_000))],
    ]);
  },
  hash_password: (step) => ask(step, 'hash_password', [['password', textIn(step.value('password') ?? nothing, 1, 1_000)]]),
  check_password(step) {
    const args = evaluated(step, 'password', 'hash', 'account');
    return ask(step, 'check_password', [
      ['password', textIn(args('password'), 0, 10_000_000)],
      ['hash', optional(args('hash'), nothing, (value) => textIn(value, 0, 1_000))],
      ['account', optional(args('account'), nothing, (value) => textIn(value, 0, 320))],
    ]);
  },
  create_auth_token: token,
  sleep: (step) => ask(step, 'sleep', [['durationMs', intIn(step.value('duration_ms') ?? nothing, 0, 600_000)]]),
  log_debug_info: (step) => ask(step, 'log', [['data', step.value('data') ?? nothing]]),
  set_header: setHeader,
  set_status(step) {
    const status = intIn(step.value('status') ?? nothing, 200, 599);
    if (status.type === 'int') step.under.run.status = Number(status.value);
    return nothing;
  },
  start_performance_profiling(step) {
    const given = step.value('profile_id') ?? nothing;
    const id = absent(given) ? ask(step, 'uuid', [['version', int(7)]]) : textIn(given, 1, 200);
    return ask(step, 'start_profiling', [['profileId', id]]);
  },
  end_performance_profiling(step) {
    const given = step.value('profile_id') ?? nothing;
    return absent(given) ? nothing : ask(step, 'end_profiling', [['profileId', textIn(given, 1, 200)]]);
  },
  get_system_metrics: (step) => ask(step, 'system_metrics', null),
  trigger_performance_alert(step) {
    const args = evaluated(step, 'alert_type', 'data');
    return ask(step, 'raise_alert', [
      ['alertType', textIn(args('alert_type'), 1, 100)],
      ['data', args('data')],
    ]);
  },
  alert_performance_issue: (step) =>
    ask(step, 'raise_alert', [
      ['alertType', text('performance_issue')],
      ['data', step.value('data') ?? nothing],
    ]),
  analyze_slow_endpoints: (step) =>
    ask(step, 'slow_endpoints', [['limit', optional(step.value('limit') ?? nothing, int(10), (value) => intIn(value, 1, 100))]]),
  suggest_optimizations(step) {
    const analysis = step.value('analysis') ?? nothing;
    if (analysis.type !== 'list' && analysis.type !== 'null') throw wrongType();
    return ask(step, 'suggest_optimizations', [['analysis', analysis]]);
  },
  direct_query(step) {
    const params = step.value('params') ?? list([]);
    if (params.type !== 'list' && params.type !== 'null') throw wrongType();
    const single = step.param('single');
    const write = step.param('write');
    const isOn = (node: JsonNode | undefined): boolean => node?.kind === 'boolean' && node.value;
    const found = ask(step, 'direct_query', [
      ['sql', text(step.literal('sql') ?? '')],
      ['params', params.type === 'list' ? params : list([])],
      ['write', { type: 'bool', value: isOn(write) }],
      ['maxRows', int(10_000)],
    ]);
    const items = found.type === 'list' ? found.items : [];
    return isOn(single) ? (items[0] ?? nothing) : list(items);
  },
  query_records(step) {
    evaluateAll(step, 'limit');
    return list(rows(step, columnsOf(step)));
  },
  get_record(step) {
    evaluateAll(step, 'id');
    return rows(step, columnsOf(step))[0] ?? nothing;
  },
  has_record(step) {
    evaluateAll(step, 'id');
    const [row] = rows(step, [{ name: 'found', type: 'bool' }]);
    const found = row?.type === 'object' ? row.members.get('found') : undefined;
    return { type: 'bool', value: found?.type === 'bool' && found.value };
  },
  add_record(step) {
    evaluateAll(step, 'data');
    return rows(step, columnsOf(step))[0] ?? nothing;
  },
  add_or_edit_record(step) {
    evaluateAll(step, 'data');
    return rows(step, columnsOf(step))[0] ?? nothing;
  },
  edit_record: change,
  patch_record: patch,
  delete_record: change,
};
