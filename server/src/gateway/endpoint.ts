/** A request to `/api:<group>/…`, station by station. */
import type { AshlarError, Outcome, Run } from '@ashlar/engine';
import { allowedMethods, parseQuery, queryObject } from '../base/http/index.ts';
import type { ServedEnvironment, ServedGroup, Snapshot } from '../domains/publishing/index.ts';
import { errorAnswer, newPublishedHeaders, outcomeAnswer } from './answer.ts';
import { authenticate, challenge } from './authentication.ts';
import { type Body, readBody } from './body.ts';
import { addCorsHeaders, preflightHeaders, variesByOrigin } from './cors.ts';
import { docsPage } from './docs.ts';
import { allowHeader, asAshlarError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { checkInputs, debugHeader, headerObject } from './inputs.ts';
import { groupDocument } from './openapi.ts';
import type { ClientLimits, GatewayParts } from './parts.ts';
import { type Answer, addVary, publishedHeaders } from './response.ts';
import {
  findGroup,
  findMethod,
  findPath,
  type GroupPath,
  type GroupRoutes,
  type PathMatch,
  pathParameters,
  type RouteEntry,
} from './route.ts';
import { execute, metChangedSchema, newHost, newRun, nextSnapshot, type RunInputs } from './run.ts';

/** An answer, and the run that left work for after it. */
export interface EndpointAnswer {
  readonly answer: Answer;
  readonly run: Run | null;
}

/** Where a request was routed to. */
interface Destination {
  readonly snapshot: Snapshot;
  readonly routes: GroupRoutes;
  readonly match: PathMatch;
  readonly entry: RouteEntry;
}

/** What was read of a request once, whatever snapshot it runs against. */
interface Received {
  readonly query: ReadonlyMap<string, readonly string[]>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
}

export class EndpointServer {
  readonly #parts: GatewayParts;
  readonly #limits: ClientLimits;

  constructor(parts: GatewayParts, limits: ClientLimits) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Answers a request of a group; every error becomes a problem document. `address` is how the caller reached the server. */
  async serve(exchange: Exchange, path: GroupPath, snapshot: Snapshot, address: string): Promise<EndpointAnswer> {
    let entry: RouteEntry | null = null;
    try {
      const routes = findGroup(snapshot, path);
      exchange.group = routes.group;
      const own = ownPage(exchange, path, routes, address);
      if (own !== null) return { answer: own, run: null };
      const match = findPath(routes, path);
      if (exchange.method === 'OPTIONS' && !match.entries.has('OPTIONS'))
        return { answer: optionsAnswer(exchange, routes.group, match), run: null };
      entry = findMethod(match, exchange.method);
      return await this.#run(exchange, path, { snapshot, routes, match, entry });
    } catch (thrown) {
      const error = asAshlarError(thrown);
      if (error.code === 'internal_error') this.#parts.log.error('a request failed', failureFields(exchange, thrown));
      return { answer: this.#failure(exchange, error, entry), run: null };
    }
  }

  async #run(exchange: Exchange, path: GroupPath, destination: Destination): Promise<EndpointAnswer> {
    const free = await this.#passGate(exchange, path, destination);
    this.#enter(exchange, free);
    const { environment } = free.routes.group;
    const auth = this.#authenticate(exchange, free);
    const received = await receive(exchange, environment);
    const inputs = gather(received, auth);
    try {
      return await this.#attempt(exchange, free, received, inputs);
    } catch (thrown) {
      const next = metChangedSchema(thrown)
        ? await nextSnapshot(this.#parts.snapshots, free.snapshot, this.#limits.schemaMs)
        : undefined;
      if (next === undefined) throw thrown;
      // Nothing was changed yet: once more, from the route on, as the new version has it.
      const again = destinationOf(next, path, exchange.method);
      this.#enter(exchange, again);
      return await this.#attempt(exchange, again, received, gather(received, this.#authenticate(exchange, again)));
    }
  }

  /** Waits while a publication holds the environment, and goes on with the snapshot that is in force then. */
  async #passGate(exchange: Exchange, path: GroupPath, destination: Destination): Promise<Destination> {
    const { snapshots } = this.#parts;
    const held = snapshots.held(destination.routes.group.environment.id);
    if (held === undefined) return destination;
    await held;
    const { current } = snapshots;
    return current === undefined || current === destination.snapshot
      ? destination
      : destinationOf(current, path, exchange.method);
  }

  #enter(exchange: Exchange, { routes, entry }: Destination): void {
    exchange.group = routes.group;
    exchange.entry = entry;
    const debug = exchange.request.headers[debugHeader];
    exchange.debug = typeof debug === 'string' && this.#parts.identity.verify(debug);
  }

  #authenticate(exchange: Exchange, { routes, entry }: Destination): RunInputs['auth'] {
    const { verifyToken, clock } = this.#parts;
    const { authorization } = exchange.request.headers;
    return authenticate(entry.endpoint.definition, routes.group.environment, authorization, verifyToken, clock.now());
  }

  async #attempt(
    exchange: Exchange,
    { routes, match, entry }: Destination,
    received: Received,
    inputs: GatheredInputs,
  ): Promise<EndpointAnswer> {
    const { environment } = routes.group;
    const { query, headers, body } = received;
    const raw = { path: pathParameters(entry, match.values), query, headers, body: body.value, bodyIsText: body.isText };
    const input = checkInputs(entry, raw);
    const host = newHost(exchange, entry, environment, inputs.auth);
    exchange.host = host;
    const run = newRun({ effects: this.#parts.runtime.effects, clock: this.#parts.clock }, exchange, entry, host, {
      ...inputs,
      input,
    });
    const outcome: Outcome = await execute(run, entry, input);
    return { answer: outcomeAnswer(outcome, entry.endpoint, environment, crossOrigin(exchange, routes.group)), run };
  }

  #failure(exchange: Exchange, error: AshlarError, entry: RouteEntry | null): Answer {
    const { group } = exchange;
    const headers = group === undefined ? newPublishedHeaders() : crossOrigin(exchange, group);
    const allow = allowHeader(error);
    if (allow !== null) headers.push('Allow', allow);
    const wanted = group === undefined ? null : challenge(error, group.definition.path);
    if (wanted !== null) headers.push('WWW-Authenticate', wanted);
    return errorAnswer(error, exchange, {
      control: false,
      headers,
      steps: entry?.endpoint.stack.steps,
      decimals: group?.environment.compiled.workspace.settings.decimals,
    });
  }
}

type GatheredInputs = Omit<RunInputs, 'input'>;

function gather(received: Received, auth: RunInputs['auth']): GatheredInputs {
  return { auth, query: queryObject(received.query), headers: received.headers, body: received.body.value };
}

async function receive(exchange: Exchange, environment: ServedEnvironment): Promise<Received> {
  const query = parseQuery(exchange.queryText, 'query');
  const body = await readBody(exchange, environment.limits);
  return { query, headers: headerObject(exchange.request.headers), body };
}

function destinationOf(snapshot: Snapshot, path: GroupPath, method: string): Destination {
  const routes = findGroup(snapshot, path);
  const match = findPath(routes, path);
  return { snapshot, routes, match, entry: findMethod(match, method) };
}

/** The headers of every answer of a group: security, and what its CORS rules say. */
function crossOrigin(exchange: Exchange, group: ServedGroup): string[] {
  const headers = newPublishedHeaders();
  const { cors } = group.definition;
  if (variesByOrigin(cors)) headers.push('Vary', 'Origin');
  addCorsHeaders(cors, exchange.request.headers.origin, headers);
  return headers;
}

/** OPTIONS: a preflight, or the question what the path answers. */
function optionsAnswer(exchange: Exchange, group: ServedGroup, match: PathMatch): Answer {
  const methods = allowedMethods(match.entries);
  const { origin } = exchange.request.headers;
  const headers = [...publishedHeaders, 'Allow', methods.join(', ')];
  if (variesByOrigin(group.definition.cors)) headers.push('Vary', 'Origin');
  const preflight = origin !== undefined && exchange.request.headers['access-control-request-method'] !== undefined;
  if (preflight) {
    addVary(headers, 'Access-Control-Request-Headers');
    headers.push(
      ...preflightHeaders(group.definition.cors, origin, methods, exchange.request.headers['access-control-request-headers']),
    );
  }
  return { status: 204, headers, body: null, contentType: '' };
}

/** `openapi.json` and `docs` of a group, unless its own endpoints use these words. */
function ownPage(exchange: Exchange, path: GroupPath, routes: GroupRoutes, address: string): Answer | null {
  const [word, ...rest] = path.segments;
  if (rest.length > 0 || path.trailingSlash || (word !== 'docs' && word !== 'openapi.json')) return null;
  if (!routes.group.definition.docs || routes.hasLiteral(word)) return null;
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') return null;
  if (word === 'docs') return docsPage(path.key, routes.group);
  const headers = crossOrigin(exchange, routes.group);
  headers.push('Cache-Control', 'no-cache');
  const body = groupDocument(path.key, routes.group, address);
  return { status: 200, headers, body, contentType: 'application/json; charset=utf-8', validated: true, compressible: true };
}

/** What the log is told of a defect. */
export function failureFields(exchange: Exchange, thrown: unknown): Readonly<Record<string, unknown>> {
  const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { request_id: exchange.id, method: exchange.method, endpoint: exchange.label, error };
}
